import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { burnAt } from './burn.ts';
import { cellsOf } from './cells.suite.ts';
import { spentBetween } from './spread.ts';

const minute = 60_000;
const now = Date.UTC(2026, 9, 1, 12);
const halfLife = 15 * minute;

/** 1000 tokens and 2 pico-dollars every minute, up to `ago` minutes ago. */
const steady = (minutes: number, ago = 0) =>
  cellsOf(Array.from({ length: minutes }, (_, i) => ({ at: now - (ago + i) * minute, tokens: 1000, costPico: 2 })));

describe('burn', () => {
  it('is nothing without usage, and of what lies ahead', () => {
    expect(burnAt([], now, halfLife)).toEqual({ tokensPerMinute: 0, costPicoPerMinute: 0 });
    expect(burnAt(cellsOf([{ at: now + 1, tokens: 5 }]), now, halfLife).tokensPerMinute).toBe(0);
  });

  it('comes to the true pace', () => {
    const { tokensPerMinute, costPicoPerMinute } = burnAt(steady(600), now, halfLife);
    expect(tokensPerMinute / 1000).toBeCloseTo(1, 1);
    expect(costPicoPerMinute / 2).toBeCloseTo(1, 1);
  });

  it('is half of it after the first half-life', () => {
    expect(burnAt(steady(15), now, halfLife).tokensPerMinute / 1000).toBeCloseTo(0.5, 1);
  });

  it('halves with every half-life of idling', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 20 }), (minutes, halves) => {
        const before = burnAt(steady(minutes), now, halfLife).tokensPerMinute;
        const after = burnAt(steady(minutes), now + halves * halfLife, halfLife).tokensPerMinute;
        expect(after / before).toBeCloseTo(0.5 ** halves, 10);
      }),
    );
  });

  it('counts no cache reads', () => {
    const cells = cellsOf([{ at: now, tokens: 7, cacheRead: 1_000_000 }]);
    expect(burnAt(cells, now, halfLife)).toEqual(burnAt(cellsOf([{ at: now, tokens: 7 }]), now, halfLife));
  });
});

describe('what was spent between two moments', () => {
  const entries = fc.array(
    fc.record({ at: fc.integer({ min: now, max: now + 600 * minute }), tokens: fc.integer({ min: 0, max: 9999 }) }),
    { maxLength: 40 },
  );

  it('is exact where both are quarters, and never over all of it', () => {
    const quarters = fc.integer({ min: -1, max: 42 }).map((n) => now + n * 15 * minute);
    fc.assert(
      fc.property(entries, quarters, quarters, (all, from, until) => {
        const within = all.filter(({ at }) => at >= from && at <= until);
        const { tokens, responses } = spentBetween(cellsOf(all), from, until);
        expect(tokens).toBe(within.reduce((sum, one) => sum + one.tokens, 0));
        expect(responses).toBe(within.length);
      }),
    );
  });

  it('is cut evenly elsewhere, without losing or doubling', () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: now, max: now + 600 * minute }), (all, cut) => {
        const cells = cellsOf(all);
        const [before, after] = [spentBetween(cells, -Infinity, cut), spentBetween(cells, cut, Infinity)];
        const whole = all.reduce((sum, one) => sum + one.tokens, 0);
        const onCut = all.filter(({ at }) => at === cut).reduce((sum, one) => sum + one.tokens, 0);
        expect(before.tokens + after.tokens).toBeGreaterThanOrEqual(whole - 1);
        expect(before.tokens + after.tokens).toBeLessThanOrEqual(whole + onCut + 1);
      }),
    );
  });
});
