import { join } from 'node:path';
import { createHmac } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { badPaths } from '../../../test/doorways/answers.ts';
import { Doorway, ownerToken } from '../../../test/doorways/doorway.ts';
import { Receiver, withStatus } from '../../hooks/receiver.suite.ts';
import { unwrap } from '../../sdk/index.ts';
import type { Schemas } from '../../sdk/index.ts';

let door: Doorway;

beforeEach(async () => {
  door = await Doorway.open();
});

afterEach(() => door.close());

const at = (id: string) => ({ params: { path: { id } } });

const make = async (body: Schemas['NewHook'], token = ownerToken): Promise<Schemas['MadeHook']> => {
  const made = unwrap(await door.client(token).POST('/api/hooks', { body }));
  if (made.secret !== undefined) door.secret(made.secret);
  return made;
};

const webhook = (url: string, rest: object = {}) => ({ kind: 'webhook', url, allowPrivate: true, ...rest }) as const;

/** Uses so much of a new session's budget of 100. */
const use = async (tokensUsed: number, token = ownerToken): Promise<string> => {
  const { id } = await door.startSession({ tokenBudget: 100, name: 'login' }, token);
  const body = { tokensUsed, operation: 'a turn' };
  unwrap(await door.client(token).POST('/api/sessions/{id}/tokens', { ...at(id), body }));
  return id;
};

const deliveries = async (id: string) => unwrap(await door.client().GET('/api/hooks/{id}/deliveries', at(id)));

describe('a webhook', () => {
  it('is called with the alert, signed with the secret that was shown once', async () => {
    const receiver = await Receiver.open();
    const { id, secret = '' } = await make(webhook(receiver.url));
    expect(secret).toMatch(/^whsec_[\w+/]{43}=$/);
    const session = await use(96);
    const [{ headers, body, message, id: deliveryId }] = (await receiver.count(1)) as [Receiver['received'][0]];
    const signed = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
      .update(`${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`)
      .digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signed}`);
    const { id: owner } = unwrap(await door.client().GET('/api/me'));
    expect(message).toEqual({
      type: 'alert.raised',
      timestamp: new Date(door.time.wall()).toISOString(),
      data: {
        alertId: message.data.alertId,
        at: door.time.wall(),
        threshold: 'budget_95',
        level: 'error',
        message: '96 % of the token budget is used (96 of 100)',
        session: { id: session, name: 'login', kind: 'timer', status: 'active', owner },
        tokensUsed: 96,
        tokenBudget: 100,
      },
    });
    await expect.poll(async () => (await deliveries(id)).deliveries[0]?.state).toBe('delivered');
    const { deliveries: list } = await deliveries(id);
    expect(list).toMatchObject([{ id: deliveryId, sessionId: session, attempts: 1, last: { ok: true, status: 204 } }]);
    for (const answer of [await door.request('GET', '/api/hooks'), await door.request('GET', `/api/hooks/${id}`)]) {
      expect(JSON.stringify(answer.body)).not.toContain(secret);
    }
  });

  it('that fails shows why, is tried again, and not again after a restart once it was confirmed', async () => {
    const receiver = await Receiver.open(withStatus(500));
    const { id } = await make(webhook(receiver.url, { levels: ['warning'] }));
    await use(85);
    await expect.poll(async () => (await deliveries(id)).deliveries[0]?.attempts).toBe(1);
    expect((await deliveries(id)).deliveries[0]).toMatchObject({ state: 'pending', last: { ok: false, status: 500 } });
    expect(unwrap(await door.client().GET('/api/hooks/{id}', at(id)))).toMatchObject({
      enabled: true,
      failingSince: door.time.wall(),
    });
    receiver.answering = withStatus(200);
    await door.stop();
    door.time.pass(60_000);
    await door.start();
    await receiver.count(2);
    await expect.poll(async () => (await deliveries(id)).deliveries[0]?.state).toBe('delivered');
    await door.stop();
    door.time.pass(24 * 3600_000);
    await door.start();
    await use(85);
    const received = await receiver.count(3);
    const [first, second, third] = received.map((one) => one.id);
    expect([received.length, first === second, second === third]).toEqual([3, true, false]);
  });

  it('may not lead to private addresses unless that was said', async () => {
    for (const url of ['http://127.0.0.1/', 'http://localhost:9/', 'http://[::ffff:10.0.0.1]/', 'http://2852039166/']) {
      const { status, problem } = await door.request('POST', '/api/hooks', { json: { kind: 'webhook', url } });
      expect([url, status, badPaths(problem)]).toEqual([url, 400, ['url']]);
    }
  });
});

describe('a command', () => {
  it('is run when an alert is raised, and the end of what it says is kept', async () => {
    const argv = ['sh', '-c', 'echo "$STINT_SESSION_NAME: $STINT_THRESHOLD"'];
    const { id, ...made } = await make({ kind: 'command', argv, thresholds: ['budget_100'] });
    expect(made).not.toHaveProperty('secret');
    await use(90);
    await use(100);
    await expect.poll(async () => (await deliveries(id)).deliveries.map(({ state }) => state)).toEqual(['delivered']);
    expect((await deliveries(id)).deliveries[0]?.last).toMatchObject({ exitCode: 0, output: 'login: budget_100\n' });
  });
});

describe('a hook', () => {
  it('is one of a hundred at the most, also where many are asked for at once', async () => {
    const json = webhook('https://example.com/');
    const answers = await Promise.all(Array.from({ length: 110 }, () => door.request('POST', '/api/hooks', { json })));
    for (const { status, body } of answers) if (status === 201) door.secret((body as { secret: string }).secret);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(100);
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(10);
  });

  it('is tried once at a time', async () => {
    let answer = (): unknown => undefined;
    const receiver = await Receiver.open((response) => (answer = () => response.end()));
    const { id } = await make(webhook(receiver.url));
    const first = door.request('POST', `/api/hooks/${id}/test`);
    await receiver.count(1);
    const { status, problem } = await door.request('POST', `/api/hooks/${id}/test`);
    expect([status, problem.error]).toEqual([409, 'request_in_progress']);
    answer();
    expect((await first).body).toMatchObject({ ok: true });
  });

  it('can be tried at once, and leaves no delivery', async () => {
    const receiver = await Receiver.open();
    const { id } = await make(webhook(receiver.url));
    expect((await door.request('POST', `/api/hooks/${id}/test`)).body).toMatchObject({ ok: true, status: 204 });
    expect(receiver.received[0]?.message.type).toBe('hook.test');
    expect((await deliveries(id)).deliveries).toEqual([]);
  });

  it('is switched off and on, and hears of nothing in between', async () => {
    const receiver = await Receiver.open();
    const { id } = await make(webhook(receiver.url));
    const change = async (enabled: boolean) =>
      unwrap(await door.client().PATCH('/api/hooks/{id}', { ...at(id), body: { enabled } }));
    expect(await change(false)).toMatchObject({ enabled: false, off: { reason: 'on request' } });
    await use(85);
    expect(await change(true)).toMatchObject({ enabled: true });
    const session = await use(85);
    await receiver.count(1);
    expect(receiver.received.map(({ message }) => message.data.session.id)).toEqual([session]);
  });

  it('is deleted with its deliveries', async () => {
    const receiver = await Receiver.open(withStatus(500));
    const { id } = await make(webhook(receiver.url));
    await use(85);
    await receiver.count(1);
    expect((await door.request('DELETE', `/api/hooks/${id}`)).status).toBe(204);
    expect((await door.request('GET', `/api/hooks/${id}/deliveries`)).status).toBe(404);
    expect(unwrap(await door.client().GET('/api/hooks')).hooks).toEqual([]);
  });

  it('has its deliveries listed newest first, by cursor', async () => {
    const { id } = await make({ kind: 'command', argv: ['true'] });
    const sessions: string[] = [];
    for (let n = 0; n < 3; n++) sessions.unshift(await use(85));
    await expect.poll(async () => (await deliveries(id)).deliveries.length).toBe(3);
    const page = async (query: object) =>
      unwrap(await door.client().GET('/api/hooks/{id}/deliveries', { params: { path: { id }, query } }));
    const first = await page({ limit: 2 });
    const rest = await page({ limit: 2, cursor: first.cursor });
    expect([...first.deliveries, ...rest.deliveries].map(({ sessionId }) => sessionId)).toEqual(sessions);
    expect(rest).not.toHaveProperty('cursor');
  });

  // One server for all of them: each leaves it as it was.
  it('is not made of what does not fit', async () => {
    const wrong: [object, string[]][] = [
      [{}, ['kind']],
      [{ kind: 'carrier_pigeon' }, ['kind']],
      [{ kind: 'webhook' }, ['url']],
      [{ kind: 'webhook', url: 'ftp://example.com' }, ['url']],
      [{ kind: 'webhook', url: 'https://u:p@example.com' }, ['url']],
      [{ kind: 'webhook', url: 'https://example.com', argv: ['x'] }, ['argv']],
      [{ kind: 'webhook', url: 'https://example.com', thresholds: [] }, ['thresholds']],
      [{ kind: 'webhook', url: 'https://example.com', thresholds: ['budget_81'] }, ['thresholds.0']],
      [{ kind: 'webhook', url: 'https://example.com', levels: ['fatal'] }, ['levels.0']],
      [{ kind: 'webhook', url: 'https://example.com', session: '019a8f5e-7c1b-7000-8000-3b5f00000000' }, ['session']],
      [{ kind: 'command', argv: [] }, ['argv']],
      [{ kind: 'command', argv: [''] }, ['argv.0']],
      [{ kind: 'command', argv: ['a', 'b\0c'] }, ['argv.1']],
      [{ kind: 'command', argv: Array.from({ length: 65 }, () => 'a') }, ['argv']],
      [{ kind: 'command', argv: 'rm -rf /' }, ['argv']],
      [{ kind: 'command', argv: ['true'], allowPrivate: true }, ['allowPrivate']],
    ];
    for (const [json, paths] of wrong) {
      const { status, problem } = await door.request('POST', '/api/hooks', { json });
      expect([json, status, badPaths(problem)]).toEqual([json, 400, paths]);
      expect(unwrap(await door.client().GET('/api/hooks')).hooks).toEqual([]);
    }
  });
});

describe('who may', () => {
  it('a viewer makes none, a member no commands and no calls of private addresses', async () => {
    const member = await door.newUser('mia');
    const viewer = await door.newUser('vera', { role: 'viewer' });
    const asked = async (json: object, { token }: { token: string }) =>
      (await door.request('POST', '/api/hooks', { json, token })).status;
    const sound = { kind: 'webhook', url: 'https://example.com' };
    expect([
      await asked(sound, viewer),
      await asked({ kind: 'command', argv: ['true'] }, member),
      await asked({ ...sound, allowPrivate: true }, member),
      await asked(sound, member),
    ]).toEqual([403, 403, 403, 201]);
  });

  it('is told, where a URL is refused for where it leads, what would allow it', async () => {
    const member = await door.newUser('mia');
    const refused = async (token?: string) => {
      const json = { kind: 'webhook', url: 'http://127.0.0.1/' };
      const { problem } = await door.request('POST', '/api/hooks', { json, ...(token === undefined ? {} : { token }) });
      return JSON.stringify(problem);
    };
    expect(await refused()).toContain('leads to a private address; allowPrivate (--allow-private) allows it');
    expect(await refused(member.token)).toContain('which only the owner may allow: ask the owner');
  });

  it('nobody sees or changes another’s', async () => {
    const member = await door.newUser('mia');
    const { id } = await make(webhook('http://127.0.0.1:9/'));
    for (const [method, path, json] of [
      ['GET', '', undefined],
      ['PATCH', '', { enabled: false }],
      ['DELETE', '', undefined],
      ['POST', '/test', undefined],
      ['GET', '/deliveries', undefined],
    ] as const) {
      const with_ = { token: member.token, ...(json ? { json } : {}) };
      expect((await door.request(method, `/api/hooks/${id}${path}`, with_)).status).toBe(404);
    }
    expect((await door.request('GET', '/api/hooks', { token: member.token })).body).toEqual({ hooks: [] });
  });

  it('hears of what they may see; once they are gone their hooks are gone too', async () => {
    const member = await door.newUser('mia');
    // A name that leads nowhere: what is to be told stays pending.
    const { id } = await make({ kind: 'webhook', url: 'https://receiver.invalid/' }, member.token);
    const rows = async () =>
      unwrap(await door.client(member.token).GET('/api/hooks/{id}/deliveries', at(id))).deliveries;
    await use(85);
    const own = await use(85, member.token);
    await expect.poll(async () => (await rows())[0]?.attempts, { timeout: 15_000 }).toBe(1);
    expect((await rows()).map(({ sessionId, state }) => [sessionId, state])).toEqual([[own, 'pending']]);
    expect((await door.request('DELETE', `/api/users/${member.id}`)).status).toBe(204);
    const db = new DatabaseSync(join(door.folder, 'stint.db'), { readOnly: true });
    for (const table of ['hooks', 'deliveries']) {
      expect(db.prepare(`SELECT count(*) AS count FROM ${table}`).get()).toEqual({ count: 0 });
    }
    db.close();
  });
});
