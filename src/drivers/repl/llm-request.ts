import { createHash } from 'node:crypto';
import { z } from 'zod';
import { usualMaxTokens } from './llm-anthropic.ts';
import { ModelError } from './llm-model.ts';
import type { ModelRequest, ModelSpec } from './llm-model.ts';

const text = z.string().min(1);
const schema = z.strictObject({
  prompt: text,
  system: z.string().optional(),
  model: text.max(200).optional(),
  maxTokens: z.int().min(1).optional(),
  temperature: z.number().min(0).max(2).optional(),
  stop: z
    .union([text.transform((one) => [one]), z.array(text).max(16)], 'must be a text or up to 16 of them')
    .optional(),
});
const optionNames = Object.keys(schema.shape).filter((name) => name !== 'prompt');

/**
 * Checks and normalises what session code passed: `prompt` beside the options. Throws a {@link ModelError} of kind
 * `configuration` that names the bad fields.
 */
export const modelRequestOf = (args: unknown): ModelRequest => {
  const read = schema.safeParse(args);
  if (!read.success) throw new ModelError('configuration', `llm: ${read.error.issues.map(described).join('; ')}`);
  return present(read.data);
};

const described = (issue: z.core.$ZodIssue): string => {
  if (issue.code !== 'unrecognized_keys') return [...issue.path, issue.message].join(': ');
  return `${shown(issue.keys)}: no such option; there are ${optionNames.join(', ')}`;
};

const mostShown = 5;
const longestShown = 80;

const shown = (names: readonly string[]): string => {
  const told = names.slice(0, mostShown).map((name) => name.slice(0, longestShown));
  return [...told, ...(names.length > mostShown ? ['…'] : [])].join(', ');
};

/** Without what says nothing: an empty list of stops, an empty system prompt. */
const present = ({ prompt, ...options }: Loose): ModelRequest => {
  const told = Object.entries(options).filter(([, value]) => value !== undefined && !isEmpty(value));
  return { prompt, ...(Object.fromEntries(told) as Omit<ModelRequest, 'prompt'>) };
};

type Loose = Pick<ModelRequest, 'prompt'> & { [name in keyof ModelRequest]: ModelRequest[name] | undefined };

const isEmpty = (value: string | number | readonly string[]): boolean =>
  typeof value !== 'number' && value.length === 0;

/**
 * The request as text that is equal where the request is: sorted keys, no whitespace, defaults left out; what a receipt's key is
 * made of. Where the provider is reached is no part of it, so that a journal replays on a machine that reaches it elsewhere.
 */
export const canonicalRequest = ({ provider, model: usualModel }: ModelSpec, request: ModelRequest): string => {
  const { prompt, system, model = usualModel, maxTokens, temperature, stop } = request;
  const told = present({
    prompt,
    system,
    model,
    maxTokens: provider === 'anthropic' && maxTokens === usualMaxTokens ? undefined : maxTokens,
    temperature,
    stop,
  });
  return JSON.stringify(Object.fromEntries(Object.entries({ ...told, provider }).toSorted(byName)));
};

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** SHA-256, hex, of a canonical request and its occurrence number (0, 1, …), so that two equal prompts keep two receipts. */
export const receiptKeyOf = (canonical: string, occurrence: number): string =>
  createHash('sha256').update(`${occurrence}\n${canonical}`).digest('hex');
