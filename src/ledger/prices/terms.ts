import type { Billing } from '../../readers/reader.ts';

/**
 * Terms of service that change all of a model's prices for tokens by one factor; fees of searches stay as they are. The
 * price data has none of them. Where a provider publishes no factor that is found here, the response has no price: its
 * list price would be wrong.
 *
 * | provider | terms | factor | source |
 * |---|---|---|---|
 * | Anthropic | batch | 0.5 | platform.claude.com/docs/en/about-claude/pricing, "Batch processing" |
 * | Anthropic | `speed: fast` | 6 on Opus 4.6 and 4.7, 2 on Opus 4.8 and 5 | same page, "Fast mode pricing" |
 * | Anthropic | `inference_geo: us` | 1.1 from Opus 4.6 on, 1 before | same page, "Data residency pricing" |
 * | OpenAI | batch, flex | 0.5 | developers.openai.com/api/docs/pricing |
 * | OpenAI | priority, since called fast | by model | openai.com/api-fast-mode |
 *
 * Anthropic's `priority` is paid in advance, at prices that are agreed upon. Regions of Bedrock are models of their own
 * in the data; Vertex does not tell its region.
 */
export const factorOf = (provider: string, model: string, billing: Billing | undefined): number | undefined => {
  const tier = unless(usualTiers, billing?.tier);
  const speed = unless(usualSpeeds, billing?.speed);
  const region = unless(usualRegions, billing?.region);
  if (tier === undefined && speed === undefined && region === undefined) return 1;
  if (provider === 'anthropic') return anthropicFactor(model, tier, speed, region);
  return provider === 'openai' && region === undefined ? openaiFactor(model, tier, speed) : undefined;
};

const usualTiers = ['standard', 'default', 'auto', 'on_demand'];
const usualSpeeds = ['standard', 'normal'];
const usualRegions = ['global', 'not_available'];

const unless = (usual: readonly string[], word: string | undefined): string | undefined => {
  const plain = word?.toLowerCase();
  return plain === undefined || plain === '' || usual.includes(plain) ? undefined : plain;
};

type Word = string | undefined;

const anthropicFactor = (model: string, tier: Word, speed: Word, region: Word): number | undefined => {
  if (tier !== undefined && tier !== 'batch') return undefined;
  const pace = speed === undefined ? 1 : speed === 'fast' ? anthropicFast[model] : undefined;
  const place = region === undefined ? 1 : region === 'us' ? residencyFactor(model) : undefined;
  return pace === undefined || place === undefined ? undefined : pace * place * (tier === 'batch' ? 0.5 : 1);
};

const anthropicFast: Readonly<Record<string, number>> = {
  'claude-opus-4-6': 6,
  'claude-opus-4-7': 6,
  'claude-opus-4-8': 2,
  'claude-opus-5': 2,
};

/** Models from before it was introduced; the list is closed. */
const residencyFactor = (model: string): number =>
  /^claude-(?:v?[123](?:-|$)|(?:opus|sonnet|haiku)-4-[015]$)/.test(model) ? 1 : 1.1;

const openaiFactor = (model: string, tier: Word, speed: Word): number | undefined => {
  const word = speed ?? tier;
  if (word === 'fast' || word === 'priority') return openaiFast[model];
  return word === 'batch' || word === 'flex' ? 0.5 : undefined;
};

const openaiFast: Readonly<Record<string, number>> = {
  'gpt-5': 2,
  'gpt-5.1': 2,
  'gpt-5.2': 2,
  'gpt-5.4': 2,
  'gpt-5.4-mini': 2,
  'gpt-5.5': 2.5,
  'gpt-5.6-luna': 2,
  'gpt-5.6-sol': 2,
  'gpt-5.6-terra': 2,
};
