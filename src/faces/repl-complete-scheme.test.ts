import { expect, it } from 'vitest';
import { fittingInScheme, placeInScheme } from './repl-complete-scheme.ts';

it.each([
  ['(string-ap', 'string-ap'],
  ['(map list->v', 'list->v'],
  ["(f 'a", 'a'],
  ['(f ', ''],
  ['', ''],
  ['(display "a") (di', 'di'],
  ['; a\n(di', 'di'],
  ['(f #\\" di', 'di'],
  ['(f #\\" "a" di', 'di'],
  ['; "a\n(di', 'di'],
  ['#| ( |# di', 'di'],
])('after %j the word is %j', (code, prefix) => {
  expect(placeInScheme(code, code.length)).toEqual({ path: '', prefix, start: code.length - prefix.length });
});

it.each([['(display "di'], ['; di'], ['#| di'], ['#\\sp'], ['(f #t']])('in %j nothing is completed', (code) => {
  expect(placeInScheme(code, code.length)).toBeUndefined();
});

it('takes the names that go on as is typed, in order', () => {
  expect(fittingInScheme(['vector-set!', 'list', 'vector', 'v 1'], 'v')).toEqual(['vector', 'vector-set!']);
});
