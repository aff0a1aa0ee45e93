import fc from 'fast-check';
import { description } from '../doorways/answers.ts';

/** Values for a schema of openapi.json: valid ones, nearly valid ones, and wild ones. */

export interface Schema {
  $ref?: string;
  type?: string;
  enum?: readonly unknown[];
  const?: unknown;
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  allOf?: readonly Schema[];
  properties?: Record<string, Schema>;
  required?: readonly string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
}

/** Stands for an id that the server knows; it becomes one when the request is sent. */
export const idMark = 'an-id-that-is-there';

export const oddTexts = [
  '',
  ' ',
  'null',
  'NaN',
  '-0',
  '1e999',
  '../../etc/passwd',
  "'; DROP TABLE sessions; --",
  '%',
  '%_\\',
  '${7*7}',
  '{{x}}',
  '<script>alert(1)</script>',
  '\u0000',
  'a\u0000b',
  '\u202eevil',
  '\ufeff',
  '\ud800',
  '\udfff\ud800',
  '🦀'.repeat(60),
  'é'.repeat(201),
  'e\u0301',
  '\u2028\u2029',
  '\r\nset-cookie: a=b',
  '__proto__',
  'constructor',
  'toString',
  'x'.repeat(5000),
] as const;

const oddNumbers = [
  0,
  -0,
  -1,
  1.5,
  1e-7,
  1e21,
  2 ** 31,
  2 ** 53,
  -(2 ** 53),
  Number.MAX_VALUE,
  5e-324,
  366 * 86_400_000 + 1,
];

export const wildText = fc.oneof(fc.constantFrom(...oddTexts), fc.string({ unit: 'binary', maxLength: 40 }));

/** Any JSON, odd keys and all; undefined is left out. */
export const wild: fc.Arbitrary<unknown> = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    wildText,
    fc.constantFrom<unknown>(null, true, false, ...oddNumbers),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(
      wildText.filter((key) => key !== '__proto__'),
      tie('any'),
      { maxKeys: 4 },
    ),
  ),
})).any;

const resolved = (schema: Schema): Schema => {
  if (schema.$ref === undefined) return schema;
  const name = schema.$ref.split('/').at(-1) ?? '';
  return description.components.schemas[name] ?? {};
};

export const validOf = (given: Schema): fc.Arbitrary<unknown> => {
  const schema = resolved(given);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map(validOf));
  switch (schema.type) {
    case 'string':
      return textOf(schema);
    case 'integer':
      return integerOf(schema);
    case 'number':
      return fc.double({ min: schema.minimum ?? 1, max: Math.min(1e10, schema.maximum ?? 1e10), noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(validOf(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(5, schema.maxItems ?? 5),
      });
    default:
      return schema.properties
        ? objectOf(schema)
        : fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue(), { maxKeys: 3 });
  }
};

const integerOf = ({ minimum = 0, maximum = Infinity }: Schema): fc.Arbitrary<number> => {
  const min = Math.max(-1e9, minimum);
  return fc.integer({ min, max: Math.min(Math.max(1e9, min + 1e9), maximum) });
};

const textOf = ({ pattern, minLength = 0, maxLength = 60 }: Schema): fc.Arbitrary<string> => {
  if (pattern?.startsWith('^[0-9a-f]{8}-')) return fc.oneof(fc.constant(idMark), fc.uuid());
  if (pattern === undefined) return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(60, maxLength) });
  return fc.stringMatching(new RegExp(pattern), { maxLength: 60 });
};

const objectOf = ({ properties = {}, required = [] }: Schema): fc.Arbitrary<unknown> =>
  fc.record(Object.fromEntries(Object.entries(properties).map(([key, inner]) => [key, validOf(inner)])), {
    requiredKeys: [...required],
  });

/** A valid object with one thing wrong, which may happen to be right. */
export const nearlyValidOf = (schema: Schema): fc.Arbitrary<unknown> =>
  fc.tuple(validOf(schema), fc.nat(), wild, wildText, fc.nat(3)).map(([value, which, odd, key, how]) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return odd;
    const keys = Object.keys(resolved(schema).properties ?? value);
    const met = keys[which % Math.max(1, keys.length)] ?? key;
    const { [met]: _, ...rest } = value as Record<string, unknown>;
    if (how === 0) return rest;
    if (how === 1) return { ...value, [key]: odd };
    return { ...rest, [met]: odd };
  });
