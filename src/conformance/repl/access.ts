import { ofDecision, ofDocument } from '../check.ts';
import { bodyOf, expectSame, expectStatus, expectSuccess, skipUnlessFound } from '../judge.ts';
import type { ReplCheck, ReplGroup } from './context.ts';
import type { ReplSession } from './session.ts';
import { expectError } from './shapes.ts';

const readOnly = 'accessMode: readonly at creation refuses every execute';
const oneWriter = 'many readers, at most one writer; execute by another while one writes: 409';
const reader = 'a reader’s lease refuses only its own execute (403)';

const lease = (session: ReplSession, clientId: string, mode: 'readonly' | 'readwrite') =>
  session.post('/access', { clientId, mode });

const as = (session: ReplSession, client: string, command = '1') => session.execute(command, { 'x-client-id': client });

const paused: readonly [what: string, status: string, rule: string][] = [
  ['paused', 'paused', 'paused: execute is 409'],
  ['completed', 'completed', 'completed ends it: execute is 409, the journal stays readable'],
];

const pausedCheck = ([what, status, rule]: (typeof paused)[number]): ReplCheck =>
  ofDecision(`access.${what}`, rule, async (context) => {
    const session = await context.ran('let n = 1');
    const changed = await context.http.patch(`/api/sessions/${await session.id()}`, { status });
    skipUnlessFound(changed);
    expectSuccess(changed);
    const before = await session.events();
    expectError(await session.execute('n = 2'), 409);
    expectSame('events', await session.events(), before);
  });

/** Who may run commands. */
export const access: ReplGroup = {
  name: 'access',
  title: 'Access modes and leases',
  checks: [
    ofDocument('access.mode', 'AccessMode is readonly or readwrite', async (context) => {
      for (const accessMode of ['readonly', 'readwrite'])
        expectSuccess(await context.createAnswer(context.unborn().name, { accessMode }));
    }),
    ofDecision('access.readonly', readOnly, async (context) => {
      const session = await context.created({ accessMode: 'readonly' });
      for (const command of ['1', 'var n = 1', '']) expectError(await session.execute(command), 403);
      expectSame('events', await session.events(), []);
    }),
    ofDecision('access.readonly-client', readOnly, async (context) => {
      const session = await context.created({ accessMode: 'readonly' });
      expectError(await as(session, 'anyone'), 403);
    }),
    ofDecision('access.readonly-read', `${readOnly}, and no reading`, async (context) => {
      const session = await context.created({ accessMode: 'readonly' });
      for (const rest of ['', '/events', '/checkpoints', '/metrics']) expectStatus(await session.get(rest), 200);
    }),
    ofDecision('access.readwrite', 'accessMode readwrite refuses no execute', async (context) => {
      await (await context.created({ accessMode: 'readwrite' })).says('1 + 1', '2');
    }),
    ofDecision('access.lease', 'POST …/access {clientId, mode} answers {success}', async (context) => {
      const session = await context.ran('1');
      for (const mode of ['readonly', 'readwrite'] as const) {
        const answer = await lease(session, 'a', mode);
        expectSuccess(answer);
        expectSame('success', bodyOf(answer)['success'], true);
      }
    }),
    ofDecision('access.writer', oneWriter, async (context) => {
      const session = await context.ran('let n = 1');
      expectSuccess(await lease(session, 'a', 'readwrite'));
      const before = await session.events();
      expectError(await as(session, 'b', 'n = 2'), 409);
      expectSame('events', await session.events(), before);
      expectStatus(await as(session, 'a', 'n = 3'), 200);
    }),
    ofDecision('access.writer-nameless', oneWriter, async (context) => {
      const session = await context.ran('1');
      expectSuccess(await lease(session, 'a', 'readwrite'));
      expectError(await session.execute('1'), 409);
    }),
    ofDecision('access.two-writers', oneWriter, async (context) => {
      const session = await context.ran('1');
      expectSuccess(await lease(session, 'a', 'readwrite'));
      expectError(await lease(session, 'b', 'readwrite'), 409);
      expectStatus(await as(session, 'a'), 200);
    }),
    ofDecision('access.writers-race', oneWriter, async (context) => {
      const session = await context.ran('1');
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) => lease(session, `client-${n}`, 'readwrite')),
      );
      expectSame('leases given', answers.filter(({ status }) => status < 300).length, 1);
      expectSame('refusals', answers.filter(({ status }) => status === 409).length, 7);
    }),
    ofDecision('access.renewed', 'a lease is renewed by who has it', async (context) => {
      const session = await context.ran('1');
      for (let n = 0; n < 2; n++) expectSuccess(await lease(session, 'a', 'readwrite'));
      expectStatus(await as(session, 'a'), 200);
    }),
    ofDecision('access.given-back', 'DELETE …/access/:clientId frees it', async (context) => {
      const session = await context.ran('1');
      expectSuccess(await lease(session, 'a', 'readwrite'));
      expectError(await as(session, 'b'), 409);
      const answer = await session.ask('DELETE', '/access/a');
      expectSuccess(answer);
      expectSame('success', bodyOf(answer)['success'], true);
      expectStatus(await as(session, 'b'), 200);
      expectSuccess(await lease(session, 'b', 'readwrite'));
    }),
    ofDecision('access.reader', reader, async (context) => {
      const session = await context.ran('let n = 1');
      expectSuccess(await lease(session, 'r', 'readonly'));
      const before = await session.events();
      expectError(await as(session, 'r', 'n = 2'), 403);
      expectSame('events', await session.events(), before);
      expectStatus(await as(session, 'b', 'n'), 200);
      expectStatus(await session.execute('n'), 200);
    }),
    ofDecision('access.readers', 'many readers, at most one writer', async (context) => {
      const session = await context.ran('1');
      for (let n = 0; n < 10; n++) expectSuccess(await lease(session, `r${n}`, 'readonly'));
      for (let n = 0; n < 3; n++) expectError(await as(session, `r${n}`), 403);
      expectSuccess(await lease(session, 'w', 'readwrite'));
      expectSuccess(await lease(session, 'late', 'readonly'));
      expectStatus(await as(session, 'w'), 200);
    }),
    ofDecision('access.reads', 'execute by another while one writes: 409; reading is not refused', async (context) => {
      const session = await context.ran('1');
      expectSuccess(await lease(session, 'w', 'readwrite'));
      for (const rest of ['', '/events', '/checkpoints', '/metrics']) expectStatus(await session.get(rest), 200);
    }),
    ofDecision('access.apart', 'a lease is of one session', async (context) => {
      const [session, other] = [await context.ran('1'), await context.ran('1')];
      expectSuccess(await lease(session, 'a', 'readwrite'));
      expectStatus(await as(other, 'b'), 200);
    }),
    ...paused.map(pausedCheck),
    ofDecision('access.resumed', 'paused / active pause and resume it', async (context) => {
      const session = await context.ran('let n = 1');
      const path = `/api/sessions/${await session.id()}`;
      skipUnlessFound(await context.http.patch(path, { status: 'paused' }));
      expectSuccess(await context.http.patch(path, { status: 'active' }));
      await session.says('n', '1');
    }),
  ],
};
