import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shrunk } from './shrink.ts';

const counts = fc.array(fc.nat(1e9), { minLength: 1, maxLength: 6 });

it('counts that shrink add up to what is left, none below 0 or above what it was', () => {
  fc.assert(
    fc.property(counts, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
      const whole = all.reduce((sum, count) => sum + count, 0);
      const rest = Math.round(whole * share);
      const some = shrunk(all, rest);
      expect(some.reduce((sum, count) => sum + count, 0)).toBe(rest);
      some.forEach((count, i) => {
        expect(count).toBeGreaterThanOrEqual(0);
        expect(count).toBeLessThanOrEqual(all[i]!);
        expect(Math.abs(count - (all[i]! * rest) / (whole || 1))).toBeLessThanOrEqual(1);
      });
    }),
  );
});

it('counts of nothing stay so', () => expect(shrunk([0, 0], 0)).toEqual([0, 0]));
