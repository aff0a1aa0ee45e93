import { expect, it } from 'vitest';
import { fitting, placeIn, wordCompletions } from './repl-complete.ts';

const at = (typed: string) => {
  const place = placeIn(typed.replace('|', ''), typed.includes('|') ? typed.indexOf('|') : typed.length);
  return place && [place.path, place.prefix, place.start];
};

it.each([
  ['', ['', '', 0]],
  ['fo', ['', 'fo', 0]],
  ['1 + fo', ['', 'fo', 4]],
  ['foo.', ['foo', '', 4]],
  ['foo.bar.b', ['foo.bar', 'b', 8]],
  ['f(foo.ba| + 1)', ['foo', 'ba', 6]],
  ['foo?.ba', ['foo', 'ba', 5]],
  ['foo[0].ba', ['foo.0', 'ba', 7]],
  ['foo?.["a b"].c', ['foo.a b', 'c', 13]],
  ['this.x', ['globalThis', 'x', 5]],
  ['foo.class', ['foo', 'class', 4]],
  ['foo.class.n', ['foo.class', 'n', 10]],
  ['`a ${foo.b', ['foo', 'b', 9]],
  ['foo\n  .ba', ['foo', 'ba', 7]],
  ['retur', ['', 'retur', 0]],
  ['"a" + b', ['', 'b', 6]],
])('what is typed at the end of %j is found', (typed, place) => {
  expect(at(typed)).toEqual(place);
});

it.each([
  '"fo',
  "'fo",
  '`fo',
  '`a ${b} fo',
  '// fo',
  '/* fo',
  'f().b',
  '(a + b).c',
  'foo[i].b',
  '1.',
  '"fo"',
  '"a".b',
  'if.x',
  '/re',
])('nothing is completed in %j', (typed) => {
  expect(at(typed)).toBeUndefined();
});

it('names are given once and in order, but for those that can’t be typed so', () => {
  expect(fitting(['b', 'ab', 'a', 'a-b', '0', 'a', 'äb'], 'a')).toEqual(['a', 'ab']);
  expect(fitting(['äb', 'x y', '1', '$'], '')).toEqual(['$', 'äb']);
});

const syntaxes = [':help', ':session list', ':session goto <event>', ':session snapshot restore <id>'];

it.each([
  [':', [':help', ':session'], 0],
  ['  :he', [':help'], 2],
  [':session ', ['goto', 'list', 'snapshot'], 9],
  [':session g', ['goto'], 9],
  [':session goto ', [], 14],
  [':session snapshot r', ['restore'], 18],
  [':other ', [], 7],
])('of words %j goes on with %j', (typed, completions, start) => {
  expect(wordCompletions(typed, syntaxes)).toEqual({ completions, start });
});
