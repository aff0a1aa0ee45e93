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

/** Unix ms of an ISO 8601 time with its zone. There were no agents before 1970. */
export function timeOf(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const usual = usualTimeOf(value);
  if (usual !== undefined) return usual;
  if (!isoTime.test(value)) return undefined;
  const at = Date.parse(value);
  return at >= 0 ? at : undefined;
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Times come in order, so that most have the hour of the one before. */
let lastHour = '';
let lastHourAt = 0;

/** Nearly all times are spelled `2026-01-31T23:59:59.999Z`: read by hand, in a tenth of the time. Undefined for all others. */
function usualTimeOf(text: string): number | undefined {
  if (text.length !== 24 || text[23] !== 'Z' || text[13] !== ':' || text[16] !== ':' || text[19] !== '.')
    return undefined;
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  const ms = digits(text, 20, 23);
  if (!(minute < 60 && second < 60 && ms >= 0)) return undefined;
  if (lastHour === '' || !text.startsWith(lastHour)) {
    const at = hourOf(text);
    if (at === undefined) return undefined;
    lastHour = text.slice(0, 13);
    lastHourAt = at;
  }
  return lastHourAt + minute * 60_000 + second * 1000 + ms;
}

function hourOf(text: string): number | undefined {
  if (text[4] !== '-' || text[7] !== '-' || text[10] !== 'T') return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  // A leap day, and a year that Date.UTC takes for another, are left to others.
  const isUsual = year >= 1970 && day >= 1 && day <= (monthDays[month - 1] ?? 0) && hour < 24;
  return isUsual ? Date.UTC(year, month - 1, day, hour) : undefined;
}

/** NaN where one of them is no digit. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return value;
}
