import type { TimedCell, UsageExtent, UsageQuery } from '../contract/usage.ts';
import type { UsageReport, UsageReportKind, UsageRow } from '../contract/usage-report.ts';
import { totalsOf } from './report/groups.ts';
import type { ReportOptions } from './report/options.ts';
import { isPeriod, queryOf, scopeOf } from './report/query.ts';
import { rowsOf } from './report/rows.ts';

/** Reports of usage: daily, weekly, monthly, blocks, sessions, models, projects. */

export type { ReportFilters, ReportOptions } from './report/options.ts';
export { queryOf } from './report/query.ts';

/** Reads of the ledger, as far as reports need them. */
export interface ReportReads {
  cells: (query: UsageQuery) => Promise<readonly TimedCell[]>;
  extent: (query: Omit<UsageQuery, 'by' | 'edges'>) => Promise<UsageExtent | undefined>;
}

export const readReport = async <K extends UsageReportKind>(
  kind: K,
  options: ReportOptions,
  reads: ReportReads,
): Promise<UsageReport<K>> => {
  const extent = isPeriod(kind) ? await reads.extent(scopeOf(kind, options)) : undefined;
  return reportOf(kind, await reads.cells(queryOf(kind, options, extent)), options);
};

/** A report of the cells that {@link queryOf} asks for. Pure. */
export const reportOf = <K extends UsageReportKind>(
  kind: K,
  cells: readonly TimedCell[],
  options: ReportOptions,
): UsageReport<K> => {
  const { source, skipped = [], lookedIn } = options;
  const rows: UsageRow<K>[] = rowsOf[kind](cells, options);
  return {
    rows,
    totals: totalsOf(rows),
    skipped: skipped.filter((one) => source === undefined || one.source === source),
    ...(lookedIn === undefined ? {} : { lookedIn: [...lookedIn] }),
  };
};
