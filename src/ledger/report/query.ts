import { daysIn, dayOf, firstOfMonth, mondayOf } from '../../contract/days.ts';
import type { Days } from '../../contract/days.ts';
import type { UsageExtent, UsageNames, UsageQuery } from '../../contract/usage.ts';
import type { UsageReportKind } from '../../contract/usage-report.ts';
import { blockMs } from '../blocks.ts';
import type { ReportOptions } from './options.ts';

/** Which cells a report is made of. Pure. */

type Scope = Omit<UsageQuery, 'by' | 'edges'>;

/** The kinds whose rows are parts of the calendar. */
type PeriodKind = 'daily' | 'weekly' | 'monthly';

/** The first day of the period that a day lies in, and of the one after it. */
export const periods: Record<PeriodKind, { first: (day: number) => number; next: (first: number) => number }> = {
  daily: { first: (day) => day, next: (first) => first + 1 },
  weekly: { first: mondayOf, next: (first) => first + 7 },
  monthly: { first: (day) => firstOfMonth(day), next: (first) => firstOfMonth(first, 1) },
};

export const isPeriod = (kind: UsageReportKind): kind is PeriodKind => Object.hasOwn(periods, kind);

const namesOf = (kind: UsageReportKind, breakdown: boolean): (keyof UsageNames)[] => {
  if (kind === 'sessions') {
    return ['source', 'sessionId', 'project', 'model', ...(breakdown ? (['agentId'] as const) : [])];
  }
  if (kind === 'models') return ['source', 'model'];
  return kind === 'projects' ? ['source', 'project', 'model'] : ['model'];
};

/** Whom and when a report is about. Blocks are made of all that there is, as each depends on the one before. */
export const scopeOf = (kind: UsageReportKind, options: ReportOptions): Scope => {
  const { owner, source, model, project, session } = options;
  const { from, until } = boundsOf(options);
  const only = {
    ...(source === undefined ? {} : { source }),
    ...(model === undefined ? {} : { model }),
    ...(project === undefined ? {} : { project }),
    ...(session === undefined ? {} : { sessionId: session }),
  };
  return {
    ...(from === undefined || kind === 'blocks' ? {} : { from }),
    ...(until === undefined ? {} : { until: kind === 'blocks' ? until + blockMs + 1 : until }),
    ...(owner === undefined ? {} : { owner }),
    ...(Object.keys(only).length === 0 ? {} : { only }),
  };
};

/** Unix ms; what lies at `until` is out. */
export const boundsOf = ({ timeZone, since, until }: ReportOptions): { from?: number; until?: number } => {
  if (since === undefined && until === undefined) return {};
  const days = daysIn(timeZone);
  return {
    ...(since === undefined ? {} : { from: days.beginOf(dayOf(since)) }),
    ...(until === undefined ? {} : { until: days.beginOf(dayOf(until) + 1) }),
  };
};

/** `extent`: what there is of {@link scopeOf}; only the kinds of which {@link isPeriod} is true look at it. */
export const queryOf = (kind: UsageReportKind, options: ReportOptions, extent: UsageExtent | undefined): UsageQuery => {
  const query = { ...scopeOf(kind, options), by: namesOf(kind, options.breakdown ?? false) };
  if (kind === 'blocks') return { ...query, edges: 'slots' };
  return isPeriod(kind) ? { ...query, edges: edgesOf(kind, daysIn(options.timeZone), extent) } : query;
};

/** A clock that was far off must not ask for a million midnights: beyond a hundred years, quarters of an hour are told apart. */
const mostDays = 36_525;

const edgesOf = (kind: PeriodKind, days: Days, extent: UsageExtent | undefined): number[] | 'slots' => {
  if (extent === undefined) return [];
  const { first, next } = periods[kind];
  const begin = first(days.dayAt(extent.firstAt));
  if (days.dayAt(extent.lastAt) - begin > mostDays) return 'slots';
  const edges = [days.beginOf(begin)];
  for (let day = next(begin); (edges.at(-1) ?? Infinity) <= extent.lastAt; day = next(day)) {
    const edge = days.beginOf(day);
    // A day that the calendar leaves out begins where the next one does.
    if (edge > (edges.at(-1) ?? 0)) edges.push(edge);
  }
  return edges;
};
