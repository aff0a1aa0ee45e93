import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sparkOf } from './spark.ts';

it.each([
  [[], ''],
  [[0, 0], '··'],
  [[0, 1, 2, 3, 4, 5, 6, 7, 8], '·▁▂▃▄▅▆▇█'],
  [[1e-9, 1e9], '▁█'],
  [[5], '█'],
])('draws %j', (amounts, drawn) => expect(sparkOf(amounts)).toBe(drawn));

it('has a column for each, and the most is the highest', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e15, noNaN: true }), { minLength: 1 }), (amounts) => {
      const drawn = sparkOf(amounts);
      expect(drawn).toHaveLength(amounts.length);
      const most = Math.max(...amounts);
      if (most > 0) expect(drawn[amounts.indexOf(most)]).toBe('█');
    }),
  );
});
