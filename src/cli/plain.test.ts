import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, padded, plain, widthOf, wrapped } from './plain.ts';

describe('plain text', () => {
  it.each([
    ['a title\u0007\u001b]2;gone\u0007', 'a title��]2;gone�'],
    ['line\nbreak\r', 'line�break�'],
    ['turned \u202eround', 'turned �round'],
    ['C1 \u009b31m', 'C1 �31m'],
    ['soft\u00adhyphen, tag \u{e0041}, filler \u3164', 'soft�hyphen, tag �, filler �'],
    ['as it is: Ünï 日本 👩‍🚀', 'as it is: Ünï 日本 👩‍🚀'],
  ])('of %j', (text, shown) => expect(plain(text)).toBe(shown));

  it('has nothing that steers a terminal, whatever it came from', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // oxlint-disable-next-line no-control-regex
        expect(plain(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      }),
    );
  });

  it.each([
    ['stint', 5],
    ['日本', 4],
    ['👩‍🚀', 2],
    ['é', 1],
    ['e\u0301', 1],
  ])('%s is so wide', (text, columns) => expect(widthOf(text)).toBe(columns));

  it('is cut and filled to a width', () => {
    expect(cut('fix the login', 8)).toBe('fix the…');
    expect(cut('日本語', 4)).toBe('日…');
    expect(cut('short', 8)).toBe('short');
    expect(padded(cut('日本語', 4), 5)).toBe('日…  ');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }).map(plain), fc.nat(20), (text, columns) => {
        expect(widthOf(cut(text, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('is broken between words', () => {
    expect(wrapped('there is no session “x”; see them with: stint ls', 30)).toBe(
      'there is no session “x”; see\nthem with: stint ls',
    );
    expect(wrapped('\u001b[31mtwo words\u001b[39m', 9)).toBe('\u001b[31mtwo words\u001b[39m');
    expect(wrapped('a /very/long/path/that/stays whole', 10)).toBe('a\n/very/long/path/that/stays\nwhole');
    fc.assert(
      fc.property(fc.string(), fc.nat(40), (text, columns) => {
        expect(wrapped(text, columns).replaceAll('\n', ' ')).toBe(text.replaceAll('\n', ' '));
      }),
    );
  });
});
