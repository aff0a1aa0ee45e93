import fc from 'fast-check';
import { description } from '../doorways/answers.ts';
import { idMark, nearlyValidOf, validOf, wild, wildText } from './values.ts';
import type { Schema } from './values.ts';

/** Requests made from openapi.json: some good, most with something odd about them. */

/** A request before it is bytes. */
export interface FuzzRequest {
  method: string;
  /** Path as the description has it, with odd texts in it; {@link idMark} stands for a known id. */
  path: string;
  headers: readonly (readonly [name: string, value: string])[];
  body: string | undefined;
  isChunked: boolean;
}

/** Stands in what must never be seen in a log: wrong tokens, tickets, codes. */
export const secretMark = 'a-secret-of-the-fuzz-test-0123456789';

interface Parameter {
  name: string;
  in: string;
  schema: Schema;
}

interface Operation {
  template: string;
  method: string;
  parameters: readonly Parameter[];
  body: Schema | undefined;
}

/** What starts programs on the host is left to tests that know which. */
const ofHost = /^\/(runs|sessions|message|api\/claude)(\/|$)/;

interface Described {
  parameters?: readonly Parameter[];
  requestBody?: { content?: Record<string, { schema: Schema }> };
}

export const operations: readonly Operation[] = Object.entries(description.paths)
  .filter(([template]) => !ofHost.test(template))
  .flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]): Operation => {
      const { parameters = [], requestBody } = operation as Described;
      const body = requestBody?.content?.['application/json']?.schema;
      return { template, method: method.toUpperCase(), parameters, body };
    }),
  );

const odd = <T>(usual: fc.Arbitrary<T>, unusual: fc.Arbitrary<T>, weight = 6): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: unusual });

const unknownId = '01a1fa74-70d6-790b-a5a0-9daa8d285a53';

/** What can stand in a request line: no byte that ends it. */
const inPath = (text: string): string => encodeURIComponent(text.toWellFormed());

const pathText = fc.oneof(
  fc.constantFrom(
    '%00',
    '%ff',
    '%zz',
    '%',
    '.',
    '..',
    '%2e%2e',
    '%2F',
    '{id}',
    '*',
    ':id',
    unknownId.toUpperCase(),
    unknownId,
  ),
  fc.constantFrom('é', 'a;b', 'a,b', '"', '<>', '[', '|', '`', '\\'),
  wildText.map(inPath),
);

const pathOf = ({ template }: Operation): fc.Arbitrary<string> => {
  const names = [...template.matchAll(/\{\w+\}/g)].map(([name]) => name);
  const values = fc.array(odd(fc.constant(idMark), pathText, 3), { minLength: names.length, maxLength: names.length });
  const filled = values.map((texts) =>
    names.reduce((path, name, i) => path.replace(name, () => texts[i] ?? ''), template),
  );
  const bent = fc
    .tuple(
      filled,
      fc.constantFrom('/', '//', '/x', '%2f', ';a=b', '/..', '/%2e', '#x', '?', '??a', '&a=b'),
      fc.boolean(),
    )
    .map(([path, more, inFront]) => (inFront && more.startsWith('/') ? more + path : path + more));
  return odd(filled, bent, 15);
};

const queryValue = ({ schema }: Parameter): fc.Arbitrary<string> =>
  odd(
    validOf(schema).map((value) => inPath(String(value))),
    pathText,
    3,
  );

const queryOf = ({ parameters }: Operation): fc.Arbitrary<string> => {
  const known = parameters.filter((parameter) => parameter.in === 'query');
  const pairs = known.map((one) =>
    fc.option(
      queryValue(one).map((value) => `${one.name}=${value}`),
      { nil: '', freq: 1 },
    ),
  );
  const strange = fc.oneof(
    fc.constantFrom(
      'limit=1&limit=2',
      'limit[]=1',
      '__proto__=1',
      'constructor=1',
      'limit',
      '=',
      '&&',
      '%zz=1',
      'a=%zz',
    ),
    fc.constant(`token=${secretMark}&ticket=${secretMark}`),
    fc.tuple(pathText, pathText).map(([key, value]) => `${key}=${value}`),
  );
  const parts = odd(fc.tuple(...pairs), fc.tuple(...pairs, strange));
  return parts.map((texts) => texts.filter(Boolean).join('&'));
};

/** Texts of bodies that are no longer what JSON.stringify makes. */
const bendings: readonly ((text: string) => string)[] = [
  (text) => text.slice(0, -1),
  (text) => `${text}${text}`,
  (text) => `\ufeff${text}`,
  (text) => ` \n\t${text}\r\n `,
  (text) => text.replace('{', '{"__proto__":{"admin":true},'),
  (text) => text.replace('{', '{"constructor":{"prototype":{}},'),
  (text) => text.replace(/"(\w+)":/, '"$1":0,"$1":'),
  (text) => text.replace(/:[^,{}]+/, ':NaN'),
  (text) => text.replace(/:[^,{}]+/, ':Infinity'),
  (text) => text.replace(/:[^,{}]+/, ':1e999'),
  (text) => text.replace(/:[^,{}]+/, ':-1e999'),
  (text) => text.replace(/:[^,{}]+/, ':9007199254740993'),
  (text) => text.replace(/:[^,{}]+/, ':00012'),
  (text) => text.replace(/:[^,{}]+/, `:${'['.repeat(63)}${']'.repeat(63)}`),
  (text) => text.replace(/:[^,{}]+/, `:${'['.repeat(3000)}${']'.repeat(3000)}`),
  (text) => text.replace(/:[^,{}]+/, `:${'{"a":'.repeat(70)}1${'}'.repeat(70)}`),
  (text) => text.replace(/:[^,{}]+/, `:"${'x'.repeat(20_000)}"`),
  (text) => text.replace(/:[^,{}]+/, ':"\\ud800"'),
  (text) => text.replace(/:[^,{}]+/, ':"\\u0000"'),
  (text) => text.replace(/:[^,{}]+/, ':"\\x"'),
  (text) => text.replaceAll('"', "'"),
  () => '',
  () => 'null',
  () => '[]',
  () => '0',
  () => '"',
  () => '\u0000',
];

const bodyOf = ({ body }: Operation): fc.Arbitrary<string | undefined> => {
  if (body === undefined) return odd(fc.constant(undefined), wild.map(jsonOf));
  const value = fc.oneof(
    { weight: 6, arbitrary: validOf(body) },
    { weight: 4, arbitrary: nearlyValidOf(body) },
    { weight: 1, arbitrary: wild },
  );
  const text = value.map(jsonOf);
  const bent = fc.tuple(text, fc.constantFrom(...bendings)).map(([one, bend]) => bend(one));
  return odd(text, bent, 3);
};

const jsonOf = (value: unknown): string => JSON.stringify(value) ?? '';

/** Header values as latin1 without what ends a line. */
const headerText = wildText.map((text) => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?').slice(0, 3000));

const contentTypes = [
  'application/json; charset=utf-8',
  'APPLICATION/JSON',
  'application/json; charset=latin1',
  'application/json;;',
  'application/jsonp',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/octet-stream',
  '',
  '/',
  'application/json, text/plain',
] as const;

const strangeHeader: fc.Arbitrary<readonly [string, string]> = fc.oneof(
  fc.constantFrom<readonly [string, string]>(
    ['authorization', `Bearer ${secretMark}`],
    ['authorization', `Basic ${secretMark}`],
    ['origin', 'http://attacker.example'],
    ['origin', 'null'],
    ['host', 'attacker.example'],
    ['accept', 'text/event-stream'],
    ['accept', 'application/xml;q=0'],
    ['last-event-id', '0'],
    ['expect', 'something'],
    ['content-encoding', 'gzip'],
    ['range', 'bytes=0-1'],
    ['if-none-match', '*'],
    ['x-http-method-override', 'DELETE'],
    ['x-forwarded-for', '1.2.3.4'],
    ['x-forwarded-host', 'attacker.example'],
    ['cookie', `token=${secretMark}`],
    ['upgrade', 'h2c'],
    ['sec-websocket-key', secretMark],
    ['access-control-request-method', 'POST'],
    ['connection', 'close'],
    ['idempotency-key', ''],
  ),
  fc.nat(40).map((n) => ['idempotency-key', `key-${n}`] as const),
  fc.tuple(
    fc.constantFrom('idempotency-key', 'last-event-id', 'accept', 'content-type', 'x-odd', 'if-match'),
    headerText,
  ),
);

const headersOf = (token: string): fc.Arbitrary<readonly (readonly [string, string])[]> =>
  fc
    .tuple(
      odd(fc.constant('application/json'), fc.constantFrom(...contentTypes), 8),
      fc.array(strangeHeader, { maxLength: 2 }),
      fc.nat(3),
    )
    .map(([type, strange, how]) => {
      const extra = how === 0 ? strange : [];
      const named = new Set(extra.map(([name]) => name));
      const usual: (readonly [string, string])[] = [
        ['host', 'localhost'],
        ['authorization', `Bearer ${token}`],
        ['content-type', type],
      ];
      return [...usual.filter(([name]) => !named.has(name)), ...extra];
    });

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PURGE', 'get', 'FOO', 'QUERY'];

const requestOf = (operation: Operation, token: string): fc.Arbitrary<FuzzRequest> =>
  fc.record({
    method: odd(fc.constant(operation.method), fc.constantFrom(...methods), 10),
    path: fc
      .tuple(pathOf(operation), queryOf(operation))
      .map(([path, query]) => (query === '' ? path : `${path}?${query}`)),
    headers: headersOf(token),
    body: bodyOf(operation),
    isChunked: odd(fc.constant(false), fc.constant(true), 20),
  });

/** A path that nothing describes. */
const nowhere = (token: string): fc.Arbitrary<FuzzRequest> =>
  fc.record({
    method: fc.constantFrom(...methods),
    path: fc.oneof(
      pathText.map((text) => `/${text}`),
      fc.array(pathText, { maxLength: 4 }).map((texts) => `/api/${texts.join('/')}`),
      fc.constantFrom(
        '*',
        '/',
        '//',
        '/?',
        '/ui/../../etc/passwd',
        '/ui/%2e%2e/%2e%2e/x',
        '/ws',
        '/ws?ticket=x',
        'http://localhost/',
        '/docs/%00',
        '/openapi.json/',
      ),
    ),
    headers: headersOf(token),
    body: fc.option(wild.map(jsonOf), { nil: undefined, freq: 2 }),
    isChunked: fc.constant(false),
  });

export const anyRequest = (token: string): fc.Arbitrary<FuzzRequest> =>
  fc.oneof(...operations.map((operation) => ({ weight: 3, arbitrary: requestOf(operation, token) })), {
    weight: 5,
    arbitrary: nowhere(token),
  });

/** Requests of a session's own routes, for that session alone. */
export const ofOneSession = (token: string): fc.Arbitrary<FuzzRequest> =>
  fc.oneof(
    ...operations
      .filter(({ template, method }) => template.startsWith('/api/sessions/{id}') && method !== 'DELETE')
      .map((operation) => requestOf(operation, token)),
  );
