/**
 * Days on the calendar of a time zone, counted from 1970-01-01; times are Unix ms. Made of `Intl` alone: what else knows time
 * zones takes a process longer to load than a report without a server may take for all of its days.
 */

const dayMs = 86_400_000;
/** A Date holds this many days to either side of 1970. */
const mostDays = 100_000_000;

export interface Days {
  /** The day that the zone's calendar shows at a time. */
  dayAt: (time: number) => number;
  /** Its first moment: midnight, or where the clocks leave midnight out, what comes in its place. */
  beginOf: (day: number) => number;
}

/** Throws a RangeError where the name is not one of a time zone. */
export const daysIn = (timeZone: string): Days => {
  const offsetAt = offsetsOf(timeZone);
  const dayAt = (time: number): number => Math.floor((time + offsetAt(time)) / dayMs);
  const beginOf = (day: number): number => {
    const midnight = day * dayMs;
    const [before, after] = [offsetAt(midnight - dayMs), offsetAt(midnight + dayMs)];
    return before === after ? midnight - before : firstOf(day, dayAt);
  };
  return { dayAt, beginOf };
};

/** The clocks are set within a day of this midnight: the first moment is sought where no offset is too large to find it. */
const firstOf = (day: number, dayAt: (time: number) => number): number => {
  let low = (day - 1) * dayMs;
  let high = (day + 1) * dayMs;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (dayAt(middle) >= day) high = middle;
    else low = middle;
  }
  return high;
};

const spelled = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

/** By how many ms the zone's clocks are ahead at a time; what was asked before is known. */
const offsetsOf = (timeZone: string): ((time: number) => number) => {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  const known = new Map<number, number>();
  return (time) => {
    const met = known.get(time);
    if (met !== undefined) return met;
    const [, sign, hours = 0, minutes = 0, seconds = 0] = spelled.exec(format.format(within(time))) ?? [];
    const amount = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
    const offset = sign === '-' ? -amount : amount;
    known.set(time, offset);
    return offset;
  };
};

/** What a Date can hold of a time. */
const within = (time: number): number => Math.max(-mostDays * dayMs, Math.min(mostDays * dayMs, time));

/** `2026-11-20`. */
export const dateOf = (day: number): string => isoOf(day * dayMs).split('T')[0] ?? '';

/** `2026-11-20T09:00:00.000Z`; the nearest that there is for a time that no Date can hold. */
export const isoOf = (time: number): string => {
  const whole = Math.trunc(within(time));
  const day = Math.floor(whole / dayMs);
  // Reports tell many times of few days, and a Date takes a microsecond to be told.
  if (day !== latest.day) latest = { day, date: new Date(day * dayMs).toISOString().slice(0, -'00:00:00.000Z'.length) };
  const ms = whole - day * dayMs;
  const part = (unit: number, of: number, digits = 2) => String(Math.floor(ms / unit) % of).padStart(digits, '0');
  return `${latest.date}${part(3_600_000, 24)}:${part(60_000, 60)}:${part(1000, 60)}.${part(1, 1000, 3)}Z`;
};

let latest = { day: Number.NaN, date: '' };

export const dayOf = (date: string): number => Math.floor(Date.parse(date) / dayMs);

/** 1970-01-01 was a Thursday. */
export const mondayOf = (day: number): number => day - ((((day + 3) % 7) + 7) % 7);

/** The first of its month, or of the month so many after it. */
export const firstOfMonth = (day: number, after = 0): number => {
  const date = new Date(within(day * dayMs));
  return Math.floor(new Date(0).setUTCFullYear(date.getUTCFullYear(), date.getUTCMonth() + after, 1) / dayMs);
};
