import type { TimedCell, UsageSum } from '../../contract/usage.ts';
import type { UsageSums } from '../../contract/usage-report.ts';
import { picoOf, usdText } from '../prices/usd.ts';
import { addUsage, noUsage } from '../sum.ts';

/** Cells that share a name, and what they add up to. */
export interface Group {
  name: string;
  cells: readonly TimedCell[];
  sum: UsageSum;
}

const sumOf = (cells: readonly UsageSum[]): UsageSum => {
  const sum = { ...noUsage };
  for (const cell of cells) addUsage(sum, cell);
  return sum;
};

/** Most first: by cost, where that is the same by tokens, then in the order of the alphabet. */
export const groupsOf = (cells: readonly TimedCell[], nameOf: (cell: TimedCell) => string): Group[] =>
  [...Map.groupBy(cells, nameOf)]
    .map(([name, some]) => ({ name, cells: some, sum: sumOf(some) }))
    .toSorted((a, b) => moreFirst(a.sum, b.sum) || (a.name < b.name ? -1 : 1));

const moreFirst = (a: UsageSum, b: UsageSum): number => b.costPico - a.costPico || tokensOf(b) - tokensOf(a);

const tokensOf = ({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }: UsageSum): number =>
  input + output + cacheRead + cacheWrite5m + cacheWrite1h;

/** As it is told outside. */
export const toldSums = (sum: UsageSum): UsageSums => ({
  input: sum.input,
  output: sum.output,
  reasoning: sum.reasoning,
  cacheRead: sum.cacheRead,
  cacheWrite5m: sum.cacheWrite5m,
  cacheWrite1h: sum.cacheWrite1h,
  costUsd: usdText(sum.costPico),
  unpriced: sum.unpriced,
  responses: sum.responses,
  incomplete: sum.incomplete,
});

/** Of rows as they are told. */
export const totalsOf = (rows: readonly UsageSums[]): UsageSums =>
  toldSums(sumOf(rows.map((row) => ({ ...row, costPico: picoOf(row.costUsd) }))));
