/** Where days begin, in time zones of every kind, on the days on which their clocks are set too. */
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { dateOf, dayOf, daysIn, firstOfMonth, isoOf, mondayOf } from './days.ts';

const hourMs = 3_600_000;

const begins = (date: string, zone: string): string => isoOf(daysIn(zone).beginOf(dayOf(date)));
const hoursOf = (date: string, zone: string): number => {
  const { beginOf } = daysIn(zone);
  return (beginOf(dayOf(date) + 1) - beginOf(dayOf(date))) / hourMs;
};

describe('a day', () => {
  it.each([
    ['UTC', '2026-11-20', '2026-11-20T00:00:00.000Z'],
    ['America/New_York', '2026-11-20', '2026-11-20T05:00:00.000Z'],
    ['Asia/Kolkata', '2026-11-20', '2026-11-19T18:30:00.000Z'],
    ['Asia/Kathmandu', '2026-11-20', '2026-11-19T18:15:00.000Z'],
    ['Australia/Eucla', '2026-11-20', '2026-11-19T15:15:00.000Z'],
    ['Pacific/Kiritimati', '2026-11-20', '2026-11-19T10:00:00.000Z'],
    // 23:59 is followed by 01:00.
    ['America/Havana', '2026-03-08', '2026-03-08T05:00:00.000Z'],
    ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00.000Z'],
    // Midnight is there twice.
    ['America/Havana', '2026-11-01', '2026-11-01T04:00:00.000Z'],
    // It is not on the calendar: the next one begins in its place.
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z'],
  ])('of %s, %s, begins at %s', (zone, date, at) => expect(begins(date, zone)).toBe(at));

  it.each([
    ['America/New_York', '2026-03-08', 23],
    ['America/New_York', '2026-11-01', 25],
    ['Europe/Berlin', '2026-03-29', 23],
    ['Europe/Berlin', '2026-10-25', 25],
    ['Australia/Lord_Howe', '2026-10-04', 23.5],
    ['Australia/Lord_Howe', '2026-04-05', 24.5],
    ['America/Havana', '2026-03-08', 23],
    ['America/Havana', '2026-11-01', 25],
  ])('on which the clocks of %s are set, %s, has %d hours, and those beside it 24', (zone, date, hours) => {
    expect(hoursOf(date, zone)).toBe(hours);
    for (const by of [-1, 1]) expect(hoursOf(dateOf(dayOf(date) + by), zone)).toBe(24);
  });

  it('is the one that Temporal has, everywhere and always', () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
    const times = fc.integer({ min: Date.parse('2015-01-01'), max: Date.parse('2040-01-01') });
    fc.assert(
      fc.property(times, zones, (time, zone) => {
        const { dayAt, beginOf } = daysIn(zone);
        const day = dayAt(time);
        const date = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(zone).toPlainDate();
        expect(dateOf(day)).toBe(date.toString());
        expect(beginOf(day)).toBe(date.toZonedDateTime(zone).epochMilliseconds);
        expect(beginOf(day)).toBeLessThanOrEqual(time);
        expect(beginOf(day + 1)).toBeGreaterThan(time);
      }),
      { numRuns: 400 },
    );
  });

  it('is found for every time that a clock may show', () => {
    for (const time of [0, -1, -8.64e15, 8.64e15, 1e18, 253_402_300_800_000]) {
      const { dayAt, beginOf } = daysIn('Europe/Berlin');
      expect(beginOf(dayAt(time))).toBeLessThanOrEqual(time);
      expect(dateOf(dayAt(time))).toMatch(/^[+-]?\d{4,6}-\d\d-\d\d$/);
      expect(isoOf(time)).toMatch(/Z$/);
    }
  });
});

describe('a date', () => {
  it('has its Monday and its first of the month', () => {
    const date = fc.date({ min: new Date(-1e13), max: new Date(1e13), noInvalidDate: true });
    fc.assert(
      fc.property(date, fc.integer({ min: 0, max: 30 }), (date, after) => {
        const plain = Temporal.PlainDate.from(date.toISOString().slice(0, 10));
        const day = dayOf(plain.toString());
        expect(dateOf(day)).toBe(plain.toString());
        expect(dateOf(mondayOf(day))).toBe(plain.subtract({ days: plain.dayOfWeek - 1 }).toString());
        expect(dateOf(firstOfMonth(day, after))).toBe(plain.with({ day: 1 }).add({ months: after }).toString());
      }),
    );
  });
});

it('refuses what is no time zone', () => expect(() => daysIn('Mars/Olympus')).toThrow(RangeError));

describe('a time as text', () => {
  it('is that of a Date', () => {
    const latest = 8_640_000_000_000_000;
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: -latest, max: latest }), fc.integer({ min: -1e13, max: 1e13 })),
        (time) => {
          expect(isoOf(time)).toBe(new Date(time).toISOString());
        },
      ),
    );
  });
});
