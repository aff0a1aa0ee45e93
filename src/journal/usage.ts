import type { TimedCell, UsageExtent, UsageQuery } from '../contract/usage.ts';

export type { TimedCell, UsageExtent, UsageQuery } from '../contract/usage.ts';

/** Reads of the ledger. */
export interface UsageReads {
  /** Cells that hold something, in no order. */
  cells(query: UsageQuery): Promise<readonly TimedCell[]>;
  /** Of what `from`, `until`, `owner` and `only` leave; undefined when that is nothing. */
  extent(query: Omit<UsageQuery, 'by' | 'edges'>): Promise<UsageExtent | undefined>;
}
