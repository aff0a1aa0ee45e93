import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { barOf } from './bar.ts';

const drawn = (fraction: number, width: number) => {
  const { full, rest } = barOf(fraction, width);
  return full + rest;
};

describe('a bar', () => {
  it.each([
    [0, '░░░░'],
    [0.001, '▏░░░'],
    [0.5, '██░░'],
    [0.6, '██▍░'],
    [0.9999, '███▉'],
    [1, '████'],
    [7, '████'],
    [-1, '░░░░'],
    [Number.NaN, '░░░░'],
  ])('of %d', (fraction, bar) => expect(drawn(fraction, 4)).toBe(bar));

  it('is as wide as asked, and never gets shorter with more', () => {
    fc.assert(
      fc.property(
        fc.double(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 60 }),
        (any, part, width) => {
          expect(drawn(any, width)).toHaveLength(width);
          expect(barOf(part, width).full.length).toBeLessThanOrEqual(barOf(part + 0.1, width).full.length);
        },
      ),
    );
  });
});
