import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pruned } from './prune.ts';

const names = ['"content":', '"result":'];
const isLeftOut = new Set(['content', 'result']);

/** The same on what was parsed. */
const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, isLeftOut.has(name) ? null : plain(of)]));
};

const text = fc.oneof(
  fc.string(),
  fc.constantFrom('"', '\\', '\\"', '"content":', '\\"content\\":', 'content', ']}', '日本'),
);
const name = fc.oneof(text, fc.constantFrom('content', 'result', 'usage', 'x"content', '\\content'));
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(null, true, false),
    fc.array(tie('json'), { maxLength: 4 }),
    fc
      .uniqueArray(fc.tuple(name, tie('json')), { maxLength: 5, selector: ([key]) => key })
      .map((some) => Object.fromEntries(some.filter(([key]) => key !== '__proto__'))),
  ),
}));

describe('JSON without some values', () => {
  it('is what is left of the whole', () => {
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 1), (value, indent) => {
        const whole = JSON.stringify(value, undefined, indent);
        const left = pruned(whole, names);
        expect(JSON.parse(left!)).toEqual(plain(JSON.parse(whole)));
      }),
      { numRuns: 2000 },
    );
  });

  it('is none where a value does not end', () => {
    for (const torn of ['{"content":[{"text":"a', '{"content":[1,2', '{"content":"a\\"}', '{"content":'])
      expect(pruned(torn, names)).toBeUndefined();
  });
});
