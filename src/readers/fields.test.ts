import fc from 'fast-check';
import { expect, it } from 'vitest';
import { timeOf } from './fields.ts';

const near = { min: new Date('1970-01-01T00:00:00Z'), max: new Date('2100-03-02T00:00:00Z'), noInvalidDate: true };

it('reads times as Date does, whatever time it read before', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.date(near), fc.nat(7_200_000)), { maxLength: 4 }), (some) => {
      for (const [date, later] of some)
        for (const at of [+date, +date + later, +date]) expect(timeOf(new Date(at).toISOString())).toBe(at);
    }),
  );
});

it('reads nothing of what is no time, although its hour is known', () => {
  expect(timeOf('2026-02-28T23:59:59.999Z')).toBe(Date.UTC(2026, 1, 28, 23, 59, 59, 999));
  const wrong = [
    '2026-02-28T23:60:59.999Z',
    '2026-02-28T23:59:60.999Z',
    '2026-02-28T23:59:5x.999Z',
    '2026-02-28T23:59:59.99xZ',
    '2026-02-28T23-59:59.999Z',
    '2026-02-28T24:59:59.999Z',
    '2026-02-28 23:59:59.999X',
    '2026-13-28T23:59:59.999Z',
  ];
  expect(wrong.filter((text) => timeOf(text) !== undefined)).toEqual([]);
});
