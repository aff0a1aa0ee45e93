import { setTimeout as wait } from 'node:timers/promises';
import { ofDecision, ofDocument } from '../check.ts';
import type { TimerCheck, TimerGroup } from '../context.ts';
import { expectBetween, expectProblem, expectRefusal, expectSame, expectStatus, numberAt } from '../judge.ts';
import type { Body } from '../judge.ts';
import { expectUnixMs, typesIn } from './shapes.ts';

const final =
  'completed is final for status, name, duration, budget, tokens and checkpoints (409 session_already_completed)';
const racers = 12;

const afterEnd = (what: string, path: string, json: Body): TimerCheck =>
  ofDecision(`lifecycle.final-${what}`, final, async (context) => {
    const id = await context.startId();
    await context.change(id, { status: 'completed' });
    const before = await context.session(id);
    const method = path === '' ? 'PATCH' : 'POST';
    expectRefusal(
      await context.http.ask(method, `/api/sessions/${id}${path}`, { json }),
      409,
      'session_already_completed',
    );
    expectSame('the session after the refusal', await context.session(id), before);
  });

/** How a session's status changes, and that its end is final. */
export const lifecycle: TimerGroup = {
  name: 'lifecycle',
  title: 'Status: active, paused, completed',
  checks: [
    ofDocument('lifecycle.completed-409', '409 - Session Already Completed', async (context) => {
      const id = await context.startId();
      await context.change(id, { status: 'completed' });
      expectProblem(await context.http.patch(`/api/sessions/${id}`, { status: 'active' }), 409);
    }),
    ofDocument('lifecycle.completed-tokens-409', '409 - Session Already Completed', async (context) => {
      const id = await context.startId();
      await context.change(id, { status: 'completed' });
      const json = { tokensUsed: 5, operation: 'late' };
      expectProblem(await context.http.post(`/api/sessions/${id}/tokens`, json), 409);
    }),
    afterEnd('active', '', { status: 'active' }),
    afterEnd('paused', '', { status: 'paused' }),
    afterEnd('completed', '', { status: 'completed' }),
    afterEnd('name', '', { name: 'too late' }),
    afterEnd('duration', '', { duration: 7_200_000 }),
    afterEnd('budget', '', { tokenBudget: 100 }),
    afterEnd('tokens', '/tokens', { tokensUsed: 5, operation: 'late' }),
    afterEnd('checkpoints', '/checkpoints', { phase: 'late', promptCount: 1 }),
    ofDecision('lifecycle.read-after-end', 'a completed session can still be read', async (context) => {
      const id = await context.startId();
      await context.record(id, 9);
      await context.change(id, { status: 'completed' });
      for (const rest of ['', '/tokens', '/projection', '/events']) {
        expectStatus(await context.http.get(`/api/sessions/${id}${rest}`), 200);
      }
      expectSame('tokensUsed', (await context.session(id))['tokensUsed'], 9);
    }),
    ofDecision('lifecycle.racing-completes', 'of N racing completes one is 200, the others 409', async (context) => {
      const id = await context.startId();
      const answers = await Promise.all(
        Array.from({ length: racers }, () => context.http.patch(`/api/sessions/${id}`, { status: 'completed' })),
      );
      const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
      expectSame('statuses of racing completes', statuses, [200, ...Array.from({ length: racers - 1 }, () => 409)]);
      const ends = typesIn(await context.events(id)).filter((type) => type === 'completed');
      expectSame('events of the end', ends, ['completed']);
    }),
    ofDecision('lifecycle.same-status', 'setting active or paused again is 200 and adds no event', async (context) => {
      const id = await context.startId();
      for (const status of ['active', 'paused', 'paused', 'active', 'active']) {
        expectStatus(await context.http.patch(`/api/sessions/${id}`, { status }), 200);
      }
      expectSame('events', typesIn(await context.events(id)), ['started', 'paused', 'resumed']);
    }),
    ofDecision('lifecycle.racing-pauses', 'setting paused again is 200 and adds no event', async (context) => {
      const id = await context.startId();
      const answers = await Promise.all(
        Array.from({ length: racers }, () => context.http.patch(`/api/sessions/${id}`, { status: 'paused' })),
      );
      expectSame('statuses that differ', [...new Set(answers.map(({ status }) => status))], [200]);
      expectSame('events', typesIn(await context.events(id)), ['started', 'paused']);
    }),
    ofDecision('lifecycle.complete-paused', 'either of active and paused → completed', async (context) => {
      const id = await context.startId();
      await context.change(id, { status: 'paused' });
      const session = await context.change(id, { status: 'completed' });
      expectSame('status', session['status'], 'completed');
      expectUnixMs(session, 'endTime');
    }),
    ofDecision(
      'lifecycle.elapsed',
      'elapsed counts while active; elapsed + remaining is the duration',
      async (context) => {
        const id = await context.startId({ duration: 60_000 });
        const from = performance.now();
        const first = numberAt(await context.session(id), 'elapsed');
        await wait(600);
        const session = await context.session(id);
        const passed = performance.now() - from;
        expectBetween('elapsed after 600 ms', numberAt(session, 'elapsed') - first, 550, passed + 50);
        expectSame('elapsed + remaining', numberAt(session, 'elapsed') + numberAt(session, 'remaining'), 60_000);
      },
    ),
    ofDecision('lifecycle.elapsed-paused', 'elapsed leaves pauses out', async (context) => {
      const id = await context.startId({ duration: 60_000 });
      const paused = await context.change(id, { status: 'paused' });
      await wait(400);
      const session = await context.session(id);
      expectSame('elapsed after 400 ms of pause', session['elapsed'], paused['elapsed']);
      expectSame('remaining after 400 ms of pause', session['remaining'], paused['remaining']);
      const resumed = await context.change(id, { status: 'active' });
      expectBetween('elapsed after the pause', numberAt(resumed, 'elapsed'), numberAt(paused, 'elapsed'), 390);
    }),
    ofDecision('lifecycle.elapsed-ended', 'elapsed stands still once the session is completed', async (context) => {
      const id = await context.startId();
      const ended = await context.change(id, { status: 'completed' });
      await wait(150);
      expectSame('elapsed', (await context.session(id))['elapsed'], ended['elapsed']);
    }),
    ofDecision(
      'lifecycle.due',
      'at remaining 0 the session completes by itself within 1 s; endTime is the moment it fell due',
      async (context) => {
        const { id, body } = await context.startAnswer({ duration: 700 });
        await wait(1750);
        const session = await context.session(id);
        expectSame('status 1 s after it fell due', session['status'], 'completed');
        expectSame('remaining', session['remaining'], 0);
        expectSame('elapsed', session['elapsed'], 700);
        const lasted = numberAt(session, 'endTime') - numberAt(body, 'startTime');
        expectBetween('endTime − startTime', lasted, 700, 1700);
      },
    ),
    ofDecision(
      'lifecycle.due-pauses',
      'what is left stands still in a pause, and the end moves with it',
      async (context) => {
        const id = await context.startId({ duration: 900 });
        await context.change(id, { status: 'paused' });
        await wait(1200);
        expectSame('status', (await context.session(id))['status'], 'paused');
        await context.change(id, { status: 'active' });
        await wait(1950);
        expectSame('status', (await context.session(id))['status'], 'completed');
      },
    ),
    ofDecision('lifecycle.shorten', 'PATCH duration at or below elapsed completes it', async (context) => {
      const id = await context.startId();
      await context.untilElapsed(id, 50);
      const session = await context.change(id, { duration: 1 });
      expectSame('status', session['status'], 'completed');
      expectSame('duration', session['duration'], 1);
    }),
    ofDecision('lifecycle.lengthen', 'PATCH duration sets how long the session runs', async (context) => {
      const id = await context.startId({ duration: 60_000 });
      const session = await context.change(id, { duration: 120_000 });
      expectSame('status', session['status'], 'active');
      expectSame('elapsed + remaining', numberAt(session, 'elapsed') + numberAt(session, 'remaining'), 120_000);
    }),
    ofDecision('lifecycle.tokens-while-paused', 'tokens and checkpoints are taken while paused', async (context) => {
      const id = await context.startId();
      await context.change(id, { status: 'paused' });
      expectStatus(await context.record(id, 3), 201);
      const json = { phase: 'paused', promptCount: 1 };
      expectStatus(await context.http.post(`/api/sessions/${id}/checkpoints`, json), 201);
      expectSame('status', (await context.session(id))['status'], 'paused');
    }),
  ],
};
