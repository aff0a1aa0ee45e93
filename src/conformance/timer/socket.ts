import { setTimeout as wait } from 'node:timers/promises';
import { ofDecision, ofDocument } from '../check.ts';
import type { TimerGroup } from '../context.ts';
import { Skipped } from '../mismatch.ts';
import { bodyOf, expectBetween, expectSame, expectStatus, expectThat, numberAt, shown, textAt } from '../judge.ts';
import type { Body } from '../judge.ts';
import { expectStatusWord } from './shapes.ts';

const everySecond = 'timer_update goes out every second while active';
const onChange = 'timer_update goes out at once on each change of status';
const stateAtOnce = 'subscribe answers at once with the state (timer_update, and token_update with tokensUsed 0)';
const badOne = 'a message that is not JSON, or unknown, gets error and the socket stays open';
const unknownId = '01a1fa74-70d6-790b-a5a0-9daa8d285a53';

const expectTimerUpdate = (frame: Body, id: string): void => {
  expectSame('sessionId', frame['sessionId'], id);
  numberAt(frame, 'elapsed');
  numberAt(frame, 'remaining');
  expectStatusWord(frame);
};

const about = (id: string) => (frame: Body) => frame['sessionId'] === id;
const isReport = (tokens: number) => (frame: Body) =>
  frame['type'] === 'token_update' && frame['tokensUsed'] === tokens;
const isTimer = (id: string, status: string) => (frame: Body) =>
  frame['type'] === 'timer_update' && frame['sessionId'] === id && frame['status'] === status;

/** Live views over `/ws`. */
export const socket: TimerGroup = {
  name: 'socket',
  title: 'WebSocket /ws',
  checks: [
    ofDocument('socket.subscribe', 'subscribe: to session updates; timer_update every second', async (context) => {
      const id = await context.startId();
      const listener = await context.listen();
      listener.subscribe(id);
      expectTimerUpdate(await listener.nextOf('timer_update'), id);
    }),
    ofDocument('socket.every-second', everySecond, async (context) => {
      const listener = await context.listen(await context.startId({ duration: 60_000 }));
      await listener.nextOf('timer_update');
      const from = performance.now();
      const frames = [];
      for (let n = 0; n < 3; n++) frames.push(await listener.nextOf('timer_update', 3000));
      expectBetween('ms that three timer_updates take', performance.now() - from, 2000, 4000);
      for (const [n, frame] of frames.slice(1).entries()) {
        const step = numberAt(frame, 'elapsed') - numberAt(frames[n] ?? {}, 'elapsed');
        expectBetween('elapsed from one timer_update to the next', step, 600, 1600);
      }
    }),
    ofDocument('socket.ping', 'ping: request current state', async (context) => {
      const id = await context.startId();
      const listener = await context.listen();
      listener.send({ type: 'ping', sessionId: id });
      expectTimerUpdate(await listener.nextOf('timer_update'), id);
    }),
    ofDocument(
      'socket.token-update',
      'token_update: sessionId, tokensUsed, totalUsed, projectedTotal?',
      async (context) => {
        const id = await context.startId();
        const listener = await context.listen(id);
        await context.record(id, 40);
        await context.record(id, 2);
        const first = await listener.next('a token_update of 40 tokens', isReport(40));
        expectSame('sessionId', first['sessionId'], id);
        expectSame('totalUsed', first['totalUsed'], 40);
        expectThat(
          ['number', 'undefined'].includes(typeof first['projectedTotal']),
          'projectedTotal to be a number',
          first,
        );
        const second = await listener.next('a token_update of 2 tokens', isReport(2));
        expectSame('totalUsed', second['totalUsed'], 42);
      },
    ),
    ofDocument('socket.alert', 'alert: sessionId, level warning or error, message', async (context) => {
      const id = await context.startId({ tokenBudget: 100 });
      const listener = await context.listen(id);
      await context.record(id, 500);
      const alert = (await listener.during(1500)).find(({ type }) => type === 'alert');
      if (alert === undefined) throw new Skipped('no alert came when the budget was overrun five times');
      expectSame('sessionId', alert['sessionId'], id);
      expectThat(['warning', 'error'].includes(textAt(alert, 'level')), 'level to be warning or error', alert);
      expectThat(textAt(alert, 'message') !== '', 'a message', alert);
    }),
    ofDecision('socket.state', stateAtOnce, async (context) => {
      const id = await context.startId({ duration: 60_000 });
      await context.record(id, 12);
      const listener = await context.listen();
      listener.subscribe(id);
      const timer = await listener.nextOf('timer_update', 800);
      expectSame('elapsed + remaining', numberAt(timer, 'elapsed') + numberAt(timer, 'remaining'), 60_000);
      const tokens = await listener.nextOf('token_update', 800);
      expectSame('tokensUsed', tokens['tokensUsed'], 0);
      expectSame('totalUsed', tokens['totalUsed'], 12);
    }),
    ofDecision('socket.state-completed', stateAtOnce, async (context) => {
      const id = await context.startId();
      await context.change(id, { status: 'completed' });
      const listener = await context.listen();
      listener.subscribe(id);
      expectSame('status', (await listener.nextOf('timer_update', 800))['status'], 'completed');
    }),
    ofDecision('socket.ping-state', 'ping asks for the same state again', async (context) => {
      const id = await context.startId();
      const listener = await context.listen();
      listener.send({ type: 'ping', sessionId: id });
      await listener.nextOf('timer_update', 800);
      expectSame('tokensUsed', (await listener.nextOf('token_update', 800))['tokensUsed'], 0);
    }),
    ofDecision('socket.on-change', onChange, async (context) => {
      const id = await context.startId();
      const listener = await context.listen(id);
      for (const status of ['paused', 'active', 'completed']) {
        await context.change(id, { status });
        await listener.next(`a timer_update with status ${status}`, isTimer(id, status), 700);
      }
    }),
    ofDecision('socket.due', `${onChange}; a session completes by itself within 1 s`, async (context) => {
      const id = await context.startId({ duration: 900 });
      const listener = await context.listen(id);
      const end = await listener.next('a timer_update with status completed', isTimer(id, 'completed'), 2000);
      expectSame('remaining', end['remaining'], 0);
    }),
    ofDecision('socket.paused', 'timer_update does not go out while paused', async (context) => {
      const id = await context.startId();
      const listener = await context.listen(id);
      await context.change(id, { status: 'paused' });
      await listener.next('a timer_update with status paused', isTimer(id, 'paused'));
      expectSame('frames in 1.6 s of pause', await listener.during(1600), []);
    }),
    ofDecision('socket.unsubscribe', 'only subscribers hear of a session', async (context) => {
      const [id, other] = [await context.startId(), await context.startId()];
      const listener = await context.listen(id);
      listener.send({ type: 'unsubscribe', sessionId: id });
      await listener.untilPing(other);
      await context.record(id, 5);
      await wait(1200);
      expectSame('frames after unsubscribe', (await listener.untilPing(other)).filter(about(id)), []);
    }),
    ofDecision('socket.others', 'only subscribers hear of a session', async (context) => {
      const [id, other] = [await context.startId(), await context.startId()];
      const listener = await context.listen(id);
      await context.record(other, 5);
      await context.change(other, { status: 'paused' });
      expectSame('frames of another session', (await listener.untilPing(id)).filter(about(other)), []);
    }),
    ofDecision('socket.all', 'sessionId: "*" is every session that the caller may see', async (context) => {
      const before = await context.startId();
      const listener = await context.listen();
      listener.subscribe('*');
      await listener.next('the state of a session that was there', about(before));
      const after = await context.startId();
      await context.record(after, 6);
      await listener.next('a report of one that began later', (frame) => about(after)(frame) && isReport(6)(frame));
    }),
    ofDecision('socket.once', 'who is subscribed to a session and to "*" hears once', async (context) => {
      const id = await context.startId();
      const listener = await context.listen(id, '*');
      await context.record(id, 77);
      await listener.next('the report', (frame) => about(id)(frame) && frame['tokensUsed'] === 77);
      const again = (await listener.untilPing(id)).filter((frame) => about(id)(frame) && frame['tokensUsed'] === 77);
      expectSame('the same report again', again, []);
    }),
    ofDecision('socket.checkpoint', 'checkpoint: sessionId, phase, promptCount, timestamp', async (context) => {
      const id = await context.startId();
      const listener = await context.listen(id);
      const answer = await context.http.post(`/api/sessions/${id}/checkpoints`, { phase: 'seen', promptCount: 3 });
      const frame = await listener.nextOf('checkpoint');
      const expected = { sessionId: id, phase: 'seen', promptCount: 3, timestamp: bodyOf(answer)['timestamp'] };
      for (const [field, value] of Object.entries(expected)) expectSame(field, frame[field], value);
    }),
    ofDecision('socket.alert-fields', 'alert also carries alertId, threshold', async (context) => {
      const id = await context.startId({ tokenBudget: 100 });
      const listener = await context.listen(id);
      await context.record(id, 80);
      const alert = await listener.nextOf('alert');
      textAt(alert, 'alertId');
      expectSame('threshold', alert['threshold'], 'budget_80');
      expectSame('level', alert['level'], 'warning');
    }),
    ofDecision('socket.alert-once', 'alerts are raised once per session and threshold', async (context) => {
      const id = await context.startId({ tokenBudget: 100 });
      const listener = await context.listen(id);
      for (let n = 0; n < 3; n++) await context.record(id, n === 0 ? 80 : 1);
      await listener.next('the last report', (frame) => frame['totalUsed'] === 82);
      await context.record(id, 1);
      const met = (await listener.untilPing(id)).filter(({ threshold }) => threshold === 'budget_80');
      expectSame('alerts at 80 % after the first', met, []);
    }),
    ofDecision('socket.not-json', badOne, async (context) => {
      const id = await context.startId();
      const listener = await context.listen();
      for (const text of [
        'not JSON',
        '[]',
        '{}',
        '{"type":"dance"}',
        '{"type":"subscribe"}',
        '{"type":"ping","sessionId":5}',
      ]) {
        listener.sendText(text);
        const error = await listener.nextOf('error');
        expectThat(
          textAt(error, 'code') !== '' && textAt(error, 'message') !== '',
          `code and message for ${text}`,
          error,
        );
      }
      await listener.untilPing(id);
    }),
    ofDecision('socket.unknown-session', 'error {type, sessionId?, code, message}', async (context) => {
      const listener = await context.listen();
      for (const sessionId of [unknownId, 'no-id']) {
        listener.subscribe(sessionId);
        const error = await listener.nextOf('error');
        expectSame('sessionId', error['sessionId'], sessionId);
        expectSame('code', error['code'], 'session_not_found');
      }
    }),
    ofDecision('socket.twenty-bad', '20 bad ones in a row close it (1008)', async (context) => {
      const listener = await context.listen();
      for (let n = 0; n < 20; n++) listener.sendText('bad');
      expectSame('code', await listener.closed(3000), 1008);
    }),
    ofDecision('socket.nineteen-bad', '20 bad ones in a row close it', async (context) => {
      const id = await context.startId();
      const listener = await context.listen();
      for (let round = 0; round < 2; round++) {
        for (let n = 0; n < 19; n++) listener.sendText('bad');
        await listener.untilPing(id);
      }
      expectThat(
        listener.isOpen,
        'the socket to be open after 19 bad messages, a good one, and 19 more',
        'it is closed',
      );
    }),
    ofDecision('socket.many', 'all subscribers of a session hear of it', async (context) => {
      const id = await context.startId();
      const listeners = await Promise.all(Array.from({ length: 10 }, () => context.listen(id)));
      await context.record(id, 31);
      const heard = await Promise.all(listeners.map((listener) => listener.next('the report', isReport(31))));
      expectSame('reports that differ', new Set(heard.map(shown)).size, 1);
    }),
    ofDecision(
      'socket.ticket',
      'sockets take a one-use ticket: POST /api/ws-ticket → 201 {ticket, expiresAt}, 30 s',
      async (context) => {
        const id = await context.startId();
        const answer = await context.http.post('/api/ws-ticket', {});
        expectStatus(answer, 201);
        numberAt(bodyOf(answer), 'expiresAt');
        const ticket = textAt(bodyOf(answer), 'ticket');
        const listener = await context.listenByTicket(ticket);
        await listener.untilPing(id);
        const again = await context.http.handshake(`/ws?ticket=${encodeURIComponent(ticket)}`, { token: '' });
        expectSame('status of a second handshake with the ticket', again, 401);
      },
      { needs: ['token'] },
    ),
  ],
};
