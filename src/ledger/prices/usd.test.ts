import fc from 'fast-check';
import { expect, it } from 'vitest';
import { picoOf, usdText } from './usd.ts';

it.each([
  [0, '0'],
  [1, '0.000000000001'],
  [3_300_000_000, '0.0033'],
  [1_000_000_000_000, '1'],
  [12_340_000_000_000, '12.34'],
  [1e21, '1000000000'],
  [2 ** 60, '1152921.504606846976'],
  [-1, '-0.000000000001'],
  [-1_500_000_000_000, '-1.5'],
])('%d pico-dollars are %s USD', (pico, usd) => {
  expect(usdText(pico)).toBe(usd);
  expect(picoOf(usd)).toBe(pico);
});

it('comes back as it was', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (pico) => {
      expect(picoOf(usdText(pico))).toBe(pico);
      expect(usdText(pico)).toMatch(/^\d{1,12}(\.\d{0,11}[1-9])?$/);
    }),
  );
});

it('rounds sums that are not whole', () => {
  expect(usdText(0.5)).toBe('0.000000000001');
  expect(usdText(-0.4)).toBe('0');
});

it('leaves out what is finer', () => expect(picoOf('0.0000000000019')).toBe(1));
