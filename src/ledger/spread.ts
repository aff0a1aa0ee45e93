import type { TimedCell } from '../contract/usage.ts';
import { countedTokens } from './sum.ts';

/**
 * Usage between moments that cells do not end at: what a cell holds is taken as spread evenly from its earliest response to
 * its latest, which is a quarter of an hour at most.
 */

export interface Amount {
  /** Those that count towards a limit; see sum.ts. */
  tokens: number;
  costPico: number;
}

export interface Spent extends Amount {
  cacheRead: number;
  responses: number;
  unpriced: number;
}

/** From `from` to `until`, both included; whole counts. */
export const spentBetween = (cells: readonly TimedCell[], from: number, until: number): Spent => {
  const spent: Spent = { tokens: 0, costPico: 0, cacheRead: 0, responses: 0, unpriced: 0 };
  for (const cell of cells) {
    const share = shareOf(cell, from, until);
    if (share === 0) continue;
    spent.tokens += share * countedTokens(cell);
    spent.costPico += share * cell.costPico;
    spent.cacheRead += share * cell.cacheRead;
    spent.responses += share * cell.responses;
    spent.unpriced += share * cell.unpriced;
  }
  for (const name of Object.keys(spent) as (keyof Spent)[]) spent[name] = Math.round(spent[name]);
  return spent;
};

const shareOf = ({ firstAt, lastAt }: TimedCell, from: number, until: number): number => {
  if (lastAt < from || firstAt > until) return 0;
  if (firstAt >= from && lastAt <= until) return 1;
  return (Math.min(lastAt, until) - Math.max(firstAt, from)) / (lastAt - firstAt);
};
