import type { KeptReading, LimitReading } from '../contract/usage.ts';

/**
 * Official readings of limits: the store's port. Times are Unix ms. Readings are the same when they tell the same percentage of
 * the same window, one that ends in the same minute; the same told again is kept once, from when it was first so to when it
 * was last told.
 */
export interface Limits {
  /** Of the accounts of a user; in any order, and as often as they come. */
  take(owner: string, readings: readonly LimitReading[]): Promise<void>;
  /** Of each source and length of window the one that was told last. */
  latest(owner: string): Promise<readonly KeptReading[]>;
  /** Those that were told at or after `since`, by when they were first so. */
  history(owner: string, since: number): Promise<readonly KeptReading[]>;
  /** Of windows whose readings are all older, only the highest stays; of those without an end none does. */
  thin(before: number): Promise<void>;
}
