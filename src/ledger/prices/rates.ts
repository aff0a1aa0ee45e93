import type { UsageParts } from '../../readers/reader.ts';
import type { DatedPrice, ListPrice, Model, PriceKey } from './catalogue.ts';

/** A model's prices, made ready for arithmetic. */

/** Pico-dollars a token, a search, a request; NaN where there is no price. */
export interface Rates {
  input: number;
  output: number;
  /** Of the part of `output` that is reasoning; mostly the same. */
  reasoning: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  webSearch: number;
  /** 0 where only what is used is billed. */
  request: number;
}

/** A price with its whole-request tiers, while it is in force. */
export interface Period {
  /** Unix ms. */
  from: number;
  /** Every day from one second of the UTC day to another, perhaps over midnight; absent: all day. */
  daily?: { begin: number; end: number };
  /** The one with most `above` that the input exceeds counts. Sorted by it, falling; the last has −1. */
  levels: readonly { above: number; rates: Rates }[];
}

const picoPerMtok = 1e6;
const picoPerKcount = 1e9;

/** Everything without a price. */
export const noRates: Readonly<Rates> = {
  input: NaN,
  output: NaN,
  reasoning: NaN,
  cacheRead: NaN,
  cacheWrite5m: NaN,
  cacheWrite1h: NaN,
  webSearch: NaN,
  request: 0,
};

/**
 * USD a million tokens → pico-dollars a token. Decimal prices times powers of ten are whole; products of floats not
 * quite.
 */
export const ratePerMtok = (usd: number, factor = 1): number => decimal(usd * factor * picoPerMtok);

/** USD a thousand pieces → pico-dollars a piece. */
export const ratePerThousand = (usd: number): number => decimal(usd * picoPerKcount);

const decimal = (number: number): number => Number(number.toFixed(6));

/**
 * What a response costs, rounded half up to a whole pico-dollar; NaN where something that it used has no price. Whole
 * rates and counts have an exact sum, so that nothing adds up to an error.
 */
export const costOf = (rates: Rates, parts: UsageParts, webSearches: number): number => {
  const cost = sumOf(rates, parts, webSearches);
  // Mostly all has a price. Else, what was not used needs none.
  return Math.round(Number.isNaN(cost) ? sumOf(ratesForUsed(rates, parts, webSearches), parts, webSearches) : cost);
};

const sumOf = (rates: Rates, parts: UsageParts, webSearches: number): number => {
  const reasoning = Math.min(parts.reasoning ?? 0, parts.output);
  return (
    parts.input * rates.input +
    (parts.output - reasoning) * rates.output +
    reasoning * rates.reasoning +
    parts.cacheRead * rates.cacheRead +
    parts.cacheWrite5m * rates.cacheWrite5m +
    parts.cacheWrite1h * rates.cacheWrite1h +
    webSearches * rates.webSearch +
    rates.request
  );
};

const ratesForUsed = (rates: Rates, parts: UsageParts, webSearches: number): Rates => ({
  input: parts.input === 0 ? 0 : rates.input,
  output: parts.output === 0 ? 0 : rates.output,
  reasoning: parts.output === 0 || !parts.reasoning ? 0 : rates.reasoning,
  cacheRead: parts.cacheRead === 0 ? 0 : rates.cacheRead,
  cacheWrite5m: parts.cacheWrite5m === 0 ? 0 : rates.cacheWrite5m,
  cacheWrite1h: parts.cacheWrite1h === 0 ? 0 : rates.cacheWrite1h,
  webSearch: webSearches === 0 ? 0 : rates.webSearch,
  request: rates.request,
});

/** The rates at a moment for a request with so much input; a list that has nothing for it yet gives its first. */
export const ratesAt = (periods: readonly Period[], at: number, input: number): Rates | undefined => {
  const period = periods.length === 1 ? periods[0] : (periods.findLast((one) => isInForce(one, at)) ?? periods[0]);
  if (period === undefined) return undefined;
  const { levels } = period;
  return (levels.length === 1 ? levels[0] : levels.find(({ above }) => input > above))?.rates;
};

const isInForce = ({ from, daily }: Period, at: number): boolean => {
  if (at < from) return false;
  if (daily === undefined) return true;
  const second = (at / 1000) % 86_400;
  const { begin, end } = daily;
  return begin <= end ? second >= begin && second < end : second >= begin || second < end;
};

export const periodsOf = ({ id, prices }: Model, factor: number): Period[] => {
  if (!isDated(prices)) return [{ from: -Infinity, levels: levelsOf(id, prices, factor) }];
  let from = -Infinity;
  return prices.map(({ constraint, prices: list }) => {
    if (constraint?.type === 'start_date') from = Date.parse(constraint.start_date);
    const levels = levelsOf(id, list, factor);
    // The data cannot say that hours of the day hold from a date on; they stand behind the price of that date.
    if (constraint?.type !== 'time_of_date') return { from, levels };
    return { from, daily: { begin: secondOf(constraint.start_time), end: secondOf(constraint.end_time) }, levels };
  });
};

const isDated = (prices: Model['prices']): prices is readonly DatedPrice[] => Array.isArray(prices);

/** `16:30:00Z` → 59400. */
const secondOf = (time: string): number => (Date.parse(`1970-01-01T${time}`) / 1000 + 86_400) % 86_400;

const levelsOf = (model: string, list: ListPrice, factor: number): Period['levels'] => {
  const starts = Object.values(list).flatMap((price) =>
    typeof price === 'number' ? [] : price.tiers.map(({ start }) => start),
  );
  // OpenRouter's free models have no prices; other empty lists may as well be unknown.
  const unlisted = model.endsWith(':free') ? 0 : NaN;
  return [...new Set([-1, ...starts])]
    .toSorted((a, b) => b - a)
    .map((above) => ({ above, rates: ratesOf(model, (key) => usdAbove(list, key, above) ?? unlisted, factor) }));
};

/** What a request costs that has more input than that. */
const usdAbove = (list: ListPrice, key: PriceKey, above: number): number | undefined => {
  const price = list[key];
  if (price === undefined || typeof price === 'number') return price;
  return (
    price.tiers.filter(({ start }) => start <= above).toSorted((a, b) => b.start - a.start)[0]?.price ?? price.base
  );
};

/**
 * Writes to the cache that live for an hour cost twice the input price on every Claude model, where the data does not
 * have them (platform.claude.com/docs/en/build-with-claude/prompt-caching, "Pricing": "1-hour cache write tokens are 2
 * times the base input tokens price"; those of five minutes, 1.25 times, it has). Nothing else is derived: a cached
 * token without a price of its own is unpriced.
 */
const ratesOf = (model: string, usd: (key: PriceKey) => number, factor: number): Rates => {
  const rate = (key: PriceKey) => ratePerMtok(usd(key), factor);
  const write1h = usd('cache_write_1h_mtok');
  const isDerived = Number.isNaN(write1h) && model.includes('claude') && !Number.isNaN(usd('cache_write_mtok'));
  return {
    input: rate('input_mtok'),
    output: rate('output_mtok'),
    reasoning: rate(Number.isNaN(usd('output_reasoning_mtok')) ? 'output_mtok' : 'output_reasoning_mtok'),
    cacheRead: rate('cache_read_mtok'),
    cacheWrite5m: rate('cache_write_mtok'),
    cacheWrite1h: isDerived ? ratePerMtok(2 * usd('input_mtok'), factor) : rate('cache_write_1h_mtok'),
    webSearch: ratePerThousand(usd('web_searches_kcount')),
    request: ratePerThousand(usd('requests_kcount') || 0),
  };
};
