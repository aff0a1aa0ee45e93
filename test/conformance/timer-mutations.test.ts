/** The suite can fail: a server that breaks one rule is caught by the check of that rule. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { timerSuite } from '../../src/conformance/index.ts';
import { chosen, runSuite } from '../../src/conformance/run-checks.ts';
import type { Result } from '../../src/conformance/run-checks.ts';
import { brokenProxy } from './broken-proxy.ts';
import type { Breakage } from './broken-proxy.ts';
import { eachList, eachObject, isObject, isPost, scale, statusInstead } from './breaking.ts';
import { realServer, token } from './real-server.ts';

const mutations: readonly [what: string, caughtBy: string, breakage: Breakage][] = [
  ['drops a field', 'calls.start-fields', { answer: eachObject((object) => delete object['remaining']) }],
  [
    'drops the field of a row',
    'counting.history',
    { answer: eachObject((object) => delete object['cumulativeTotal']) },
  ],
  ['answers 200 for 201', 'calls.start-201', { answer: statusInstead(201, 200) }],
  ['answers 400 for 409', 'lifecycle.completed-409', { answer: statusInstead(409, 400) }],
  ['answers 400 for 422', 'idempotency.start-other', { answer: statusInstead(422, 400) }],
  [
    'has null for what is unset',
    'calls.absent',
    { answer: eachObject((object) => 'tokensUsed' in object && (object['name'] ??= null)) },
  ],
  ['performs a POST twice', 'counting.sum', { times: (passing) => (isPost('/tokens')(passing) ? 2 : 1) }],
  ['tells another code than the status', 'errors.not-found', { answer: scale('code', 2) }],
  [
    'has another word for an error',
    'lifecycle.final-tokens',
    { answer: eachObject((object) => 'error' in object && (object['error'] = 'conflict')) },
  ],
  ['forgets Allow', 'errors.method-sessions', { answer: ({ headers }) => delete headers['allow'] }],
  [
    'lists the oldest first',
    'lists.newest-first',
    {
      answer: eachList('sessions', (rows) => rows.toReversed()),
    },
  ],
  ['ends every walk early', 'lists.cursor', { answer: eachObject((object) => delete object['cursor']) }],
  [
    'ignores offset',
    'lists.offset',
    { request: (passing) => (passing.path = passing.path.replace(/offset=\d+/, 'offset=0')) },
  ],
  ['ignores Idempotency-Key', 'idempotency.tokens', { request: ({ headers }) => delete headers['idempotency-key'] }],
  ['tells times in seconds', 'calls.get', { answer: scale('startTime', 1e-3) }],
  ['is a percent off in its rate', 'projection.rate', { answer: scale('currentRate', 1.01) }],
  ['is surer than it may be', 'projection.last-ten', { answer: scale('confidence', 1.1) }],
  ['averages over hours', 'projection.average-first-second', { answer: scale('averagePerMinute', 60) }],
  ['projects too much', 'projection.zero-length', { answer: scale('projectedTotal', 2) }],
  [
    'counts every row for itself',
    'counting.cumulative',
    { answer: eachObject((o) => 'cumulativeTotal' in o && (o['cumulativeTotal'] = o['tokensUsed'])) },
  ],
  ['names no bad field', 'bad-input.duration-zero', { answer: eachObject((object) => delete object['details']) }],
  [
    'takes fields that it does not know',
    'bad-input.unknown-field',
    { request: ({ body }) => isObject(body) && delete body['colour'] },
  ],
  [
    'does not pause',
    'calls.pause',
    { request: ({ body }) => isObject(body) && body['status'] === 'paused' && (body['status'] = 'active') },
  ],
  ['answers to every Host', 'access.host', { request: ({ headers }) => (headers.host = 'localhost') }],
  ['looks at no Origin', 'access.origin', { request: ({ headers }) => delete headers.origin }],
  ['lets everybody in', 'access.token-list', { request: ({ headers }) => (headers.authorization = `Bearer ${token}`) }],
  [
    'counts events from 1',
    'events.seq',
    { answer: eachObject((object) => 'seq' in object && (object['seq'] = Number(object['seq']) + 1)) },
  ],
  [
    'keeps alerts to itself',
    'socket.alert-fields',
    { frame: (frame) => (frame['type'] === 'alert' ? undefined : frame) },
  ],
  [
    'ticks for its first second only',
    'socket.every-second',
    { frame: (frame) => (frame['type'] === 'timer_update' && Number(frame['elapsed']) > 900 ? undefined : frame) },
  ],
  ['tells no totals', 'socket.token-update', { frame: ({ totalUsed: _, ...frame }) => frame }],
];

const ids = mutations.map(([, id]) => id);
let server: Awaited<ReturnType<typeof realServer>>;

beforeAll(async () => {
  server = await realServer();
});

afterAll(() => server.stop());

const only = (wanted: readonly string[]) => chosen(timerSuite, { level: 'all', only: wanted });

const through = async (breakage: Breakage, wanted: readonly string[]): Promise<Result[]> => {
  const proxy = await brokenProxy(server.url, breakage);
  try {
    return await runSuite(only(wanted), { url: proxy.url, token });
  } finally {
    await proxy.stop();
  }
};

describe('the timer suite', () => {
  it('passes what a proxy that breaks nothing lets through', async () => {
    const results = await through({}, ids);
    expect(results.filter(({ verdict }) => verdict !== 'passed')).toEqual([]);
    expect(results).toHaveLength(new Set(ids).size);
  });

  it.concurrent.each(mutations)('catches a server that %s: %s', async (_, id, breakage) => {
    const [result] = await through(breakage, [id]);
    expect(result).toMatchObject({ id, verdict: 'failed' });
    expect(result?.reason).toContain(`the rule: “${result?.rule}”`);
    expect(result?.expected).not.toContain('the check to come to its end');
  });
});
