/** pi's `usage` objects: what the provider counted for one response. */
import { countOf, type Fields, fieldsOf } from '../fields.ts';
import type { UsageParts } from '../reader.ts';

/**
 * Undefined when one of the counts cannot be one. `input` is without what came from the cache or went into it;
 * `cacheWrite1h` is a part of `cacheWrite`, and `reasoning` one of `output`.
 */
export function partsOf(usage: Fields): UsageParts | undefined {
  const input = countOf(usage['input']);
  const output = countOf(usage['output']);
  const cacheRead = countOf(usage['cacheRead']);
  const written = countOf(usage['cacheWrite']);
  const long = countOf(usage['cacheWrite1h']);
  const thought = countOf(usage['reasoning']);
  if (input === undefined || output === undefined || cacheRead === undefined) return undefined;
  if (written === undefined || long === undefined || thought === undefined) return undefined;
  const cacheWrite1h = Math.min(long, written);
  const parts = { input, output, cacheRead, cacheWrite5m: written - cacheWrite1h, cacheWrite1h };
  return thought > 0 ? { ...parts, reasoning: Math.min(thought, output) } : parts;
}

/** USD by pi's own prices; it knows none for models that are its user's own, and says 0. */
export function costOf(usage: Fields): number | undefined {
  const total = fieldsOf(usage['cost'])?.['total'];
  return typeof total === 'number' && Number.isFinite(total) && total > 0 ? total : undefined;
}
