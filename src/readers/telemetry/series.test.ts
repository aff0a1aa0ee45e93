import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advanceOf } from './series.ts';
import type { SeriesMark } from './series.ts';
import type { TelemetryTotal } from './told.ts';

const point = (temporality: 'delta' | 'cumulative', endNano: number, value: number, startNano = 0): TelemetryTotal => ({
  source: 'claude',
  sessionId: 's',
  model: 'm',
  kind: 'input',
  value,
  temporality,
  series: `series ${temporality} ${temporality === 'cumulative' ? startNano : ''}`,
  startNano: String(startNano),
  endNano: String(endNano),
  at: endNano,
});

/** What is new of each, one after the other, with the marks stored in between. */
const advances = (points: readonly TelemetryTotal[]): number[] => {
  const marks = new Map<string, SeriesMark>();
  return points.map((one) => {
    const { mark, value } = advanceOf(marks.get(one.series), one);
    marks.set(one.series, JSON.parse(JSON.stringify(mark)) as SeriesMark);
    return value;
  });
};

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

describe('a sum since the beginning', () => {
  const sums = (...points: readonly (readonly [end: number, value: number, start?: number])[]) =>
    advances(points.map(([end, value, start]) => point('cumulative', end, value, start)));

  it('counts by its advance', () => {
    expect(sums([10, 5], [20, 5], [30, 12])).toEqual([5, 0, 7]);
  });

  it('counts nothing when it is sent again, or late', () => {
    expect(sums([10, 5], [20, 8], [20, 8], [10, 5], [30, 9])).toEqual([5, 3, 0, 0, 1]);
  });

  it('counts from 0 after it was set to 0', () => {
    expect(sums([10, 5], [20, 2], [30, 6])).toEqual([5, 2, 4]);
  });

  it('counts beside that of another process, however the two mix', () => {
    expect(sums([10, 5, 1], [12, 3, 2], [20, 6, 1], [22, 9, 2])).toEqual([5, 3, 1, 6]);
  });
});

describe('a delta', () => {
  const deltas = (...points: readonly (readonly [start: number, end: number, value: number])[]) =>
    advances(points.map(([start, end, value]) => point('delta', end, value, start)));

  it('counts whole, once', () => {
    expect(deltas([0, 10, 5], [10, 20, 5], [10, 20, 5], [0, 10, 5], [20, 30, 1])).toEqual([5, 5, 0, 0, 1]);
  });

  it('counts beside one of another process that lies across it', () => {
    expect(deltas([0, 10, 5], [5, 15, 4], [10, 20, 3], [15, 25, 2])).toEqual([5, 4, 3, 2]);
  });

  it('keeps a bounded mark', () => {
    let mark: SeriesMark | undefined;
    for (let i = 0; i < 500; i++) ({ mark } = advanceOf(mark, point('delta', i + 1, 1, i)));
    expect(JSON.stringify(mark).length).toBeLessThan(2000);
    expect(advanceOf(mark, point('delta', 500, 1, 499)).value).toBe(0);
    expect(advanceOf(mark, point('delta', 420, 1, 419)).value).toBe(0);
  });
});

describe('the same work', () => {
  const work = fc.array(fc.nat(100), { minLength: 1, maxLength: 30 });
  const repeats = fc.array(fc.nat(3), { minLength: 30, maxLength: 30 });
  /** Each export once, and again up to three times right after it. */
  const resent = <T>(points: readonly T[], times: readonly number[]): T[] =>
    points.flatMap((one, i) => [one, ...Array.from({ length: times[i] ?? 0 }, () => one)]);

  it('comes to the same either way, however often each export is sent', () => {
    fc.assert(
      fc.property(work, repeats, (values, times) => {
        const deltas = values.map((value, i) => point('delta', i + 1, value, i));
        const sums = values.map((_, i) => point('cumulative', i + 1, sum(values.slice(0, i + 1))));
        expect(sum(advances(resent(deltas, times)))).toBe(sum(values));
        expect(sum(advances(resent(sums, times)))).toBe(sum(values));
      }),
    );
  });
});
