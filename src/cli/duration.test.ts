import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countingWords, durationWords, parseDuration, remainingWords } from './duration.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('parseDuration', () => {
  it.each([
    ['5h', 5 * hour],
    ['90m', 90 * minute],
    ['1h30m', 90 * minute],
    ['1h 30m', 90 * minute],
    ['1H30M', 90 * minute],
    ['45s', 45 * second],
    ['2d', 2 * day],
    ['2d4h', 52 * hour],
    ['1.5h', 90 * minute],
    ['0.5s', 500],
    ['1h0.5m', hour + 30 * second],
    [' 10m ', 10 * minute],
    ['366d', 366 * day],
  ])('reads %s', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each([
    ['90', '90m'],
    ['1.5', '1.5h'],
  ])('refuses %s, which has no unit, and says how to give one', (text, hint) =>
    expect(() => parseDuration(text)).toThrow(hint),
  );

  it.each([
    '',
    ' ',
    'h',
    'soon',
    '-5m',
    '+5m',
    '5m1h',
    '5m5m',
    '1.5h30m',
    '1e3s',
    '5 hours',
    '0s',
    '0.0001s',
    '367d',
    '9999999999s',
    'Infinityh',
    '٣h',
    '5h!',
    '1,5h',
  ])('refuses %j', (text) => expect(() => parseDuration(text)).toThrow(/duration/i));

  it('reads back whatever is put together of whole units', () => {
    const amounts = fc.record({ d: fc.nat(364), h: fc.nat(23), m: fc.nat(59), s: fc.nat(59) });
    fc.assert(
      fc.property(amounts, fc.boolean(), ({ d, h, m, s }, spaced) => {
        fc.pre(d + h + m + s > 0);
        const text = `${d}d ${h}h ${m}m ${s}s`;
        expect(parseDuration(spaced ? text : text.replaceAll(' ', ''))).toBe(
          d * day + h * hour + m * minute + s * second,
        );
      }),
    );
  });

  it('gives a whole number of ms within its bounds, or refuses', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.dhms ]{1,12}$/)), (text) => {
        let ms: number;
        try {
          ms = parseDuration(text);
        } catch (error) {
          expect((error as Error).message).toMatch(/duration|unit/i);
          return;
        }
        expect(Number.isInteger(ms) && ms > 0 && ms <= 366 * day).toBe(true);
      }),
    );
  });
});

describe('the words of a duration', () => {
  it.each([
    [0, '0s'],
    [999, '0s'],
    [45 * second, '45s'],
    [12 * minute + 5 * second, '12m 5s'],
    [5 * hour, '5h'],
    [5 * hour + 59 * second, '5h'],
    [90 * minute, '1h 30m'],
    [52 * hour, '2d 4h'],
  ])('%d ms read %s', (ms, words) => expect(durationWords(ms)).toBe(words));

  it('are read back to what they are rounded down from', () => {
    fc.assert(
      fc.property(fc.integer({ min: second, max: 366 * day }), (ms) => {
        const read = parseDuration(durationWords(ms));
        expect(read).toBeLessThanOrEqual(ms);
        expect(ms - read).toBeLessThan(ms >= day ? hour : ms >= hour ? minute : second);
      }),
    );
  });

  it('round up what is left', () => {
    expect(remainingWords(5 * hour - 1)).toBe('5h');
    expect(remainingWords(1)).toBe('1s');
    expect(remainingWords(0)).toBe('0s');
  });

  it.each([
    [0, '0m 00s'],
    [65 * second, '1m 05s'],
    [5 * hour - 1, '4h 59m'],
    [2 * hour, '2h 00m'],
    [30 * hour, '1d 06h'],
    [-5, '0m 00s'],
  ])('count: %d ms are %s', (ms, words) => expect(countingWords(ms)).toBe(words));

  it('count in a width that changes only with their units', () => {
    const widths = (from: number, to: number, step: number) =>
      new Set(Array.from({ length: (to - from) / step }, (_, i) => countingWords(from + i * step).length));
    expect(widths(0, 10 * minute, second)).toEqual(new Set([6]));
    expect(widths(hour, 10 * hour, minute)).toEqual(new Set([6]));
  });
});
