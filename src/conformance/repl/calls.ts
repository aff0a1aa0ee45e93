import { ofDecision, ofDocument } from '../check.ts';
import {
  bodyOf,
  expectHeader,
  expectSame,
  expectStatus,
  expectThat,
  numberAt,
  rowsAt,
  shown,
  textAt,
} from '../judge.ts';
import type { ReplCheck, ReplGroup } from './context.ts';
import { expectError, expectMetadata, expectResult, timeAt } from './shapes.ts';

const metadata = 'SessionMetadata has id, name, created, lastAccessed, eventCount, checkpointCount and size';
const result = 'ExecuteResult has output and shouldExit';
const notThere = '404 without creating anything';

const unknown: readonly [name: string, method: string, rest: string, json?: unknown][] = [
  ['get', 'GET', ''],
  ['delete', 'DELETE', ''],
  ['save', 'POST', '/save'],
  ['events', 'GET', '/events'],
  ['events-jsonl', 'GET', '/events?format=jsonl'],
  ['checkpoints', 'GET', '/checkpoints'],
  ['checkpoint', 'POST', '/checkpoints', {}],
  ['goto', 'POST', '/goto', { seq: 0 }],
  ['fork', 'POST', '/fork', { name: 'conformance-fork-of-nothing' }],
  ['annotation', 'PUT', '/checkpoints/0/annotation', { label: 'l' }],
  ['annotation-delete', 'DELETE', '/checkpoints/0/annotation'],
  ['timeline', 'GET', '/timeline'],
  ['snapshots', 'GET', '/snapshots'],
  ['snapshot', 'POST', '/snapshots', { description: '', tags: [] }],
  ['snapshot-restore', 'POST', '/snapshots/01a1fa74-70d6-790b-a5a0-9daa8d285a53/restore', {}],
  ['snapshot-delete', 'DELETE', '/snapshots/01a1fa74-70d6-790b-a5a0-9daa8d285a53'],
  ['metrics', 'GET', '/metrics'],
  ['access', 'POST', '/access', { clientId: 'c', mode: 'readonly' }],
  ['access-delete', 'DELETE', '/access/c'],
  ['export', 'GET', '/export'],
];

const unknownCheck = ([name, method, rest, json]: (typeof unknown)[number]): ReplCheck =>
  ofDecision(
    `calls.unknown-${name}`,
    `${method} …${rest} of a session that is not there: ${notThere}`,
    async (context) => {
      const session = context.unborn();
      expectError(await session.ask(method, rest, { json }), 404);
      expectError(await session.get(), 404);
      const names = rowsAt(await context.list(), 'sessions').map((row) => row['name']);
      expectThat(!names.includes(session.name), 'no session of that name in the list', shown(names));
    },
  );

const methods: readonly [name: string, method: string, path: string, allowed: string][] = [
  ['sessions', 'PUT', '/api/repl/sessions', 'POST'],
  ['session', 'PUT', '/api/repl/sessions/a', 'DELETE'],
  ['execute', 'GET', '/api/repl/sessions/a/execute', 'POST'],
  ['goto', 'DELETE', '/api/repl/sessions/a/goto', 'POST'],
  ['events', 'POST', '/api/repl/sessions/a/events', 'GET'],
  ['metrics', 'DELETE', '/api/repl/sessions/a/metrics', 'GET'],
];

const methodCheck = ([name, method, path, allowed]: (typeof methods)[number]): ReplCheck =>
  ofDecision(`calls.method-${name}`, 'wrong method 405 with Allow, in the shape of the contract', async ({ http }) => {
    const answer = await http.ask(method, path);
    expectError(answer, 405);
    const allow = answer.headers['allow'] ?? '';
    expectThat(allow.split(/,\s*/).includes(allowed), `Allow of ${answer.asked} to name ${allowed}`, shown(allow));
  });

/** Creating, listing, reading and deleting sessions. */
export const calls: ReplGroup = {
  name: 'calls',
  title: 'Sessions: create, list, read, delete',
  checks: [
    ofDocument('calls.create', metadata, async (context) => {
      const name = context.unborn().name;
      const body = bodyOf(await context.createAnswer(name));
      expectMetadata(body);
      expectSame('name', body['name'], name);
    }),
    ofDecision('calls.create-201', 'POST /sessions answers 201', async (context) => {
      expectStatus(await context.createAnswer(context.unborn().name), 201);
    }),
    ofDecision('calls.create-empty', 'eventCount leaves out the header: a new session has none', async (context) => {
      const body = bodyOf(await context.createAnswer(context.unborn().name));
      expectSame('counts', [body['eventCount'], body['checkpointCount']], [0, 0]);
    }),
    ofDecision('calls.create-taken', '409 when the name is taken', async (context) => {
      const session = await context.ran('var n = 1');
      const before = await session.read();
      expectError(await context.createAnswer(session.name), 409);
      expectSame('the session', await session.read(), before);
    }),
    ofDecision('calls.create-races', 'names are unique per owner: 409 when the name is taken', async (context) => {
      const { name } = context.unborn();
      const answers = await Promise.all(Array.from({ length: 8 }, () => context.createAnswer(name)));
      const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
      expectSame('statuses', statuses, [201, ...Array.from({ length: 7 }, () => 409)]);
    }),
    ofDocument('calls.list', `ApiSessionListResponse has sessions; ${metadata}`, async (context) => {
      const session = await context.created();
      const { sessions } = { sessions: rowsAt(await context.list(), 'sessions') };
      for (const row of sessions) expectMetadata(row);
      const row = sessions.find(({ name }) => name === session.name);
      expectThat(row !== undefined, `${session.name} in the list`, shown(sessions.map(({ name }) => name)));
    }),
    ofDecision('calls.list-newest', 'lists are newest first', async (context) => {
      const made = [await context.created(), await context.created(), await context.created()];
      const ours = new Set(made.map(({ name }) => name));
      const names = rowsAt(await context.list(), 'sessions').map((row) => textAt(row, 'name'));
      const expected = made.map(({ name }) => name).toReversed();
      expectSame(
        'names in the list',
        names.filter((name) => ours.has(name)),
        expected,
      );
    }),
    ofDocument('calls.get', metadata, async (context) => {
      const session = await context.ran('1');
      const body = await session.read();
      expectMetadata(body);
      expectSame('name', body['name'], session.name);
    }),
    ofDecision(
      'calls.get-same',
      'GET /sessions/:name answers the SessionMetadata that creating it did',
      async (context) => {
        const session = context.unborn();
        const made = bodyOf(await context.createAnswer(session.name));
        expectSame('the session', await session.read(), made);
      },
    ),
    ofDocument('calls.accessed', 'lastAccessed and created are dates; created stays', async (context) => {
      const session = await context.created();
      const before = await session.read();
      await session.run('await new Promise((done) => setTimeout(done, 20))');
      const after = await session.read();
      expectSame('created', after['created'], before['created']);
      const [first, then] = [timeAt(before, 'lastAccessed'), timeAt(after, 'lastAccessed')];
      expectThat(then > first, 'lastAccessed to go on with a command', shown([first, then]));
    }),
    ofDecision('calls.event-count', 'eventCount leaves out the header', async (context) => {
      const session = await context.ran('1', 'throw 2', 'console.log(3)');
      expectSame('eventCount', (await session.read())['eventCount'], (await session.events()).length);
    }),
    ofDecision('calls.checkpoint-count', 'checkpoints after every command', async (context) => {
      const session = await context.ran('1', '2', '3');
      expectSame('checkpointCount', (await session.read())['checkpointCount'], 3);
    }),
    ofDecision('calls.size', 'size = journal + images in bytes', async (context) => {
      const session = await context.ran('1');
      const before = numberAt(await session.read(), 'size');
      await session.run(`var text = Array.from({ length: 20000 }, () => Math.random().toString(36)).join('')`);
      const after = numberAt(await session.read(), 'size');
      expectThat(before > 0 && after > before + 50_000, 'size to grow with what is kept', shown([before, after]));
    }),
    ofDecision('calls.delete', 'DELETE answers 204; the session is gone', async (context) => {
      const session = await context.ran('var kept = 1');
      expectStatus(await session.ask('DELETE'), 204);
      for (const rest of ['', '/events', '/checkpoints']) expectError(await session.get(rest), 404);
      await session.says('typeof kept', `'undefined'`);
      expectSame('events of the next of that name', (await session.events()).length, 3);
    }),
    ofDocument('calls.execute', result, async (context) => {
      const session = await context.created();
      const body = bodyOf(await session.execute('1 + 1'));
      expectResult(body);
      expectSame('the result', [body['output'], body['shouldExit']], ['2', false]);
    }),
    ofDecision('calls.execute-200', 'execute answers 200', async (context) => {
      expectStatus(await (await context.created()).execute('1'), 200);
    }),
    ofDecision('calls.execute-creates', 'execute creates the session when absent', async (context) => {
      const session = context.unborn();
      expectStatus(await session.get(), 404);
      expectStatus(await session.execute('1'), 200);
      expectMetadata(await session.read());
    }),
    ofDecision('calls.execute-creates-once', 'execute creates the session when absent', async (context) => {
      const session = context.unborn();
      const outputs = await Promise.all(
        Array.from({ length: 8 }, () => session.run('globalThis.n = (globalThis.n ?? 0) + 1')),
      );
      expectSame(
        'outputs',
        outputs.map(Number).toSorted((a, b) => a - b),
        [1, 2, 3, 4, 5, 6, 7, 8],
      );
    }),
    ofDecision('calls.save', 'POST …/save answers {success: true}', async (context) => {
      const answer = await (await context.ran('1')).post('/save');
      expectStatus(answer, 200);
      expectSame('the answer', bodyOf(answer)['success'], true);
    }),
    ofDecision('calls.save-body', 'a POST without a required field takes an empty body', async (context) => {
      const session = await context.ran('1');
      expectStatus(await session.post('/save', {}), 200);
      expectStatus(await session.ask('POST', '/save', { raw: '', headers: { 'content-type': 'text/plain' } }), 200);
    }),
    ofDecision('calls.type', 'answers are JSON', async (context) => {
      const session = await context.created();
      expectHeader(await session.get(), 'content-type', 'application/json');
      expectHeader(await session.execute('1'), 'content-type', 'application/json');
    }),
    ...unknown.map(unknownCheck),
    ...methods.map(methodCheck),
    ofDecision('calls.route', 'unknown route 404, in the shape of the contract', async ({ http }) => {
      for (const path of ['/api/repl', '/api/repl/nothing', '/api/repl/sessions/a/nothing'])
        expectError(await http.get(path), 404);
    }),
    ofDecision('calls.route-error', 'errors: {error, details?}', async ({ http }) => {
      const body = bodyOf(await http.get('/api/repl/nothing'));
      expectThat(!('message' in body), 'the text of an error in error, not in a field of its own', shown(body));
    }),
  ],
};
