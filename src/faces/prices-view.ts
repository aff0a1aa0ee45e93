import type { RepricedAnswer, UsagePrices } from '../contract/prices.ts';
import type { TimedCell } from '../contract/usage.ts';
import { usdText } from '../ledger/prices/usd.ts';
import type { Repriced } from '../runner/reprice.ts';

const mostModels = 100;

export const toRepriced = ({ beforePico, afterPico, models, ...counts }: Repriced): RepricedAnswer => ({
  ...counts,
  costUsd: { before: usdText(beforePico), after: usdText(afterPico) },
  models: models.slice(0, mostModels).map(({ model, responses, ...cost }) => ({
    model,
    responses,
    before: usdText(cost.beforePico),
    after: usdText(cost.afterPico),
  })),
});

type Unpriced = UsagePrices['unpriced'][number];

/** Models of which responses have no price, from what each source has of each. */
export const unpricedAmong = (cells: readonly TimedCell[]): Unpriced[] => {
  const byModel = Map.groupBy(cells, ({ model }) => model);
  return [...byModel]
    .map(([model, of]): Unpriced => ({
      model,
      sources: of.map(({ source }) => source).toSorted(),
      unpriced: of.reduce((sum, cell) => sum + cell.unpriced, 0),
      responses: of.reduce((sum, cell) => sum + cell.responses, 0),
      tokens: of.reduce((sum, cell) => sum + tokensOf(cell), 0),
    }))
    .filter(({ unpriced }) => unpriced > 0)
    .toSorted((a, b) => b.tokens - a.tokens || (a.model < b.model ? -1 : 1));
};

const tokensOf = ({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }: TimedCell): number =>
  input + output + cacheRead + cacheWrite5m + cacheWrite1h;
