import { ownPriceAt } from './own-rates.ts';
import type { OwnPrice, PriceOverrides } from './overrides.ts';
import { priceList } from './price-list.ts';
import { ratedKinds, toldRatesOf } from './told-rates.ts';
import type { RatedKind, ToldRates } from './told-rates.ts';

/** The rates of the models that were used, and what those that have none would need. */

/** What a server tells of its prices. */
interface Told {
  version: string;
  overrides: PriceOverrides['models'];
  unpriced: readonly { model: string }[];
}

/** How many tokens of each kind a model used. */
type Used = { model: string } & Record<RatedKind, number>;

interface Needs {
  /** Kinds of tokens that it used and that have no price. */
  needs: RatedKind[];
  /** It has a price of others. */
  isPartly: boolean;
}

export type RatedPrices<T extends Told> = Omit<T, 'unpriced'> & {
  /** Absent where the server reckons by other prices than this program knows. */
  rates?: ({ model: string } & ToldRates)[];
  unpriced: (T['unpriced'][number] & Needs)[];
  /** A whole file of own prices: those that there are, and one for each kind that is needed. Absent where none is. */
  example?: string;
};

/** `now`: Unix ms. */
export const ratedPrices = async <T extends Told>(
  told: T,
  used: readonly Used[],
  now: number,
): Promise<RatedPrices<T>> => {
  const overrides: PriceOverrides = { models: told.overrides };
  const isKnown = (await priceList(overrides)).version === told.version;
  const ratesOf = (model: string): ToldRates =>
    isKnown ? toldRatesOf(model, overrides, now) : ownRatesOf(ownPriceAt(model, overrides, now));
  const usedBy = new Map(used.map((one) => [one.model, one]));
  const rates = used.map(({ model }) => ({ model, ...ratesOf(model) }));
  const unpriced = told.unpriced.map((one: T['unpriced'][number]) => {
    const kinds = ratedKinds.filter((kind) => (usedBy.get(one.model)?.[kind] ?? 0) > 0);
    const lacking = kinds.filter((kind) => ratesOf(one.model)[kind] === undefined);
    // What is listed may not hold on the terms that it was used on; one's own always does.
    const own = ownPriceAt(one.model, overrides, now);
    const needs = lacking.length > 0 ? lacking : kinds.filter((kind) => own?.[kind] === undefined);
    return { ...one, needs, isPartly: needs.length > 0 && own !== undefined };
  });
  const example = exampleFile(told.overrides, unpriced, now);
  return {
    ...told,
    ...(isKnown ? { rates: rates.filter((one) => Object.keys(one).length > 1) } : {}),
    unpriced,
    ...(example === undefined ? {} : { example }),
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

const exampleFile = (
  overrides: PriceOverrides['models'],
  unpriced: readonly ({ model: string } & Needs)[],
  now: number,
): string | undefined => {
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
