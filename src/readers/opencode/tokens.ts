/** opencode's `tokens` objects. */
import { countOf, type Fields, fieldsOf } from '../fields.ts';
import type { Confidence, UsageParts } from '../reader.ts';

export interface Counted {
  parts: UsageParts;
  confidence: Confidence;
}

/** What tells how a version counted: the schema, and who answered. */
export interface Counting {
  /** Of `session_message`: reasoning is never part of the output there. */
  isLater: boolean;
  provider: string;
  model: string;
}

/**
 * Undefined when one of the counts cannot be one. `input` is without the cache, whose writes are of the five-minute kind: opencode
 * asks for no other.
 *
 * Whether `output` includes `reasoning` changed (anomalyco/opencode#21047): versions that write `total` tell by it, as that is the
 * provider's own sum. Before that, output was what the AI SDK handed over, with reasoning in it for all but Google's models: a rule
 * of thumb.
 */
export function countedIn(tokens: Fields, counting: Counting): Counted | undefined {
  const cache = fieldsOf(tokens['cache']);
  const input = countOf(tokens['input']);
  const output = countOf(tokens['output']);
  const reasoning = countOf(tokens['reasoning']);
  const cacheRead = countOf(cache?.['read']);
  const cacheWrite5m = countOf(cache?.['write']);
  if (input === undefined || output === undefined || reasoning === undefined) return undefined;
  if (cacheRead === undefined || cacheWrite5m === undefined) return undefined;
  const told = countOf(tokens['total']) ?? 0;
  const inside = input + output + cacheRead + cacheWrite5m;
  // A total that is neither sum tells nothing.
  const isTold = told === inside || told === inside + reasoning;
  const isInside = isTold ? told === inside : isInsideByRule(output, reasoning, counting);
  const parts = { input, output: isInside ? output : output + reasoning, cacheRead, cacheWrite5m, cacheWrite1h: 0 };
  const isSure = reasoning === 0 || isTold || counting.isLater || reasoning > output;
  return {
    parts: reasoning > 0 ? { ...parts, reasoning: Math.min(reasoning, parts.output) } : parts,
    confidence: isSure ? 'exact' : 'estimated',
  };
}

function isInsideByRule(output: number, reasoning: number, { isLater, provider, model }: Counting): boolean {
  if (isLater || reasoning > output) return false;
  return !provider.startsWith('google') && !/gemini/i.test(model);
}
