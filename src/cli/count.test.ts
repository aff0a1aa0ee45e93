import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countWords, parseCount, parseCountOrZero, percentWords } from './count.ts';

describe('parseCount', () => {
  it.each([
    ['1', 1],
    ['500', 500],
    ['200k', 200_000],
    ['200K', 200_000],
    ['200_000', 200_000],
    ['1.5M', 1_500_000],
    ['1.1M', 1_100_000],
    ['0.001k', 1],
    ['2.50k', 2500],
    ['2G', 2_000_000_000],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('reads %s', (text, count) => expect(parseCount(text)).toBe(count));

  it.each([
    '',
    'k',
    '-1',
    '+1',
    '0',
    '0k',
    '1.5',
    '1.2345k',
    '1e3',
    '1__0',
    '_1',
    '1_',
    '1,000',
    '1 000',
    'many',
    'NaN',
    '9007199254740992',
    '10000000G',
    '0x10',
  ])('refuses %j', (text) => expect(() => parseCount(text)).toThrow(/count/i));

  it('is exact for every decimal of a unit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9_000_000_000 }),
        fc.constantFrom(['k', 3], ['M', 6], ['g', 9]),
        (count, [unit, power]) => {
          const digits = String(count).padStart(power + 1, '0');
          expect(parseCount(`${digits.slice(0, -power)}.${digits.slice(-power)}${unit}`)).toBe(count);
        },
      ),
    );
  });

  it('gives a whole, safe number from 1, or refuses', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9._kMg]{1,20}$/)), (text) => {
        let count: number;
        try {
          count = parseCount(text);
        } catch (error) {
          expect((error as Error).message).toMatch(/count/i);
          return;
        }
        expect(Number.isSafeInteger(count) && count >= 1).toBe(true);
      }),
    );
  });

  it('takes 0 where none is an answer', () => {
    expect(parseCountOrZero('0')).toBe(0);
    expect(parseCountOrZero('2k')).toBe(2000);
    expect(() => parseCountOrZero('-0')).toThrow(/count/i);
  });
});

describe('the words of a count', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1k'],
    [1500, '1.5k'],
    [48_234, '48.2k'],
    [200_000, '200k'],
    [999_499, '999k'],
    [999_500, '1M'],
    [1_320_000, '1.32M'],
    [-1500, '-1.5k'],
    [12.4, '12'],
  ])('%d reads %s', (count, words) => expect(countWords(count)).toBe(words));

  it('are read back within a half of their third digit, and are never long', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_000_000_000 }), (count) => {
        const words = countWords(count);
        expect(words.length).toBeLessThanOrEqual(5);
        expect(Math.abs(parseCount(words) - count) / count).toBeLessThanOrEqual(0.005);
      }),
    );
  });

  it('do not say 100 % before it is reached', () => {
    expect(percentWords(199_999, 200_000)).toBe('99 %');
    expect(percentWords(200_000, 200_000)).toBe('100 %');
  });
});
