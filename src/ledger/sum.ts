import type { UsageSum } from '../contract/usage.ts';

/** Sums of usage. */

export const noUsage: Readonly<UsageSum> = {
  input: 0,
  output: 0,
  reasoning: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  costPico: 0,
  responses: 0,
  incomplete: 0,
  unpriced: 0,
};

const fields = Object.keys(noUsage) as (keyof UsageSum)[];

/** Adds to a sum in place: there may be tens of thousands of cells. */
export const addUsage = (sum: UsageSum, more: Readonly<UsageSum>): void => {
  for (const field of fields) sum[field] += more[field];
};

/** Tokens that count towards a limit. Cache reads do not: they are many and weigh little. */
export const countedTokens = ({ input, output, cacheWrite5m, cacheWrite1h }: Readonly<UsageSum>): number =>
  input + output + cacheWrite5m + cacheWrite1h;
