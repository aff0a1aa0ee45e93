import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { CutProxy } from '../../test/doorways/cut-proxy.ts';
import { Doorway, ownerToken } from '../../test/doorways/doorway.ts';
import type { EventFrame } from './events.ts';
import { eventsIn } from './event-text.ts';
import { connect } from './live.ts';
import type { Live } from './live.ts';
import { realTiming } from './timing.ts';

/** A session's journal over a network that is cut. */

let door: Doorway;
let proxy: CutProxy;
let live: Live;

beforeEach(async () => {
  door = await Doorway.open();
  proxy = await CutProxy.open(() => (door.isServing ? door.port : undefined));
  live = connect({ url: proxy.url, token: ownerToken }, { ...realTiming, random: () => 0.02 });
});

afterEach(async () => {
  live.close();
  await proxy.close();
  await door.close();
});

const rename = (id: string, name: string) => door.request('PATCH', `/api/sessions/${id}`, { json: { name } });

/** Frames until so many events were heard. */
const take = async (events: AsyncGenerator<EventFrame>, count: number): Promise<EventFrame[]> => {
  const met: EventFrame[] = [];
  for await (const frame of events) {
    met.push(frame);
    if (met.filter((one) => 'seq' in one).length === count) break;
  }
  return met;
};

const seqs = (frames: readonly EventFrame[]): number[] =>
  frames.flatMap((frame) => ('seq' in frame ? [frame.seq] : []));

describe('following a session’s events', () => {
  it('tells each once and in order, however often the connection is cut and the server restarted', async () => {
    const { id } = await door.startSession();
    const heard = take(live.followEvents(id), 61);
    for (let n = 0; n < 60; n++) {
      await rename(id, `name ${n}`);
      if (n % 7 === 0) proxy.cut();
      if (n === 30) {
        await door.stop();
        await door.start();
      }
    }
    const frames = await heard;
    expect(seqs(frames)).toEqual(Array.from({ length: 61 }, (_, seq) => seq));
    expect(frames.filter(({ type }) => type === 'back').length).toBeGreaterThan(1);
  });

  it('goes on after a seq, and tells of a gap where that is past the end', async () => {
    const { id } = await door.startSession();
    await rename(id, 'one');
    expect(seqs(await take(live.followEvents(id, { after: 0 }), 1))).toEqual([1]);
    const ahead = take(live.followEvents(id, { after: 9 }), 1);
    const once = live.followEvents(id, { after: 9 });
    for await (const frame of once) if (frame.type === 'gap') break;
    await rename(id, 'two');
    const frames = await ahead;
    expect(frames.filter(({ type }) => type === 'gap')).toEqual([{ type: 'gap', after: 9, last: 1 }]);
    expect(seqs(frames)).toEqual([2]);
  });

  it('ends with the reason when the session is removed, or was never there', async () => {
    const { id } = await door.startSession();
    await door.request('PATCH', `/api/sessions/${id}`, { json: { status: 'completed' } });
    const events = live.followEvents(id);
    for (let n = 0; n < 3; n++) await events.next();
    await door.request('DELETE', `/api/sessions/${id}`);
    await expect(events.next()).rejects.toMatchObject({ status: 404, error: 'session_not_found' });
    await expect(take(live.followEvents('none'), 1)).rejects.toMatchObject({ status: 404 });
  });

  it('says that the server is away, once, and ends with its signal', async () => {
    const { id } = await door.startSession();
    proxy.down();
    const abort = new AbortController();
    const events = live.followEvents(id, { signal: abort.signal });
    expect((await events.next()).value).toEqual({ type: 'away' });
    proxy.up();
    expect((await events.next()).value).toMatchObject({ type: 'back' });
    expect((await events.next()).value).toMatchObject({ seq: 0 });
    const next = events.next();
    abort.abort();
    expect(await next).toEqual({ done: true, value: undefined });
  });
});

describe('a stream of server-sent events', () => {
  it('is read the same however its bytes are cut', () => {
    const text =
      ': hello\n\nid: 1\nevent: renamed\ndata: {"name":"Ünïcödé → 名"}\n\n:\n\nid: 2\nevent: gap\ndata: {}\n\n';
    const whole = eventsIn()(new TextEncoder().encode(text));
    expect(whole.map(({ event }) => event)).toEqual(['renamed', 'gap']);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 })), (sizes) => {
        const bytes = new TextEncoder().encode(text);
        const parse = eventsIn();
        const met = [];
        let from = 0;
        for (const size of [...sizes, bytes.length]) met.push(...parse(bytes.subarray(from, (from += size))));
        expect(met).toEqual(whole);
      }),
    );
  });
});
