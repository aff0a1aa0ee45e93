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

/** Adds to a sum in place, field by field: there may be tens of thousands of cells. */
export const addUsage = (sum: UsageSum, more: Readonly<UsageSum>): void => {
  sum.input += more.input;
  sum.output += more.output;
  sum.reasoning += more.reasoning;
  sum.cacheRead += more.cacheRead;
  sum.cacheWrite5m += more.cacheWrite5m;
  sum.cacheWrite1h += more.cacheWrite1h;
  sum.costPico += more.costPico;
  sum.responses += more.responses;
  sum.incomplete += more.incomplete;
  sum.unpriced += more.unpriced;
};

/** Tokens that count towards a limit. Cache reads do not: they are many and weigh little. */
export const countedTokens = ({ input, output, cacheWrite5m, cacheWrite1h }: Readonly<UsageSum>): number =>
  input + output + cacheWrite5m + cacheWrite1h;
