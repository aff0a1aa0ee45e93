import type { UsageRecord } from '../../readers/reader.ts';
import type { PriceOverrides } from './overrides.ts';

/**
 * What responses cost.
 *
 *  P1  Each response by itself, by the prices at its time: sums have none, since tiers hold for whole requests.
 *  P2  What is not known is undefined, never 0: the model, or a part that it used, or the terms it was used on.
 *  P3  A model is found under its own name only, never under one that it is like.
 *  P4  The user's own prices, then those of the data, then what the source itself reckoned, where that is more than 0.
 *  P5  Reasoning is part of output and billed once.
 */

/** Of one response. */
export interface Priced {
  /** Whole pico-dollars (10⁻¹² USD). */
  costPico: number;
}

/** What a price depends on. */
export type Priceable = Pick<UsageRecord, 'source' | 'model' | 'at' | 'beganAt' | 'parts' | 'webSearches' | 'billing'>;

export interface Prices {
  /** Changes whenever the same response could get another price. */
  readonly version: string;
  /** Undefined where it is not known; see P2. */
  price(response: Priceable): Priced | undefined;
}

/**
 * Loads the price data, which takes some milliseconds; all that follows is arithmetic.
 *
 * @example
 * const prices = await openPrices();
 * const cost = prices.price(response)?.costPico; // 3_300_000_000 of $0.0033
 */
export const openPrices = async (overrides?: PriceOverrides): Promise<Prices> => {
  const { priceList } = await import('./price-list.ts');
  return priceList(overrides);
};
