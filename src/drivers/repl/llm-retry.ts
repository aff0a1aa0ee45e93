/** When a call of a model is tried again, and when it is given up. Pure. */

export const mostTries = 5;
/** Longer than this nobody is made to wait for a provider that asks to be left alone. */
export const longestHoldMs = 5 * 60_000;

const shortestWaitMs = 500;
const longestWaitMs = 30_000;
/** A date can be told. */
const longestToldMs = 366 * 86_400_000;

const passing: ReadonlySet<number> = new Set([408, 409, 429, 500, 502, 503, 504, 529]);

/** Whether the same request may be answered later. */
export const mayPass = (status: number): boolean => passing.has(status);

/**
 * ms to wait after so many tries, of which the last failed: exponential backoff with full jitter, so that what failed together
 * does not come again together, and not before `holdMs` are over. `random` is from 0 up to 1.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export const waitMsAfter = (tries: number, random: number, holdMs = 0): number =>
  Math.max(Math.round(random * Math.min(longestWaitMs, shortestWaitMs * 2 ** (tries - 1))), Math.ceil(holdMs));

/** ms from now for which a provider asks to be left alone; undefined where it does not, or makes no sense. */
export const holdMsOf = (headers: Headers, now: number): number | undefined => {
  const held = inMs(headers.get('retry-after-ms'), 1) ?? retryAfter(headers.get('retry-after'), now);
  return held === undefined ? undefined : Math.min(held, longestToldMs);
};

const retryAfter = (header: string | null, now: number): number | undefined => inMs(header, 1000) ?? until(header, now);

const inMs = (header: string | null, unitMs: number): number | undefined =>
  header !== null && /^\d+(\.\d+)?$/.test(header) ? Number(header) * unitMs : undefined;

/** An HTTP date begins with its weekday; what else there is that can be read as a date was not meant as one. */
const until = (header: string | null, now: number): number | undefined => {
  if (header === null || !/^[A-Z][a-z]+,? /.test(header)) return undefined;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
};
