import { z } from 'zod';
import type { ModelUsage } from './llm-model.ts';
import { blocksOfText, nonZero, tokens, word } from './llm-provider.ts';
import type { Provider } from './llm-provider.ts';

/** OpenAI's chat completions, and what is compatible with them: https://platform.openai.com/docs/api-reference/chat */

const usageSchema = z.object({
  prompt_tokens: tokens,
  completion_tokens: tokens,
  total_tokens: tokens,
  prompt_tokens_details: z.object({ cached_tokens: tokens }).nullish(),
  completion_tokens_details: z.object({ reasoning_tokens: tokens }).nullish(),
});
const messageSchema = z.object({ content: z.union([z.string(), blocksOfText]).nullish(), refusal: word });
const choiceSchema = z.object({ message: messageSchema, finish_reason: word });
const answerSchema = z.object({
  choices: z.tuple([choiceSchema], z.unknown()),
  model: word,
  // Some compatible servers count nothing.
  usage: usageSchema.nullish(),
});

export const openai: Provider = {
  keyVariable: 'OPENAI_API_KEY',
  baseVariable: 'OPENAI_BASE_URL',
  usualBase: 'https://api.openai.com/v1',
  path: '/chat/completions',
  headersOf: (key): Record<string, string> => (key === undefined ? {} : { authorization: `Bearer ${key}` }),
  bodyOf: ({ prompt, system, model, maxTokens, temperature, stop }, hostname) => ({
    model,
    messages: [...(system ? [{ role: 'system', content: system }] : []), { role: 'user', content: prompt }],
    ...(maxTokens === undefined ? {} : { [limitName(hostname)]: maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(stop?.length ? { stop } : {}),
  }),
  answerOf: (body) => {
    const { choices, model, usage } = answerSchema.parse(body);
    const [{ message, finish_reason: stopReason }] = choices;
    const text = message.content || (message.refusal ?? '');
    return { text, ...(model && { model }), ...(stopReason && { stopReason }), usage: usageOf(usage) };
  },
};

/** OpenAI's newer models refuse the old name; many of the compatible servers know no other. */
const limitName = (hostname: string): string =>
  /(^|\.)openai\.(azure\.)?com$/.test(hostname) ? 'max_completion_tokens' : 'max_tokens';

/** A few compatible servers count reasoning beside the completion; their total tells. */
const usageOf = (usage: z.infer<typeof answerSchema>['usage']): ModelUsage => {
  if (!usage) return { input: 0, output: 0 };
  const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = usage;
  const told = usage.completion_tokens_details?.reasoning_tokens ?? 0;
  const output = total === prompt + completion + told ? completion + told : completion;
  const cacheRead = Math.min(usage.prompt_tokens_details?.cached_tokens ?? 0, prompt);
  return { input: prompt - cacheRead, output, ...nonZero({ reasoning: Math.min(told, output), cacheRead }) };
};
