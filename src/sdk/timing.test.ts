import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoffMs, realTiming } from './timing.ts';

it('waits anything up to a bound that doubles, and eight seconds at the most', () => {
  fc.assert(
    fc.property(fc.nat(2000), fc.double({ min: 0, max: 1, noNaN: true }), (failures, chance) => {
      const bound = Math.min(8000, 250 * 2 ** failures);
      expect(backoffMs(failures, { ...realTiming, random: () => chance })).toBeCloseTo(chance * bound, 3);
    }),
  );
});
