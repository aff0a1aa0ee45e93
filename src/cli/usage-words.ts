import { countWords } from './count.ts';
import { dayAt, daysLater, monthWords, spanWords } from './day.ts';
import { plain, widthOf } from './plain.ts';
import { paint } from './screen.ts';
import type { Screen } from './screen.ts';
import type { Row, UsageKind, UsageReport } from './usage-lines.ts';
import { costWords, incompleteMark, tokensOf, unpricedMark, usageTable } from './usage-table.ts';

/** Reports of usage for people: a line of totals, a table with a bar a row, and what its marks mean. */

export interface Asked {
  kind: UsageKind;
  timeZone: string;
  /** Whether it was about a part of all that there is. */
  isFiltered: boolean;
  /** At most so many rows are shown. */
  limit?: number | undefined;
  /** The folder that it was about, where that was typed as a path. */
  folder?: string;
  /** Of sessions, by {@link nameKey}. */
  sessionNames?: ReadonlyMap<string, string>;
}

export const usageText = (screen: Screen, asked: Asked, report: UsageReport): string => {
  const skipped = skippedWords(report);
  const more = skipped === undefined ? [] : [paint(screen, 'yellow', skipped)];
  if (report.rows.length === 0) return [nothingWords(asked, report), ...more].join('\n');
  const rows = shownRows(asked, report.rows);
  const rest = report.rows.length - rows.length;
  const notes = [...legend(screen, asked, report), ...more];
  return [
    headLine(screen, asked, report),
    '',
    usageTable(screen, asked, { ...report, rows }),
    ...(rest === 0 ? [] : [paint(screen, 'dim', `and ${rest} more; see them with -n ${report.rows.length}`)]),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ].join('\n');
};

/** The first of those that have most, the last of those that have a time. */
export const shownRows = ({ kind, limit }: Pick<Asked, 'kind' | 'limit'>, rows: Row[]): Row[] => {
  if (limit === undefined || rows.length <= limit) return rows;
  return kind === 'sessions' || kind === 'models' || kind === 'projects' ? rows.slice(0, limit) : rows.slice(-limit);
};

const headLine = (screen: Screen, asked: Asked, { rows, totals }: UsageReport): string => {
  const facts = [
    `${countWords(tokensOf(totals))} tokens`,
    costWords(totals) + (totals.unpriced > 0 && totals.unpriced < totals.responses ? unpricedMark : ''),
    `${countWords(totals.responses)} ${totals.responses === 1 ? 'response' : 'responses'}`,
  ];
  const [told, about] = [facts.join(' · '), `${whenWords(asked, rows)} · ${asked.timeZone}`];
  const hasRoom = !screen.isTerminal || widthOf(`${told} · ${about}`) <= screen.columns;
  return paint(screen, 'bold', told) + (hasRoom ? ' ' : '\n') + paint(screen, 'dim', `${hasRoom ? '· ' : ''}${about}`);
};

/** From the first day to the last that the rows tell of. */
const whenWords = ({ kind, timeZone }: Asked, rows: readonly Row[]): string => {
  const sorted = rows.flatMap((row) => endsOf(row, kind)).toSorted();
  const dayOf = (end = '') => (end.includes('T') ? dayAt(Date.parse(end), timeZone) : end);
  const [first, last] = [dayOf(sorted[0]), dayOf(sorted.at(-1))];
  if (kind !== 'monthly') return spanWords(first, last);
  return first === last ? monthWords(first) : `${monthWords(first)} – ${monthWords(last)}`;
};

/** Dates, months or times. */
const endsOf = (row: Row, kind: UsageKind): string[] => {
  if ('date' in row) return [row.date, kind === 'weekly' ? daysLater(row.date, 6) : row.date];
  if ('month' in row) return [row.month];
  if ('gap' in row) return row.gap ? [] : [row.start, row.lastAt ?? row.end];
  return [row.firstAt, row.lastAt];
};

const legend = (screen: Screen, { kind }: Asked, { totals }: UsageReport): string[] => {
  const { incomplete, unpriced } = totals;
  const mark = unpriced === totals.responses ? '' : `${unpricedMark} `;
  const which = kind === 'models' ? '' : '; see which: stint usage models';
  return [
    ...(incomplete === 0
      ? []
      : [`${incompleteMark} ${responses(incomplete)} without a final count: what they used is this or more`]),
    ...(unpriced === 0 ? [] : [`${mark}${responses(unpriced)} without a price, not in the cost${which}`]),
  ].map((line) => paint(screen, 'dim', line));
};

const responses = (count: number): string => `${count.toLocaleString('en')} ${count === 1 ? 'response' : 'responses'}`;

/** `7 things in 2 files were not counted: 4 malformed, 3 no key`; undefined where all was. */
export const skippedWords = ({ skipped }: Pick<UsageReport, 'skipped'>): string | undefined => {
  if (skipped.length === 0) return undefined;
  const files = new Set(skipped.map(({ file }) => file)).size;
  const reasons = new Map<string, number>();
  for (const { reason, count } of skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  const all = [...reasons.values()].reduce((sum, count) => sum + count, 0);
  const told = [...reasons]
    .toSorted(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${count.toLocaleString('en')} ${plain(reason).replaceAll('_', ' ')}`);
  const what =
    all === 1 ? '1 thing was' : `${all.toLocaleString('en')} things in ${files} ${files === 1 ? 'file' : 'files'} were`;
  return `${what} not counted: ${told.join(', ')}; see them with --json`;
};

const nothingWords = ({ kind, isFiltered, folder }: Asked, { lookedIn = [] }: UsageReport): string => {
  const where = folder === undefined ? '' : ` in ${plain(folder)}`;
  if (isFiltered) return `Nothing that was used${where} fits. See all with: stint usage ${kind}`;
  if (lookedIn.length === 0) return 'No agent’s usage was found.';
  return ['No agent’s usage was found. Looked in:', ...lookedIn.map((folder) => `  ${plain(folder)}`)].join('\n');
};
