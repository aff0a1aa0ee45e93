import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { CutProxy } from '../../test/doorways/cut-proxy.ts';
import { Doorway, ownerToken } from '../../test/doorways/doorway.ts';
import { tamper } from '../stores/sqlite/store-folder.suite.ts';
import { StintError } from './client.ts';
import { connect } from './live.ts';
import type { Live } from './live.ts';
import type { LiveFrame } from './follow.ts';
import { realTiming } from './timing.ts';
import type { Timing } from './timing.ts';

/** The resumable socket over a network that is cut, held up and refused, to a server that is real. */

let door: Doorway;
let proxy: CutProxy;
const lives: Live[] = [];

beforeEach(async () => {
  door = await Doorway.open();
  proxy = await CutProxy.open(() => (door.isServing ? door.port : undefined));
});

afterEach(async () => {
  for (const live of lives.splice(0)) live.close();
  await proxy.close();
  await door.close();
});

/** Comes back at once: how long a client waits is another test's. */
const hasty: Timing = { ...realTiming, random: () => 0.02 };

const open = (token = ownerToken, timing = hasty): Live => {
  // The proxy has a port of its own, which is not the Host that a browser would say; a client does not care.
  const live = connect({ url: proxy.url, token }, timing);
  lives.push(live);
  return live;
};

const record = (id: string, tokensUsed = 1) =>
  door.request('POST', `/api/sessions/${id}/tokens`, { json: { tokensUsed, operation: 'o' } });

const cursorOf = (frame: LiveFrame): number | undefined =>
  'seq' in frame && frame.seq !== undefined ? frame.cursor : undefined;

/** Positions of what the journal holds that has a frame. */
const positions = async (sessions: readonly string[], after: number): Promise<number[]> => {
  const journal = await door.journal();
  return sessions
    .flatMap((id) => journal[id] as { position: number; type: string }[])
    .filter(({ position, type }) => position > after && type !== 'renamed')
    .map(({ position }) => position)
    .toSorted((a, b) => a - b);
};

/** Everything that is heard, to be waited for. */
const hear = (live: Live, session: string, after?: number) => {
  const frames: LiveFrame[] = [];
  let look = () => {};
  let refused: StintError | undefined;
  const following = live.listen(
    session,
    {
      onFrame: (frame) => {
        frames.push(frame);
        look();
      },
      onRefused: (why) => {
        refused = why;
        look();
      },
    },
    after,
  );
  const until = (done: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      look = () => {
        if (done()) resolve();
      };
      look();
    });
  return {
    following,
    frames,
    get refused() {
      return refused;
    },
    until,
    cursors: () => frames.flatMap((frame) => cursorOf(frame) ?? []),
    of: (type: LiveFrame['type']) => frames.filter((frame) => frame.type === type),
  };
};

describe('a follower', () => {
  it('is told the state, then what happens, and goes on after what dropped it', async () => {
    const { id } = await door.startSession();
    const heard = hear(open(), id);
    await heard.until(() => heard.of('token_update').length === 1);
    await record(id, 5);
    await heard.until(() => heard.cursors().length === 1);
    proxy.down();
    await record(id, 6);
    await heard.until(() => heard.of('away').length === 1);
    await record(id, 7);
    proxy.up();
    await heard.until(() => heard.cursors().length === 3);
    expect(heard.frames[0]).toMatchObject({ type: 'back' });
    expect(heard.of('back')).toHaveLength(2);
    expect(heard.of('gap')).toHaveLength(0);
    expect(heard.cursors()).toEqual([2, 3, 4]);
    expect(heard.following.cursor).toBe(4);
  });

  it('hears each event once and in order, however its connections are cut, while others report', async () => {
    const ids = await Promise.all([1, 2, 3].map(async () => (await door.startSession()).id));
    const from = Math.max(...(await positions(ids, 0)));
    let after = from;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(30), { minLength: 1, maxLength: 6 }), async (cuts) => {
        const clients = Array.from({ length: 12 }, (_, n) => {
          const live = open();
          return [...(n % 3 === 0 ? ['*'] : []), ids[n % 3] as string].map((session) => ({
            session,
            heard: hear(live, session, after),
          }));
        }).flat();
        const reports = async () => {
          for (let n = 0; n < 30; n++) {
            if (cuts.includes(n)) proxy.cut();
            await Promise.all(ids.map((id) => record(id)));
          }
        };
        await reports();
        for (const { session, heard } of clients) {
          const expected = await positions(session === '*' ? ids : [session], after);
          await heard.until(() => heard.cursors().length >= expected.length || heard.refused !== undefined);
          expect(heard.cursors()).toEqual(expected);
          expect(heard.of('gap')).toEqual([]);
        }
        for (const live of lives.splice(0)) live.close();
        after = Math.max(...(await positions(ids, 0)));
      }),
      { numRuns: 10 },
    );
  }, 120_000);

  it('goes on with a server that was restarted, elsewhere', async () => {
    const { id } = await door.startSession();
    const [one, all] = [hear(open(), id, 0), hear(open(), '*', 0)];
    for (let round = 0; round < 3; round++) {
      await record(id);
      await door.stop();
      await door.start();
      await record(id);
    }
    const expected = await positions([id], 0);
    for (const heard of [one, all]) {
      await heard.until(() => heard.cursors().length >= expected.length);
      expect(heard.cursors()).toEqual(expected);
    }
  });

  it('follows many sessions over one connection, and all over another', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, async () => (await door.startSession()).id));
    const live = open();
    const followers = ids.map((id) => hear(live, id, 0));
    const all = hear(live, '*', 0);
    for (const id of ids) await record(id);
    await all.until(() => all.cursors().length === 40);
    for (const heard of followers) await heard.until(() => heard.cursors().length === 2);
    proxy.cut();
    for (const id of ids) await record(id);
    for (const heard of followers) await heard.until(() => heard.cursors().length === 3);
    await all.until(() => all.cursors().length === 60);
    followers[0]?.following.close();
    await record(ids[0] as string);
    await record(ids[1] as string);
    await followers[1]?.until(() => followers[1]?.cursors().length === 4);
    expect(followers[0]?.cursors()).toHaveLength(3);
  });

  it('notices a connection over which nothing comes any more', async () => {
    const { id } = await door.startSession();
    await door.request('PATCH', `/api/sessions/${id}`, { json: { status: 'paused' } });
    const hand = new HandTiming();
    const heard = hear(open(ownerToken, hand), id, 0);
    await heard.until(() => heard.cursors().length === 2);
    proxy.silence();
    await record(id);
    // It asks, and when no answer comes it asks for a ticket, over a connection that is as silent, and then over another one.
    while (heard.cursors().length < 3) {
      hand.pass(250);
      await door.request('GET', '/health');
    }
    expect(heard.of('back').length).toBeGreaterThanOrEqual(2);
  });

  it('ends with the reason when its token is revoked', async () => {
    const { id } = await door.startSession();
    const guest = await door.newToken();
    const live = open(guest.token);
    const heard = hear(live, id, 0);
    await heard.until(() => heard.cursors().length === 1);
    const reading = async () => {
      for await (const frame of live.follow(id)) if (frame.type === 'gap') return;
    };
    const ended = reading().catch((error: unknown) => error);
    await door.request('DELETE', `/api/tokens/${guest.id}`);
    await heard.until(() => heard.refused !== undefined);
    expect(heard.refused).toMatchObject({ status: 401, error: 'unauthorized' });
    expect(await ended).toBeInstanceOf(StintError);
  });

  it('ends with the reason when the token, or the session, was never good, or the session is removed', async () => {
    const { id } = await door.startSession();
    const bad = hear(open('a-token-that-nobody-ever-gave-to-anyone'), id);
    await bad.until(() => bad.refused !== undefined);
    expect(bad.refused).toMatchObject({ status: 401, error: 'unauthorized' });
    const live = open();
    const [none, there] = [hear(live, '019a8f5e-7c1b-7000-8000-3b5f00000000'), hear(live, id, 0)];
    await none.until(() => none.refused !== undefined);
    expect(none.refused).toMatchObject({ status: 404, error: 'session_not_found' });
    await door.request('PATCH', `/api/sessions/${id}`, { json: { status: 'completed' } });
    await there.until(() => there.cursors().length === 2);
    await door.request('DELETE', `/api/sessions/${id}`);
    await there.until(() => there.refused !== undefined);
    expect(there.of('gap')).toMatchObject([{ reason: 'session_gone' }]);
  });

  it('ends with the reason when the session’s events are damaged, and that is not the follower’s fault', async () => {
    const { id } = await door.startSession();
    await door.stop();
    tamper(join(door.folder, 'stint.db'), 'UPDATE events SET at = at + 1');
    await door.start();
    const heard = hear(open(), id, 0);
    await heard.until(() => heard.refused !== undefined);
    expect(heard.refused).toMatchObject({ status: 500, error: 'journal_damaged' });
  });

  it('hears of a gap, and then the present state and what is new', async () => {
    const { id } = await door.startSession();
    const heard = hear(open(), id, 1_000_000);
    await heard.until(() => heard.of('token_update').length === 1);
    await record(id);
    await heard.until(() => heard.cursors().length === 1);
    expect(heard.of('gap')).toMatchObject([{ reason: 'beyond_end', cursor: 1 }]);
    expect(heard.following.cursor).toBe(2);
  });
});

describe('a loop over frames', () => {
  it('takes them one by one, and leaving it ends the connection', async () => {
    const { id } = await door.startSession();
    for (let n = 0; n < 20; n++) await record(id);
    const live = open();
    const met: number[] = [];
    for await (const frame of live.follow(id, { after: 0 })) {
      const cursor = cursorOf(frame);
      if (cursor !== undefined) met.push(cursor);
      if (met.length === 21) break;
    }
    expect(met).toEqual(Array.from({ length: 21 }, (_, i) => i + 1));
  });

  it('ends with its signal and with close', async () => {
    const { id } = await door.startSession();
    const live = open();
    const abort = new AbortController();
    const count = async (signal?: AbortSignal) => {
      let frames = 0;
      for await (const _ of live.follow(id, signal ? { signal } : {})) if ((frames += 1) === 2) abort.abort();
      return frames;
    };
    expect(await count(abort.signal)).toBe(2);
    const other = count();
    live.close();
    expect(await other).toBe(0);
  });
});

/** Time in the hands of a test. */
class HandTiming implements Timing {
  #now = 0;
  #waiting = new Map<() => void, number>();
  readonly now = () => this.#now;
  readonly random = () => 0.5;
  readonly after = (ms: number, call: () => void) => {
    const own = () => call();
    this.#waiting.set(own, this.#now + ms);
    return () => void this.#waiting.delete(own);
  };

  pass(ms: number): void {
    this.#now += ms;
    const due = [...this.#waiting].filter(([, at]) => at <= this.#now);
    for (const [call] of due) if (this.#waiting.delete(call)) call();
  }
}
