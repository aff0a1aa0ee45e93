import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdMsOf, mayPass, mostTries, waitMsAfter } from './llm-retry.ts';

const now = Date.UTC(2026, 8, 30, 12);

describe('the wait before another try', () => {
  it('doubles from half a second, and is drawn from all of it', () => {
    expect([1, 2, 3, 4].map((tries) => waitMsAfter(tries, 1))).toEqual([500, 1000, 2000, 4000]);
    expect(waitMsAfter(4, 0)).toBe(0);
    expect(waitMsAfter(4, 0.25)).toBe(1000);
    expect(waitMsAfter(20, 1)).toBe(30_000);
  });

  it('is never shorter than the provider asks for', () => {
    const drawn = fc.double({ min: 0, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: mostTries }), drawn, fc.nat(300_000), (tries, random, holdMs) => {
        const waitMs = waitMsAfter(tries, random, holdMs);
        expect(waitMs).toBeGreaterThanOrEqual(holdMs);
        expect(waitMs).toBeLessThanOrEqual(Math.max(holdMs, 500 * 2 ** (tries - 1)));
      }),
    );
  });
});

describe('how long a provider asks to be left alone', () => {
  it.each<[string, Record<string, string>, number | undefined]>([
    ['seconds', { 'retry-after': '7' }, 7000],
    ['a part of a second', { 'retry-after': '0.5' }, 500],
    ['milliseconds, which go before', { 'retry-after-ms': '1500', 'retry-after': '7' }, 1500],
    ['milliseconds that make no sense', { 'retry-after-ms': 'soon', 'retry-after': '7' }, 7000],
    ['a date', { 'retry-after': 'Wed, 30 Sep 2026 12:01:00 GMT' }, 60_000],
    ['a date of old form', { 'retry-after': 'Wednesday, 30-Sep-26 12:01:00 GMT' }, 60_000],
    ['a date that is over', { 'retry-after': 'Wed, 30 Sep 2026 11:59:00 GMT' }, 0],
    ['the end of time', { 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' }, 366 * 86_400_000],
    ['more digits than there are numbers', { 'retry-after': '9'.repeat(400) }, 366 * 86_400_000],
    ['less than nothing', { 'retry-after': '-5' }, undefined],
    ['a word', { 'retry-after': 'soon' }, undefined],
    ['nothing', {}, undefined],
  ])('%s', (_, headers, holdMs) => expect(holdMsOf(new Headers(headers), now)).toBe(holdMs));
});

it('takes only what may pass for that', () => {
  const all = Array.from({ length: 500 }, (_, n) => n + 100);
  expect(all.filter(mayPass)).toEqual([408, 409, 429, 500, 502, 503, 504, 529]);
});
