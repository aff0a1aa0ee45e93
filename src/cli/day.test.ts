import { describe, expect, it } from 'vitest';
import { dateWords, dayAt, daysLater, monthWords, parseDay, parseTimeZone, spanWords, weekdayWords } from './day.ts';

describe('a day that is typed', () => {
  it.each([
    ['2026-11-20', '2026-11-20'],
    ['20261120', '2026-11-20'],
    ['today', '2026-03-01'],
    ['Yesterday', '2026-02-28'],
    ['0d', '2026-03-01'],
    ['7d', '2026-02-22'],
    ['365d', '2025-03-01'],
    ['2w', '2026-02-15'],
    ['3m', '2025-12-01'],
    ['2026-11', '2026-11-01'],
  ])('%s is %s', (typed, date) => expect(parseDay(typed)('2026-03-01')).toBe(date));

  it.each(['', '2026-02-30', '2026-13-01', '26-11-20', 'tomorrow', '7', '-1d', '2026-11-20T10:00', '99999d'])(
    '%s is none',
    (typed) => expect(() => parseDay(typed)).toThrow('A day is a date such as 2026-11-20'),
  );
});

describe('a month that is typed', () => {
  it('goes up to its last day', () => {
    expect(parseDay('2026-11')('2026-03-01', 'last')).toBe('2026-11-30');
    expect(parseDay('2028-02')('2026-03-01', 'last')).toBe('2028-02-29');
  });

  it('before a longer one has no day beyond its last', () => {
    expect(parseDay('1m')('2026-03-31')).toBe('2026-02-28');
    expect(parseDay('13m')('2026-01-15')).toBe('2024-12-15');
  });
});

describe('a day that is read', () => {
  it('is the one of the time zone', () => {
    const time = Date.parse('2026-11-20T23:30:00Z');
    expect(dayAt(time, 'UTC')).toBe('2026-11-20');
    expect(dayAt(time, 'Asia/Kathmandu')).toBe('2026-11-21');
    expect(dayAt(0, 'America/New_York')).toBe('1969-12-31');
  });

  it('has words', () => {
    expect(dateWords('2026-11-02')).toBe('2 Nov');
    expect(dateWords('+275760-09-13')).toBe('+275760-09-13');
    expect(weekdayWords('2026-11-20')).toBe('Fri');
    expect(monthWords('2026-01')).toBe('Jan 2026');
    expect(spanWords('2026-11-02', '2026-11-02')).toBe('2 Nov 2026');
    expect(spanWords('2026-11-02', '2026-12-20')).toBe('2 Nov – 20 Dec 2026');
    expect(spanWords('2025-11-02', '2026-01-20')).toBe('2 Nov 2025 – 20 Jan 2026');
    expect(daysLater('2026-12-28', 6)).toBe('2027-01-03');
    expect(daysLater('+275760-09-08', 6)).toBe('+275760-09-08');
  });
});

describe('a time zone', () => {
  it.each(['UTC', 'Europe/Berlin', 'asia/kathmandu'])('%s is one', (name) => expect(parseTimeZone(name)).toBe(name));
  it.each(['', 'Mars/Olympus', '+05:30'])('%s is none', (name) =>
    expect(() => parseTimeZone(name)).toThrow('IANA time zone'),
  );
});
