import { Temporal } from 'temporal-polyfill';
import { daysIn } from '../contract/days.ts';

/** Buckets of analytics in a time zone, daylight saving respected. All times Unix ms; the clock comes with the question. */

export const periods = ['hour', 'day', 'week', 'month'] as const;
export type Period = (typeof periods)[number];

const fiveMinutesMs = 300_000;
const halfHourMs = 1_800_000;

const bucketCounts: Record<Period, number> = { hour: 12, day: 24, week: 7, month: 30 };

/** The zone's name as the IANA database spells it; undefined for what is not one. */
export const timeZoneNamed = (name: string): string | undefined => {
  if (!/^[a-z]/i.test(name)) return undefined;
  try {
    return new Temporal.ZonedDateTime(0n, name).timeZoneId;
  } catch {
    return undefined;
  }
};

/** Where each bucket of the period begins, and where the last one, which holds now, ends. */
export const bucketEdges = (period: Period, now: number, timeZone: string): number[] => {
  const count = bucketCounts[period];
  switch (period) {
    case 'hour': {
      const last = Math.floor(now / fiveMinutesMs);
      return Array.from({ length: count + 1 }, (_, i) => (last - count + 1 + i) * fiveMinutesMs);
    }
    case 'day':
      return hourEdges(count, now, timeZone);
    case 'week':
    case 'month':
      return dayEdges(count, now, timeZone);
  }
};

/** Full hours on the zone's clocks: one that is set by half an hour makes an hour of 30 or 90 minutes. */
const hourEdges = (count: number, now: number, timeZone: string): number[] => {
  const last = hourAt(now, timeZone);
  let end = last;
  for (let time = last; end <= last;) end = hourAt((time += halfHourMs), timeZone);
  const edges = [end, last];
  while (edges.length <= count) edges.push(hourAt((edges.at(-1) ?? 0) - 1, timeZone));
  return edges.toReversed();
};

const hourAt = (time: number, timeZone: string): number =>
  zoned(time, timeZone).round({ smallestUnit: 'hour', roundingMode: 'floor' }).epochMilliseconds;

const dayEdges = (count: number, now: number, timeZone: string): number[] => {
  const { dayAt, beginOf } = daysIn(timeZone);
  const today = dayAt(now);
  return Array.from({ length: count + 1 }, (_, i) => beginOf(today + i + 1 - count));
};

/** Tells the hour of the day, 0–23, that the zone's clocks show at a time between two others. */
export const hoursOfDay = (from: number, to: number, timeZone: string): ((time: number) => number) => {
  const changes = [{ at: from, offsetMs: offsetAt(from, timeZone) }];
  for (let at = changeAfter(from, timeZone); at < to; at = changeAfter(at, timeZone)) {
    changes.push({ at, offsetMs: offsetAt(at, timeZone) });
  }
  return (time) => {
    const offsetMs = changes.findLast(({ at }) => at <= time)?.offsetMs ?? changes[0]?.offsetMs ?? 0;
    return Math.floor((time + offsetMs) / 3_600_000) % 24;
  };
};

const offsetAt = (time: number, timeZone: string): number => zoned(time, timeZone).offsetNanoseconds / 1e6;

const changeAfter = (time: number, timeZone: string): number =>
  zoned(time, timeZone).getTimeZoneTransition('next')?.epochMilliseconds ?? Infinity;

const zoned = (time: number, timeZone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(timeZone);
