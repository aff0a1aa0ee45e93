import type { UsageReportKind, UsageRow, UsageSums } from '../contract/usage-report.ts';
import { dateWords, dayAt, daysLater, monthWords, weekdayWords } from './day.ts';
import { durationWords } from './duration.ts';
import { cut, plain, widthOf } from './plain.ts';
import type { Style } from './screen.ts';
import { nameKey, shortId } from './session-words.ts';

/** Rows of reports of usage as the lines of a table. */

export const usageKinds = ['daily', 'weekly', 'monthly', 'blocks', 'sessions', 'models', 'projects'] as const;
export type UsageKind = UsageReportKind;

export type Sums = UsageSums;
export type Row = UsageRow;
export type { UsageReport } from '../contract/usage-report.ts';

/** One line: what it is about, in a column or a few, and its sums. */
export interface Line {
  /** By heading. */
  names: Readonly<Record<string, string>>;
  /** Absent where nothing can have been used. */
  sums?: Sums;
  models?: readonly string[];
  style?: Style;
  /** It has a place in the bars. */
  isRow?: boolean;
}

export interface Looks {
  timeZone: string;
  /** Directories by their last names alone. */
  isShort: boolean;
  /** Of sessions, by {@link nameKey}. */
  sessionNames?: ReadonlyMap<string, string>;
}

/** Headings of the columns that tell what a line is about, the one that stays longest first. */
export const headingsOf: Record<UsageKind, readonly [string, ...string[]]> = {
  daily: ['DAY'],
  weekly: ['WEEK'],
  monthly: ['MONTH'],
  blocks: ['BLOCK'],
  sessions: ['SESSION', 'NAME', 'PROJECT', 'AGENT', 'LAST'],
  models: ['MODEL', 'AGENT'],
  projects: ['PROJECT', 'AGENT'],
};

export const linesOf = (kind: UsageKind, rows: readonly Row[], looks: Looks): Line[] => {
  const hasYears = new Set(rows.map((row) => ('date' in row ? row.date.slice(0, 4) : ''))).size > 1;
  return rows.flatMap((row) => {
    const line = lineOf(kind, row, looks, hasYears);
    const models = 'models' in row ? (row.models ?? []) : [];
    const agents = 'agents' in row ? (row.agents ?? []) : [];
    return [
      line,
      ...models.map((sums) => partOf(kind, (looks.isShort ? shortModel : modelWords)(sums.model), sums)),
      // What a subagent used is in the session's models too.
      ...agents.map((sums) => partOf(kind, `  of which subagent ${plain(agentWords(sums.agentId, looks))}`, sums)),
    ];
  });
};

const partOf = (kind: UsageKind, name: string, sums: Sums): Line => ({
  names: { [headingsOf[kind][0]]: `  ${name}` },
  sums,
  style: 'dim',
});

const lineOf = (kind: UsageKind, row: Row, looks: Looks, hasYears: boolean): Line => {
  if ('gap' in row && row.gap) return pauseOf(row);
  const [heading] = headingsOf[kind];
  return {
    names: namesOf(kind, heading, row, looks, hasYears),
    sums: row,
    isRow: true,
    ...('modelNames' in row ? { models: row.modelNames.map(shortModel) } : {}),
    ...('active' in row && row.active ? { style: 'green' } : {}),
  };
};

const namesOf = (kind: UsageKind, heading: string, row: Row, looks: Looks, hasYears: boolean) => {
  const year = 'date' in row && hasYears ? ` ${row.date.slice(0, 4)}` : '';
  if ('date' in row && kind === 'weekly')
    return { [heading]: `${dateWords(row.date)} – ${dateWords(daysLater(row.date, 6))}${year}` };
  if ('date' in row) return { [heading]: `${dayWords(row.date)}${year}` };
  if ('month' in row) return { [heading]: monthWords(row.month) };
  if ('gap' in row) return { [heading]: blockWords(row, looks) };
  if ('sessionId' in row) return sessionNames(row, looks);
  const AGENT = someOf(row.sources.map(plain), looks.isShort);
  return 'project' in row
    ? { PROJECT: projectWords(row.project, looks), AGENT }
    : { MODEL: modelWords(row.model), AGENT };
};

const shortName = 30;
const longestName = 50;

const agentWords = (agentId: string, { isShort }: Looks): string => (isShort ? shortId(agentId) : agentId);

const sessionNames = (row: UsageRow<'sessions'>, looks: Looks) => ({
  SESSION: plain(looks.isShort ? shortId(row.sessionId) : row.sessionId),
  NAME: cut(plain(looks.sessionNames?.get(nameKey(row)) ?? ''), looks.isShort ? shortName : longestName),
  PROJECT: projectWords(row.project, looks, 1),
  AGENT: plain(row.source),
  LAST: `${dateWords(dayAt(Date.parse(row.lastAt), looks.timeZone))} ${clockWords(row.lastAt, looks)}`,
});

/** `Fri 20 Nov 14:00–19:00`, and whether it goes on. */
const blockWords = ({ start, end, active }: UsageRow<'blocks'>, looks: Looks): string => {
  const date = dayAt(Date.parse(start), looks.timeZone);
  const hours = `${clockWords(start, looks)}–${clockWords(end, looks)}`;
  return `${dayWords(date)} ${hours}${active ? ' now' : ''}`;
};

/** `Fri 20 Nov`; days of one digit stand under the others' second. */
const dayWords = (date: string): string => {
  const words = dateWords(date);
  return words === date ? date : `${weekdayWords(date)} ${words.padStart('20 Nov'.length)}`;
};

const pauseOf = ({ start, end }: UsageRow<'blocks'>): Line => ({
  names: { BLOCK: `  ${durationWords(Date.parse(end) - Date.parse(start))} without use` },
  style: 'dim',
});

const clocks = new Map<string, Intl.DateTimeFormat>();

/** `14:02` on the clocks of the time zone. */
export const clockWords = (at: string, { timeZone }: Pick<Looks, 'timeZone'>): string => {
  const clock =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  clocks.set(timeZone, clock);
  return clock.format(Date.parse(at));
};

const modelWords = (model: string): string => (model === '' ? 'not told' : plain(model));

/** `opus-4-5` of `claude-opus-4-5-20251101`. */
export const shortModel = (model: string): string =>
  modelWords(model)
    .replace(/^claude-/, '')
    .replace(/-20\d{6}$/, '');

const longestList = 30;

/** `opus-4-5, sonnet-4-5 +2`: the first, and as many more as there is room for. */
export const someOf = (names: readonly string[], isShort: boolean): string => {
  const room = isShort ? 0 : longestList;
  let [told = ''] = names;
  let count = Math.min(1, names.length);
  for (const name of names.slice(1)) {
    if (widthOf(`${told}, ${name}`) > room) break;
    told += `, ${name}`;
    count += 1;
  }
  return count < names.length ? `${told} +${names.length - count}` : told;
};

/** `~/work/stint`, or for short so many of its last names: `work/stint`. */
export const projectWords = (project: string, { isShort }: Looks, names = 2): string => {
  if (project === '') return 'not told';
  const home = process.env['HOME'];
  const isAtHome = home !== undefined && home !== '' && (project === home || project.startsWith(`${home}/`));
  const path = plain(isAtHome ? `~${project.slice(home.length)}` : project);
  const folders = path.split('/');
  return isShort && folders.length > names + 1 ? folders.slice(-names).join('/') : path;
};
