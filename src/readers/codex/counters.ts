/**
 * Cumulative counters of a thread → what each response used. Codex writes the total after each response, with what the
 * last one added to it, and sends both again at will (for a new state of the limits, after a compaction); since 0.153 a
 * record of the response's own comes before.
 *
 * 1. The same total again is nothing new.
 * 2. What counts is the advance of the total.
 * 3. Where the total fell, and where what was used before is not known for sure, a new epoch begins: what the last
 *    response added counts. That it fell shows as well where it advanced by less than what the last response added.
 * 4. A response that has its own record counts by it. The counter that reports it is known by the total, or, since a
 *    compaction may set the two totals apart, by what the last response added.
 * 5. A last response of nothing (after a compaction, or when the context was full) is no response.
 */
import { type Fields, fieldsOf } from '../fields.ts';
import type { UsageParts } from '../reader.ts';

/**
 * As Codex counts: `cached` and `written` are part of `input`, `reasoning` is part of `output`. A type, so that it is
 * JSON.
 */
export type Counts = { input: number; cached: number; written: number; output: number; reasoning: number };

export type Counters = {
  total: Counts | null;
  /** The last response with a record whose counter has not come yet. */
  recorded: { usage: Counts; total: Counts | null } | null;
  /** `total` is that of a replay, which may lag behind what its parent had used. */
  isReplayed: boolean;
};

export const noCounters: Counters = { total: null, recorded: null, isReplayed: false };

export function countsOf(value: unknown): Counts | 'bad_count' | undefined {
  const fields = fieldsOf(value);
  if (fields === undefined) return undefined;
  const counts = {
    input: sumIn(fields, 'input_tokens'),
    cached: sumIn(fields, 'cached_input_tokens'),
    written: sumIn(fields, 'cache_write_input_tokens'),
    output: sumIn(fields, 'output_tokens'),
    reasoning: sumIn(fields, 'reasoning_output_tokens'),
  };
  return Object.values(counts).every((count) => Number.isSafeInteger(count) && count >= 0) ? counts : 'bad_count';
}

/** NaN for what no count is. A total has no largest value: billions are met. */
function sumIn(fields: Fields, name: string): number {
  const value = fields[name] ?? 0;
  return typeof value === 'number' ? value : NaN;
}

/** What a counter tells beyond those before it; `used` is absent where that is nothing. */
export function countTotal(
  known: Counters,
  total: Counts,
  last: Counts | undefined,
): { counters: Counters; used?: Counts } {
  const { recorded } = known;
  const counters = { total, recorded: null, isReplayed: false };
  if (same(total, recorded?.total)) return { counters };
  if (same(total, known.total)) return { counters: known };
  if (last !== undefined && same(last, recorded?.usage)) return { counters };
  // The total before stays, so that what a line that was lost told of still shows in the next advance.
  if (last !== undefined && isNothing(last)) return { counters: known };
  const isSure = recorded === null && !known.isReplayed;
  const used = isSure || last === undefined ? usedBetween(recorded?.total ?? known.total, total, last) : last;
  return { counters, ...(!isNothing(used) && { used }) };
}

/** A record counts as it stands. */
export function countRecord(known: Counters, usage: Counts, threadTotal: Counts | undefined): Counters {
  return { ...known, recorded: { usage, total: threadTotal ?? null } };
}

const names = ['input', 'cached', 'written', 'output', 'reasoning'] as const;

function usedBetween(base: Counts | null, total: Counts, last: Counts | undefined): Counts {
  if (base === null) return last ?? total;
  const advance = { ...total };
  for (const name of names) advance[name] -= base[name];
  return names.every((name) => advance[name] >= (last?.[name] ?? 0)) ? advance : (last ?? total);
}

function same(a: Counts, b: Counts | null | undefined): boolean {
  return b != null && names.every((name) => a[name] === b[name]);
}

function isNothing({ input, output }: Counts): boolean {
  return input === 0 && output === 0;
}

/** More than any response holds, as in `fields.ts`. */
const largestCount = 100_000_000;

/** Parts that share no token; undefined for what no response can have used. */
export function partsOf({ input, cached, written, output, reasoning }: Counts): UsageParts | undefined {
  if (input > largestCount || output > largestCount) return undefined;
  const cacheRead = Math.min(cached, input);
  // How long OpenAI keeps it is not said; it is the shorter one of the two.
  const cacheWrite5m = Math.min(written, input - cacheRead);
  const parts = { input: input - cacheRead - cacheWrite5m, output, cacheRead, cacheWrite5m, cacheWrite1h: 0 };
  return reasoning > 0 ? { ...parts, reasoning: Math.min(reasoning, output) } : parts;
}

/**
 * Tells the responses of a thread apart where Codex gives no id: by the total reached and what the last one added to
 * it. It holds wherever the file is moved, packed or rewritten, and without its beginning as well, which the number of
 * the epoch would not: two epochs would have to come to the same total by the same last response. A record and the
 * counter that reports it agree.
 */
export function keyOf(thread: string, total: Counts, last: Counts | undefined): string {
  return `${thread}:${textOf(total)}${last === undefined ? '' : `+${textOf(last)}`}`;
}

function textOf({ input, cached, output, reasoning }: Counts): string {
  return [input, cached, output, reasoning].join('.');
}
