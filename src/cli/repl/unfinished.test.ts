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

it.each([
  ['interface A {', true],
  ['interface A { a: string }', false],
  ['const f = (a: number): number =>', true],
  ['let a: string = "x"', false],
  ['type A =', true],
])('as TypeScript %j goes on: %s', (input, is) => {
  expect(isUnfinished(input, 'typescript')).toBe(is);
});

it.each([
  ['(define (f x)', true],
  ['(define (f x) (* x 2))', false],
  ['"a', true],
  ['(display ")")', false],
  ['(f #\\()', false],
  ['(f ; )', true],
  ['#| a', true],
  [')', false],
])('as Scheme %j goes on: %s', (input, is) => {
  expect(isUnfinished(input, 'scheme')).toBe(is);
});
