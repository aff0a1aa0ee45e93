import type { Billing } from '../../readers/reader.ts';
import { dataVersion, makerOf, modelOf, providerNamed } from './catalogue.ts';
import type { Model, Provider } from './catalogue.ts';
import { idsOf, isBedrockId, plainId, prefixOf } from './model-names.ts';
import { ownRatesOf } from './own-rates.ts';
import type { OwnRates } from './own-rates.ts';
import type { OwnPrice, PriceOverrides } from './overrides.ts';
import type { Priceable, Priced, Prices } from './prices.ts';
import { costOf, noRates, periodsOf, ratesAt } from './rates.ts';
import type { Period } from './rates.ts';
import { factorOf } from './terms.ts';

/** Counts the changes of what stands in this folder that change a price. */
const rulesVersion = 1;

/** Longer ones are no names of models, whatever they are. */
const longestName = 256;

/** All that is known of a model on some terms, found out once. */
interface Plan {
  periods: readonly Period[];
  own: readonly OwnRates[];
}

const unknown: Plan = { periods: [], own: [] };

/** So many models and terms are remembered; then it begins anew, as names may come from anywhere. */
const mostPlans = 4096;

/** Prices from the data and the user's own; see prices.ts. */
export const priceList = async (overrides: PriceOverrides = { models: {} }): Promise<Prices> => {
  const version = await versionOf(overrides);
  const plans = new Map<string, Plan>();
  const planFor = (model: string, billing: Billing | undefined): Plan => {
    const name = billing === undefined ? model : nameOf(model, billing);
    const known = plans.get(name);
    if (known !== undefined) return known;
    if (model.length > longestName || model.includes(separator)) return unknown;
    if (plans.size >= mostPlans) plans.clear();
    const plan = { periods: listedPeriods(model, billing), own: ownRatesOf(model, overrides) };
    plans.set(name, plan);
    return plan;
  };
  return {
    version,
    price: (response) => costBy(planFor(response.model, response.billing), response) ?? toldCost(response),
  };
};

const separator = '\n';

const nameOf = (model: string, { provider, tier, speed, region }: Billing): string =>
  provider === undefined && tier === undefined && speed === undefined && region === undefined
    ? model
    : [model, provider, tier, speed, region].join(separator);

const costBy = (plan: Plan, { model, at, parts, webSearches = 0 }: Priceable): Priced | undefined => {
  if (model === unasked) return { costPico: 0 };
  const input = parts.input + parts.cacheRead + parts.cacheWrite5m + parts.cacheWrite1h;
  const listed = ratesAt(plan.periods, at, input);
  const own = plan.own.length === 0 ? undefined : plan.own.find(({ from }) => from <= at)?.rates;
  if (listed === undefined && own === undefined) return undefined;
  const rates = own === undefined ? listed! : { ...(listed ?? noRates), ...own };
  const costPico = costOf(rates, parts, webSearches);
  // NaN where a part has no price; and no response costs more than can be counted exactly.
  return Number.isSafeInteger(costPico) ? { costPico } : undefined;
};

/** Claude Code's own messages, of errors for instance: no provider was asked. */
const unasked = '<synthetic>';

const toldCost = ({ billing }: Priceable): Priced | undefined => {
  const costPico = Math.round((billing?.costUsd ?? 0) * 1e12);
  return Number.isSafeInteger(costPico) && costPico > 0 ? { costPico } : undefined;
};

/** What the data has of a model; nothing where it does not know it, or not on these terms. */
export const listedPeriods = (model: string, billing: Billing | undefined): Period[] => {
  const found = find(plainId(model), billing?.provider);
  if (found === undefined) return [];
  const factor = factorOf(found.provider.id, found.model.id, billing);
  return factor === undefined ? [] : periodsOf(found.model, factor);
};

interface Found {
  provider: Provider;
  model: Model;
}

/**
 * The provider that billed, where that is told; else the one that the id names; else the maker of models with such ids.
 * Behind a name that the data does not know there is a gateway: it passes on the maker's price where only the maker
 * runs the model, while of a model that anyone may run nothing is known.
 */
const find = (id: string, billedBy: string | undefined): Found | undefined => {
  const named = isBedrockId(id) ? providerNamed('aws') : billedBy === undefined ? undefined : providerNamed(billedBy);
  if (named !== undefined) return findAt(named, id) ?? findAt(named, restAt(named, id));
  const prefixed = prefixOf(id);
  if (prefixed === undefined) return findSold(makerOf(id), id, billedBy);
  const seller = providerNamed(prefixed.prefix);
  if (seller !== undefined) return findSold(seller, prefixed.rest, billedBy);
  return findSold(makerOf(id), id, billedBy) ?? find(prefixed.rest, billedBy ?? prefixed.prefix);
};

const closedMakers = ['anthropic', 'google', 'openai', 'x-ai'];
/** Given away by makers of closed ones, who do not sell them. */
const isOpenWeight = (id: string): boolean => /gpt-oss|gemma/.test(id);

const findSold = (seller: Provider | undefined, id: string, billedBy: string | undefined): Found | undefined => {
  if (seller === undefined) return undefined;
  const isKnown = closedMakers.includes(seller.id) ? !isOpenWeight(id) : billedBy === undefined;
  return isKnown ? findAt(seller, id) : undefined;
};

const findAt = (provider: Provider, id: string | undefined): Found | undefined => {
  for (const one of id === undefined ? [] : idsOf(id)) {
    const model = modelOf(provider, one);
    if (model !== undefined) return { provider, model };
  }
  return undefined;
};

/** `openai/gpt-5` of OpenAI's is `gpt-5`. */
const restAt = (provider: Provider, id: string): string | undefined => {
  const prefixed = prefixOf(id);
  return prefixed !== undefined && providerNamed(prefixed.prefix) === provider ? prefixed.rest : undefined;
};

const versionOf = async ({ models }: PriceOverrides): Promise<string> => {
  const version = `genai-prices-${dataVersion}.${rulesVersion}`;
  const own = Object.entries(models).map(([name, price]) => [name, sorted(price)] as const);
  if (own.length === 0) return version;
  const { createHash } = await import('node:crypto');
  const text = JSON.stringify(own.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return `${version}+${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
};

const sorted = (price: OwnPrice) => Object.entries(price).toSorted(([a], [b]) => (a < b ? -1 : 1));
