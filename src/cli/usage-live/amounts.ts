import { countWords } from '../count.ts';
import { costWords as wholeCost, unpricedMark } from '../usage-table.ts';
import type { Figures } from './figures.ts';

/** What is shown, and its amounts in words. */

export interface Shown {
  figures: Figures;
  /** By the server's clock. */
  now: number;
  timeZone: string;
  isAway: boolean;
}

/** Where labels of lines end, where they need no more. */
export const label = 8;

export type Sums = Figures['used'];

/** What counts towards limits; what was read from caches is told apart. */
export const newTokens = ({ input, output, cacheWrite5m, cacheWrite1h }: Sums): number =>
  input + output + cacheWrite5m + cacheWrite1h;

/** What it cost, and a mark where a part of it has no price. */
export const costWords = (sums: Sums): string =>
  wholeCost(sums) + (sums.unpriced > 0 && sums.unpriced < sums.responses ? unpricedMark : '');

export const newTokenWords = (sums: Sums): string => countWords(newTokens(sums));
