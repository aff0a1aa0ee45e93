import type { TimedCell } from '../contract/usage.ts';
import type { Amount } from './spread.ts';
import { countedTokens } from './sum.ts';

/** The pace now, a minute. */
export interface Burn {
  tokensPerMinute: number;
  costPicoPerMinute: number;
}

const msPerMinute = 60_000;

/**
 * The pace at `now`, exponentially weighted by time: what was used `halfLifeMs` ago weighs half of what is used now. So it
 * halves with each half-life in which nothing is used, and comes to the true pace when that stays the same.
 *
 * Formula: ∫ u(t)·λ·e^(−λ·(now−t)) dt over all t up to now, with u the usage a minute and λ = ln 2 ÷ half-life; within a cell
 * u is even.
 */
export const burnAt = (cells: readonly TimedCell[], now: number, halfLifeMs: number): Burn => {
  const decay = Math.LN2 / halfLifeMs;
  const perMs: Amount = { tokens: 0, costPico: 0 };
  for (const cell of cells) {
    const weight = weightOf(cell, now, decay);
    perMs.tokens += weight * countedTokens(cell);
    perMs.costPico += weight * cell.costPico;
  }
  return { tokensPerMinute: perMs.tokens * msPerMinute, costPicoPerMinute: perMs.costPico * msPerMinute };
};

/** Mean of λ·e^(−λ·age) over a cell's time; what lies in the future has no weight. */
const weightOf = ({ firstAt, lastAt }: TimedCell, now: number, decay: number): number => {
  if (firstAt > now) return 0;
  if (lastAt === firstAt) return decay * Math.exp(-decay * (now - firstAt));
  const until = Math.min(lastAt, now);
  return (Math.exp(-decay * (now - until)) - Math.exp(-decay * (now - firstAt))) / (lastAt - firstAt);
};
