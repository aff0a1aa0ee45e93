import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { Doorway } from '../../../test/doorways/doorway.ts';
import { Listener } from '../../../test/doorways/listener.ts';
import type { ServerFrame } from '../../contract/socket.ts';

/** Subscriptions that go on after a cursor: what happened meanwhile, a verdict, and then what happens. */

let door: Doorway;
const listeners: Listener[] = [];

beforeEach(async () => {
  door = await Doorway.open();
});

afterEach(async () => {
  for (const listener of listeners.splice(0)) listener.close();
  await door.close();
});

const listen = async (token?: string): Promise<Listener> => {
  const listener = await Listener.open(door, token === undefined ? {} : { token });
  listeners.push(listener);
  return listener;
};

const record = (id: string, tokensUsed: number) =>
  door.request('POST', `/api/sessions/${id}/tokens`, { json: { tokensUsed, operation: 'o' } });

const change = (id: string, json: object) => door.request('PATCH', `/api/sessions/${id}`, { json });

/** So many requests, some at a time. */
const many = async (count: number, request: () => Promise<unknown>): Promise<void> => {
  for (let n = 0; n < count; n += 50) await Promise.all(Array.from({ length: Math.min(50, count - n) }, request));
};

const unknownId = '019a8f5e-7c1b-7000-8000-3b5f00000000';

/** All up to the verdict; ticks, which come whenever they like, are left out. */
const untilVerdict = async (listener: Listener): Promise<ServerFrame[]> => {
  const met: ServerFrame[] = [];
  for (;;) {
    const frame = await listener.next();
    if (frame.type === 'timer_update' && frame.cursor === undefined) continue;
    met.push(frame);
    if (frame.type === 'resumed' || frame.type === 'gap') return met;
  }
};

const resumed = async (session: string, after: number | 'now', token?: string): Promise<ServerFrame[]> => {
  const listener = await listen(token);
  listener.subscribe(session, after);
  return untilVerdict(listener);
};

/** The cursor after everything so far. */
const cursorNow = async (): Promise<number> => {
  const verdict = (await resumed('*', 'now')).at(-1);
  if (verdict?.type !== 'resumed') throw new Error('no verdict came');
  return verdict.cursor;
};

const uuid = expect.any(String) as string;
const place = (cursor: number, seq: number) => ({ cursor, seq });

describe('a subscription after a cursor', () => {
  it('is told what happened since, as it was told then, and that this is all', async () => {
    const { id } = await door.startSession({ duration: 3600_000, tokenBudget: 100 });
    const live = await listen();
    live.subscribe(id, 'now');
    await untilVerdict(live);
    door.time.pass(60_000);
    await change(id, { status: 'paused' });
    door.time.pass(60_000);
    await change(id, { status: 'active', name: 'renamed' });
    await record(id, 85);
    await change(id, { duration: 7200_000 });
    await door.request('POST', `/api/sessions/${id}/checkpoints`, { json: { phase: 'p', promptCount: 2 } });
    await change(id, { status: 'completed' });
    door.time.pass(60_000);
    const sessionId = id;
    const timer = (elapsed: number, duration: number, status: string) => ({
      type: 'timer_update',
      sessionId,
      elapsed,
      remaining: duration - elapsed,
      status,
    });
    const heard = await resumed(id, 1);
    expect(heard).toMatchObject([
      { ...timer(60_000, 3600_000, 'paused'), ...place(2, 1) },
      { ...timer(60_000, 3600_000, 'active'), seq: expect.any(Number) as number },
      { type: 'token_update', sessionId, tokensUsed: 85, totalUsed: 85 },
      { type: 'alert', sessionId, level: 'warning', threshold: 'budget_80', alertId: uuid },
      { ...timer(60_000, 7200_000, 'active') },
      { type: 'checkpoint', sessionId, phase: 'p', promptCount: 2 },
      { ...timer(60_000, 7200_000, 'completed') },
      { type: 'resumed', sessionId, cursor: 9 },
    ]);
    const told: ServerFrame[] = [];
    while (told.length < 7) {
      const frame = await live.next();
      if ('seq' in frame && frame.seq !== undefined) told.push(frame);
    }
    const withoutProjection = (frames: ServerFrame[]) =>
      frames.map((frame) => (frame.type === 'token_update' ? { ...frame, projectedTotal: 0 } : frame));
    expect(withoutProjection(heard.slice(0, -1))).toEqual(withoutProjection(told));
  });

  it('of a long session finds its place and its time, wherever the cursor is', async () => {
    const { id } = await door.startSession();
    for (let n = 0; n < 3; n++) {
      await change(id, { status: 'paused' });
      await change(id, { status: 'active' });
      await Promise.all(Array.from({ length: 250 }, () => record(id, 1)));
    }
    await change(id, { status: 'paused' });
    const end = await cursorNow();
    for (const after of [0, 1, 250, 503, end - 1, end]) {
      const heard = await resumed(id, after);
      const cursors = heard.slice(0, -1).map((frame) => ('cursor' in frame ? frame.cursor : undefined));
      expect(cursors).toEqual(Array.from({ length: end - after }, (_, i) => after + 1 + i));
      expect(heard.at(-1)).toEqual({ type: 'resumed', sessionId: id, cursor: end });
      if (after < end) expect(heard.at(-2)).toMatchObject({ type: 'timer_update', status: 'paused', elapsed: 0 });
    }
  }, 60_000);

  it('hears each event once and in order while others go on reporting, wherever it was cut', async () => {
    const ids = [(await door.startSession()).id, (await door.startSession()).id];
    const cut = fc.record({ after: fc.double({ min: 0, max: 1, noNaN: true }), all: fc.boolean() });
    let total = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(cut, { minLength: 1, maxLength: 4 }), async (cuts) => {
        const before = await cursorNow();
        const reports = Promise.all(
          Array.from({ length: 60 }, (_, i) => record(ids[i % 2] as string, 1).then(() => (total += 1))),
        );
        const readers = cuts.map(async ({ after, all }) => {
          const from = Math.floor(before * after);
          const session = all ? '*' : (ids[0] as string);
          const listener = await listen();
          listener.subscribe(session, from);
          return { listener, session, from };
        });
        const open = await Promise.all(readers);
        await reports;
        const end = await cursorNow();
        for (const { listener, session, from } of open) {
          const expected = (await door.journal())[ids[0] as string]?.concat(
            (await door.journal())[ids[1] as string] ?? [],
          );
          const told = (expected as { session: string; position: number; seq: number }[])
            .filter((event) => event.position > from && (session === '*' || event.session === session))
            .toSorted((a, b) => a.position - b.position);
          const heard: number[] = [];
          while (heard.length < told.length) {
            const frame = await listener.next();
            if ('seq' in frame && frame.seq !== undefined) heard.push(frame.cursor ?? 0);
          }
          expect(heard).toEqual(told.map(({ position }) => position));
          expect(heard.at(-1) ?? end).toBeLessThanOrEqual(end);
          listener.close();
        }
      }),
      { numRuns: 8 },
    );
    expect(total).toBeGreaterThan(0);
  }, 60_000);

  it('from now on begins with the verdict and the present state', async () => {
    const { id } = await door.startSession();
    await record(id, 5);
    const listener = await listen();
    listener.subscribe(id, 'now');
    expect(await listener.take(3)).toMatchObject([
      { type: 'resumed', sessionId: id, cursor: 2 },
      { type: 'timer_update', cursor: 2 },
      { type: 'token_update', tokensUsed: 0, totalUsed: 5 },
    ]);
    await record(id, 6);
    expect(await listener.nextOf('token_update')).toMatchObject({ tokensUsed: 6, ...place(3, 2) });
  });

  it('to * hears of every session, also where none was open', async () => {
    const cursor = await cursorNow();
    const { id } = await door.startSession();
    await record(id, 1);
    expect((await resumed('*', cursor)).map((frame) => [frame.type, 'seq' in frame && frame.seq])).toEqual([
      ['timer_update', 0],
      ['token_update', 1],
      ['resumed', false],
    ]);
  });

  it('to * and to one of them besides hears that one once, after its own cursor', async () => {
    const [a, b] = [await door.startSession(), await door.startSession()];
    await record(a.id, 1);
    await record(b.id, 2);
    const listener = await listen();
    listener.subscribe(a.id, 'now');
    await untilVerdict(listener);
    listener.subscribe('*', 0);
    const heard = await untilVerdict(listener);
    expect(heard.flatMap((frame) => ('seq' in frame && frame.seq !== undefined ? [frame.sessionId] : []))).toEqual([
      b.id,
      b.id,
    ]);
  });

  it('waits for a reader that is slow, and tells it all', async () => {
    const { id } = await door.startSession();
    const phase = 'p'.repeat(200);
    const json = { phase, promptCount: 1 };
    const count = 1000;
    await many(count, () => door.request('POST', `/api/sessions/${id}/checkpoints`, { json }));
    const listener = await listen();
    listener.subscribe(id, 1);
    listener.socket.pause();
    await record(id, 1);
    listener.socket.resume();
    const heard = await untilVerdict(listener);
    expect(heard.flatMap((frame) => ('seq' in frame ? [frame.seq] : []))).toEqual(
      Array.from({ length: count + 1 }, (_, i) => i + 1),
    );
  }, 60_000);
});

describe('a subscriber that does not read for a while', () => {
  const checkpoint = (id: string) =>
    door.request('POST', `/api/sessions/${id}/checkpoints`, { json: { phase: '間'.repeat(200), promptCount: 1 } });

  /** Until all that the systems between hold is full: the answers to these pings wait for the reader, and it does not read. */
  const stall = async (listener: Listener): Promise<void> => {
    listener.socket.pause();
    for (let round = 0; round < 6; round++) {
      for (let n = 0; n < 10; n++) listener.send({ type: 'ping', sessionId: '*' });
      for (let n = 0; n < 20; n++) await door.request('GET', '/health');
    }
  };

  const cursors = async (listener: Listener, until: number): Promise<number[]> => {
    const met: number[] = [];
    while (met.at(-1) !== until) {
      const frame = await listener.next();
      if ('seq' in frame && frame.seq !== undefined) met.push(frame.cursor ?? 0);
    }
    return met;
  };

  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

  it('hears of all when it reads again, once and in order; and is cut off when it is a mebibyte behind', async () => {
    const { id } = await door.startSession();
    await many(400, () => door.request('POST', '/api/sessions', { json: { duration: 1e9 } }));
    const [first, second] = [await listen(), await listen()];
    const third = await listen();
    for (const [listener, session] of [
      [third, '*'],
      [first, '*'],
      [second, id],
    ] as const) {
      listener.subscribe(session, 'now');
      await untilVerdict(listener);
      await stall(listener);
    }
    const from = await cursorNow();
    await many(300, () => checkpoint(id));
    first.socket.resume();
    // What it was to be read is not, when it has ended the subscription.
    third.send({ type: 'unsubscribe', sessionId: '*' });
    third.socket.resume();
    third.subscribe(id, 'now');
    await untilVerdict(third);
    expect(await cursors(first, from + 300)).toEqual(range(from + 1, from + 300));
    await many(1300, () => checkpoint(id));
    expect(await cursors(first, from + 1600)).toEqual(range(from + 301, from + 1600));
    expect(await cursors(third, from + 1600)).toEqual(range(from + 301, from + 1600));
    second.socket.resume();
    // The farewell reaches only those who read on in time.
    expect([1013, 1006]).toContain((await second.closed).code);
  }, 120_000);
});

describe('a gap', () => {
  it('is told where the cursor lies beyond the end; then comes the present state, and what is new', async () => {
    const { id } = await door.startSession();
    await record(id, 5);
    for (const session of [id, '*']) {
      const listener = await listen();
      listener.subscribe(session, 1_000_000);
      const [gap, timer, tokens] = await listener.take(3);
      expect(gap).toMatchObject({ type: 'gap', sessionId: session, reason: 'beyond_end' });
      expect([timer, tokens]).toMatchObject([
        { type: 'timer_update', sessionId: id },
        { type: 'token_update', sessionId: id, tokensUsed: 0 },
      ]);
      await record(id, 7);
      expect(await listener.nextOf('token_update')).toMatchObject({ tokensUsed: 7, seq: expect.any(Number) as number });
    }
  });

  it('is told where the session is not there any more, another’s or never was: all alike', async () => {
    const { id } = await door.startSession();
    await change(id, { status: 'completed' });
    const follower = await listen();
    follower.subscribe(id, 1);
    await untilVerdict(follower);
    await door.request('DELETE', `/api/sessions/${id}`);
    const gap = { type: 'gap', reason: 'session_gone', cursor: expect.any(Number) as number };
    expect(await follower.next()).toEqual({ ...gap, sessionId: id });
    for (const session of [id, unknownId, 'none']) {
      for (const after of [1, 'now', 1e9] as const)
        expect(await resumed(session, after)).toEqual([{ ...gap, sessionId: session }]);
    }
  });

  it('of gone sessions leaves the socket open, however many there are', async () => {
    const listener = await listen();
    for (let n = 0; n < 40; n++) {
      listener.subscribe(unknownId, 1);
      await listener.nextOf('gap');
    }
    expect(listener.socket.readyState).toBe(listener.socket.OPEN);
  });

  it('has an order: the events of sessions that were removed are left out of *', async () => {
    const [gone, stays] = [await door.startSession(), await door.startSession()];
    await change(gone.id, { status: 'completed' });
    await door.request('DELETE', `/api/sessions/${gone.id}`);
    const heard = await resumed('*', 0);
    expect(heard.map((frame) => frame.sessionId)).toEqual([stays.id, '*']);
  });
});

describe('a cursor that makes no sense', () => {
  it.each([-1, 1.5, '5', null, 'later', 2 ** 53])('is refused: %j', async (after) => {
    const listener = await listen();
    listener.send({ type: 'subscribe', sessionId: '*', after });
    expect(await listener.next()).toMatchObject({ type: 'error', code: 'invalid_request' });
    listener.send({ type: 'ping', sessionId: '*', after: 1 });
    expect(await listener.next()).toMatchObject({ type: 'error', code: 'invalid_request' });
  });
});
