/** Leases of REPL sessions over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Doorway } from '../../../test/doorways/doorway.ts';
import { leaseMs } from '../../runner/repl/repl-leases.ts';
import { unwrap } from '../../sdk/index.ts';

let door: Doorway;
let last = 0;
beforeAll(async () => {
  door = await Doorway.open();
});
afterAll(() => door.close());

type Mode = 'readonly' | 'readwrite';

const opened = async () => {
  const name = `s${++last}`;
  const { id } = unwrap(await door.client().POST('/api/repl/sessions', { body: { name } }));
  return { name, id };
};
const take = (name: string, clientId: string, mode: Mode, token?: string) =>
  door.client(token).POST('/api/repl/sessions/{name}/access', { params: { path: { name } }, body: { clientId, mode } });
const free = (name: string, clientId: string) =>
  door.client().DELETE('/api/repl/sessions/{name}/access/{clientId}', { params: { path: { name, clientId } } });
/** The status, and what is wrong. */
const asked = async (path: string, client: string | undefined, json: object = {}) => {
  const headers = client === undefined ? {} : { 'x-client-id': client };
  const { status, problem, body } = await door.request('POST', `/api/repl/sessions/${path}`, { json, headers });
  return { status, kind: status < 400 ? undefined : problem.error, body };
};
const execute = (name: string, client: string | undefined, command = '1 + 1') =>
  asked(`${name}/execute`, client, { command });

describe('given a client that writes', () => {
  it('when others do, then they are refused, with who writes and until when', async () => {
    const { name } = await opened();
    expect(unwrap(await take(name, 'a', 'readwrite'))).toEqual({ success: true });
    expect(await execute(name, 'a')).toMatchObject({ status: 200 });
    for (const client of ['b', undefined]) {
      const { status, body } = await execute(name, client);
      expect(status).toBe(409);
      expect(body).toMatchObject({
        kind: 'session_locked',
        error: expect.stringMatching(/^the client 'a' writes, until /) as string,
        details: { client: 'a', until: new Date(door.time.wall() + leaseMs).toISOString() },
      });
    }
    expect((await take(name, 'b', 'readwrite')).response.status).toBe(409);
    expect((await take(name, 'b', 'readonly')).response.status).toBe(200);
  });

  it('when it is gone for 30 s, then others write', async () => {
    const { name } = await opened();
    await take(name, 'a', 'readwrite');
    door.time.pass(leaseMs - 1);
    expect(await execute(name, 'a')).toMatchObject({ status: 200 });
    door.time.pass(leaseMs - 1);
    expect(await execute(name, 'b')).toMatchObject({ status: 409 });
    door.time.pass(1);
    expect(await execute(name, 'b')).toMatchObject({ status: 200 });
  });

  it('when it gives its lease back, then others write, and giving it back again changes nothing', async () => {
    const { name } = await opened();
    await take(name, 'a', 'readwrite');
    for (let i = 0; i < 2; i++) expect(unwrap(await free(name, 'a'))).toEqual({ success: true });
    expect(await execute(name, 'b')).toMatchObject({ status: 200 });
  });

  it('when others would change what the session is, or add to its journal, then they are refused; what reads goes through', async () => {
    const { name, id } = await opened();
    await execute(name, undefined, 'var n = 1');
    await execute(name, undefined, ':session snapshot kept');
    const { snapshots } = (await door.request('GET', `/api/repl/sessions/${name}/snapshots`)).body as {
      snapshots: { id: string }[];
    };
    await take(name, 'a', 'readwrite');
    const changes = [
      [`${name}/goto`, { seq: 0 }],
      [`${name}/checkpoints`, {}],
      [`${name}/snapshots/${snapshots[0]!.id}/restore`, {}],
      [`${id}/execute`, { command: 'n = 2' }],
      [`${name}/execute`, { command: ':session goto 0' }],
      [`${name}/execute`, { command: ':session checkpoint x' }],
      [`${name}/execute`, { command: `:session resume ${snapshots[0]!.id}` }],
    ] as const;
    for (const [path, json] of changes) {
      expect([path, (await asked(path, 'b', json)).kind]).toEqual([path, 'session_locked']);
      expect([path, (await asked(path, 'a', json)).kind]).toEqual([path, undefined]);
    }
    const reads = [
      [`${name}/execute`, { command: ':session list' }],
      [`${name}/execute`, { command: `:session fork ${name}-f` }],
      [`${name}/cancel`, {}],
    ] as const;
    for (const [path, json] of reads) expect([path, (await asked(path, 'b', json)).status]).toEqual([path, 200]);
  });

  it('when the session is deleted, then one of that name is free', async () => {
    const { name } = await opened();
    await take(name, 'a', 'readwrite');
    await door.client().DELETE('/api/repl/sessions/{name}', { params: { path: { name } } });
    expect(await execute(name, 'b')).toMatchObject({ status: 200 });
  });
});

describe('given clients that read', () => {
  it('when one of them executes, then it is refused, and nobody else', async () => {
    const { name } = await opened();
    for (const client of ['a', 'b']) await take(name, client, 'readonly');
    expect(await execute(name, 'a')).toMatchObject({ status: 403, kind: 'forbidden' });
    expect(await execute(name, 'a', ':help')).toMatchObject({ status: 200 });
    expect(await execute(name, 'c')).toMatchObject({ status: 200 });
    expect(await execute(name, undefined)).toMatchObject({ status: 200 });
  });
});

describe('given other users', () => {
  it('when they may see the session, then they read, and only who may change it writes', async () => {
    const { id } = await opened();
    const { token } = await door.newUser('looker', { role: 'viewer' });
    expect((await take(id, 'v', 'readonly', token)).response.status).toBe(200);
    expect((await take(id, 'v', 'readwrite', token)).response.status).toBe(403);
    // Clients of two users are two, whatever they call themselves.
    await take(id, 'v', 'readwrite');
    expect((await take(id, 'v', 'readonly', token)).response.status).toBe(200);
    expect(await execute(id, 'v')).toMatchObject({ status: 200 });
  });
});

it('given bad input, then it is refused with its path', async () => {
  const { name } = await opened();
  const said = async (json: object) => (await door.request('POST', `/api/repl/sessions/${name}/access`, { json })).body;
  expect(await said({ mode: 'readonly' })).toMatchObject({
    code: 400,
    error: expect.stringMatching(/^clientId: /) as string,
  });
  expect(await said({ clientId: 'a', mode: 'all' })).toMatchObject({
    code: 400,
    error: expect.stringMatching(/^mode: /) as string,
  });
  expect(await said({ clientId: 'x'.repeat(201), mode: 'readonly' })).toMatchObject({ code: 400 });
  // No header carries that: whoever held such a lease could not use it.
  for (const clientId of ['a\0b', 'é', ' a', ''])
    expect(await said({ clientId, mode: 'readwrite' })).toMatchObject({ code: 400 });
  expect((await take('none', 'a', 'readonly')).response.status).toBe(404);
});
