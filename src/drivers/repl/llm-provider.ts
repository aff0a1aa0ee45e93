import { z } from 'zod';
import type { ModelAnswer, ModelRequest } from './llm-model.ts';

/** How one kind of provider is spoken to. */
export interface Provider {
  /** Names of environment variables. */
  readonly keyVariable: string;
  readonly baseVariable: string;
  readonly usualBase: string;
  /** Below the base URL. */
  readonly path: string;
  /** Without a key where the provider asks for none. */
  readonly headersOf: (key: string | undefined) => Record<string, string>;
  readonly bodyOf: (request: ModelRequest & { model: string }, hostname: string) => object;
  /** From the JSON of an answer. Throws a ZodError where that is none. */
  readonly answerOf: (body: unknown) => Omit<ModelAnswer, 'model'> & { model?: string };
}

const block = z.object({ type: z.string(), text: z.string().optional() });

/** What a model said, in blocks of which only those of text are of use. */
export const blocksOfText = z.array(block).transform((blocks) =>
  blocks
    .filter(({ type }) => type === 'text')
    .map(({ text = '' }) => text)
    .join(''),
);

/** Of tokens; providers leave out, or set to null, what they do not count. */
export const tokens = z
  .int()
  .min(0)
  .nullish()
  .transform((told) => told ?? 0);

/** Null and an empty text say as little as nothing. */
export const word = z
  .string()
  .nullish()
  .transform((told) => told || undefined);

/** The counts that are not 0. */
export const nonZero = <N extends string>(counts: Record<N, number>): Partial<Record<N, number>> =>
  Object.fromEntries(Object.entries<number>(counts).filter(([, count]) => count > 0)) as Partial<Record<N, number>>;
