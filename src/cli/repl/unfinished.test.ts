import { expect, it } from 'vitest';
import { isUnfinished } from './unfinished.ts';

it.each([
  ['function f() {', true],
  ['[1,', true],
  ['`a', true],
  ['/* a', true],
  ['f(', true],
  ['"a\\', true],
  ['1 + 1', false],
  ['await f()', false],
  ['}', false],
  ['let let = 1', false],
  ['"a', false],
])('%j goes on: %s', (input, is) => {
  expect(isUnfinished(input)).toBe(is);
});
