import { expect, it } from 'vitest';
import { usdWords } from './money.ts';

it.each([
  ['0', '$0.00'],
  ['0.0033', '$0.0033'],
  ['0.009999', '$0.0100'],
  ['0.000000000001', '$0.000000000001'],
  ['0.01', '$0.01'],
  ['12.345', '$12.35'],
  ['1234567.8', '$1,234,567.80'],
])('%s reads %s', (usd, words) => expect(usdWords(usd)).toBe(words));
