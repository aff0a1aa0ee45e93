import type { Schemas } from '../sdk/index.ts';
import { priceList } from '../ledger/prices/price-list.ts';
import { ownPriceAt } from '../ledger/prices/own-rates.ts';
import type { OwnPrice, PriceOverrides } from '../ledger/prices/overrides.ts';
import { ratedKinds, toldRatesOf } from '../ledger/prices/told-rates.ts';
import type { RatedKind, ToldRates } from '../ledger/prices/told-rates.ts';

/** The rates of the models that were used, and what those that have none would need. */

type Prices = Schemas['UsagePrices'];
type Used = Pick<Schemas['UsageOfModel'], 'model' | RatedKind>;

export interface ModelRates extends ToldRates {
  model: string;
}

export type Unpriced = Prices['unpriced'][number] & {
  /** Kinds of tokens that it used and that have no price. */
  needs: RatedKind[];
};

export interface RatedPrices extends Omit<Prices, 'unpriced'> {
  /** Absent where the server reckons by other prices than this program knows. */
  rates?: ModelRates[];
  unpriced: Unpriced[];
}

/** `now`: Unix ms. */
export const ratedPrices = async (told: Prices, used: readonly Used[], now: number): Promise<RatedPrices> => {
  const overrides: PriceOverrides = { models: told.overrides };
  const isKnown = (await priceList(overrides)).version === told.version;
  const ratesOf = (model: string): ToldRates =>
    isKnown ? toldRatesOf(model, overrides, now) : ownRatesOf(ownPriceAt(model, overrides, now));
  const usedBy = new Map(used.map((one) => [one.model, one]));
  const rates = used.map(({ model }): ModelRates => ({ model, ...ratesOf(model) }));
  return {
    ...told,
    ...(isKnown ? { rates: rates.filter((one) => Object.keys(one).length > 1) } : {}),
    unpriced: told.unpriced.map((one) => {
      const kinds = ratedKinds.filter((kind) => (usedBy.get(one.model)?.[kind] ?? 0) > 0);
      const lacking = kinds.filter((kind) => ratesOf(one.model)[kind] === undefined);
      // What is listed may not hold on the terms that it was used on; one's own always does.
      const own = ownPriceAt(one.model, overrides, now);
      return { ...one, needs: lacking.length > 0 ? lacking : kinds.filter((kind) => own?.[kind] === undefined) };
    }),
  };
};

const ownRatesOf = (own: OwnPrice = {}): ToldRates =>
  Object.fromEntries(ratedKinds.map((kind) => [kind, own[kind]]).filter(([, usd]) => usd !== undefined));

/** Made up, in the proportions that are common. */
const examplePrices: Record<RatedKind, number> = {
  input: 1,
  output: 4,
  cacheRead: 0.1,
  cacheWrite5m: 1.25,
  cacheWrite1h: 2,
};

const mostExamples = 5;

/** A whole file of own prices: those that there are, and one for each kind that a model needs. Undefined where none is needed. */
export const examplePricesFile = ({ overrides, unpriced }: RatedPrices, now: number): string | undefined => {
  const wanting = unpriced.filter(({ model, needs }) => model !== '' && needs.length > 0).slice(0, mostExamples);
  if (wanting.length === 0) return undefined;
  const added = wanting.map(({ model, needs }): [string, OwnPrice] => {
    // Of all that fit a model a single one counts: what a pattern says of it must stand in it again.
    const { from: _, ...own } = ownPriceAt(model, { models: overrides }, now) ?? {};
    return [
      model,
      { ...overrides[model], ...own, ...Object.fromEntries(needs.map((kind) => [kind, examplePrices[kind]])) },
    ];
  });
  const models = Object.entries({ ...overrides, ...Object.fromEntries(added) });
  const lines = models.map(([model, price]) => `    ${JSON.stringify(model)}: ${JSON.stringify(price)}`);
  return ['{', '  "models": {', lines.join(',\n'), '  }', '}'].join('\n');
};
