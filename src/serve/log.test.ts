/** What a server writes down of what its owner would ask later: who came and went, what failed, what was kept safe. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Doorway } from '../../test/doorways/doorway.ts';
import { Receiver, withStatus } from '../hooks/receiver.suite.ts';
import { unwrap } from '../sdk/index.ts';

let door: Doorway;

beforeEach(async () => {
  door = await Doorway.open({ logLevel: 'INFO' });
});

afterEach(() => door.close());

/** Without their time; the log is written behind the answer, so a test stops the server before it looks, or waits. */
const entries = () =>
  door
    .logs()
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const entry = JSON.parse(line) as Record<string, unknown>;
      delete entry['time'];
      return entry;
    });

const forged = 'bo","level":60,"msg":"all is lost"}';

it('users and tokens made, changed and revoked, by id and name, a line each whatever the name', async () => {
  const client = door.client();
  const { id } = unwrap(await client.POST('/api/users', { body: { name: forged } }));
  const user = { params: { path: { id } } };
  unwrap(await client.PATCH('/api/users/{id}', { ...user, body: { role: 'viewer' } }));
  const made = unwrap(await client.POST('/api/users/{id}/tokens', { ...user, body: { name: 'laptop' } }));
  door.secret(made.token);
  unwrap(await client.DELETE('/api/users/{id}/tokens/{tokenId}', { params: { path: { id, tokenId: made.id } } }));
  unwrap(await client.DELETE('/api/users/{id}', user));
  await door.stop();
  const token = { level: 30, id: made.id, name: 'laptop', kind: 'api', user: id };
  expect(entries().slice(1, -1)).toEqual([
    { level: 30, id, name: forged, role: 'member', msg: 'user added' },
    { level: 30, id, name: forged, role: 'viewer', msg: 'user changed' },
    { ...token, msg: 'token made' },
    { ...token, msg: 'token revoked' },
    { level: 30, id, name: forged, role: 'viewer', msg: 'user removed' },
  ]);
});

it('backups made and removed; its start once, and with its stop how many sessions go on', async () => {
  const client = door.client();
  for (let i = 0; i < 2; i += 1) await door.startSession();
  const paused = await door.startSession();
  unwrap(await client.PATCH('/api/sessions/{id}', { params: { path: { id: paused.id } }, body: { status: 'paused' } }));
  const { name } = unwrap(await client.POST('/api/backups'));
  unwrap(await client.DELETE('/api/backups/{name}', { params: { path: { name } } }));
  const { url } = door;
  await door.stop();
  expect(entries()).toEqual([
    { level: 30, msg: expect.stringMatching(`^stint \\S+ listens on ${url}$`) as string },
    { level: 30, name, msg: 'backup made' },
    { level: 30, name, msg: 'backup removed' },
    { level: 30, activeSessions: 2, msg: 'stopped' },
  ]);
});

it('a hook that begins to fail, once, and that it is switched off; no address, no attempt in between', async () => {
  const receiver = await Receiver.open(withStatus(500));
  const hook = unwrap(
    await door.client().POST('/api/hooks', {
      body: { kind: 'webhook', url: receiver.url, allowPrivate: true, name: 'desk' },
    }),
  );
  door.secret(hook.secret ?? '');
  const { id } = await door.startSession({ tokenBudget: 100 });
  const use = async (tokensUsed: number) =>
    unwrap(
      await door
        .client()
        .POST('/api/sessions/{id}/tokens', { params: { path: { id } }, body: { tokensUsed, operation: 'turn' } }),
    );
  const trouble = () => entries().filter(({ level }) => level === 40);
  await use(85);
  await expect.poll(() => trouble().length).toBe(1);
  await use(11);
  await receiver.count(2);
  receiver.answering = withStatus(410);
  await use(5);
  await expect.poll(() => trouble().length).toBe(2);
  await door.stop();
  const facts = { level: 40, hook: hook.id, name: 'desk', kind: 'webhook' };
  expect(trouble()).toEqual([
    { ...facts, status: 500, msg: 'a hook fails; it is tried again' },
    {
      ...facts,
      status: 410,
      reason: 'the receiver said that it is gone (410)',
      msg: 'a hook is switched off',
    },
  ]);
  expect(door.logs()).not.toContain(receiver.url);
});
