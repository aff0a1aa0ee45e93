/** Backups over HTTP, as the owner of the server makes and takes them. */
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Doorway } from '../../../test/doorways/doorway.ts';
import { tempFile } from '../../stores/sqlite/store-folder.suite.ts';
import { unwrap } from '../../sdk/index.ts';

let door: Doorway;

beforeEach(async () => {
  door = await Doorway.open();
});

afterEach(() => door.close());

const create = async () => unwrap(await door.client().POST('/api/backups'));
const list = async () => unwrap(await door.client().GET('/api/backups')).backups;
const inFolder = () => readdirSync(join(door.folder, 'backups'));

describe('POST /api/backups', () => {
  it('makes one that holds all by then, for its user alone', async () => {
    const { id } = await door.startSession({ name: 'kept' });
    const made = await create();
    expect(made).toEqual({
      name: 'stint-2026-09-21T14-13-20.000Z.db',
      bytes: expect.any(Number) as number,
      createdAt: door.time.wall(),
      position: 1,
      scheduled: false,
    });
    expect(inFolder()).toEqual([made.name]);
    expect(statSync(join(door.folder, 'backups', made.name)).mode & 0o777).toBe(0o600);
    await door.startSession();
    const answer = await fetch(`${door.url}/api/backups/${made.name}`, {
      headers: { authorization: `Bearer ${door.secret((await door.newToken()).token)}` },
    });
    expect(answer.headers.get('content-length')).toBe(String(made.bytes));
    const file = tempFile();
    writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
    expect(new DatabaseSync(file).prepare('SELECT id FROM sessions').all()).toEqual([{ id }]);
  });

  it('makes one at a time', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => door.request('POST', '/api/backups')));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.problem.error).toBe('request_in_progress');
    expect(await list()).toHaveLength(1);
  });

  it('makes one for all that come under one key', async () => {
    const headers = { 'idempotency-key': 'tonight' };
    const answers = await Promise.all([1, 2].map(() => door.request('POST', '/api/backups', { headers })));
    expect(answers[0]).toMatchObject({ status: 201, body: answers[1]?.body });
    expect((await door.request('POST', '/api/backups', { headers })).body).toEqual(answers[0]?.body);
    expect(await list()).toHaveLength(1);
  });

  it('refuses a body that says something', async () => {
    expect((await door.request('POST', '/api/backups', { json: { name: 'mine' } })).status).toBe(400);
    expect(await list()).toEqual([]);
  });
});

describe('GET and DELETE /api/backups', () => {
  it('list the newest first, and remove', async () => {
    const first = await create();
    door.time.pass(60_000);
    const second = await create();
    expect(await list()).toEqual([second, first]);
    const path = `/api/backups/${first.name}`;
    expect((await door.request('DELETE', path)).status).toBe(204);
    expect(await list()).toEqual([second]);
    for (const method of ['GET', 'DELETE']) expect((await door.request(method, path)).status).toBe(404);
  });

  it('reach nothing that is no backup', async () => {
    await create();
    for (const name of ['..%2Fstint.db', '..%2Ftoken', 'stint.db', '.', 'stint-2026-99-99T00-00-00.000Z.db']) {
      const path = `/api/backups/${name}`;
      for (const method of ['GET', 'DELETE']) expect((await door.request(method, path)).status).toBe(404);
    }
    expect((await door.request('GET', '/api/me')).status).toBe(200);
    expect(await list()).toHaveLength(1);
  });

  it('are the owner’s alone', async () => {
    const { name } = await create();
    const { token, id } = await door.newToken();
    await door.stop();
    const db = new DatabaseSync(join(door.folder, 'stint.db'));
    db.exec("INSERT INTO users (id, name, role, created_at) VALUES ('someone', 'someone', 'member', 0)");
    db.prepare("UPDATE tokens SET user = 'someone' WHERE id = ?").run(id);
    db.close();
    await door.start();
    const calls = [
      ['POST', '/api/backups'],
      ['GET', '/api/backups'],
      ['GET', `/api/backups/${name}`],
      ['DELETE', `/api/backups/${name}`],
    ] as const;
    for (const [method, path] of calls) expect((await door.request(method, path, { token })).status).toBe(403);
    expect(await list()).toHaveLength(1);
  });
});

describe('a server that backs up by itself', () => {
  const day = 86_400_000;

  it('does so when none was made for so long, whoever made it and however often it was started', async () => {
    const backups = { everyMs: day, keep: 2 };
    const { createdAt } = await create();
    await door.stop();
    await door.start({ backups });
    expect((await door.request('GET', '/api/status')).body).toMatchObject({ backups: { dueAt: createdAt + day } });
    await door.stop();
    door.time.pass(day - 1);
    await door.start({ backups });
    expect(await list()).toHaveLength(1);
    await door.stop();
    door.time.pass(1);
    await door.start({ backups });
    await expect.poll(list).toHaveLength(2);
    expect((await list())[0]).toMatchObject({ scheduled: true, createdAt: createdAt + day });
  });

  it('says what it failed of, without a path', async () => {
    writeFileSync(join(door.folder, 'backups'), 'a file where a folder should be');
    await door.stop();
    await door.start({ backups: { everyMs: day, keep: 2 } });
    await expect
      .poll(async () => (await door.request('GET', '/api/status')).body)
      .toMatchObject({ backups: { failure: { message: 'the backup could not be made' } } });
    expect(door.logs()).toContain('the scheduled backup could not be made');
  });
});
