/** Gemini CLI's `tokens` objects: what the API counted for one response. */
import { countOf, type Fields } from '../fields.ts';
import type { UsageParts } from '../reader.ts';

/**
 * Undefined when one of the counts cannot be one. `input` includes what was read from the cache, but not what a tool's
 * results added to the prompt; `output` does not include the thoughts, which are billed as output.
 */
export function partsOf(tokens: Fields): UsageParts | undefined {
  const input = countOf(tokens['input']);
  const output = countOf(tokens['output']);
  const cached = countOf(tokens['cached']);
  const thoughts = countOf(tokens['thoughts']);
  const tool = countOf(tokens['tool']);
  if (input === undefined || output === undefined || cached === undefined) return undefined;
  if (thoughts === undefined || tool === undefined) return undefined;
  const cacheRead = Math.min(cached, input);
  const told = { input: input - cacheRead + tool, output: output + thoughts };
  const parts = { ...told, cacheRead, cacheWrite5m: 0, cacheWrite1h: 0 };
  return thoughts > 0 ? { ...parts, reasoning: thoughts } : parts;
}
