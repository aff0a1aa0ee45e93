import { describe, expect, it } from 'vitest';
import { slotMs } from '../session/slot.ts';
import { analyticsOf } from './analytics.ts';

const edges = [0, 12, 24].map((slots) => slots * slotMs);
const none = { sessions: 0, activeMs: 0 };
const hourOf = (time: number): number => Math.floor(time / 3_600_000) % 24;

const of = (rows: readonly (readonly [slot: number, tokens: number])[], given = edges) =>
  analyticsOf(
    {
      buckets: given.slice(1).map(() => none),
      whole: none,
      slots: Float64Array.from(rows, ([slot]) => slot),
      tokens: Float64Array.from(rows, ([, tokens]) => tokens),
    },
    given,
    hourOf,
  );

describe('analytics', () => {
  it('are zeros where nothing was', () => {
    const empty = { tokensUsed: 0, sessionCount: 0, averageDuration: 0 };
    expect(of([])).toEqual({
      totalSessions: 0,
      totalTokens: 0,
      averageSessionDuration: 0,
      peakUsageHours: [],
      trends: [
        { timestamp: 0, ...empty },
        { timestamp: 12 * slotMs, ...empty },
      ],
    });
  });

  it('give means in whole ms over the sessions that were there', () => {
    const activity = {
      buckets: [
        { sessions: 3, activeMs: 1000 },
        { sessions: 1, activeMs: 5 },
      ],
      whole: { sessions: 3, activeMs: 1005 },
      slots: new Float64Array(),
      tokens: new Float64Array(),
    };
    expect(analyticsOf(activity, edges, hourOf)).toMatchObject({
      totalSessions: 3,
      averageSessionDuration: 335,
      trends: [
        { sessionCount: 3, averageDuration: 333 },
        { sessionCount: 1, averageDuration: 5 },
      ],
    });
  });

  it('sum tokens by bucket', () => {
    const { totalTokens, trends } = of([
      [0, 1],
      [11, 2],
      [12, 4],
      [23, 8],
    ]);
    expect([totalTokens, ...trends.map(({ tokensUsed }) => tokensUsed)]).toEqual([15, 3, 12]);
  });

  it('name five hours at most, most tokens first, ties earliest, and none without tokens', () => {
    const day = [0, 24 * 12].map((slots) => slots * slotMs);
    const hours = (counts: Record<number, number>) =>
      of(
        Object.entries(counts).map(([hour, count]) => [Number(hour) * 12 + 3, count]),
        day,
      ).peakUsageHours;
    expect(hours({ 3: 5, 9: 7, 15: 5, 20: 0, 21: -4 })).toEqual([9, 3, 15]);
    expect(hours({ 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 23: 2 })).toEqual([23, 1, 2, 3, 4]);
  });
});
