import { homedir } from 'node:os';
import type { SkippedUsage } from '../contract/usage.ts';
import type { UsageReport, UsageReportKind } from '../contract/usage-report.ts';
import { readAll } from '../readers/read-all.ts';
import type { Skipped } from '../readers/reader.ts';
import { MemoryUsage } from './memory-usage.ts';
import { openPrices } from './prices/prices.ts';
import { readReport } from './report.ts';
import type { ReportFilters } from './report.ts';

/** A report of what agents have left on this machine, without a server: all is read, nothing is kept. */
export const offlineReport = async <K extends UsageReportKind>(
  kind: K,
  filters: ReportFilters,
): Promise<UsageReport<K>> => {
  const [{ responses, skipped, folders }, prices] = await Promise.all([
    readAll({ home: homedir(), env: process.env }, filters.source),
    openPrices(),
  ]);
  const usage = new MemoryUsage(responses, prices);
  return readReport(kind, { ...filters, now: Date.now(), skipped: counted(skipped), lookedIn: folders }, usage);
};

const counted = (skipped: readonly (Skipped & { source: string })[]): SkippedUsage[] => {
  const counts = new Map<string, SkippedUsage>();
  for (const { source, file, reason } of skipped) {
    const name = `${source}\0${file}\0${reason}`;
    const count = (counts.get(name)?.count ?? 0) + 1;
    counts.set(name, { source, file, reason, count });
  }
  return [...counts.values()];
};
