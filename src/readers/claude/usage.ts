/** Claude Code's `usage` objects, of a message and of an iteration alike. */
import { countOf, fieldsOf, type Fields } from '../fields.ts';
import type { UsageParts } from '../reader.ts';

export interface Usage {
  parts: UsageParts;
  webSearches?: number;
}

/**
 * Undefined when one of the counts cannot be one. Cache writes are split by how long they live; what the split leaves out of
 * their sum, or all of it where there is no split, lives for five minutes, the default.
 */
export function usageOf(usage: Fields): Usage | undefined {
  const split = fieldsOf(usage['cache_creation']);
  const input = countOf(usage['input_tokens']);
  const output = countOf(usage['output_tokens']);
  const cacheRead = countOf(usage['cache_read_input_tokens']);
  const written = countOf(usage['cache_creation_input_tokens']);
  const written5m = countOf(split?.['ephemeral_5m_input_tokens']);
  const written1h = countOf(split?.['ephemeral_1h_input_tokens']);
  const webSearches = countOf(fieldsOf(usage['server_tool_use'])?.['web_search_requests']);
  if (input === undefined || output === undefined || cacheRead === undefined || webSearches === undefined)
    return undefined;
  if (written === undefined || written5m === undefined || written1h === undefined) return undefined;
  const parts = {
    input,
    output,
    cacheRead,
    cacheWrite5m: Math.max(written5m, written - written1h),
    cacheWrite1h: written1h,
  };
  return webSearches > 0 ? { parts, webSearches } : { parts };
}
