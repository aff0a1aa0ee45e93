import { describe, expect, it } from 'vitest';
import { SourceError, sourceOf } from './source.ts';

const js = (code: string) => sourceOf(code, 'javascript');

describe('an input', () => {
  it.each([
    ['let a = 1', 'void ( a = 1);', ['a'], []],
    ['const a = 1, b = a', 'void ( a = 1, b = a);', ['a', 'b'], ['a', 'b']],
    ['let a, b = 2', 'void ( a = void 0, b = 2);', ['a', 'b'], []],
    [
      'const {a, b: [c = 4, ...d], ...e} = f()',
      'void ( {a, b: [c = 4, ...d], ...e} = f());',
      ['a', 'c', 'd', 'e'],
      ['a', 'c', 'd', 'e'],
    ],
    ['let/* [x */k4=4', 'void (/* [x */k4=4);', ['k4'], []],
    ['const//{\nk5=5', 'void (//{\nk5=5);', ['k5'], ['k5']],
    ['let[a] = [1]', 'void ([a] = [1]);', ['a'], []],
    ['class A { #p = 1 }\nnew A', 'void (A = class A { #p = 1 });\nnew A', ['A'], []],
    ['f()\nlet a = 1\n;[a]', 'f()\nvoid ( a = 1)\n;[a]', ['a'], []],
    ['if (x) { let y = 1 }', 'if (x) { let y = 1 }', [], []],
    ['for (const i of x) i', 'for (const i of x) i', [], []],
    ['var v = 1', 'var v = 1', [], []],
    ['function f() { const x = 1 }', 'function f() { const x = 1 }', [], []],
  ])('%s leaves what it declares to later ones', (input, code, names, constants) => {
    expect(js(input)).toEqual({ code, isAsync: false, names, constants });
  });

  it.each([
    ['let x = ;', 'Unexpected token (1:9)'],
    ['1\n  + ;', 'Unexpected token (2:5)'],
    ['import fs from "fs"', 'there is no import and no export here (1:1)'],
  ])('%s is wrong where a stack would say', (input, message) => {
    expect(() => js(input)).toThrow(new SourceError(message));
  });

  it('that begins with a brace is an object where it can be one', () => {
    expect(js('{a: 1}').code).toBe('({a: 1}\n)');
    expect(js('{ let a = 1; a }').code).toBe('{ let a = 1; a }');
    expect(js('{};').code).toBe('{};');
  });

  it.each([
    ['await f()', true],
    ['[1].map(async () => await f())', false],
    ['for await (const a of b) a', true],
    ['const x = await f()', true],
    ['"await"', false],
    ['{a: await b}', true],
  ])('%s awaits at its top: %s', (input, isAsync) => {
    expect(js(input).isAsync).toBe(isAsync);
  });

  it('has its types taken away, and keeps its lines', () => {
    const { code } = sourceOf('interface A { a: number }\nconst a: A = { a: 1 }', 'typescript');
    expect(code.split('\n')).toHaveLength(2);
    expect(code).toContain('a    = { a: 1 }');
    expect(() => sourceOf('enum A { B }', 'typescript')).toThrow(SourceError);
  });

  it('that is none is refused', () => {
    expect(() => js('let = = 1')).toThrow(SourceError);
    expect(() => js('import fs from "fs"')).toThrow(/import/);
  });
});
