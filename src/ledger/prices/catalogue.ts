import { dataVersion, models, providers } from './catalogue.generated.ts';
import type { Match } from './match.ts';
import { isMeant, isModel } from './match.ts';

/**
 * The price data of genai-prices, as far as tokens and searches of agents go.
 *
 * It is an extract that is committed beside this file, since the package itself takes some 40 ms of CPU to import: its
 * 800 KB are object literals. The extract is texts, of which only the models of providers that are asked for are
 * parsed; it takes a third of that, the prices of the first responses included. `catalogue.test.ts` holds it to the
 * package; after an update of that, `npm run vitest -- src/ledger/prices -u` writes it anew.
 */
export { dataVersion };

/** Where a price is in force; of several the last that is wins, else the first. */
export interface DatedPrice {
  readonly constraint?:
    | { readonly type: 'start_date'; readonly start_date: string }
    | { readonly type: 'time_of_date'; readonly start_time: string; readonly end_time: string };
  readonly prices: ListPrice;
}

/** USD by kind: `_mtok` a million tokens, `_kcount` a thousand pieces. */
export type ListPrice = Readonly<Partial<Record<PriceKey, number | TieredPrice>>>;

export const priceKeys = [
  'input_mtok',
  'output_mtok',
  'output_reasoning_mtok',
  'cache_read_mtok',
  'cache_write_mtok',
  'cache_write_1h_mtok',
  'web_searches_kcount',
  'requests_kcount',
] as const;
export type PriceKey = (typeof priceKeys)[number];

/** With more than `start` tokens of input, cached ones included, all of the request has the tier's price. */
export interface TieredPrice {
  readonly base: number;
  readonly tiers: readonly { readonly start: number; readonly price: number }[];
}

export interface Model {
  readonly id: string;
  readonly match: Match;
  readonly prices: ListPrice | readonly DatedPrice[];
}

/** Who sends the bill. */
export interface Provider {
  readonly id: string;
  /** Other names that it goes by. */
  readonly provider_match?: Match;
  /** The ids of the models that it makes, or of those that only it has. */
  readonly model_match?: Match;
  /** Others whose models it sells as well, at their prices. */
  readonly fallback_model_providers?: readonly string[];
}

const allProviders = JSON.parse(providers) as readonly Provider[];
const parsed = new Map<string, readonly Model[]>();

/** Names of opencode's that the data does not know. What is a flat fee is reckoned at the provider's list price. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['fireworks-ai', 'fireworks'],
  ['novita-ai', 'novita'],
  ['togetherai', 'together'],
  ['zai-coding-plan', 'zai'],
  ['zhipuai-coding-plan', 'zhipuai'],
]);

export const providerNamed = (name: string): Provider | undefined => {
  const plain = name.toLowerCase();
  const id = otherNames.get(plain) ?? plain;
  return (
    allProviders.find((one) => one.id === id) ??
    allProviders.find((one) => one.provider_match !== undefined && isMeant(one.provider_match, id))
  );
};

/** Whose models have ids like this one. */
export const makerOf = (id: string): Provider | undefined =>
  allProviders.find((one) => one.model_match !== undefined && isMeant(one.model_match, id));

export const modelOf = (provider: Provider, id: string): Model | undefined =>
  modelsOf(provider.id).find((one) => isModel(one.match, id)) ??
  firstOf(provider.fallback_model_providers ?? [], (other) => modelsOf(other).find((one) => isModel(one.match, id)));

const modelsOf = (provider: string): readonly Model[] => {
  const known = parsed.get(provider) ?? (JSON.parse(models[provider] ?? '[]') as readonly Model[]);
  parsed.set(provider, known);
  return known;
};

const firstOf = <T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined => {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
};
