/** Reading JSON that nobody promised: each answer is of the type asked for, or undefined. */

export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** An empty text counts as none. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** More than any response holds: the largest contexts are a few million tokens. */
const largestCount = 100_000_000;

/** Null and absent are 0; undefined for what no count can be: negative, fractional, absurdly large, not a number. */
export function countOf(value: unknown): number | undefined {
  if (value === null || value === undefined) return 0;
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= largestCount
    ? (value as number)
    : undefined;
}

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$/;

/** Unix ms of an ISO 8601 time with its zone. */
export function timeOf(value: unknown): number | undefined {
  if (typeof value !== 'string' || !isoTime.test(value)) return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : at;
}
