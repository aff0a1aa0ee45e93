import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pick, Shape, type Wanted } from './pick.ts';

const wanted: Wanted = {
  type: true,
  message: { id: true, usage: { input: true, output: true, iterations: true }, model: true },
  cwd: true,
  'x"y': true,
};
const picked = (text: string) => pick(text, new Shape(wanted), (from, to) => text.slice(from, to));

/** The same of what was parsed. */
const plainly = (value: unknown, of: Wanted): unknown =>
  Object.fromEntries(
    Object.entries(value as object)
      .filter(([name]) => Object.hasOwn(of, name))
      .map(([name, field]) => {
        const shape = of[name]!;
        const isObject = typeof field === 'object' && field !== null && !Array.isArray(field);
        return [name, shape !== true && isObject ? plainly(field, shape) : (field as unknown)];
      }),
  );

const text = fc.oneof(
  fc.string(),
  fc.constantFrom('"', '\\', '\\"', '"usage":{', ']}', '{"id":1}', 'id', '日本', '\u0000', 'a\nb'),
);
const name = fc.oneof(text, fc.constantFrom('type', 'message', 'id', 'usage', 'input', 'iterations', 'cwd', 'model'));
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 5 },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.constantFrom(null, true, false),
    fc.array(tie('json'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc
    .uniqueArray(fc.tuple(name, tie('json')), { maxLength: 6, selector: ([key]) => key })
    .map((some) => Object.fromEntries(some.filter(([key]) => key !== '__proto__'))),
}));
const objects = json.filter((value) => typeof value === 'object' && value !== null && !Array.isArray(value));

describe('picking fields of JSON', () => {
  it('gives what parsing the whole gives', () => {
    fc.assert(
      fc.property(objects, fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const whole = JSON.stringify(value, undefined, indent);
        // Undone as JSON does it: -0 is 0.
        expect(picked(whole)).toEqual(plainly(JSON.parse(whole), wanted));
      }),
      { numRuns: 3000 },
    );
  });

  it('gives nothing of a text that was cut off anywhere, nor of two in one', () => {
    fc.assert(
      fc.property(objects, fc.nat(), (value, at) => {
        const whole = JSON.stringify(value);
        expect(picked(whole.slice(0, at % whole.length))).toBeUndefined();
        expect(picked(whole + whole)).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  it('gives nothing of what is no JSON object', () => {
    for (const wrong of [
      '',
      '[]',
      '1',
      '{',
      '{"a"}',
      '{"a":}',
      '{"a":1,}',
      '{,}',
      '{"type":tru}',
      '{"type":01}',
      '{a:1}',
      '{"a":1]',
    ])
      expect([wrong, picked(wrong)]).toEqual([wrong, undefined]);
  });

  it('keeps a text that comes again once', () => {
    const shape = new Shape({ model: true });
    const of = (line: string) => pick(line, shape, (from, to) => line.slice(from, to))?.['model'];
    expect([of('{"model":"opus"}'), of('{"model":"opus"}'), of('{"model":"opus-4"}'), of('{"model":"op"}')]).toEqual([
      'opus',
      'opus',
      'opus-4',
      'op',
    ]);
  });
});
