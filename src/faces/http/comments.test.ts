import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { badPaths } from '../../../test/doorways/answers.ts';
import { Doorway } from '../../../test/doorways/doorway.ts';
import { EventReader } from '../../../test/doorways/event-reader.ts';
import { hashOf } from '../../access/secrets.ts';
import { unwrap } from '../../sdk/index.ts';
import type { Schemas } from '../../sdk/index.ts';
import { tamper } from '../../stores/sqlite/store-folder.suite.ts';

let door: Doorway;
let session: string;

beforeAll(async () => {
  door = await Doorway.open();
});

afterAll(() => door.close());

beforeEach(async () => {
  session = (await door.startSession()).id;
});

const at = (id: string) => ({ params: { path: { id } } });

const comment = async (body: Schemas['NewComment'], id = session) =>
  unwrap(await door.client().POST('/api/v1/sessions/{id}/comments', { ...at(id), body }));

const comments = async (query: { limit?: number; cursor?: string } = {}, id = session) =>
  unwrap(await door.client().GET('/api/v1/sessions/{id}/comments', { params: { path: { id }, query } }));

const texts = ({ threads }: Schemas['CommentThreads']): string[][] =>
  threads.map(({ comments: said }) => said.map(({ content }) => content));

describe('a comment', () => {
  it('has its author, time, type and point, and a note is what it is when nothing is said', async () => {
    const me = unwrap(await door.client().GET('/api/me'));
    const about = { content: 'why twice?', comment_type: 'question', reference_point: 'plan 3' } as const;
    const made = await comment(about);
    expect(made).toEqual({
      ...about,
      comment_id: made.comment_id,
      session_id: session,
      author: { user_id: me.id, name: me.name },
      created_at: new Date(door.time.wall()).toISOString(),
    });
    expect((await comment({ content: 'x' })).comment_type).toBe('note');
  });

  it('is an event of the session, heard by those who follow it', async () => {
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${(await door.newToken()).token}` };
    const stream = await fetch(`${door.url}/api/sessions/${session}/events?type=commented`, { headers });
    const reader = new EventReader(stream.body!);
    const heard = reader.next();
    await comment({ content: 'live' });
    expect(await heard).toMatchObject({ event: 'commented', data: { seq: 1, data: { text: 'live' } } });
    await reader.cancel();
  });

  it('goes to a completed session too, and to none that was deleted', async () => {
    await door.request('PATCH', `/api/sessions/${session}`, { json: { status: 'completed' } });
    expect((await comment({ content: 'after' })).content).toBe('after');
    expect(texts(await comments())).toEqual([['after']]);
    await door.request('DELETE', `/api/sessions/${session}`);
    const { status, problem } = await door.request('POST', `/api/v1/sessions/${session}/comments`, {
      json: { content: 'x' },
    });
    expect([status, problem.error]).toEqual([404, 'session_not_found']);
  });

  it.each([
    [{}, ['content']],
    [{ content: '' }, ['content']],
    [{ content: ' \n ' }, ['content']],
    [{ content: 'c'.repeat(10_001) }, ['content']],
    [{ content: 'c', comment_type: 'praise' }, ['comment_type']],
    [{ content: 'c', reference_point: '' }, ['reference_point']],
    [{ content: 'c', reference_point: 'r'.repeat(201) }, ['reference_point']],
    [{ content: 'c', author: 'me', id: 1 }, ['author', 'id']],
  ])('is not made of %j, in the shape of its contract', async (json, paths) => {
    const { status, problem } = await door.request('POST', `/api/v1/sessions/${session}/comments`, { json });
    expect([status, badPaths(problem)]).toEqual([400, paths]);
    expect(problem).toMatchObject({ error: 'invalid_request', timestamp: new Date(door.time.wall()).toISOString() });
    expect((await comments()).threads).toEqual([]);
  });

  it('is read and not written by a viewer', async () => {
    const token = door.secret('a-viewer-of-these-comments-0123456789');
    const file = join(door.folder, 'stint.db');
    tamper(file, "INSERT INTO users (id, name, role, created_at) VALUES ('v', 'vera', 'viewer', 0)");
    tamper(
      file,
      "INSERT INTO tokens (id, user, name, kind, hash, created_at) VALUES ('t', 'v', 'viewer', 'api', ?, 0)",
      hashOf(token),
    );
    await comment({ content: 'seen' });
    const path = `/api/v1/sessions/${session}/comments`;
    expect((await door.request('GET', path, { token })).status).toBe(200);
    const { status, problem } = await door.request('POST', path, { token, json: { content: 'x' } });
    expect([status, problem.error]).toEqual([403, 'session_not_accessible']);
    expect(texts(await comments())).toEqual([['seen']]);
  });
});

describe('the comments of a session', () => {
  it('stand in threads by what they are about, the one last added to first', async () => {
    await comment({ content: '1', reference_point: 'a' });
    await comment({ content: '2' });
    await comment({ content: '3', reference_point: 'b' });
    await comment({ content: '4', reference_point: 'a' });
    const found = await comments();
    expect(texts(found)).toEqual([['1', '4'], ['3'], ['2']]);
    expect(found.threads.map(({ reference_point: point }) => point)).toEqual(['a', 'b', undefined]);
    expect(found).not.toHaveProperty('cursor');
  });

  it('are walked from the newest by cursor, whatever is added meanwhile', async () => {
    for (let n = 1; n <= 7; n++) await comment({ content: `${n}` });
    const met: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await comments({ limit: 3, ...(cursor === undefined ? {} : { cursor }) });
      met.unshift(...texts(page).flat());
      await comment({ content: 'later' });
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(met).toEqual(['1', '2', '3', '4', '5', '6', '7']);
  });

  it.each(['limit=0', 'limit=201', 'cursor=%21', 'cursor=eA', 'order=up'])(
    'are not asked for with %s',
    async (query) => {
      expect((await door.request('GET', `/api/v1/sessions/${session}/comments?${query}`)).status).toBe(400);
    },
  );
});

it('a cursor that is none is refused before the session is looked for', async () => {
  const unknown = '019a8f5e-7c1b-7000-8000-3b5f00000000';
  expect((await door.request('GET', `/api/v1/sessions/${unknown}/comments?cursor=eA`)).status).toBe(400);
});

describe('a path below /api/v1', () => {
  it.each([
    ['GET', '/api/v1/nothing', 404],
    ['GET', '/api/v1', 404],
    ['PUT', '/api/v1/sessions/x/comments', 405],
    ['GET', '/api/v1/sessions/%zz/comments', 404],
    ['GET', `/api/v1/sessions/${'x'.repeat(600)}/comments`, 404],
  ])('%s %s is refused with %i and the time', async (method, path, expected) => {
    const { status, body } = await door.request(method, path);
    expect([status, (body as { timestamp: string }).timestamp]).toEqual([
      expected,
      new Date(door.time.wall()).toISOString(),
    ]);
  });

  it('is no more than that: beside it the refusal has the timer’s shape', async () => {
    expect((await door.request('GET', '/api/v11/x')).body).not.toHaveProperty('timestamp');
  });
});

describe('events of one type', () => {
  it('are paged by seq', async () => {
    for (const content of ['1', '2', '3']) {
      await comment({ content });
      await door.request('PATCH', `/api/sessions/${session}`, { json: { name: content } });
    }
    const query = { type: 'commented', limit: 2 } as const;
    const get = async (after?: number) => {
      const where = { ...query, ...(after === undefined ? {} : { after }) };
      return unwrap(
        await door.client().GET('/api/sessions/{id}/events', { params: { path: { id: session }, query: where } }),
      );
    };
    const first = await get();
    expect(first.events.map(({ seq }) => seq)).toEqual([1, 3]);
    expect((await get(first.next)).events.map(({ seq }) => seq)).toEqual([5]);
    expect((await door.request('GET', `/api/sessions/${session}/events?type=nonsense`)).status).toBe(400);
  });
});
