import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Doorway } from '../../../test/doorways/doorway.ts';
import { Listener } from '../../../test/doorways/listener.ts';
import type { FrameOf } from '../../../test/doorways/listener.ts';
import { unwrap } from '../../sdk/index.ts';
import type { Schemas } from '../../sdk/index.ts';

/** What subscribers of the timer's socket hear, and who hears it. */

let door: Doorway;
const listeners: Listener[] = [];

beforeEach(async () => {
  door = await Doorway.open();
});

afterEach(async () => {
  for (const listener of listeners.splice(0)) listener.close();
  await door.close();
});

const listen = async (...sessions: readonly string[]): Promise<Listener> => {
  const listener = await Listener.open(door);
  listeners.push(listener);
  for (const session of sessions) {
    listener.subscribe(session);
    await listener.take(2);
  }
  return listener;
};

const at = (id: string) => ({ params: { path: { id } } });

const change = async (id: string, body: Schemas['ChangeSession']): Promise<void> => {
  unwrap(await door.client().PATCH('/api/sessions/{id}', { ...at(id), body }));
};

const record = async (id: string, tokensUsed: number): Promise<void> => {
  unwrap(
    await door.client().POST('/api/sessions/{id}/tokens', { ...at(id), body: { tokensUsed, operation: 'a turn' } }),
  );
};

const reach = async (id: string, phase: string): Promise<Schemas['Checkpoint']> =>
  unwrap(
    await door
      .client()
      .POST('/api/sessions/{id}/checkpoints', { ...at(id), body: { phase, promptCount: 7, metadata: { a: 1 } } }),
  );

const minutes = (n: number): number => n * 60_000;
const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/) as string;

/** The next frames but for ticks, which come whenever they like. */
const told = async (listener: Listener, count: number) => {
  const met = [];
  while (met.length < count) {
    const frame = await listener.next();
    if (frame.type !== 'timer_update') met.push(frame);
  }
  return met;
};

describe('a subscriber', () => {
  it('is told the state at once', async () => {
    const { id } = await door.startSession({ duration: minutes(60) });
    await record(id, 5);
    door.time.pass(minutes(1));
    const listener = await listen();
    listener.subscribe(id);
    expect(await listener.take(2)).toEqual([
      {
        type: 'timer_update',
        sessionId: id,
        elapsed: minutes(1),
        remaining: minutes(59),
        status: 'active',
        cursor: 2,
      },
      { type: 'token_update', sessionId: id, tokensUsed: 0, totalUsed: 5, projectedTotal: 5 },
    ]);
  });

  it('is told the state of a session that is paused, or has ended, too', async () => {
    for (const status of ['paused', 'completed'] as const) {
      const { id } = await door.startSession({ duration: minutes(60) });
      await change(id, { status });
      const listener = await listen();
      listener.subscribe(id);
      const [timer] = await listener.take(2);
      const cursor = expect.any(Number) as number;
      expect(timer).toEqual({
        type: 'timer_update',
        sessionId: id,
        elapsed: 0,
        remaining: minutes(60),
        status,
        cursor,
      });
    }
  });

  it('hears of tokens, with the total after them and where that leads', async () => {
    const { id } = await door.startSession();
    const listener = await listen(id);
    await record(id, 5);
    await record(id, 7);
    expect(await told(listener, 2)).toEqual([
      { type: 'token_update', sessionId: id, tokensUsed: 5, totalUsed: 5, projectedTotal: 5, cursor: 2, seq: 1 },
      { type: 'token_update', sessionId: id, tokensUsed: 7, totalUsed: 12, projectedTotal: 12, cursor: 3, seq: 2 },
    ]);
  });

  it('hears of checkpoints', async () => {
    const { id } = await door.startSession();
    const listener = await listen(id);
    const { timestamp } = await reach(id, 'build');
    expect(await told(listener, 1)).toEqual([
      { type: 'checkpoint', sessionId: id, phase: 'build', promptCount: 7, timestamp, cursor: 2, seq: 1 },
    ]);
  });

  it('hears of alerts, after what raised them', async () => {
    const { id } = await door.startSession({ tokenBudget: 100 });
    const listener = await listen(id);
    await record(id, 80);
    await record(id, 15);
    await record(id, 5);
    const alert = {
      type: 'alert',
      sessionId: id,
      alertId: uuid,
      message: expect.stringContaining('token budget') as string,
      cursor: expect.any(Number) as number,
      seq: expect.any(Number) as number,
    };
    const frames = await told(listener, 6);
    expect(frames.map(({ type }) => type)).toEqual([
      'token_update',
      'alert',
      'token_update',
      'alert',
      'token_update',
      'alert',
    ]);
    expect(frames[1]).toEqual({ ...alert, level: 'warning', threshold: 'budget_80' });
    expect(frames[3]).toEqual({ ...alert, level: 'error', threshold: 'budget_95' });
    expect(frames[5]).toEqual({ ...alert, level: 'error', threshold: 'budget_100' });
  });

  it('hears of the alert ten minutes before the end, and of the end, from the clock alone', async () => {
    const { id } = await door.startSession({ duration: minutes(60) });
    const listener = await listen(id);
    door.time.pass(minutes(51));
    expect(await listener.nextOf('alert')).toMatchObject({ level: 'warning', threshold: 'time_10m' });
    door.time.pass(minutes(10));
    let timer = await listener.nextOf('timer_update');
    while (timer.status === 'active') timer = await listener.nextOf('timer_update');
    expect(timer).toEqual({
      type: 'timer_update',
      sessionId: id,
      elapsed: minutes(60),
      remaining: 0,
      status: 'completed',
      cursor: 3,
      seq: 2,
    });
  });

  it('hears of each change of status at once', async () => {
    const { id } = await door.startSession({ duration: minutes(60) });
    const listener = await listen(id);
    const heard: string[] = [];
    for (const status of ['paused', 'active', 'paused', 'completed'] as const) {
      await change(id, { status });
      let timer = await listener.nextOf('timer_update');
      while (timer.status !== status) timer = await listener.nextOf('timer_update');
      heard.push(timer.status);
    }
    expect(heard).toEqual(['paused', 'active', 'paused', 'completed']);
  });

  it('hears of the pause that a used up budget brings', async () => {
    const { id } = await door.startSession({ tokenBudget: 10, onBudget: 'pause' });
    const listener = await listen(id);
    await record(id, 10);
    let timer = await listener.nextOf('timer_update');
    while (timer.status !== 'paused') timer = await listener.nextOf('timer_update');
    expect(timer.remaining).toBeGreaterThan(0);
  });

  it('asks for the state again with a ping, also without having subscribed', async () => {
    const { id } = await door.startSession();
    const listener = await listen();
    listener.send({ type: 'ping', sessionId: id });
    expect((await listener.take(2)).map(({ type }) => type)).toEqual(['timer_update', 'token_update']);
    await record(id, 5);
    const frames = await listener.untilPing(id);
    expect(frames).toHaveLength(2);
    expect(frames[1]).toMatchObject({ tokensUsed: 0, totalUsed: 5 });
  });

  it('hears nothing more after unsubscribe', async () => {
    const [a, b] = [await door.startSession(), await door.startSession()];
    const listener = await listen(a.id, b.id);
    listener.send({ type: 'unsubscribe', sessionId: a.id });
    await listener.untilPing(b.id);
    await record(a.id, 5);
    await record(b.id, 6);
    expect(await told(listener, 1)).toEqual([expect.objectContaining({ sessionId: b.id, tokensUsed: 6 })]);
  });

  it('may subscribe twice and hears once', async () => {
    const { id } = await door.startSession();
    const listener = await listen(id, id);
    await record(id, 5);
    await record(id, 6);
    expect((await told(listener, 2)).map((frame) => 'tokensUsed' in frame && frame.tokensUsed)).toEqual([5, 6]);
  });

  it('hears of its own sessions only', async () => {
    const [mine, other] = [await door.startSession(), await door.startSession()];
    const listener = await listen(mine.id);
    await record(other.id, 1);
    await reach(other.id, 'other');
    await change(other.id, { status: 'paused' });
    await record(mine.id, 2);
    expect(await told(listener, 1)).toEqual([expect.objectContaining({ sessionId: mine.id, tokensUsed: 2 })]);
  });

  it('is one of many, who all hear the same', async () => {
    const { id } = await door.startSession();
    const many = await Promise.all(Array.from({ length: 50 }, () => listen(id)));
    await record(id, 9);
    const heard = await Promise.all(many.map((listener) => told(listener, 1)));
    expect(new Set(heard.map((frames) => JSON.stringify(frames))).size).toBe(1);
  });

  it('hears nothing of a refused request, nor of names and budgets', async () => {
    const { id } = await door.startSession();
    const listener = await listen(id);
    await change(id, { name: 'new', tokenBudget: 1000 });
    await door.request('POST', `/api/sessions/${id}/tokens`, { json: { tokensUsed: 0, operation: 'o' } });
    await record(id, 3);
    expect(await told(listener, 1)).toEqual([expect.objectContaining({ type: 'token_update', tokensUsed: 3 })]);
  });
});

describe('a subscriber to *', () => {
  it('is told the state of every session that is open, and then hears of all, also of those that begin', async () => {
    const [open, paused, done] = [await door.startSession(), await door.startSession(), await door.startSession()];
    await change(paused.id, { status: 'paused' });
    await change(done.id, { status: 'completed' });
    const listener = await listen();
    listener.subscribe('*');
    const sessions = (await told(listener, 2)).map((frame) => ('sessionId' in frame ? frame.sessionId : undefined));
    expect(new Set(sessions)).toEqual(new Set([open.id, paused.id]));
    const { id } = await door.startSession({ duration: minutes(5) });
    let timer = await listener.nextOf('timer_update');
    while (timer.sessionId !== id) timer = await listener.nextOf('timer_update');
    expect(timer).toMatchObject({ status: 'active', remaining: minutes(5) });
    await record(id, 4);
    expect(await told(listener, 1)).toEqual([expect.objectContaining({ sessionId: id, tokensUsed: 4 })]);
  });

  it('who is subscribed to one of them too hears once', async () => {
    const { id } = await door.startSession();
    const listener = await listen(id, '*');
    await record(id, 1);
    await record(id, 2);
    expect((await told(listener, 2)).map((frame) => 'tokensUsed' in frame && frame.tokensUsed)).toEqual([1, 2]);
  });

  it('hears only of what it names itself after unsubscribe', async () => {
    const [a, b] = [await door.startSession(), await door.startSession()];
    const listener = await listen(a.id);
    listener.subscribe('*');
    await told(listener, 2);
    listener.send({ type: 'unsubscribe', sessionId: '*' });
    await listener.untilPing(a.id);
    await record(b.id, 1);
    await record(a.id, 2);
    expect(await told(listener, 1)).toEqual([expect.objectContaining({ sessionId: a.id, tokensUsed: 2 })]);
  });

  it('is told of more sessions than fit on a page', async () => {
    const sessions = 450;
    await Promise.all(
      Array.from({ length: sessions }, () => door.request('POST', '/api/sessions', { json: { duration: 1e9 } })),
    );
    const listener = await listen();
    listener.subscribe('*');
    const met = new Set<string | undefined>();
    while (met.size < sessions) met.add((await listener.nextOf('token_update')).sessionId);
    expect(listener.socket.readyState).toBe(listener.socket.OPEN);
  });
});

describe('ticks', () => {
  it('come about once a second while the session is active', async () => {
    const { id } = await door.startSession({ duration: minutes(60) });
    const listener = await listen(id);
    await listener.nextOf('timer_update');
    const from = performance.now();
    for (let i = 0; i < 3; i++) {
      door.time.pass(1000);
      const { elapsed, remaining } = await listener.nextOf('timer_update');
      expect([elapsed % 1000, elapsed + remaining]).toEqual([0, minutes(60)]);
    }
    const seconds = (performance.now() - from) / 1000;
    expect(seconds).toBeGreaterThan(2.5);
    expect(seconds).toBeLessThan(8);
  });

  it('do not come while the session is paused, nor when it has ended', async () => {
    const [paused, ended, active] = [await door.startSession(), await door.startSession(), await door.startSession()];
    const listener = await listen(paused.id, ended.id, active.id);
    await change(paused.id, { status: 'paused' });
    await change(ended.id, { status: 'completed' });
    const timers: FrameOf<'timer_update'>[] = [];
    // Each that is active ticks once before any ticks twice.
    for (let ticks = 0; ticks < 3;) {
      const frame = await listener.nextOf('timer_update');
      timers.push(frame);
      if (frame.sessionId === active.id) ticks += 1;
    }
    const last = (id: string) => timers.filter(({ sessionId }) => sessionId === id).map(({ status }) => status);
    expect(last(paused.id).filter((status) => status === 'paused')).toHaveLength(1);
    expect(last(ended.id).filter((status) => status === 'completed')).toHaveLength(1);
    expect([last(paused.id).at(-1), last(ended.id).at(-1)]).toEqual(['paused', 'completed']);
  });

  it('begin again when the session is resumed', async () => {
    const { id } = await door.startSession();
    const listener = await listen(id);
    await change(id, { status: 'paused' });
    await change(id, { status: 'active' });
    let timer = await listener.nextOf('timer_update');
    while (timer.status !== 'paused') timer = await listener.nextOf('timer_update');
    expect((await listener.nextOf('timer_update')).status).toBe('active');
    expect((await listener.nextOf('timer_update')).status).toBe('active');
  });
});
