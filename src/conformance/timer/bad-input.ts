import { ofDecision, ofDocument } from '../check.ts';
import type { Context, TimerCheck, TimerGroup } from '../context.ts';
import { expectBadField, expectProblem, expectRefusal, expectSame, expectStatus, rowsAt } from '../judge.ts';

const unchanged = 'bad input answers 400 with the path of each bad field, and it changes nothing';
const long = 'x'.repeat(201);
const tooDeep = 70;

/** What is sent as JSON, or as these very bytes, and the path that the refusal has to name. */
interface Bad {
  name: string;
  rule: string;
  json?: unknown;
  raw?: string;
  path: string;
}

const bad = (name: string, rule: string, path: string, json: unknown): Bad => ({ name, rule, path, json });
const badText = (name: string, rule: string, path: string, raw: string): Bad => ({ name, rule, path, raw });

const starts: readonly Bad[] = [
  bad('duration-missing', 'duration > 0 and ≤ 366 days', 'duration', {}),
  bad('duration-zero', 'duration > 0', 'duration', { duration: 0 }),
  bad('duration-negative', 'duration > 0', 'duration', { duration: -1 }),
  bad('duration-too-long', 'duration ≤ 366 days', 'duration', { duration: 366 * 86_400_000 + 1 }),
  bad('duration-text', 'duration is a number', 'duration', { duration: '60000' }),
  bad('duration-null', 'duration is a number', 'duration', { duration: null }),
  badText('duration-infinite', 'a number that is not finite: 400', 'duration', '{"duration":1e999}'),
  bad('name-empty', 'name? 1–200 characters', 'name', { duration: 1000, name: '' }),
  bad('name-long', 'name? 1–200 characters', 'name', { duration: 1000, name: long }),
  bad('name-number', 'name? 1–200 characters', 'name', { duration: 1000, name: 5 }),
  bad('name-null', 'a field that is optional is absent when unset, never null', 'name', { duration: 1000, name: null }),
  bad('budget-zero', 'tokenBudget? > 0', 'tokenBudget', { duration: 1000, tokenBudget: 0 }),
  bad('budget-fraction', 'not a safe integer where a count is meant: 400', 'tokenBudget', {
    duration: 1000,
    tokenBudget: 1.5,
  }),
  badText(
    'budget-unsafe',
    'not a safe integer where a count is meant: 400',
    'tokenBudget',
    '{"duration":1000,"tokenBudget":9007199254740993}',
  ),
  bad('on-budget', 'onBudget is warn or pause', 'onBudget', { duration: 1000, onBudget: 'explode' }),
  bad('budget-counts', 'budgetCounts is new or all', 'budgetCounts', { duration: 1000, budgetCounts: 'some' }),
  bad('unknown-field', 'an unknown field: 400', 'colour', { duration: 1000, colour: 'red' }),
  badText('key-twice', 'duplicate keys: 400', 'duration', '{"duration":1000,"duration":2000}'),
  badText('proto', '__proto__ at any depth: 400', '__proto__', '{"duration":1000,"__proto__":{}}'),
  badText('not-json', 'malformed JSON: 400', '', '{"duration":1000'),
  badText('array', 'a body that is no object: 400', '', '[]'),
  badText('text', 'a body that is no object: 400', '', '"duration"'),
];

const reports: readonly Bad[] = [
  bad('tokens-missing', 'tokensUsed ≥ 1 integer', 'tokensUsed', { operation: 'o' }),
  bad('tokens-zero', 'tokensUsed ≥ 1 integer', 'tokensUsed', { operation: 'o', tokensUsed: 0 }),
  bad('tokens-negative', 'tokensUsed ≥ 1 integer', 'tokensUsed', { operation: 'o', tokensUsed: -5 }),
  bad('tokens-fraction', 'tokensUsed ≥ 1 integer', 'tokensUsed', { operation: 'o', tokensUsed: 1.5 }),
  bad('tokens-text', 'tokensUsed ≥ 1 integer', 'tokensUsed', { operation: 'o', tokensUsed: '5' }),
  bad('tokens-unsafe', 'not a safe integer where a count is meant: 400', 'tokensUsed', {
    operation: 'o',
    tokensUsed: 2 ** 53,
  }),
  bad('operation-missing', 'operation 1–200 characters', 'operation', { tokensUsed: 1 }),
  bad('operation-empty', 'operation 1–200 characters', 'operation', { tokensUsed: 1, operation: '' }),
  bad('operation-long', 'operation 1–200 characters', 'operation', { tokensUsed: 1, operation: long }),
  bad('timestamp-text', 'all times are Unix ms', 'timestamp', {
    tokensUsed: 1,
    operation: 'o',
    timestamp: '2026-01-01',
  }),
  bad('timestamp-negative', 'all times are Unix ms', 'timestamp', { tokensUsed: 1, operation: 'o', timestamp: -1 }),
  bad('cost', 'costUsd is a decimal string of USD', 'costUsd', { tokensUsed: 1, operation: 'o', costUsd: 0.5 }),
  bad('input-negative', 'parts are counts', 'input', { tokensUsed: 1, operation: 'o', input: -1 }),
  bad('tokens-unknown-field', 'an unknown field: 400', 'tokens', { tokensUsed: 1, operation: 'o', tokens: 1 }),
];

const marks: readonly Bad[] = [
  bad('phase-missing', 'phase 1–200 characters', 'phase', { promptCount: 0 }),
  bad('phase-empty', 'phase 1–200 characters', 'phase', { phase: '', promptCount: 0 }),
  bad('phase-long', 'phase 1–200 characters', 'phase', { phase: long, promptCount: 0 }),
  bad('prompt-count-missing', 'promptCount ≥ 0', 'promptCount', { phase: 'p' }),
  bad('prompt-count-negative', 'promptCount ≥ 0', 'promptCount', { phase: 'p', promptCount: -1 }),
  bad('metadata-array', 'metadata? is an object', 'metadata', { phase: 'p', promptCount: 0, metadata: [] }),
  badText(
    'metadata-key-twice',
    'duplicate keys: 400',
    'metadata.a',
    '{"phase":"p","promptCount":0,"metadata":{"a":1,"a":2}}',
  ),
  badText(
    'metadata-proto',
    '__proto__ at any depth: 400',
    'metadata.a.__proto__',
    '{"phase":"p","promptCount":0,"metadata":{"a":{"__proto__":1}}}',
  ),
];

const changes: readonly Bad[] = [
  bad('change-nothing', 'PATCH takes at least one of status, name, tokenBudget, duration', '', {}),
  bad('change-status', 'status is active, paused or completed', 'status', { status: 'stopped' }),
  bad('change-status-null', 'status is active, paused or completed', 'status', { status: null }),
  bad('change-duration', 'duration > 0 and ≤ 366 days', 'duration', { duration: 0 }),
  bad('change-name', 'name 1–200 characters', 'name', { name: long }),
  bad('change-budget', 'tokenBudget > 0', 'tokenBudget', { tokenBudget: -1 }),
  bad('change-unknown-field', 'an unknown field: 400', 'elapsed', { elapsed: 0 }),
];

const nested = (depth: number): string =>
  `{"phase":"p","promptCount":0,"metadata":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`;

const send = (context: Context, method: string, path: string, { json, raw }: Bad) =>
  context.http.ask(method, path, raw === undefined ? { json } : { raw });

const startCheck = (one: Bad): TimerCheck =>
  ofDecision(`bad-input.${one.name}`, one.rule, async (context) => {
    expectBadField(await send(context, 'POST', '/api/sessions', one), one.path);
  });

const itemCheck =
  (method: string, rest: string) =>
  (one: Bad): TimerCheck =>
    ofDecision(`bad-input.${one.name}`, `${one.rule}; ${unchanged}`, async (context) => {
      const id = await context.startId();
      const before = await context.events(id);
      expectBadField(await send(context, method, `/api/sessions/${id}${rest}`, one), one.path);
      expectSame('events after the refusal', await context.events(id), before);
    });

const queries: readonly [name: string, path: string, field: string][] = [
  ['limit-zero', '/api/sessions?limit=0', 'limit'],
  ['limit-large', '/api/sessions?limit=201', 'limit'],
  ['limit-text', '/api/sessions?limit=ten', 'limit'],
  ['limit-sign', '/api/sessions?limit=%2B5', 'limit'],
  ['limit-hex', '/api/sessions?limit=0x10', 'limit'],
  ['limit-fraction', '/api/sessions?limit=1.5', 'limit'],
  ['limit-empty', '/api/sessions?limit=', 'limit'],
  ['offset-negative', '/api/sessions?offset=-1', 'offset'],
  ['status', '/api/sessions?status=running', 'status'],
  ['kind', '/api/sessions?kind=cake', 'kind'],
  ['cursor', '/api/sessions?cursor=nonsense', 'cursor'],
  ['query-unknown', '/api/sessions?page=2', 'page'],
];

const queryChecks = queries.map(([name, path, field]): TimerCheck =>
  ofDecision(
    `bad-input.query-${name}`,
    'numbers in queries are digits only; bad input: 400 with the path',
    async ({ http }) => {
      expectBadField(await http.get(path), field);
    },
  ),
);

/** What must be refused, and where it is wrong. */
export const badInput: TimerGroup = {
  name: 'bad-input',
  title: 'Bad input',
  checks: [
    ofDocument('bad-input.start', '400 - Bad Request', async ({ http }) => {
      expectProblem(await http.post('/api/sessions', { name: 'without a duration' }), 400);
    }),
    ofDocument('bad-input.json', '400 - Bad Request', async ({ http }) => {
      expectProblem(await http.ask('POST', '/api/sessions', { raw: '{"duration":' }), 400);
    }),
    ofDocument('bad-input.tokens', '400 - Bad Request', async (context) => {
      const id = await context.startId();
      const json = { tokensUsed: 'many', operation: 'o' };
      expectProblem(await context.http.post(`/api/sessions/${id}/tokens`, json), 400);
    }),
    ofDocument('bad-input.change', '400 - Bad Request', async (context) => {
      expectProblem(await context.http.patch(`/api/sessions/${await context.startId()}`, { status: 'stopped' }), 400);
    }),
    ...starts.map(startCheck),
    ...changes.map(itemCheck('PATCH', '')),
    ...reports.map(itemCheck('POST', '/tokens')),
    ...marks.map(itemCheck('POST', '/checkpoints')),
    ...queryChecks,
    ofDecision('bad-input.each-field', 'bad input answers 400 with the path of each bad field', async ({ http }) => {
      const problem = expectRefusal(
        await http.post('/api/sessions', { name: '', duration: 0, tokenBudget: -1 }),
        400,
        'invalid_request',
      );
      const paths = rowsAt(problem, 'details').map(({ path }) => path);
      expectSame('paths', new Set(paths), new Set(['name', 'duration', 'tokenBudget']));
    }),
    ofDecision('bad-input.deep', 'depth over 64: 400', async (context) => {
      const path = `/api/sessions/${await context.startId()}/checkpoints`;
      expectRefusal(await context.http.ask('POST', path, { raw: nested(tooDeep) }), 400, 'invalid_request');
      expectStatus(await context.http.ask('POST', path, { raw: nested(40) }), 201);
    }),
    ofDecision('bad-input.escaped-key', 'duplicate keys: 400, however they are spelled', async ({ http }) => {
      const raw = '{"duration":1000,"dur\\u0061tion":2000}';
      expectBadField(await http.ask('POST', '/api/sessions', { raw }), 'duration');
    }),
    ofDecision('bad-input.type', 'only application/json has a parser (else 415)', async ({ http }) => {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) {
        const asking = { raw: '{"duration":1000}', headers: { 'content-type': type } };
        expectRefusal(await http.ask('POST', '/api/sessions', asking), 415, 'unsupported_media_type');
      }
    }),
    ofDecision('bad-input.charset', 'application/json has a parser, with parameters too', async (context) => {
      const asking = { raw: '{"duration":1000}', headers: { 'content-type': 'application/json; charset=utf-8' } };
      const answer = await context.http.ask('POST', '/api/sessions', asking);
      expectStatus(answer, 201);
      context.adopt(String((answer.body as { id?: unknown }).id));
    }),
    ofDecision('bad-input.too-large', 'too large (1 MiB): 413', async ({ http }) => {
      const raw = `{"duration":1000,"name":"${'n'.repeat(1024 * 1024)}"}`;
      expectRefusal(await http.ask('POST', '/api/sessions', { raw }), 413, 'payload_too_large');
    }),
    ofDecision('bad-input.starts-nothing', unchanged, async (context) => {
      const name = `refused ${crypto.randomUUID()}`;
      expectProblem(await context.http.post('/api/sessions', { name, duration: -5 }), 400);
      const answer = await context.http.get(`/api/sessions?q=${encodeURIComponent(name)}`);
      expectSame('sessions of that name', (answer.body as { total?: unknown }).total, 0);
    }),
    ofDecision('bad-input.unicode', 'names are the caller’s: what was given comes back', async (context) => {
      const name = 'a\u0000b\u202e \u{1f469}\u200d\u{1f680} "quoted" \\ </script>';
      expectSame('name', (await context.session(await context.startId({ name })))['name'], name);
    }),
    ofDecision('bad-input.metadata', 'keys inside metadata are the caller’s: kept and given back', async (context) => {
      const id = await context.startId();
      const metadata = { constructor: 1, toString: { '': null }, 'a.b': [[], {}], ünï: '🦀' };
      const json = { phase: 'p', promptCount: 0, metadata };
      expectStatus(await context.http.post(`/api/sessions/${id}/checkpoints`, json), 201);
      expectSame('metadata', rowsAt(await context.session(id), 'checkpoints')[0]?.['metadata'], metadata);
    }),
  ],
};
