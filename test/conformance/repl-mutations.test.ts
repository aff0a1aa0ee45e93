/** The suite can fail: a server that breaks one rule of the repl contract is caught by the check of that rule. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replSuite } from '../../src/conformance/index.ts';
import { chosen, runSuite } from '../../src/conformance/run-checks.ts';
import type { Result } from '../../src/conformance/run-checks.ts';
import { asking, eachList, eachObject, isObject, isPost, rewrite, scale, statusInstead } from './breaking.ts';
import { brokenProxy } from './broken-proxy.ts';
import type { Breakage, Passing } from './broken-proxy.ts';
import { modelServer } from './model-server.ts';
import { realServer, token } from './real-server.ts';

const isExecute = isPost('/execute');

/** What the server said to a command. */
const says = (change: (output: string) => string): Breakage => ({ answer: rewrite('output', change) });

/** Sends another request than was asked for. */
const instead = (fits: (passing: Passing) => boolean, method: string, path: (path: string) => string) => ({
  request: (passing: Passing) => {
    if (!fits(passing)) return;
    Object.assign(passing, { method, path: path(passing.path), body: '' });
    delete passing.headers['content-type'];
    delete passing.headers['content-length'];
  },
});

const lines = (change: (lines: string[]) => string[]): Breakage => ({
  answer: (passing) => {
    if (!passing.path.includes('format=jsonl')) return;
    const text = typeof passing.body === 'string' ? passing.body : JSON.stringify(passing.body);
    passing.body = change(text.trimEnd().split('\n')).join('\n') + '\n';
  },
});

let count = 0;

const mutations: readonly [what: string, caughtBy: string, breakage: Breakage][] = [
  // Sessions
  ['drops a field', 'calls.get', { answer: eachObject((object) => delete object['size']) }],
  [
    'has dates in milliseconds',
    'calls.create',
    { answer: eachObject((o) => 'created' in o && (o['created'] = Date.parse(String(o['created'])))) },
  ],
  ['answers 200 for 201', 'calls.create-201', { answer: statusInstead(201, 200) }],
  ['answers 400 for 409', 'calls.create-taken', { answer: statusInstead(409, 400) }],
  ['answers 200 for 204', 'calls.delete', { answer: statusInstead(204, 200) }],
  ['lists nothing', 'calls.list', { answer: eachList('sessions', () => []) }],
  ['lists the oldest first', 'calls.list-newest', { answer: eachList('sessions', (rows) => rows.toReversed()) }],
  [
    'has lastAccessed stand still',
    'calls.accessed',
    { answer: eachObject((o) => 'lastAccessed' in o && (o['lastAccessed'] = o['created'])) },
  ],
  [
    'counts the header',
    'calls.event-count',
    { answer: eachObject((o) => 'eventCount' in o && (o['eventCount'] = Number(o['eventCount']) + 1)) },
  ],
  [
    'creates what is asked for',
    'calls.unknown-get',
    { answer: (passing) => passing.method === 'GET' && passing.status === 404 && (passing.status = 200) },
  ],
  ['forgets Allow', 'calls.method-execute', { answer: ({ headers }) => delete headers['allow'] }],
  // Refusals
  ['tells an error elsewhere', 'calls.route', { answer: eachObject((o) => delete o['error']) }],
  ['names no bad field', 'bad-input.goto-text', { answer: rewrite('error', () => 'bad request') }],
  ['tells its stack', 'calls.unknown-goto', { answer: rewrite('error', (text) => `${text} at go (/srv/a.ts:1:2)`) }],
  [
    'takes fields that it does not know',
    'bad-input.create-unknown',
    { request: asking((body) => delete body['colour']) },
  ],
  [
    'takes any name',
    'names.create-slash',
    {
      request: asking((body) => 'name' in body && (body['name'] = String(body['name']).replaceAll('/', '-'))),
    },
  ],
  // What commands say
  [
    'answers 400 to a command that throws',
    'values.throws-error',
    {
      answer: (passing) => {
        if (isObject(passing.body) && String(passing.body['output']).startsWith('Uncaught')) passing.status = 400;
      },
    },
  ],
  ['prints JSON', 'values.object', says((output) => output.replaceAll(' ', ''))],
  ['prints colours', 'values.no-colours', says((output) => `\u001b[33m${output}\u001b[39m`)],
  ['loses what was printed', 'values.console-log', says((output) => output.split('\n').at(-1) ?? '')],
  ['runs a command twice', 'living.closure', { times: (passing) => (isExecute(passing) ? 2 : 1) }],
  [
    'exits at every command',
    'words.quit-only',
    { answer: eachObject((o) => 'shouldExit' in o && (o['shouldExit'] = true)) },
  ],
  ['never exits', 'words.quit', { answer: eachObject((o) => 'shouldExit' in o && (o['shouldExit'] = false)) }],
  ['ignores Idempotency-Key', 'order.again', { request: ({ headers }) => delete headers['idempotency-key'] }],
  ['knows one language', 'languages.typescript-annotation', { request: asking((body) => delete body['language']) }],
  ['gives the code a process', 'escapes.process', says((output) => output.replace('none', 'process'))],
  ['keeps its limits to itself', 'limits.recursion', says((output) => output.replace(/^Uncaught[^]*/, 'undefined'))],
  // Journal
  [
    'counts events from 1',
    'journal.seq',
    { answer: eachObject((o) => 'seq' in o && (o['seq'] = Number(o['seq']) + 1)) },
  ],
  [
    'writes no errors down',
    'journal.of-error',
    { answer: eachList('events', (rows) => rows.filter(({ type }) => type !== 'error')) },
  ],
  ['trims what was typed', 'journal.input-exact', { answer: rewrite('code', (code) => code.trim()) }],
  ['names no client', 'journal.client', { request: ({ headers }) => delete headers['x-client-id'] }],
  ['forgets the seed', 'journal.clock-and-seed', { answer: eachObject((object) => delete object['seed']) }],
  [
    'ignores after',
    'journal.after',
    { request: (passing) => (passing.path = passing.path.replace(/after=\d+/, 'after=0')) },
  ],
  ['has no header', 'journal.header', lines((all) => all.slice(1))],
  ['turns lines around', 'journal.jsonl', lines(([header = '', ...rest]) => [header, ...rest.toReversed()])],
  // Checkpoints, goto, forks
  [
    'lists the oldest checkpoint first',
    'checkpoints.newest-first',
    { answer: eachList('checkpoints', (rows) => rows.toReversed()) },
  ],
  [
    'makes no checkpoint of what threw',
    'checkpoints.every-command',
    { answer: eachList('checkpoints', (rows) => rows.filter(({ seq }) => seq !== 5)) },
  ],
  ['drops tags', 'checkpoints.annotation-fields', { answer: eachObject((o) => 'tags' in o && (o['tags'] = [])) }],
  [
    'goes back too far',
    'goto.exact-let',
    { request: asking((body) => Number(body['seq']) >= 5 && (body['seq'] = Number(body['seq']) - 3)) },
  ],
  [
    'cuts off what it goes back from',
    'goto.nothing-cut',
    {
      answer: eachList('events', (rows) =>
        rows.some(({ reason }) => reason === 'goto') ? rows.filter(({ seq }) => seq !== 4) : rows,
      ),
    },
  ],
  ['names another state', 'goto.event', { answer: rewrite('stateId', (id) => `${id}-${++count}`) }],
  ['has no reason goto', 'goto.event', { answer: rewrite('reason', (reason) => reason.replace('goto', 'manual')) }],
  ['forks from now', 'fork.at', { request: asking((body, { path }) => path.endsWith('/fork') && delete body['seq']) }],
  ['has one seed for all', 'fork.reseeded', says((output) => output.replace(/^0\.\d+$/, '0.5'))],
  [
    'lists the oldest snapshot first',
    'snapshots.newest-first',
    { answer: eachList('snapshots', (rows) => rows.toReversed()) },
  ],
  [
    'restores nothing',
    'snapshots.restore',
    instead(isPost('/restore'), 'GET', (path) => path.replace(/\/snapshots\/.*/, '/snapshots')),
  ],
  // Access, metrics, doors
  ['takes commands of a readonly session', 'access.readonly', { request: asking((body) => delete body['accessMode']) }],
  [
    'takes all for the writer',
    'access.writer',
    { request: ({ headers }) => 'x-client-id' in headers && (headers['x-client-id'] = 'a') },
  ],
  ['answers 403 for 409', 'access.two-writers', { answer: statusInstead(409, 403) }],
  ['tells milliseconds in seconds', 'metrics.average', { answer: scale('averageExecutionTime', 1e-3) }],
  ['counts every second command', 'metrics.count', { answer: scale('commandCount', 0.5) }],
  ['lets everybody in', 'doors.list', { request: ({ headers }) => (headers.authorization = `Bearer ${token}`) }],
  ['answers to every Host', 'doors.host', { request: ({ headers }) => (headers.host = 'localhost') }],
  // Models
  ['has one receipt for equal prompts', 'llm.twice', { answer: rewrite('receiptKey', () => 'a'.repeat(64)) }],
  [
    'asks the model again',
    'llm.goto-tokens',
    { answer: eachObject((o) => 'tokensUsed' in o && (o['tokensUsed'] = Number(o['tokensUsed']) + ++count)) },
  ],
  ['gets another answer', 'llm.goto', says((output) => output.replace(/answer \d+/, () => `answer ${++count}`))],
];

const ids = mutations.map(([, id]) => id);
let server: Awaited<ReturnType<typeof realServer>>;
let models: Awaited<ReturnType<typeof modelServer>>;

beforeAll(async () => {
  models = await modelServer();
  server = await realServer({ sessionCpuMs: 1000 });
});

afterAll(async () => {
  await server.stop();
  models.stop();
});

const through = async (breakage: Breakage, only: readonly string[]): Promise<Result[]> => {
  const proxy = await brokenProxy(server.url, breakage);
  try {
    const target = { url: proxy.url, token, modelUrl: models.url };
    return await runSuite(chosen(replSuite, { level: 'all', only }), target);
  } finally {
    await proxy.stop();
  }
};

describe('the repl suite', () => {
  it('passes what a proxy that breaks nothing lets through', { timeout: 60_000 }, async () => {
    const results = await through({}, ids);
    expect(results.filter(({ verdict }) => verdict !== 'passed')).toEqual([]);
    expect(results).toHaveLength(new Set(ids).size);
  });

  it.concurrent.each(mutations)('catches a server that %s: %s', { timeout: 60_000 }, async (_, id, breakage) => {
    const [result] = await through(breakage, [id]);
    expect(result).toMatchObject({ id, verdict: 'failed' });
    expect(result?.reason).toContain(`the rule: “${result?.rule}”`);
    expect(result?.expected).not.toContain('the check to come to its end');
  });
});
