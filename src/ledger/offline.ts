import { homedir } from 'node:os';
import type { SkippedUsage } from '../contract/usage.ts';
import type { UsageReport, UsageReportKind } from '../contract/usage-report.ts';
import { readAll } from '../readers/read-all.ts';
import type { Skipped } from '../readers/reader.ts';
import { MemoryUsage } from './memory-usage.ts';
import { readOwnPrices } from './prices/current-prices.ts';
import { openPrices } from './prices/prices.ts';
import type { Prices } from './prices/prices.ts';
import { readReport } from './report.ts';
import type { ReportFilters } from './report.ts';

/** A file of the user's own prices, and who hears of what in it can't be used: they are left out then. */
export interface OwnPricesFile {
  file: string;
  onProblem: (sentence: string) => void;
}

/** A report of what agents have left on this machine, without a server: all is read, nothing is kept. */
export const offlineReport = async <K extends UsageReportKind>(
  kind: K,
  filters: ReportFilters,
  own: OwnPricesFile,
): Promise<UsageReport<K>> => {
  const [{ responses, skipped, folders }, prices] = await Promise.all([
    readAll({ home: homedir(), env: process.env }, filters.source),
    pricesWith(own),
  ]);
  const usage = new MemoryUsage(responses, prices);
  return readReport(kind, { ...filters, now: Date.now(), skipped: counted(skipped), lookedIn: folders }, usage);
};

const pricesWith = async ({ file, onProblem }: OwnPricesFile): Promise<Prices> => {
  try {
    return await openPrices(await readOwnPrices(file));
  } catch (error) {
    onProblem((error as Error).message);
    return openPrices();
  }
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
