import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateLimit, rateOf } from './rate-limit.ts';
import type { Rate } from './rate-limit.ts';

const newLimit = (rate: Rate) => {
  const clock = { at: 1_790_000_000_000 };
  return { clock, limit: new RateLimit(rate, () => clock.at) };
};

describe('a rate', () => {
  it('lets a burst through, and then as many as come back', () => {
    const { clock, limit } = newLimit({ perSecond: 2, burst: 3 });
    const rate = { perSecond: 2, burst: 3 };
    expect(limit.take('a')).toEqual({ rate, isAllowed: true, remaining: 2, fullIn: 1, retryAfter: 0 });
    limit.take('a');
    expect(limit.take('a')).toEqual({ rate, isAllowed: true, remaining: 0, fullIn: 2, retryAfter: 1 });
    expect(limit.take('a')).toMatchObject({ isAllowed: false, remaining: 0, retryAfter: 1 });
    clock.at += 499;
    expect(limit.take('a').isAllowed).toBe(false);
    clock.at += 1;
    expect(limit.take('a').isAllowed).toBe(true);
    expect(limit.take('a').isAllowed).toBe(false);
    expect(limit.take('b').isAllowed).toBe(true);
  });

  it('is not helped by a clock that goes back', () => {
    const { clock, limit } = newLimit({ perSecond: 1, burst: 1 });
    limit.take('a');
    clock.at -= 60_000;
    expect(limit.take('a')).toMatchObject({ isAllowed: false, retryAfter: 1 });
  });

  it('has a burst of five seconds unless told otherwise', () => {
    expect(rateOf(100)).toEqual({ perSecond: 100, burst: 500 });
    expect(rateOf(100, 7)).toEqual({ perSecond: 100, burst: 7 });
  });

  it('in any span lets through no more than the burst and what came back, and who waits as told is let through', () => {
    const waits = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 100 }),
        waits,
        (perSecond, burst, pauses) => {
          const { clock, limit } = newLimit({ perSecond, burst });
          const began = clock.at;
          let through = 0;
          for (const pause of pauses) {
            clock.at += pause;
            const { isAllowed, remaining, fullIn, retryAfter } = limit.take('a');
            through += isAllowed ? 1 : 0;
            expect(through).toBeLessThanOrEqual(burst + ((clock.at - began) * perSecond) / 1000 + 1e-6);
            expect(remaining).toBeLessThanOrEqual(burst);
            expect(remaining + fullIn * perSecond).toBeGreaterThanOrEqual(burst - 1);
            if (isAllowed) continue;
            clock.at += retryAfter * 1000;
            expect(limit.take('a').isAllowed).toBe(true);
            through += 1;
          }
        },
      ),
    );
  });
});

describe('what is kept', () => {
  it('is nothing of those who are long gone', () => {
    const { clock, limit } = newLimit({ perSecond: 10, burst: 20 });
    for (let i = 0; i < 1000; i++) limit.take(`token ${i}`);
    expect(limit.size).toBe(1000);
    clock.at += 2000;
    limit.take('one more');
    expect(limit.size).toBe(1);
  });

  it('has a bound, and loses those first that were gone the longest', () => {
    const { limit } = newLimit({ perSecond: 1, burst: 1 });
    for (let i = 0; i < 100_001; i++) limit.take(`token ${i}`);
    expect(limit.size).toBe(100_000);
    expect(limit.take('token 1').isAllowed).toBe(false);
    expect(limit.take('token 0').isAllowed).toBe(true);
  });
});
