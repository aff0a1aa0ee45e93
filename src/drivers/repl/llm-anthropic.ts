import { z } from 'zod';
import type { ModelUsage } from './llm-model.ts';
import { blocksOfText, nonZero, tokens, word } from './llm-provider.ts';
import type { Provider } from './llm-provider.ts';

/** Anthropic's messages: https://docs.anthropic.com/en/api/messages */

/** The provider wants to be told how many at most. */
export const usualMaxTokens = 4096;

const usageSchema = z.object({
  input_tokens: z.int().min(0),
  output_tokens: z.int().min(0),
  cache_read_input_tokens: tokens,
  cache_creation_input_tokens: tokens,
  cache_creation: z.object({ ephemeral_5m_input_tokens: tokens, ephemeral_1h_input_tokens: tokens }).nullish(),
});
const answerSchema = z.object({ content: blocksOfText, model: word, stop_reason: word, usage: usageSchema });

export const anthropic: Provider = {
  keyVariable: 'ANTHROPIC_API_KEY',
  baseVariable: 'ANTHROPIC_BASE_URL',
  usualBase: 'https://api.anthropic.com',
  path: '/v1/messages',
  headersOf: (key) => ({ 'anthropic-version': '2023-06-01', ...(key === undefined ? {} : { 'x-api-key': key }) }),
  bodyOf: ({ prompt, system, model, maxTokens = usualMaxTokens, temperature, stop }) => ({
    model,
    max_tokens: maxTokens,
    ...(system ? { system } : {}),
    messages: [{ role: 'user', content: prompt }],
    ...(temperature === undefined ? {} : { temperature }),
    ...(stop?.length ? { stop_sequences: stop } : {}),
  }),
  answerOf: (body) => {
    const { content, model, stop_reason: stopReason, usage } = answerSchema.parse(body);
    return { text: content, ...(model && { model }), ...(stopReason && { stopReason }), usage: usageOf(usage) };
  },
};

/** What the split by lifetime leaves out of all that was written lives for five minutes, the provider's default. */
const usageOf = (usage: z.infer<typeof usageSchema>): ModelUsage => {
  const split = usage.cache_creation;
  const cacheWrite1h = split?.ephemeral_1h_input_tokens ?? 0;
  const cacheWrite5m = Math.max(
    split?.ephemeral_5m_input_tokens ?? 0,
    usage.cache_creation_input_tokens - cacheWrite1h,
  );
  const { input_tokens: input, output_tokens: output, cache_read_input_tokens: cacheRead } = usage;
  return { input, output, ...nonZero({ cacheRead, cacheWrite5m, cacheWrite1h }) };
};
