import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../contract/event.ts';
import {
  at,
  completed,
  minutes,
  paused,
  resumed,
  sessionAfter,
  started,
  startTime,
  tokens,
} from './decider-specification.suite.ts';
import { fold } from './evolve.ts';
import { averagePerMinute, projectionOf } from './projection.ts';
import type { Existing } from './state.ts';

describe('the average', () => {
  it('is the total over the active minutes since the start', () => {
    const state = sessionAfter(started(), tokens(5, 60, 60), paused(10), resumed(50));
    expect(averagePerMinute(state, at(60))).toBe(3);
    expect(averagePerMinute(sessionAfter(started(), tokens(5, 60, 60), completed(10)), at(500))).toBe(6);
  });

  it('takes at least one second', () => {
    const state = sessionAfter(started(), tokens(0, 7, 7));
    expect(averagePerMinute(state, startTime)).toBe(420);
    expect(averagePerMinute(state, startTime + 999)).toBe(420);
    expect(averagePerMinute(state, startTime + 2000)).toBe(210);
  });
});

describe('the projection', () => {
  const hour = started({ tokenBudget: 1000 });

  it('is the total under three rows', () => {
    const state = sessionAfter(hour, tokens(1, 10, 10), tokens(2, 30, 40));
    expect(projectionOf(state, at(2))).toEqual({ currentRate: 30, projectedTotal: 40, timeToLimit: 32, confidence: 0 });
  });

  it('weighs the last intervals, 0.8 for each step back', () => {
    const state = sessionAfter(hour, tokens(1, 10, 10), tokens(2, 30, 40), tokens(4, 20, 60));
    const rate = (10 + 30 * 0.8) / 1.8;
    const { currentRate, projectedTotal, timeToLimit } = projectionOf(state, at(5));
    expect(currentRate).toBeCloseTo(rate, 10);
    expect(projectedTotal).toBe(Math.round(60 + 55 * rate));
    expect(timeToLimit).toBeCloseTo(940 / rate, 10);
  });

  it('looks back ten intervals and no further', () => {
    const early = Array.from({ length: 30 }, (_, i) => tokens(i, 1_000_000, 0));
    const late = Array.from({ length: 11 }, (_, i) => tokens(30 + i, 5, 0));
    expect(projectionOf(sessionAfter(hour, ...early, ...late.slice(0, 9)), at(41)).currentRate).toBeGreaterThan(5);
    expect(projectionOf(sessionAfter(hour, ...early, ...late), at(41)).currentRate).toBeCloseTo(5, 10);
  });

  it('shrinks as the time runs out and stands still in a pause', () => {
    const rows = [hour, tokens(1, 10, 10), tokens(2, 10, 20), tokens(3, 10, 30)];
    expect(projectionOf(sessionAfter(...rows), at(3)).projectedTotal).toBe(30 + 570);
    expect(projectionOf(sessionAfter(...rows), at(33)).projectedTotal).toBe(30 + 270);
    expect(projectionOf(sessionAfter(...rows, paused(3)), at(33)).projectedTotal).toBe(30 + 570);
  });

  it('is the total of a session that ended, and of one without a limit', () => {
    const rows = [tokens(1, 10, 10), tokens(2, 10, 20), tokens(3, 10, 30)];
    expect(projectionOf(sessionAfter(hour, ...rows, completed(4)), at(4)).projectedTotal).toBe(30);
    expect(projectionOf(sessionAfter(started({ duration: 0 }), ...rows), at(4)).projectedTotal).toBe(30);
  });

  it('is the total where all rows came at one moment', () => {
    const state = sessionAfter(hour, tokens(1, 10, 10), tokens(1, 10, 20), tokens(1, 10, 30));
    expect(projectionOf(state, at(1))).toMatchObject({ currentRate: 0, projectedTotal: 30, confidence: 0 });
  });
});

describe('the time to the limit', () => {
  const rows = [tokens(1, 10, 10), tokens(2, 10, 20), tokens(3, 10, 30)];

  it.each([
    ['null without a budget', undefined, null],
    ['0 when the budget is reached', 30, 0],
    ['0 when it is exceeded', 20, 0],
    ['what is left over the rate', 100, 7],
  ])('is %s', (_, tokenBudget, expected) => {
    const state = sessionAfter(started(tokenBudget === undefined ? {} : { tokenBudget }), ...rows);
    expect(projectionOf(state, at(3)).timeToLimit).toBe(expected);
  });

  it('is null without a rate', () => {
    expect(projectionOf(sessionAfter(started({ tokenBudget: 100 })), at(3)).timeToLimit).toBeNull();
    expect(projectionOf(sessionAfter(started({ tokenBudget: 100 }), tokens(1, 5, 5)), at(3)).timeToLimit).toBeNull();
  });
});

describe('the confidence', () => {
  const confidenceOf = (...used: number[]) =>
    projectionOf(sessionAfter(started(), ...used.map((n, i) => tokens(i, n, 0))), at(used.length)).confidence;

  it('is 0 under three intervals', () => expect(confidenceOf(1, 10, 10)).toBe(0));
  it('is 1 at an even pace', () => expect(confidenceOf(1, 10, 10, 10)).toBe(1));
  it('is 1 − stdev ÷ mean', () => expect(confidenceOf(1, 10, 20, 30)).toBeCloseTo(1 - Math.sqrt(200 / 3) / 20, 10));
  it('is never negative', () => expect(confidenceOf(1, 1, 1, 1000, 1)).toBe(0));
  it('looks at the last five intervals', () => expect(confidenceOf(1, 999, 10, 10, 10, 10, 10)).toBe(1));
  it('is 0 where nothing was used', () => expect(confidenceOf(1, 0, 0, 0)).toBe(0));
});

/**
 * The contract's sentence once more, as plainly as it can be said: over all rows, each time from the beginning. "Intervals
 * between consecutive rows by timestamp, in active time, one of zero length joined to the next; weighted rate of the last 10
 * (0.8 per step back) × remaining active minutes + total."
 */
const reference = (events: readonly SessionEvent[], duration: number, now: number) => {
  const spans: [number, number][] = [];
  for (const { type, at: time } of events) {
    if (type === 'started' || type === 'resumed') spans.push([time, Infinity]);
    if (type === 'paused') spans[spans.length - 1]![1] = time;
  }
  const activeBefore = (time: number) =>
    spans.reduce((sum, [from, to]) => sum + Math.max(0, Math.min(time, to) - from), 0);
  const rows = events
    .flatMap((event) => (event.type === 'tokens_recorded' ? [event.data] : []))
    .toSorted((a, b) => a.timestamp - b.timestamp);
  const total = rows.reduce((sum, { tokensUsed }) => sum + tokensUsed, 0);

  const rates: number[] = [];
  let begin = activeBefore(rows[0]?.timestamp ?? 0);
  let joined = 0;
  for (const { timestamp, tokensUsed } of rows.slice(1)) {
    const length = activeBefore(timestamp) - begin;
    joined += tokensUsed;
    if (length === 0) continue;
    rates.push(joined / (length / minutes(1)));
    begin += length;
    joined = 0;
  }
  const last = rates.slice(-10).toReversed();
  const weights = last.map((_, i) => 0.8 ** i);
  const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
  const rate = last.length === 0 ? 0 : sum(last.map((r, i) => r * weights[i]!)) / sum(weights);

  const lastFive = rates.slice(-5);
  const mean = sum(lastFive) / lastFive.length;
  const deviation = Math.sqrt(sum(lastFive.map((r) => (r - mean) ** 2)) / lastFive.length);
  const confidence = lastFive.length < 3 || mean <= 0 ? 0 : Math.min(1, Math.max(0, 1 - deviation / mean));

  const remaining = Math.max(0, duration - activeBefore(now)) / minutes(1);
  return { rate, confidence, projected: rows.length < 3 ? total : total + rate * remaining };
};

describe('the pace that is kept up row by row', () => {
  // Times on a coarse grid, so that rows meet each other and the ends of pauses.
  const gridMs = 20_000;
  type Step = { do: 'toggle'; wait: number } | { do: 'row'; wait: number; late: number; tokens: number };
  const toggle = fc.record({ do: fc.constant('toggle' as const), wait: fc.nat(6) });
  const row = (late: fc.Arbitrary<number>) =>
    fc.record({ do: fc.constant('row' as const), wait: fc.nat(6), late, tokens: fc.integer({ min: -20, max: 5000 }) });
  const late = fc.oneof(fc.constant(0), fc.nat(10), fc.nat(120));

  const play = (steps: readonly Step[], duration: number) => {
    const begin = { type: 'started' as const, at: startTime, data: { ...sessionAfter(started()).facts, duration } };
    const events: SessionEvent[] = [begin];
    let now = startTime;
    let isPaused = false;
    for (const one of steps) {
      now += one.wait * gridMs;
      if (one.do === 'toggle') {
        isPaused = !isPaused;
        events.push({ type: isPaused ? 'paused' : 'resumed', at: now, data: { reason: 'request' } });
      } else {
        const data = {
          id: 'row',
          tokensUsed: one.tokens,
          operation: 'work',
          timestamp: now - one.late * gridMs,
          cumulativeTotal: 0,
          source: 'api' as const,
        };
        events.push({ type: 'tokens_recorded', at: now, data });
      }
    }
    return { events, now };
  };

  const holds = (step: fc.Arbitrary<Step>) =>
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 400 }), (steps, grids) => {
        const duration = grids * gridMs;
        const { events, now } = play(steps, duration);
        const expected = reference(events, duration, now);
        const actual = projectionOf(fold(events) as Existing, now);
        const near = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
        expect([actual.currentRate, expected.rate]).toSatisfy(([a, b]: number[]) => near(a!, b!));
        expect(Math.abs(actual.confidence - expected.confidence)).toBeLessThan(1e-6);
        expect(Math.abs(actual.projectedTotal - expected.projected)).toBeLessThanOrEqual(0.5 + 1e-6);
      }),
      { numRuns: 1000 },
    );

  it('agrees with the pace over all rows, in whatever order they came, with pauses', () => {
    holds(fc.oneof({ weight: 1, arbitrary: toggle }, { weight: 5, arbitrary: row(late) }));
  });

  it('agrees with it where clocks are up to a minute ahead', () => {
    holds(row(fc.oneof(fc.integer({ min: -3, max: 0 }), late)));
  });
});
