import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { badPaths } from '../../../test/doorways/answers.ts';
import { Doorway, ownerToken } from '../../../test/doorways/doorway.ts';
import type { Answered, RequestWith } from '../../../test/doorways/doorway.ts';
import type { Schemas } from '../../sdk/index.ts';

let door: Doorway;
let session: string;

beforeAll(async () => {
  door = await Doorway.open();
});

afterAll(() => door.close());

beforeEach(async () => {
  session = (await door.startSession()).id;
});

const oneHourMs = 3600_000;

const post = (path: string, key: string, json: unknown, options: RequestWith = {}): Promise<Answered> =>
  door.request('POST', path, {
    ...(json === undefined ? {} : { json }),
    ...options,
    headers: { 'idempotency-key': key, ...options.headers },
  });

const total = async (id: string): Promise<number> => {
  const { body } = await door.request('GET', `/api/sessions/${id}/tokens`);
  return (body as Schemas['UsageHistory']).totalUsed;
};

const tokens = { tokensUsed: 3, operation: 'a turn' };

/** POST routes whose effects stand in the journal, and what each takes. */
const journaled = (): [string, unknown][] => [
  ['/api/sessions', { duration: 200 * oneHourMs, name: 'once' }],
  [`/api/sessions/${session}/tokens`, tokens],
  [`/api/sessions/${session}/checkpoints`, { phase: 'p', promptCount: 1 }],
  [`/api/v1/sessions/${session}/comments`, { content: 'c' }],
];

/** POST routes that answer with a secret, and what each takes. */
const secret: [string, unknown][] = [
  ['/api/ws-ticket', undefined],
  ['/api/tokens', { name: 'once' }],
  ['/api/sign-in-links', undefined],
];

const countEvents = async (): Promise<number> => Object.values(await door.journal()).flat().length;

describe('a POST with an Idempotency-Key', () => {
  it('sent a hundred times at once has one effect and one answer', async () => {
    for (const [path, json] of journaled()) {
      const before = await countEvents();
      const answers = await Promise.all(Array.from({ length: 100 }, () => post(path, `at once ${path}`, json)));
      expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
      expect(answers[0]?.status).toBe(201);
      expect(await countEvents()).toBe(before + 1);
    }
  });

  it('sent again later gets the first answer, though things have moved on', async () => {
    const first = await post(`/api/sessions/${session}/tokens`, 'later', tokens);
    await post(`/api/sessions/${session}/tokens`, 'another', tokens);
    door.time.pass(60_000);
    await door.request('PATCH', `/api/sessions/${session}`, { json: { status: 'completed' } });
    const again = await post(`/api/sessions/${session}/tokens`, 'later', tokens);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(await total(session)).toBe(6);
    await door.request('DELETE', `/api/sessions/${session}`);
    expect((await post(`/api/sessions/${session}/tokens`, 'later', tokens)).body).toEqual(first.body);
  });

  it('with another body is refused, whatever the difference', async () => {
    await post(`/api/sessions/${session}/tokens`, 'body', tokens);
    for (const json of [
      { ...tokens, tokensUsed: 4 },
      { operation: 'a turn', tokensUsed: 3 },
    ]) {
      const { status, problem } = await post(`/api/sessions/${session}/tokens`, 'body', json);
      expect([status, problem.error]).toEqual([422, 'idempotency_key_reused']);
    }
    expect(await total(session)).toBe(3);
  });

  it('with another body is refused also while the first is under way', async () => {
    const bodies = Array.from({ length: 20 }, (_, i) => ({ ...tokens, tokensUsed: i + 1 }));
    const statuses = (
      await Promise.all(bodies.map((json) => post(`/api/sessions/${session}/tokens`, 'race', json)))
    ).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 422)).toHaveLength(19);
  });

  it('is another one on another route', async () => {
    const other = (await door.startSession()).id;
    await post(`/api/sessions/${session}/tokens`, 'routes', tokens);
    expect((await post(`/api/sessions/${other}/tokens`, 'routes', tokens)).status).toBe(201);
    expect((await post(`/api/sessions/${session}/checkpoints`, 'routes', { phase: 'p', promptCount: 1 })).status).toBe(
      201,
    );
    expect((await post('/api/sessions', 'routes', { duration: 5 })).status).toBe(201);
    expect([await total(session), await total(other)]).toEqual([3, 3]);
  });

  it('is the same one however the URL is spelled', async () => {
    const spelled = session.replaceAll('-', '%2D');
    const first = await post(`/api/sessions/${session}/tokens`, 'spelling', tokens);
    expect((await post(`/api/sessions/${spelled}/tokens`, 'spelling', tokens)).body).toEqual(first.body);
    expect(await total(session)).toBe(3);
  });

  it('is the same one for every token of a user', async () => {
    const { token } = await door.newToken();
    const first = await post(`/api/sessions/${session}/tokens`, 'token', tokens);
    expect((await post(`/api/sessions/${session}/tokens`, 'token', tokens, { token })).body).toEqual(first.body);
    expect(await total(session)).toBe(3);
  });

  it('leaves nothing behind when it is refused, so that the mended one goes through', async () => {
    const path = `/api/sessions/${session}/tokens`;
    expect((await post(path, 'mended', { tokensUsed: 0, operation: 'o' })).status).toBe(400);
    expect((await post(path, 'mended', tokens, { token: 'wrong' })).status).toBe(401);
    expect((await post('/api/sessions/none/tokens', 'mended', tokens)).status).toBe(404);
    expect((await post(path, 'mended', { ...tokens, timestamp: door.time.wall() + oneHourMs })).status).toBe(400);
    expect((await post(path, 'mended', tokens)).status).toBe(201);
    await door.request('PATCH', `/api/sessions/${session}`, { json: { status: 'completed' } });
    expect((await post(path, 'ended', tokens)).status).toBe(409);
    expect(await total(session)).toBe(3);
  });

  it.each([
    ['', 400],
    ['k'.repeat(256), 400],
    ['k'.repeat(255), 201],
    ['"quoted" {key}; ü', 201],
  ])('takes keys of 1 to 255 characters: %j', async (key, expected) => {
    const { status, problem } = await post(`/api/sessions/${session}/tokens`, key, tokens);
    expect(status).toBe(expected);
    if (expected === 400) expect(badPaths(problem)).toEqual(['Idempotency-Key']);
  });

  it('is another request without the key', async () => {
    await post(`/api/sessions/${session}/tokens`, 'with', tokens);
    await door.request('POST', `/api/sessions/${session}/tokens`, { json: tokens });
    expect(await total(session)).toBe(6);
  });
});

describe('a receipt', () => {
  it('survives a restart', async () => {
    const answers = await Promise.all(journaled().map(([path, json]) => post(path, 'restart', json)));
    const before = await door.journal();
    await door.stop();
    await door.start();
    const again = await Promise.all(journaled().map(([path, json]) => post(path, 'restart', json)));
    expect(again.map(({ body }) => body)).toEqual(answers.map(({ body }) => body));
    expect(await door.journal()).toEqual(before);
  });

  it('is good for a day and then forgotten', async () => {
    const path = `/api/sessions/${(await door.startSession({ duration: 100 * 24 * oneHourMs })).id}/tokens`;
    const first = await post(path, 'a day', tokens);
    door.time.pass(24 * oneHourMs - 1);
    expect((await post(path, 'a day', tokens)).body).toEqual(first.body);
    door.time.pass(1);
    const next = await post(path, 'a day', tokens);
    expect((next.body as Schemas['RecordedUsage']).totalUsed).toBe(6);
    // The new one counts from now on.
    expect((await post(path, 'a day', tokens)).body).toEqual(next.body);
  });
});

describe('a POST with an Idempotency-Key that is answered with a secret', () => {
  it.each(secret)('%s sent a hundred times at once has one effect and one answer', async (path, json) => {
    const before = await countTokens();
    const answers = await Promise.all(Array.from({ length: 100 }, () => post(path, 'at once', json)));
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
    expect(answers[0]?.status).toBe(201);
    expect(await countTokens()).toBe(before + (path === '/api/tokens' ? 1 : 0));
  });

  it.each(secret)('%s has other answers for another key, without a key, and for another day', async (path, json) => {
    const first = await post(path, 'one', json);
    expect((await post(path, 'one', json)).body).toEqual(first.body);
    expect((await post(path, 'two', json)).body).not.toEqual(first.body);
    expect((await door.request('POST', path, json === undefined ? {} : { json })).body).not.toEqual(first.body);
    door.time.pass(24 * oneHourMs);
    expect((await post(path, 'one', json)).body).not.toEqual(first.body);
  });

  it('refuses another body', async () => {
    await post('/api/tokens', 'body', { name: 'a' });
    expect((await post('/api/tokens', 'body', { name: 'b' })).status).toBe(422);
  });

  it('signs a browser in once, and gives it the same token again', async () => {
    const code = new URL(door.serving.newSignInLink()).hash.slice(1);
    const sign = (key: string) => post('/api/sign-in', key, { code }, { token: '' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => sign('sign in')));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    const { token } = (answers[0] as Answered).body as Schemas['SignedIn'];
    door.secret(token);
    expect(new Set(answers.map(({ body }) => (body as Schemas['SignedIn']).token))).toEqual(new Set([token]));
    expect((await door.request('GET', '/api/me', { token })).status).toBe(200);
    expect((await sign('another key')).status).toBe(401);
    expect((await sign('another key')).status).toBe(401);
  });

  it('puts no secret on the disk', async () => {
    const secrets: string[] = [];
    for (const [path, json] of secret) {
      const { body } = await post(path, 'disk', json);
      const { token, ticket, url } = body as { token?: string; ticket?: string; url?: string };
      secrets.push(door.secret(token ?? ticket ?? new URL(url ?? '').hash.slice(1)));
    }
    expect(secrets.every((text) => text.length >= 32)).toBe(true);
    await door.stop();
    const files = readdirSync(door.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(2);
    for (const { parentPath, name } of files) {
      const bytes = readFileSync(join(parentPath, name));
      for (const text of [...secrets, ownerToken]) expect(bytes.includes(text), `${name} has a secret`).toBe(false);
    }
    await door.start();
  });
});

const countTokens = async (): Promise<number> =>
  ((await door.request('GET', '/api/tokens')).body as Schemas['TokenList']).tokens.length;
