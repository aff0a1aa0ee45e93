import { resolve } from 'node:path';
import { ask, open } from '../api.ts';
import type { Client } from '../client.ts';
import { command, flag, optional, withDefault } from '../command.ts';
import type { Settings } from '../command.ts';
import { dayAt, dayExamples, parseDay, parseTimeZone, timeZoneHere } from '../day.ts';
import type { Day } from '../day.ts';
import { exitCodes, Failure, usageFailure } from '../failure.ts';
import { choice, label, text, wholeNumber } from '../parse.ts';
import { say } from '../say.ts';
import type { Screen } from '../screen.ts';
import { agentSessionNames } from '../session-names.ts';
import { isFolder, reportFor } from '../usage-choice.ts';
import type { Filters, ReadReport } from '../usage-choice.ts';
import { usageCsv } from '../usage-csv.ts';
import { usageKinds } from '../usage-lines.ts';
import type { Row, UsageKind } from '../usage-lines.ts';
import { askReading, tellReading, waitForReading } from '../usage-reading.ts';
import { shownRows, skippedWords, usageText } from '../usage-words.ts';
import { dataFolder, pricesFile } from '../../place.ts';

/** Commands of their own. */
const otherWords = ['prices', 'reprice', 'push'];

/** Sessions are many: a terminal shows those that cost most. */
const usualSessions = 30;

export const usageCommand = command({
  about:
    'Shows what every coding agent on the server’s machine has used: tokens and cost by day, week, month, five-hour block, session, model or project. Each response counts once, however many files have a copy of it.',
  args: { kind: withDefault('[report]', `${usageKinds.join(', ')} (daily)`, choice(usageKinds, otherWords), 'daily') },
  options: {
    since: optional('--since <day>', `from this day on: ${dayExamples}`, parseDay),
    until: optional('--until <day>', 'up to this day; of a month, up to its last', parseDay),
    tz: optional('--tz <zone>', 'IANA time zone in which days begin (this machine’s)', parseTimeZone),
    source: optional('--source <agent>', 'only this agent: claude, codex, …', label),
    model: optional('--model <model>', 'only this model: its name, or a part of it', label),
    project: optional('--project <folder>', 'only agents in this folder: its path, or a part of it', text),
    session: optional('--session <id>', 'only this session: the agent’s own id, or a part of it', label),
    breakdown: flag('--breakdown', 'tell the models of each row apart, and subagents of sessions'),
    limit: optional('-n, --limit <count>', 'show at most this many rows', wholeNumber(1, 1_000_000)),
    csv: flag('--csv', 'for a spreadsheet'),
    live: flag('--live', 'show it live, until q or Ctrl-C: totals, limits, budgets, agents at work'),
    wait: flag('--wait', 'wait until all that agents left is read'),
    server: { ...flag('--no-server', 'read the agents’ files at once, without a server'), fallback: true },
  },
  examples: [
    ['', 'day by day'],
    ['monthly --breakdown', 'month by month, each model apart'],
    ['blocks --since 7d', 'the five-hour blocks of the last days'],
    ['--live', 'how it stands, as it goes on'],
    ['sessions --project . --since today', 'what was used today in this folder'],
    ['daily --tz America/New_York --csv > usage.csv', 'for a spreadsheet, by New York’s days'],
  ],
  exec: async ({ args: { kind }, options, settings, screen }) => {
    const { csv, tz = timeZoneHere() } = options;
    if (csv && settings.json) throw usageFailure('--csv and --json are two different things; choose one');
    if (options.live) return live(kind, options, settings, screen);
    const filters = filtersOf(options, tz);
    const client = options.server ? await opened(settings) : undefined;
    const read = client ? await fromServer(client, options) : fromFiles(settings);
    const whole = await reportFor(kind, filters, read);
    const report = { ...whole, rows: shownRows({ kind, limit: options.limit }, whole.rows) };
    if (csv) {
      process.stdout.write(await usageCsv(kind, report));
      const skipped = skippedWords(report);
      if (skipped !== undefined) say(skipped);
      return exitCodes.ok;
    }
    const limit = limitOf(options.limit, kind, screen);
    const isFiltered = Object.keys(filters).some((name) => name !== 'timeZone' && name !== 'breakdown');
    const { project } = options;
    const folder = project !== undefined && isFolder(project) ? { folder: resolve(project) } : {};
    const shown = shownRows({ kind, ...limit }, whole.rows);
    const sessionNames = settings.json ? undefined : await namesOf(shown, client);
    const asked = { kind, timeZone: tz, isFiltered, ...limit, ...folder, ...(sessionNames && { sessionNames }) };
    return { value: report, text: (to) => usageText(to, asked, whole) };
  },
});

const ofReports = ['since', 'until', 'source', 'model', 'project', 'session', 'breakdown', 'limit', 'csv'] as const;

/** A live view is of all that goes on; what was typed for reports alone is refused, not passed over. */
const live = async (
  kind: UsageKind,
  options: Record<(typeof ofReports)[number], unknown> & { server: boolean; tz: string | undefined },
  settings: Settings,
  screen: Screen,
): Promise<number> => {
  const given = [...ofReports.filter((name) => options[name]), ...(options.server ? [] : ['no-server'])];
  if (given.length > 0) throw usageFailure(`--live shows all that goes on; leave out --${given.join(' and --')}`);
  const { liveUsage } = await import('../usage-live/live.ts');
  const span = ({ weekly: 'week', monthly: 'month' } as const)[kind as 'weekly'] ?? 'today';
  return liveUsage(settings, screen, { span, timeZone: options.tz ?? timeZoneHere() });
};

/** Without a server the agents' files can be read. */
const opened = async (settings: Settings): Promise<Client> => {
  try {
    return await open(settings);
  } catch (error) {
    if (!(error instanceof Failure) || error.error !== 'no_server' || settings.start) throw error;
    const { exitCode, error: word, message, details } = error;
    throw new Failure(exitCode, word, `${message}; or read the agents’ files without one, with: --no-server`, details);
  }
};

/** Names of sessions are the server's to know. */
const namesOf = async (rows: readonly Row[], client: Client | undefined) => {
  const sessions = rows.filter((row) => 'sessionId' in row);
  return sessions.length === 0 || client === undefined ? undefined : agentSessionNames(client, sessions);
};

const limitOf = (given: number | undefined, kind: UsageKind, { isTerminal }: Screen): { limit?: number } => {
  if (given !== undefined) return { limit: given };
  return kind === 'sessions' && isTerminal ? { limit: usualSessions } : {};
};

interface Typed {
  since: Day | undefined;
  until: Day | undefined;
  source: string | undefined;
  model: string | undefined;
  project: string | undefined;
  session: string | undefined;
  breakdown: boolean;
}

const filtersOf = ({ since, until, source, model, project, session, breakdown }: Typed, timeZone: string): Filters => {
  const today = dayAt(Date.now(), timeZone);
  const days = { since: since?.(today), until: until?.(today, 'last') };
  if (days.since !== undefined && days.until !== undefined && days.until < days.since)
    throw usageFailure(`--until ${days.until} lies before --since ${days.since}`);
  const given = Object.entries({ ...days, source, model, project, session }).filter(([, value]) => value !== undefined);
  return { timeZone, ...(breakdown ? { breakdown } : {}), ...(Object.fromEntries(given) as Partial<Filters>) };
};

/** While the server still reads what there is, its reports are of a part. */
const fromServer = async (client: Client, { wait }: { wait: boolean }): Promise<ReadReport> => {
  if (wait) await waitForReading(client);
  else tellReading(await askReading(client));
  return async (kind, { timeZone, breakdown, ...names }) => {
    const query = { tz: timeZone, ...names, ...(breakdown ? { breakdown: 'true' as const } : {}) };
    return ask(client.GET(`/api/usage/${kind}`, { params: { query } }));
  };
};

const fromFiles = (settings: Settings): ReadReport => {
  const file = pricesFile(dataFolder(settings.data, process.env));
  const told = new Set<string>();
  const onProblem = (sentence: string) => {
    if (!told.has(sentence)) say(`own prices are left out: ${sentence}`);
    told.add(sentence);
  };
  return async (kind, filters) => {
    const { offlineReport } = await import('../../ledger/offline.ts');
    return offlineReport(kind, filters, { file, onProblem });
  };
};
