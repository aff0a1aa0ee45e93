import { namesOf } from './model-names.ts';
import type { OwnPrice, PriceOverrides } from './overrides.ts';
import type { Rates } from './rates.ts';
import { ratePerMtok, ratePerThousand } from './rates.ts';

/**
 * The user's own prices. They are the last word on what they name, whatever the tier, the region and the length of the
 * context; what they leave out stays as the data has it.
 */
export interface OwnRates {
  /** Unix ms. */
  from: number;
  rates: Partial<Rates>;
}

/**
 * Those for a model, the one that counts first: an id before a pattern, a longer pattern before a shorter one. A model
 * answers to its whole id and to its bare name, see {@link namesOf}.
 */
export const ownRatesOf = (model: string, overrides: PriceOverrides): OwnRates[] =>
  ownPricesOf(model, overrides).map((price) => ({ from: fromOf(price), rates: ratesOf(price) }));

/** The same, as they were written. */
const ownPricesOf = (model: string, { models }: PriceOverrides): OwnPrice[] => {
  const names = namesOf(model);
  return Object.entries(models)
    .filter(([pattern]) => names.some((name) => isLike(pattern, name)))
    .toSorted(
      ([a], [b]) => Number(a.includes('*')) - Number(b.includes('*')) || b.length - a.length || (a < b ? -1 : 1),
    )
    .map(([, price]) => price);
};

/** The one that counts at a moment, Unix ms. */
export const ownPriceAt = (model: string, overrides: PriceOverrides, at: number): OwnPrice | undefined =>
  ownPricesOf(model, overrides).find((price) => fromOf(price) <= at);

const fromOf = ({ from }: OwnPrice): number => (from === undefined ? -Infinity : Date.parse(from));

const isLike = (pattern: string, name: string): boolean => {
  const texts = pattern
    .trim()
    .toLowerCase()
    .split('*')
    .map((text) => RegExp.escape(text));
  return new RegExp(`^${texts.join('.*')}$`, 's').test(name);
};

const ratesOf = ({ from: _from, webSearch, ...perMtok }: OwnPrice): Partial<Rates> => ({
  ...Object.fromEntries(Object.entries(perMtok).map(([part, usd = NaN]) => [part, ratePerMtok(usd)])),
  // Reasoning is output.
  ...(perMtok.output !== undefined && { reasoning: ratePerMtok(perMtok.output) }),
  ...(webSearch !== undefined && { webSearch: ratePerThousand(webSearch) }),
});
