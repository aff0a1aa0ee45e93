/** Where buckets begin in time zones of every kind, on the days on which their clocks are set too. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketEdges, hoursOfDay, periods, timeZoneNamed } from './calendar.ts';
import type { Period } from './calendar.ts';

const hourMs = 3_600_000;

/** `2026-03-08 01:00` on the zone's clocks, by the platform's own calendar. */
const shown = (time: number, timeZone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(time);

const edgesShown = (period: Period, now: string, timeZone: string): string[] =>
  bucketEdges(period, Date.parse(now), timeZone).map((edge) => shown(edge, timeZone));

const lengths = (period: Period, now: string, timeZone: string): number[] => {
  const edges = bucketEdges(period, Date.parse(now), timeZone);
  return edges.slice(1).map((edge, i) => (edge - (edges[i] ?? 0)) / hourMs);
};

describe('buckets', () => {
  it('of an hour are twelve times five minutes, the last holding now', () => {
    const edges = bucketEdges('hour', Date.parse('2026-11-20T22:18:25Z'), 'Asia/Kathmandu');
    expect(edges).toHaveLength(13);
    expect(new Date(edges[0]!).toISOString()).toBe('2026-11-20T21:20:00.000Z');
    expect(new Date(edges[12]!).toISOString()).toBe('2026-11-20T22:20:00.000Z');
  });

  it('that begin now hold now', () => {
    const now = Date.parse('2026-11-20T22:00:00Z');
    expect(bucketEdges('hour', now, 'UTC').at(-2)).toBe(now);
    expect(bucketEdges('day', now, 'UTC').at(-2)).toBe(now);
    expect(bucketEdges('week', Date.parse('2026-11-20T00:00:00Z'), 'UTC').at(-2)).toBe(
      Date.parse('2026-11-20T00:00:00Z'),
    );
  });

  it.each([
    ['UTC', '2026-11-20T22:18:25Z', '2026-11-20 22:00', '2026-11-20 00:00'],
    ['Asia/Kolkata', '2026-11-20T22:18:25Z', '2026-11-21 03:00', '2026-11-21 00:00'],
    ['Asia/Kathmandu', '2026-11-20T22:18:25Z', '2026-11-21 04:00', '2026-11-21 00:00'],
    ['Australia/Eucla', '2026-11-20T22:18:25Z', '2026-11-21 07:00', '2026-11-21 00:00'],
  ])('begin at full hours and midnights of %s', (zone, now, hour, midnight) => {
    expect(edgesShown('day', now, zone).at(-2)).toBe(hour);
    expect(edgesShown('month', now, zone).at(-2)).toBe(midnight);
    expect(new Set(lengths('day', now, zone))).toEqual(new Set([1]));
  });

  it.each([
    // 02:00 → 03:00
    ['America/New_York', '2026-03-08T12:00:00Z', 23],
    ['Europe/Berlin', '2026-03-29T12:00:00Z', 23],
    // 02:00 → 02:30
    ['Australia/Lord_Howe', '2026-10-04T03:00:00Z', 23.5],
    // 02:00 → 01:00
    ['America/New_York', '2026-11-01T12:00:00Z', 25],
    ['Europe/Berlin', '2026-10-25T12:00:00Z', 25],
    // 02:00 → 01:30
    ['Australia/Lord_Howe', '2026-04-05T03:00:00Z', 24.5],
  ])('of days have their length when the clocks of %s are set (%s): %d hours', (zone, now, hours) => {
    for (const period of ['week', 'month'] as const) {
      expect(lengths(period, now, zone).at(-1)).toBe(hours);
      expect(lengths(period, now, zone).at(-2)).toBe(24);
    }
    expect(edgesShown('week', now, zone)).toSatisfy((all: string[]) => all.every((text) => text.endsWith(' 00:00')));
  });

  it.each([
    ['America/New_York', '2026-03-08T08:30:00Z', ['00:00', '01:00', '03:00', '04:00', '05:00'], [1, 1, 1, 1]],
    ['America/New_York', '2026-11-01T07:30:00Z', ['00:00', '01:00', '01:00', '02:00', '03:00'], [1, 1, 1, 1]],
    ['Europe/Berlin', '2026-03-29T02:30:00Z', ['00:00', '01:00', '03:00', '04:00', '05:00'], [1, 1, 1, 1]],
    ['Europe/Berlin', '2026-10-25T01:30:00Z', ['01:00', '02:00', '02:00', '03:00'], [1, 1, 1]],
    ['Australia/Lord_Howe', '2026-10-03T17:30:00Z', ['01:00', '02:30', '03:00', '04:00', '05:00'], [1, 0.5, 1, 1]],
    ['Australia/Lord_Howe', '2026-04-04T16:00:00Z', ['00:00', '01:00', '02:00', '03:00'], [1, 1.5, 1]],
    ['Australia/Lord_Howe', '2026-04-04T15:15:00Z', ['00:00', '01:00', '02:00'], [1, 1.5]],
  ])('of hours leave none out and give none twice when the clocks of %s are set (%s)', (zone, now, texts, hours) => {
    expect(edgesShown('day', now, zone).slice(-texts.length)).toEqual(
      texts.map((text) => expect.stringMatching(new RegExp(` ${text}$`)) as string),
    );
    expect(lengths('day', now, zone).slice(-hours.length)).toEqual(hours);
    expect(bucketEdges('day', Date.parse(now), zone)).toHaveLength(25);
  });

  it.each([
    // Midnight does not exist: 23:59 is followed by 01:00.
    ['America/Havana', '2026-03-08T16:00:00Z', '2026-03-08 01:00', 23],
    ['Africa/Cairo', '2026-04-24T12:00:00Z', '2026-04-24 01:00', 23],
    ['Asia/Beirut', '2026-03-29T12:00:00Z', '2026-03-29 01:00', 23],
    // Midnight is there twice, or the hour before it is.
    ['America/Havana', '2026-11-01T16:00:00Z', '2026-11-01 00:00', 25],
    ['Asia/Beirut', '2026-10-24T12:00:00Z', '2026-10-24 00:00', 25],
  ])('of days begin with the first moment of the day in %s (%s)', (zone, now, begins, hours) => {
    expect(edgesShown('week', now, zone).at(-2)).toBe(begins);
    expect(lengths('week', now, zone).at(-1)).toBe(hours);
  });

  it('rise, hold now in the last, begin at slots and are as many as asked, everywhere and always', () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
    const times = fc.integer({ min: Date.parse('2024-01-01'), max: Date.parse('2035-01-01') });
    fc.assert(
      fc.property(fc.constantFrom(...periods), times, zones, (period, now, zone) => {
        const edges = bucketEdges(period, now, zone);
        expect(edges).toHaveLength({ hour: 12, day: 24, week: 7, month: 30 }[period] + 1);
        edges.slice(1).forEach((edge, i) => expect(edge).toBeGreaterThan(edges[i]!));
        expect(edges.at(-2)).toBeLessThanOrEqual(now);
        expect(edges.at(-1)).toBeGreaterThan(now);
        for (const edge of edges) expect(edge % 300_000).toBe(0);
        // A bucket that begins now is the last, and the one before is what was the last a moment ago.
        expect(bucketEdges(period, edges.at(-2)! - 1, zone).slice(1)).toEqual(edges.slice(0, -1));
      }),
      { numRuns: 300 },
    );
  });
});

describe('the hour of the day', () => {
  it('is the one that the clocks show, all through a month in which they are set', () => {
    for (const zone of ['America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Africa/Cairo']) {
      for (const now of ['2026-04-30T12:00:00Z', '2026-03-30T12:00:00Z', '2026-11-05T12:00:00Z']) {
        const edges = bucketEdges('month', Date.parse(now), zone);
        const hourOf = hoursOfDay(edges[0]!, edges.at(-1)!, zone);
        const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', hourCycle: 'h23' });
        for (let time = edges[0]!; time < edges.at(-1)!; time += 900_000) {
          expect(hourOf(time)).toBe(Number(clock.format(time)));
        }
      }
    }
  });
});

describe('a time zone', () => {
  it.each([
    ['UTC', 'UTC'],
    ['utc', 'UTC'],
    ['europe/berlin', 'Europe/Berlin'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
    ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
  ])('%s is known as %s', (name, known) => expect(timeZoneNamed(name)).toBe(known));

  it.each(['', 'Mars/Olympus', '+05:30', 'UTC+1', 'Europe/Berlin[x]', '[Europe/Berlin]', 'Europe', '../etc/passwd'])(
    '%s is none',
    (name) => expect(timeZoneNamed(name)).toBeUndefined(),
  );
});
