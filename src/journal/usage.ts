import type { UsageCell, UsageNames } from '../contract/usage.ts';

/** Reads of the ledger: every agent's responses, each counted once, summed as asked. Times are Unix ms. */

export interface UsageQuery {
  /** What to tell apart; names that are not asked for are '' in the cells. */
  by: readonly (keyof UsageNames)[];
  /**
   * Rising times at which cells end too, e.g. midnights; what lies before the first or from the last on is left out. `slots`:
   * every quarter of an hour is apart, and what lies exactly on one is apart from what follows it. Absent: time is one.
   */
  edges?: readonly number[] | 'slots';
  /** Only what lies at or after it. */
  from?: number;
  /** Only what lies before it. */
  until?: number;
  /** Only sessions of this user. */
  owner?: string;
  /** Only what has just these names. */
  only?: Partial<UsageNames>;
}

/** With `edges`: the last of them at or before it; with `slots`: the quarter's beginning; else the earliest time in it. */
export interface TimedCell extends UsageCell {
  begin: number;
}

/** The earliest and the latest response. */
export interface UsageExtent {
  firstAt: number;
  lastAt: number;
}

export interface UsageReads {
  /** Cells that hold something, in no order. */
  cells(query: UsageQuery): Promise<readonly TimedCell[]>;
  /** Of what `from`, `until`, `owner` and `only` leave; undefined when that is nothing. */
  extent(query: Omit<UsageQuery, 'by' | 'edges'>): Promise<UsageExtent | undefined>;
}
