import { ask, open } from '../api.ts';
import type { Client } from '../client.ts';
import { command, flag, optional, withDefault } from '../command.ts';
import type { Settings } from '../command.ts';
import { dayAt, parseDay, parseTimeZone, timeZoneHere } from '../day.ts';
import type { Day } from '../day.ts';
import { exitCodes, usageFailure } from '../failure.ts';
import { choice, label, text, wholeNumber } from '../parse.ts';
import { say } from '../say.ts';
import type { Screen } from '../screen.ts';
import { reportFor } from '../usage-choice.ts';
import type { Filters, ReadReport } from '../usage-choice.ts';
import { usageCsv } from '../usage-csv.ts';
import { usageKinds } from '../usage-lines.ts';
import type { UsageKind } from '../usage-lines.ts';
import { askReading, tellReading, waitForReading } from '../usage-reading.ts';
import { skippedWords, usageText } from '../usage-words.ts';
import { dataFolder, pricesFile } from '../../place.ts';

/** Sessions are many: a terminal shows those that cost most. */
const usualSessions = 30;

export const usageCommand = command({
  about:
    'Shows what every coding agent on the server’s machine has used: tokens and cost by day, week, month, five-hour block, session, model or project. Each response counts once, however many files have a copy of it.',
  args: { kind: withDefault('[report]', `${usageKinds.join(', ')} (daily)`, choice(usageKinds), 'daily') },
  options: {
    since: optional('--since <day>', 'from this day on: 2026-11-20, today, yesterday, 7d', parseDay),
    until: optional('--until <day>', 'up to this day', parseDay),
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
    const read = options.server ? await fromServer(await open(settings), options) : fromFiles(settings);
    const report = await reportFor(kind, filters, read);
    if (csv) {
      process.stdout.write(await usageCsv(kind, report));
      const skipped = skippedWords(report);
      if (skipped !== undefined) say(skipped);
      return exitCodes.ok;
    }
    const limit = limitOf(options.limit, kind, screen);
    const isFiltered = Object.keys(filters).some((name) => name !== 'timeZone' && name !== 'breakdown');
    const asked = { kind, timeZone: tz, isFiltered, ...limit };
    return { value: report, text: (to) => usageText(to, asked, report) };
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
  const days = { since: since?.(today), until: until?.(today) };
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
