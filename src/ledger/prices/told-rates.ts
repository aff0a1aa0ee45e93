import { ownPriceAt } from './own-rates.ts';
import type { PriceOverrides } from './overrides.ts';
import { listedPeriods } from './price-list.ts';
import { ratesAt } from './rates.ts';

/** The rates of a model, to be read. */

export const ratedKinds = ['input', 'output', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const;
export type RatedKind = (typeof ratedKinds)[number];

/** US dollars a million tokens; what has no price is absent. */
export type ToldRates = Partial<Record<RatedKind, number>>;

const picoPerMtok = 1e6;

/**
 * Those at a moment (Unix ms) of a request that has nothing special about it: no long context, tier or region. The user's own come
 * before those of the data.
 */
export const toldRatesOf = (model: string, overrides: PriceOverrides, at: number): ToldRates => {
  const listed = ratesAt(listedPeriods(model, undefined), at, 0);
  const own = ownPriceAt(model, overrides, at);
  const rateOf = (kind: RatedKind): number => own?.[kind] ?? (listed?.[kind] ?? NaN) / picoPerMtok;
  return Object.fromEntries(
    ratedKinds.map((kind) => [kind, rateOf(kind)] as const).filter(([, usd]) => !Number.isNaN(usd)),
  );
};
