import { ofDecision, ofDocument } from '../check.ts';
import type { TimerGroup } from '../context.ts';
import {
  bodyOf,
  expectBetween,
  expectProblem,
  expectHeader,
  expectSame,
  expectStatus,
  expectSuccess,
  expectThat,
  isObject,
  numberAt,
  rowsAt,
  textAt,
} from '../judge.ts';
import { expectCheckpoint, expectSession, expectStarted, expectStatusWord, expectUnixMs } from './shapes.ts';

const ruleOfStart = 'POST /api/sessions answers id, startTime, duration and status';
const ruleOfSession = 'GET /api/sessions/:id answers the session with tokensUsed and checkpoints';
const ruleOfChange = 'PATCH /api/sessions/:id takes status: pause, resume, complete';
const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Starting, reading, changing and deleting a session. */
export const calls: TimerGroup = {
  name: 'calls',
  title: 'Sessions: start, read, change, delete',
  checks: [
    ofDocument('calls.start', ruleOfStart, async (context) => {
      expectStarted((await context.startAnswer({ duration: 60_000 })).body);
    }),
    ofDocument('calls.start-duration', `${ruleOfStart}; duration is in milliseconds`, async (context) => {
      expectSame('duration', (await context.startAnswer({ duration: 90_000 })).body['duration'], 90_000);
    }),
    ofDocument('calls.start-ids', 'a session is known by its id', async (context) => {
      const ids = await Promise.all(Array.from({ length: 5 }, () => context.startId()));
      expectSame('ids that differ', new Set(ids).size, 5);
    }),
    ofDocument('calls.get', ruleOfSession, async (context) => {
      const id = await context.startId({ name: 'a name' });
      const session = await context.session(id);
      expectSession(session);
      expectSame('id', session['id'], id);
      expectSame('tokensUsed', session['tokensUsed'], 0);
      expectSame('checkpoints', session['checkpoints'], []);
    }),
    ofDocument('calls.name', 'name is kept', async (context) => {
      const name = 'Überprüfung 漢字 🦀';
      expectSame('name', (await context.session(await context.startId({ name })))['name'], name);
    }),
    ofDocument('calls.token-budget', 'tokenBudget is kept', async (context) => {
      expectSame(
        'tokenBudget',
        (await context.session(await context.startId({ tokenBudget: 777 })))['tokenBudget'],
        777,
      );
    }),
    ofDocument('calls.pause', ruleOfChange, async (context) => {
      const id = await context.startId();
      await context.change(id, { status: 'paused' });
      expectSame('status', (await context.session(id))['status'], 'paused');
    }),
    ofDocument('calls.resume', ruleOfChange, async (context) => {
      const id = await context.startId();
      await context.change(id, { status: 'paused' });
      await context.change(id, { status: 'active' });
      expectSame('status', (await context.session(id))['status'], 'active');
    }),
    ofDocument('calls.complete', `${ruleOfChange}; a completed session has an endTime`, async (context) => {
      const id = await context.startId();
      await context.change(id, { status: 'completed' });
      const session = await context.session(id);
      expectSame('status', session['status'], 'completed');
      expectUnixMs(session, 'endTime');
      expectThat(
        numberAt(session, 'endTime') >= numberAt(session, 'startTime'),
        'endTime not to lie before startTime',
        session,
      );
    }),
    ofDocument('calls.list', 'GET /api/sessions lists all sessions', async (context) => {
      await context.start();
      expectSuccess(await context.http.get('/api/sessions'));
    }),
    ofDocument('calls.list-limit', 'GET /api/sessions takes limit, offset and status', async (context) => {
      await Promise.all([context.start(), context.start()]);
      const answer = await context.http.get('/api/sessions?limit=1&offset=0&status=active');
      expectSuccess(answer);
      const rows = Array.isArray(answer.body) ? answer.body : rowsAt(bodyOf(answer), 'sessions');
      expectSame('sessions in a list of limit=1&status=active', rows.length, 1);
      for (const row of rows) expectSame('status', isObject(row) ? row['status'] : row, 'active');
    }),
    ofDecision('calls.start-201', 'POST /api/sessions answers 201 the Session', async (context) => {
      const { answer, body } = await context.startAnswer({ duration: 60_000 });
      expectStatus(answer, 201);
      expectSession(body);
      expectUnixMs(body, 'createdAt');
      expectUnixMs(body, 'updatedAt');
    }),
    ofDecision('calls.start-active', 'a session is active at once', async (context) => {
      expectSame('status', (await context.start())['status'], 'active');
    }),
    ofDecision('calls.several', 'several sessions may run', async (context) => {
      const ids = [await context.startId(), await context.startId()];
      const statuses = await Promise.all(ids.map(async (id) => (await context.session(id))['status']));
      expectSame('statuses of two sessions that were started', statuses, ['active', 'active']);
    }),
    ofDecision(
      'calls.start-fields',
      'Session also has kind, elapsed, remaining, owner, onBudget; kind is timer when nothing runs inside',
      async (context) => {
        const session = await context.start({ duration: 60_000 });
        expectSame('kind', session['kind'], 'timer');
        textAt(session, 'owner');
        expectSame('onBudget', session['onBudget'], 'warn');
        expectBetween('elapsed', numberAt(session, 'elapsed'), 0, 2000);
        expectSame('elapsed + remaining', numberAt(session, 'elapsed') + numberAt(session, 'remaining'), 60_000);
      },
    ),
    ofDecision('calls.id-v7', 'ids are UUIDv7', async (context) => {
      const id = await context.startId();
      expectThat(uuidV7.test(id), 'id to be a UUIDv7', id);
    }),
    ofDecision(
      'calls.absent',
      'a field that a document marks optional is absent when unset, never null',
      async (context) => {
        const session = await context.session(await context.startId());
        const met = ['name', 'endTime', 'tokenBudget', 'unlimited'].filter((field) => field in session);
        expectSame('optional fields of a session without a name or a budget', met, []);
        const nulls = Object.keys(session).filter((field) => session[field] === null);
        expectSame('fields that are null', nulls, []);
      },
    ),
    ofDecision('calls.duration-longest', 'duration is > 0 and ≤ 366 days', async (context) => {
      const duration = 366 * 86_400_000;
      expectSame('duration', (await context.start({ duration }))['duration'], duration);
    }),
    ofDecision('calls.name-longest', 'name has 1–200 characters', async (context) => {
      const name = 'n'.repeat(200);
      expectSame('name', (await context.start({ name }))['name'], name);
      expectSame('name', (await context.start({ name: 'n' }))['name'], 'n');
    }),
    ofDecision('calls.on-budget', 'POST /api/sessions takes onBudget and budgetCounts', async (context) => {
      const session = await context.start({ tokenBudget: 10, onBudget: 'pause', budgetCounts: 'all' });
      expectSame('onBudget', session['onBudget'], 'pause');
      expectSame('budgetCounts', session['budgetCounts'], 'all');
    }),
    ofDecision('calls.get-200', 'GET /api/sessions/:id answers Session + checkpoints[]', async (context) => {
      const answer = await context.http.get(`/api/sessions/${await context.startId()}`);
      expectStatus(answer, 200);
      expectHeader(answer, 'content-type', 'application/json');
    }),
    ofDecision('calls.patch-200', 'PATCH answers 200 the Session', async (context) => {
      const answer = await context.http.patch(`/api/sessions/${await context.startId()}`, { name: 'other' });
      expectStatus(answer, 200);
      expectSession(bodyOf(answer));
      expectSame('name', bodyOf(answer)['name'], 'other');
    }),
    ofDecision(
      'calls.patch-several',
      'PATCH takes at least one of status, name, tokenBudget, duration',
      async (context) => {
        const change = { status: 'paused', name: 'all four', tokenBudget: 55, duration: 7_200_000 };
        const session = await context.change(await context.startId(), change);
        for (const [field, value] of Object.entries(change)) expectSame(field, session[field], value);
      },
    ),
    ofDecision('calls.patch-all-or-nothing', 'bad input answers 400 and changes nothing', async (context) => {
      const id = await context.startId({ name: 'before' });
      expectProblem(await context.http.patch(`/api/sessions/${id}`, { name: 'after', duration: -1 }), 400);
      expectSame('name', (await context.session(id))['name'], 'before');
    }),
    ofDecision('calls.updated-at', 'all times are Unix ms; updatedAt rises with a change', async (context) => {
      const { id, body } = await context.startAnswer({ duration: 60_000 });
      const changed = await context.change(id, { name: 'changed' });
      expectSame('createdAt', changed['createdAt'], body['createdAt']);
      expectThat(numberAt(changed, 'updatedAt') >= numberAt(body, 'updatedAt'), 'updatedAt not to go back', [
        body['updatedAt'],
        changed['updatedAt'],
      ]);
    }),
    ofDecision('calls.checkpoint', 'POST /api/sessions/:id/checkpoints answers 201 Checkpoint', async (context) => {
      const id = await context.startId();
      const json = { phase: 'plan', promptCount: 0, metadata: { deep: { list: [1, null, 'x'] } } };
      const answer = await context.http.post(`/api/sessions/${id}/checkpoints`, json);
      expectStatus(answer, 201);
      const checkpoint = bodyOf(answer);
      expectCheckpoint(checkpoint);
      expectSame('sessionId', checkpoint['sessionId'], id);
      for (const [field, value] of Object.entries(json)) expectSame(field, checkpoint[field], value);
      expectSame('checkpoints of the session', (await context.session(id))['checkpoints'], [checkpoint]);
    }),
    ofDecision('calls.checkpoint-order', 'a session has its checkpoints, all of them', async (context) => {
      const id = await context.startId();
      const phases = Array.from({ length: 25 }, (_, n) => `phase ${n}`);
      for (const phase of phases) {
        expectStatus(await context.http.post(`/api/sessions/${id}/checkpoints`, { phase, promptCount: 1 }), 201);
      }
      const met = rowsAt(await context.session(id), 'checkpoints').map(({ phase }) => phase);
      expectSame('phases of the checkpoints', met, phases);
    }),
    ofDecision('calls.checkpoint-total', 'a Checkpoint’s tokensUsed is the total at that moment', async (context) => {
      const id = await context.startId();
      await context.record(id, 30);
      await context.record(id, 12);
      const answer = await context.http.post(`/api/sessions/${id}/checkpoints`, { phase: 'now', promptCount: 2 });
      await context.record(id, 8);
      expectSame('tokensUsed of the answer', bodyOf(answer)['tokensUsed'], 42);
      const [kept] = rowsAt(await context.session(id), 'checkpoints');
      expectSame('tokensUsed of the checkpoint later', kept?.['tokensUsed'], 42);
    }),
    ofDecision('calls.delete', 'DELETE /api/sessions/:id answers 204', async (context) => {
      const id = await context.startId();
      await context.change(id, { status: 'completed' });
      const answer = await context.http.ask('DELETE', `/api/sessions/${id}`);
      expectStatus(answer, 204);
      expectSame('body of a 204', answer.text, '');
      expectProblem(await context.http.get(`/api/sessions/${id}`), 404);
    }),
    ofDecision('calls.delete-open', 'DELETE takes only a finished session, else 409', async (context) => {
      const [active, paused] = [await context.startId(), await context.startId()];
      await context.change(paused, { status: 'paused' });
      for (const id of [active, paused]) {
        expectProblem(await context.http.ask('DELETE', `/api/sessions/${id}`), 409);
        expectStatusWord(await context.session(id));
      }
    }),
    ofDecision('calls.delete-twice', 'DELETE of a session that is gone is 404', async (context) => {
      const id = await context.startId();
      await context.change(id, { status: 'completed' });
      await context.http.ask('DELETE', `/api/sessions/${id}`);
      expectProblem(await context.http.ask('DELETE', `/api/sessions/${id}`), 404);
    }),
  ],
};
