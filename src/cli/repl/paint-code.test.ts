import { expect, it } from 'vitest';
import { paintCode, paintError, paintValue } from './paint-code.ts';

const screen = { isTerminal: true, columns: 80, rows: 24, colors: true };
const named: Record<string, string> = { 2: 'dim', 31: 'red', 32: 'green', 33: 'yellow', 36: 'cyan' };
/** `\u001b[33m1\u001b[39m` as `<yellow 1>`. */
const readable = (text: string): string =>
  text
    .split('\u001b[')
    .map((part, i) => {
      const [, style = '', rest = ''] = /^(\d+)m([^]*)$/.exec(part) ?? [];
      if (i === 0) return part;
      return named[style] === undefined ? `>${rest}` : `<${named[style]} ${rest}`;
    })
    .join('');

it.each([
  ['const n = 41; // why', '<cyan const> n = <yellow 41>; <dim // why>'],
  ['f("a b, true", `c', 'f(<green "a b, true">, <green `c>'],
  ['a1.x2 === null', 'a1.x2 === <yellow null>'],
  ['/* 1', '<dim /* 1>'],
  ['newer(1e3)', 'newer(<yellow 1e3>)'],
])('code %j is painted', (code, shown) => {
  expect(readable(paintCode(screen, code))).toBe(shown);
});

it.each([
  ["{ a: 1, class: 'x', f: [Function: g] }", "{ a: <yellow 1>, class: <green 'x'>, f: <cyan [Function: g]> }"],
  ['[ -1.5, true, 2n ]', '[ <yellow -1.5>, <yellow true>, <yellow 2n> ]'],
  ['undefined', '<dim undefined>'],
  ['2026-11-20T12:00:00.000Z', '<yellow 2026-11-20T12:00:00.000Z>'],
])('a value %j is painted', (value, shown) => {
  expect(readable(paintValue(screen, value))).toBe(shown);
});

it('an error is red, and where it was dim', () => {
  expect(readable(paintError(screen, 'Uncaught Error: no\n    at f (repl:1:7)'))).toBe(
    '<red Uncaught Error: no>\n<dim     at f (repl:1:7)>',
  );
});

it('without colours all is as it was', () => {
  const plain = { ...screen, colors: false };
  expect([paintCode(plain, 'const a = 1'), paintValue(plain, '1'), paintError(plain, 'no')]).toEqual([
    'const a = 1',
    '1',
    'no',
  ]);
});
