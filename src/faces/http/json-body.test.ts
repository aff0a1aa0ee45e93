import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../contract/problem.ts';
import { parseJson } from './json-body.ts';

const parse = (text: string): unknown => parseJson(Buffer.from(text));

/** The path and the sentence of a refusal. */
const refusal = (body: Buffer | string): { path: string; message: string } => {
  try {
    parseJson(Buffer.from(body));
  } catch (error) {
    if (error instanceof Problem && error.kind === 'invalid_request')
      return (error.details as [{ path: string; message: string }])[0];
    throw error;
  }
  throw new Error('it was parsed');
};

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('a body of JSON', () => {
  it('is what JSON.parse makes of it, whatever it is', () => {
    const anything = fc.jsonValue({ maxDepth: 8 }).filter((value) => !JSON.stringify(value).includes('__proto__'));
    fc.assert(
      fc.property(anything, fc.constantFrom(undefined, 1, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('is refused whenever JSON.parse refuses it, and never breaks anything', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '"a"',
      ':',
      ',',
      '1',
      '-',
      '1e9',
      '.',
      '\\',
      '\\u',
      'true',
      'nul',
      ' ',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        if (!valid) expect(refusal(text).message).not.toBe('');
      }),
      { numRuns: 2000 },
    );
  });

  it('may have the same key in different objects, and keys that only look alike', () => {
    const text = '{"a":{"a":[{"a":1},{"a":2}]},"A":"a","a ":1,"b":"a","proto":1,"_proto_":2,"__proto":3}';
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it('may have a string that spells what is forbidden', () => {
    const text = '{"a":"__proto__","b":"{\\"a\\":1,\\"a\\":2}","c":"1e309","d":"\\\\","e":"[[["}';
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it('may be nested 64 deep', () => {
    expect(parse(nested(64))).toEqual(JSON.parse(nested(64)));
  });
});

describe('a body is refused', () => {
  it.each([
    [nested(65), '[0]'.repeat(64)],
    ['['.repeat(1_000_000), '[0]'.repeat(64)],
    ['{"a":'.repeat(1_000_000), 'a.'.repeat(64).slice(0, -1)],
    [`{"metadata":${'['.repeat(64)}`, `metadata${'[0]'.repeat(63)}`],
  ])('that is nested deeper, when that is found: %#', (text, path) => {
    expect(refusal(text)).toEqual({ path, message: 'is nested deeper than 64' });
  });

  it.each([
    ['{"a":1,"a":1}', 'a'],
    ['{"a":1,"b":{"c":[0,{"d":1,"d":2}]}}', 'b.c[1].d'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"\\u0061":1,"a":2}', 'a'],
    ['[{"x":1},{"x":1,"y":[],"x":3}]', '[1].x'],
    ['{"":1,"":2}', ''],
    ['{"a" : 1 ,\n\t"a"\r\n: 2}', 'a'],
  ])('that has a key twice: %s', (text, path) => {
    expect(refusal(text)).toEqual({ path, message: 'this key is there twice' });
  });

  it.each([
    ['{"__proto__":{"admin":true}}', '__proto__'],
    ['{"\\u005f_proto__":1}', '__proto__'],
    ['{"\\u005F\\u005F\\u0070roto\\u005f\\u005f":1}', '__proto__'],
    ['{"metadata":{"list":[1,{"__proto__":1}]}}', 'metadata.list[1].__proto__'],
    ['{"metadata":{"__proto__" : null}}', 'metadata.__proto__'],
  ])('that has __proto__ for a key: %s', (text, path) => {
    expect(refusal(text)).toEqual({ path, message: 'this key is not allowed' });
  });

  it.each([
    ['{"duration":1e309}', 'duration'],
    ['{"a":[1,-1e400]}', 'a[1]'],
    [`{"a":${'9'.repeat(400)}}`, 'a'],
    ['1e999', ''],
  ])('that has a number which is not finite: %#', (text, path) => {
    expect(refusal(text)).toMatchObject({ path, message: expect.stringContaining('is not a finite number') as string });
  });

  it.each([
    '',
    ' ',
    '{',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '[1,]',
    'NaN',
    '{"a":NaN}',
    '{"a":Infinity}',
    '{"a":-Infinity}',
    "{'a':1}",
    '{a:1}',
    '01',
    '+1',
    '.5',
    '1.',
    '"\n"',
    '// no',
    '{"a":1}{"b":2}',
    '{"a":1}]',
    'undefined',
    '\ufeff{}',
    '\u00a0{}',
    '{"a":"\\x"}',
    '"',
  ])('that is no JSON: %j', (text) => {
    expect(refusal(text)).toEqual({ path: '', message: 'the body is not valid JSON' });
  });

  it.each([
    [0xff],
    [0x22, 0xc3, 0x28, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
    [0x22, 0xc0, 0xaf, 0x22],
    [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00],
    [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22],
  ])('that is no UTF-8: %j', (...bytes) => {
    expect(refusal(Buffer.from(bytes))).toEqual({ path: '', message: 'the body is not valid UTF-8' });
  });

  it('within a time that grows with its length alone', () => {
    const started = performance.now();
    const keys = Array.from({ length: 60_000 }, (_, i) => `"k${i}":"\\\\\\""`).join(',');
    parse(`{${keys}}`);
    refusal('"'.repeat(1_000_000));
    refusal('"a" '.repeat(250_000));
    refusal(`{"a"${' '.repeat(1_000_000)}`);
    refusal('-'.repeat(1_000_000));
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
