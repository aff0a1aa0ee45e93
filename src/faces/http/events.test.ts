import type { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { badPaths } from '../../../test/doorways/answers.ts';
import { Doorway, ownerToken } from '../../../test/doorways/doorway.ts';
import { EventReader } from '../../../test/doorways/event-reader.ts';
import { open, requestText } from '../../../test/doorways/raw.ts';
import { unwrap } from '../../sdk/index.ts';
import type { Schemas } from '../../sdk/index.ts';

let door: Doorway;

const at = (id: string) => ({ params: { path: { id } } });

const events = async (id: string, query: { after?: number; limit?: number } = {}): Promise<Schemas['EventPage']> =>
  unwrap(await door.client().GET('/api/sessions/{id}/events', { params: { path: { id }, query } }));

const rename = async (id: string, name: string) =>
  unwrap(await door.client().PATCH('/api/sessions/{id}', { ...at(id), body: { name } }));

const renameOften = async (id: string, times: number): Promise<void> => {
  for (let i = 1; i <= times; i++) await rename(id, `name ${i}`);
};

const streams = new Set<EventReader>();

const stream = async (id: string, headers: Record<string, string> = {}, query = ''): Promise<EventReader> => {
  const response = await fetch(`${door.url}/api/sessions/${id}/events${query}`, {
    headers: { authorization: `Bearer ${ownerToken}`, accept: 'text/event-stream', ...headers },
  });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  if (response.body === null) throw new Error('the stream has no body');
  const reader = new EventReader(response.body);
  streams.add(reader);
  return reader;
};

/** Asks for a stream and never reads it. */
const deafReader = async (id: string, path = `/api/sessions/${id}/events`): Promise<Socket> => {
  const socket = await open(door.port);
  socket.pause();
  const headers = [`Host: 127.0.0.1:${door.port}`, `Authorization: Bearer ${ownerToken}`, 'Accept: text/event-stream'];
  socket.write(requestText(`GET ${path} HTTP/1.1`, headers));
  return socket;
};

/** Bytes that this process holds, rubbish left out. */
const memoryInUse = async (): Promise<number> => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const seqs = (met: readonly { id: string | undefined }[]): number[] => met.map(({ id }) => Number(id));

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

afterEach(async () => {
  await Promise.all([...streams].map((reader) => reader.cancel()));
  streams.clear();
});

describe('GET /api/sessions/:id/events', () => {
  beforeAll(async () => {
    door = await Doorway.open();
  });
  afterAll(() => door.close());

  it('shows what happened, in its envelope', async () => {
    const { id, owner } = await door.startSession({ name: 'first' });
    await rename(id, 'second');
    const data = {
      kind: 'timer',
      owner,
      name: 'first',
      duration: 3600_000,
      onBudget: 'warn',
      budgetCounts: 'new',
      onDue: 'complete',
    };
    const common = { session: id, at: door.time.wall(), position: expect.any(Number) as number };
    expect(await events(id)).toEqual({
      events: [
        { ...common, seq: 0, type: 'started', data },
        { ...common, seq: 1, type: 'renamed', data: { name: 'second' } },
      ],
    });
  });

  it('is read in pages, a hundred unless told otherwise', async () => {
    const { id } = await door.startSession();
    await renameOften(id, 119);
    const first = await events(id);
    expect(first.events.map(({ seq }) => seq)).toEqual(range(0, 99));
    expect(first.next).toBe(99);
    const second = await events(id, { after: 99 });
    expect(second.events.map(({ seq }) => seq)).toEqual(range(100, 119));
    expect('next' in second).toBe(false);
    expect((await events(id, { after: 5, limit: 2 })).events.map(({ seq }) => seq)).toEqual([6, 7]);
    expect(await events(id, { after: 119 })).toEqual({ events: [] });
    expect('next' in (await events(id, { limit: 120 }))).toBe(false);
  });

  it.each([
    ['after=-1', ['after']],
    ['after=a', ['after']],
    ['limit=0', ['limit']],
    ['limit=1001', ['limit']],
    ['after=1&after=2', ['after']],
    ['since=1', ['since']],
  ])('refuses ?%s', async (query, paths) => {
    const { id } = await door.startSession();
    const { status, problem } = await door.request('GET', `/api/sessions/${id}/events?${query}`);
    expect([status, badPaths(problem)]).toEqual([400, paths]);
  });
});

describe('a stream of events', () => {
  beforeEach(async () => {
    door = await Doorway.open();
  });
  afterEach(() => door.close());

  it('tells what has happened and then what happens, each as the page has it', async () => {
    const { id } = await door.startSession();
    await renameOften(id, 3);
    const reader = await stream(id);
    const past = await reader.take(4);
    await renameOften(id, 2);
    await door.request('PATCH', `/api/sessions/${id}`, { json: { status: 'completed' } });
    const all = [...past, ...(await reader.take(3))];
    const { events: expected } = await events(id);
    expect(all).toEqual(expected.map((event) => ({ id: String(event.seq), event: event.type, data: event })));
  });

  it('resumes after Last-Event-ID', async () => {
    const { id } = await door.startSession();
    await renameOften(id, 5);
    expect(seqs(await (await stream(id, { 'last-event-id': '3' })).take(2))).toEqual([4, 5]);
    const ahead = await stream(id, { 'last-event-id': '5' });
    await rename(id, 'next');
    expect(seqs(await ahead.take(1))).toEqual([6]);
  });

  it('says that there is a gap where the session ends before Last-Event-ID, and goes on with what is new', async () => {
    const { id } = await door.startSession();
    await renameOften(id, 2);
    for (const reader of [await stream(id, { 'last-event-id': '9' }), await stream(id, {}, '?after=9')]) {
      expect(await reader.next()).toEqual({ id: '2', event: 'gap', data: { after: 9, last: 2 } });
      await reader.cancel();
    }
    const reader = await stream(id, { 'last-event-id': '9' });
    await reader.take(1);
    await rename(id, 'new');
    expect(seqs(await reader.take(1))).toEqual([3]);
  });

  it('ends when its session is deleted, and that of another goes on', async () => {
    const [gone, stays] = [await door.startSession(), await door.startSession()];
    const [ended, other] = [await stream(gone.id), await stream(stays.id)];
    await door.request('PATCH', `/api/sessions/${gone.id}`, { json: { status: 'completed' } });
    await Promise.all([ended.take(2), other.take(1)]);
    expect((await door.request('DELETE', `/api/sessions/${gone.id}`)).status).toBe(204);
    expect(await ended.next()).toBeUndefined();
    await rename(stays.id, 'still heard');
    expect(seqs(await other.take(1))).toEqual([1]);
  });

  it('begins after ?after, and Last-Event-ID goes before it', async () => {
    const { id } = await door.startSession();
    await renameOften(id, 5);
    expect(seqs(await (await stream(id, {}, '?after=3')).take(2))).toEqual([4, 5]);
    expect(seqs(await (await stream(id, { 'last-event-id': '4' }, '?after=1')).take(1))).toEqual([5]);
  });

  it('refuses a bad Last-Event-ID before it looks for the session', async () => {
    const headers = { accept: 'text/event-stream', 'last-event-id': 'x' };
    const unknown = '019a8f5e-7c1b-7000-8000-3b5f00000000';
    expect((await door.request('GET', `/api/sessions/${unknown}/events`, { headers })).status).toBe(400);
  });

  it.each(['-1', 'x', '1.5', '9'.repeat(20)])('refuses the Last-Event-ID %s', async (last) => {
    const { id } = await door.startSession();
    const headers = { accept: 'text/event-stream', 'last-event-id': last };
    const { status, problem } = await door.request('GET', `/api/sessions/${id}/events`, { headers });
    expect([status, badPaths(problem)]).toEqual([400, ['Last-Event-ID']]);
  });

  it('of a session that is not there is 404', async () => {
    const headers = { accept: 'text/event-stream' };
    expect((await door.request('GET', '/api/sessions/none/events', { headers })).status).toBe(404);
  });

  it('keeps order and drops nothing over more than a page, under reports that go on', async () => {
    const { id } = await door.startSession();
    await renameOften(id, 300);
    const reader = await stream(id);
    const [met] = await Promise.all([reader.take(601), renameOften(id, 300)]);
    expect(seqs(met)).toEqual(range(0, 600));
  });

  it('answers HEAD without opening one', async () => {
    const { id } = await door.startSession();
    const { status, headers } = await door.request('HEAD', `/api/sessions/${id}/events`, {
      headers: { accept: 'text/event-stream' },
    });
    expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  });

  it('ends when its token is revoked, and others go on', async () => {
    const { id } = await door.startSession();
    const guest = await door.newToken();
    const [ended, other] = [await stream(id, { authorization: `Bearer ${guest.token}` }), await stream(id)];
    await Promise.all([ended.take(1), other.take(1)]);
    unwrap(await door.client().DELETE('/api/tokens/{id}', at(guest.id)));
    expect(await ended.next()).toBeUndefined();
    await rename(id, 'still heard');
    expect(seqs(await other.take(1))).toEqual([1]);
  });

  it('ends when its token expires', async () => {
    const { id } = await door.startSession();
    const guest = await door.newToken(60_000);
    const reader = await stream(id, { authorization: `Bearer ${guest.token}` });
    await reader.take(1);
    door.time.pass(59_999);
    await rename(id, 'still heard');
    expect(seqs(await reader.take(1))).toEqual([1]);
    door.time.pass(1);
    expect(await reader.next()).toBeUndefined();
  });

  it('ends when the server stops, also for a reader that does not read', async () => {
    const { id } = await door.startSession();
    const reader = await stream(id);
    await reader.take(1);
    const deaf = await deafReader(id);
    const [heard] = await Promise.all([reader.next(), door.stop()]);
    expect(heard).toBeUndefined();
    deaf.destroy();
  });

  it('waits for readers that are slow, and keeps what they have still to hear in the journal', async () => {
    const { id } = await door.startSession();
    const body = { phase: 'p', promptCount: 1, metadata: { text: 'x'.repeat(100_000) } };
    for (let i = 0; i < 200; i++) await door.request('POST', `/api/sessions/${id}/checkpoints`, { json: body });
    const before = await memoryInUse();
    const deaf = await Promise.all(Array.from({ length: 20 }, () => deafReader(id)));
    const late = await stream(id);
    expect(seqs(await (await stream(id)).take(201))).toEqual(range(0, 200));
    // All that the deaf ones have still to hear is 400 MB.
    expect((await memoryInUse()) - before).toBeLessThan(150_000_000);
    for (const socket of deaf) socket.destroy();
    expect(seqs(await late.take(201))).toEqual(range(0, 200));
  });

  it.each([undefined, '/api/analytics/export'])('holds little for slow readers of what is large: %s', async (path) => {
    const { id } = await door.startSession();
    const body = { phase: 'p', promptCount: 1, metadata: { text: 'x'.repeat(900_000) } };
    for (let i = 0; i < 24; i++) await door.request('POST', `/api/sessions/${id}/checkpoints`, { json: body });
    const before = await memoryInUse();
    const deaf = await Promise.all(Array.from({ length: 16 }, () => deafReader(id, path)));
    expect(seqs(await (await stream(id)).take(25))).toEqual(range(0, 24));
    expect((await memoryInUse()) - before).toBeLessThan(100_000_000);
    for (const socket of deaf) socket.destroy();
  });

  it('lets go of a client that hangs up', async () => {
    const { id } = await door.startSession();
    const reader = await stream(id);
    await reader.take(1);
    await reader.cancel();
    await rename(id, 'nobody hears');
    expect((await events(id)).events).toHaveLength(2);
  });
});
