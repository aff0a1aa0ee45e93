/** A restore as the server's users see it: what is there afterwards, and what is refused. */
import { copyFileSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Doorway, ownerToken } from '../../test/doorways/doorway.ts';
import { databaseOf, fingerprint, newFolder, overwrite } from '../../test/faults/data-folder.ts';
import { unwrap } from '../sdk/index.ts';
import { tamper } from '../stores/sqlite/store-folder.suite.ts';
import { finishRestore, stageRestore } from '../stores/sqlite/restore.ts';
import { Refused } from './refused.ts';
import { prepareRestore } from './restore.ts';

let door: Doorway;
let backup: string;

const backUp = async (): Promise<void> => {
  const { name } = unwrap(await door.client().POST('/api/backups'));
  backup = join(newFolder(), 'backup.db');
  copyFileSync(join(door.folder, 'backups', name), backup);
};

beforeEach(async () => {
  door = await Doorway.open();
});
afterEach(() => door.close());

const prepare = (file = backup, folder = door.folder) =>
  prepareRestore({ folder, file, now: door.time.wall(), onProgress: () => undefined });

/** As a user does it: stop, restore, start. Returns where the data is that was there before. */
const restore = async (file = backup): Promise<string> => {
  await door.stop();
  const before = prepare(file).commit();
  await door.start();
  return before ?? '';
};

const names = async (): Promise<(string | undefined)[]> =>
  unwrap(await door.client().GET('/api/sessions')).sessions.map(({ name }) => name);

const refusalOf = (work: () => unknown): Refused => {
  try {
    work();
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
  throw new Error('this was meant to be refused, and was done');
};

describe('a restore', () => {
  it('brings back what there was, keeps what is there now, and can be undone', async () => {
    await door.startSession({ name: 'first' });
    await backUp();
    await door.startSession({ name: 'second' });
    const before = await restore();
    expect(await names()).toEqual(['first']);
    await door.startSession({ name: 'third' });
    const undone = await restore(before);
    expect(await names()).toEqual(['second', 'first']);
    await restore(undone);
    expect(await names()).toEqual(['third', 'first']);
  });

  it('says what it restores and what it replaces, and changes nothing when it is not wanted', async () => {
    await door.startSession();
    await backUp();
    await door.startSession();
    await door.stop();
    const { 'stint.db': before } = fingerprint(door.folder);
    const { restores, replaces, discard } = prepare();
    const latestAt = door.time.wall();
    expect({ restores, replaces }).toEqual({
      restores: { sessions: 1, position: 1, latestAt },
      replaces: { sessions: 2, position: 2, latestAt },
    });
    discard();
    expect(fingerprint(door.folder)['stint.db']).toBe(before);
    expect(readdirSync(door.folder).filter((name) => /restor/.test(name))).toEqual([]);
    await door.start();
  });

  it('fills a folder that is new, for its user alone', async () => {
    await door.startSession({ name: 'moved' });
    await backUp();
    const folder = join(newFolder(), 'new');
    expect(prepare(backup, folder).commit()).toBeUndefined();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(databaseOf(folder)).mode & 0o777).toBe(0o600);
    const other = await Doorway.open({ folder });
    const { sessions } = unwrap(await other.client().GET('/api/sessions'));
    await other.stop();
    expect(sessions).toMatchObject([{ name: 'moved' }]);
  });

  it('takes a backup of the data folder by its name', async () => {
    await door.startSession({ name: 'kept' });
    const { name } = unwrap(await door.client().POST('/api/backups'));
    await door.startSession({ name: 'gone' });
    await restore(name);
    expect(await names()).toEqual(['kept']);
  });
});

describe('who is shut out', () => {
  it('stays shut out when a backup is restored in which they were let in', async () => {
    const [revoked, kept] = [await door.newToken(), await door.newToken()];
    await backUp();
    await door.client().DELETE('/api/tokens/{id}', { params: { path: { id: revoked.id } } });
    await restore();
    expect((await door.request('GET', '/api/me', { token: revoked.token })).status).toBe(401);
    expect((await door.request('GET', '/api/me', { token: kept.token })).status).toBe(200);
    expect((await door.request('GET', '/api/me', { token: ownerToken })).status).toBe(200);
  });

  it('is also who was removed, with their hooks, and what was told by hooks that were removed', async () => {
    const user = unwrap(await door.client().POST('/api/users', { body: { name: 'ada', role: 'member' } }));
    const params = { path: { id: user.id } };
    const made = await door.client().POST('/api/users/{id}/tokens', { params, body: { name: 'hers' } });
    const token = door.secret(unwrap(made).token);
    expect((await door.request('GET', '/api/me', { token })).status).toBe(200);
    const body = { kind: 'webhook', url: 'https://hooks.example.org/hers' } as const;
    const hers = unwrap(await door.client(token).POST('/api/hooks', { body }));
    unwrap(await door.client().POST('/api/hooks', { body }));
    const removed = unwrap(await door.client().POST('/api/hooks', { body }));
    await backUp();
    await door.client().DELETE('/api/users/{id}', { params });
    await door.client().DELETE('/api/hooks/{id}', { params: { path: { id: removed.id } } });
    await door.stop();
    const prepared = prepare();
    expect(prepared.keptRevoked).toBe(1);
    prepared.commit();
    const restored = new DatabaseSync(databaseOf(door.folder), { readOnly: true });
    const off = restored.prepare('SELECT id FROM hooks WHERE off_at IS NOT NULL ORDER BY id').all();
    restored.close();
    expect(off.map(({ id }) => id)).toEqual([hers.id, removed.id].toSorted());
    await door.start();
    expect((await door.request('GET', '/api/me', { token })).status).toBe(401);
  });

  it('is told where the present data can’t be read', async () => {
    await backUp();
    await door.stop();
    overwrite(databaseOf(door.folder), 0, Buffer.from('not a database!!'));
    const { warnings, replaces, commit } = prepare();
    expect(warnings).toEqual([expect.stringMatching(/can’t be read .* revoked since the backup are good again/)]);
    expect(replaces).toBeUndefined();
    commit();
    await door.start();
  });
});

describe('time after a restore', () => {
  it('is what has passed, also where the clock was set since the backup', async () => {
    const { id } = await door.startSession({ duration: 10 * 3600_000 });
    door.time.pass(60_000);
    await backUp();
    door.time.set(3600_000);
    door.time.pass(60_000);
    await door.stop();
    await door.start();
    await restore();
    const session = unwrap(await door.client().GET('/api/sessions/{id}', { params: { path: { id } } }));
    expect(session.elapsed).toBe(120_000);
    await door.stop();
    await door.start();
    const again = unwrap(await door.client().GET('/api/sessions/{id}', { params: { path: { id } } }));
    expect(again.elapsed).toBe(120_000);
  });
});

describe('what is refused', () => {
  const damages: [what: string, damage: (file: string) => void, kind: string, says: RegExp][] = [
    [
      'an event that was changed',
      (file) => tamper(file, "UPDATE events SET data = '{}'"),
      'backup_damaged',
      /checksum does not fit \(position 1, session/,
    ],
    [
      'an event that is gone',
      (file) => tamper(file, 'DELETE FROM events WHERE seq = 0'),
      'backup_damaged',
      /is not there/,
    ],
    ['a list that differs', (file) => tamper(file, 'UPDATE session_counts SET n = 7'), 'backup_damaged', /are counted/],
    ['a file that is cut off', (file) => writeFileSync(file, Buffer.alloc(5000, 1)), 'backup_damaged', /can’t be read/],
    [
      'data of a newer stint',
      (file) => tamper(file, 'PRAGMA user_version = 1000'),
      'newer_data',
      /version 1000, newer/,
    ],
    [
      'a database of something else',
      (file) => {
        rmSync(file);
        new DatabaseSync(file).exec('CREATE TABLE notes (text)');
      },
      'not_a_backup',
      /not one of stint’s/,
    ],
    ['an empty file', (file) => writeFileSync(file, ''), 'not_a_backup', /not one of stint’s/],
  ];

  it.each(damages)('is %s; nothing is changed', async (_, damage, kind, says) => {
    await door.startSession();
    await door.startSession();
    await backUp();
    damage(backup);
    await door.stop();
    const before = fingerprint(door.folder);
    expect(refusalOf(() => prepare())).toMatchObject({ kind, message: expect.stringMatching(says) as string });
    expect(fingerprint(door.folder)).toEqual(before);
    await door.start();
    expect(await names()).toHaveLength(2);
  });

  it('is a folder on which a server runs', async () => {
    await backUp();
    const refused = refusalOf(() => prepare());
    expect(refused.kind).toBe('folder_in_use');
    expect(refused.message).toContain(`the server at ${door.url} is using`);
  });

  it('is a copy whose log another program keeps from being moved into it', async () => {
    await door.startSession({ name: 'kept' });
    const revoked = await door.newToken();
    await backUp();
    // That it stays revoked is written into the copy, and is in its log first.
    await door.client().DELETE('/api/tokens/{id}', { params: { path: { id: revoked.id } } });
    await door.stop();
    const { 'stint.db': before } = fingerprint(door.folder);
    const others: DatabaseSync[] = [];
    const openCopy = () => {
      if (others.length > 0) return;
      const staged = readdirSync(door.folder).find((name) => name.endsWith('.part')) ?? '';
      const other = new DatabaseSync(join(door.folder, staged, 'stint.db'), { readOnly: true });
      other.exec('BEGIN; SELECT count(*) FROM events');
      others.push(other);
    };
    const order = { folder: door.folder, file: backup, now: door.time.wall(), onProgress: openCopy };
    expect(refusalOf(() => prepareRestore(order)).kind).toBe('copy_in_use');
    for (const other of others) other.close();
    expect(fingerprint(door.folder)['stint.db']).toBe(before);
    await door.start();
    expect(await names()).toEqual(['kept']);
  });

  it('is a file that is not there, and the data itself', async () => {
    await door.stop();
    expect(refusalOf(() => prepare('nowhere.db')).kind).toBe('not_found');
    expect(refusalOf(() => prepare(door.folder)).kind).toBe('not_found');
    const none = join(newFolder(), 'none');
    expect(refusalOf(() => prepare('nowhere.db', none)).kind).toBe('not_found');
    expect(existsSync(none)).toBe(false);
    expect(refusalOf(() => prepare(databaseOf(door.folder))).kind).toBe('same_file');
    await door.start();
  });
});

describe('what an interrupted restore leaves', () => {
  it('is not guessed at when its marker can’t be read', async () => {
    await door.stop();
    const marker = join(door.folder, 'restore.json');
    writeFileSync(marker, '{"staged":');
    await expect(door.start()).rejects.toThrow(/restore\.json can’t be read: move it/);
    rmSync(marker);
    await door.start();
  });

  it('is swept by the next start when it was not committed', async () => {
    await door.startSession({ name: 'now' });
    await backUp();
    await door.stop();
    stageRestore(door.folder, backup, 0);
    await door.start();
    expect(await names()).toEqual(['now']);
    expect(readdirSync(door.folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('is brought to its end by the next start when it was, and is said', async () => {
    await door.startSession({ name: 'then' });
    await backUp();
    await door.startSession({ name: 'now' });
    await door.stop();
    const place = stageRestore(door.folder, backup, 0);
    writeFileSync(join(door.folder, 'restore.json'), JSON.stringify(place));
    await door.start();
    expect(await names()).toEqual(['then']);
    const { recovered } = unwrap(await door.client().GET('/api/status'));
    expect(recovered).toEqual([expect.stringMatching(/^a restore that was interrupted was brought to its end/)]);
    expect(existsSync(join(door.folder, place.aside, 'stint.db'))).toBe(true);
    expect(finishRestore(door.folder)).toBeUndefined();
  });
});
