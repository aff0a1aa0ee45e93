import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { SqliteCredentials } from './credentials.ts';
import { sessions } from './migrations/sessions.ts';
import { openStore, tempFile } from './store-folder.suite.ts';
import { SqliteUsers } from './users.ts';

/** A database as the version before users and teams wrote it. */
const olderFile = (): string => {
  const file = tempFile();
  const db = new DatabaseSync(file);
  db.exec(`PRAGMA journal_mode = WAL; ${sessions}; PRAGMA user_version = 1;
    INSERT INTO users VALUES ('the-owner', 'owner', 'owner', 1000);
    INSERT INTO tokens VALUES ('t1', 'the-owner', 'owner', 'owner', 'hash 1', 1000, NULL, NULL);
    INSERT INTO tokens VALUES ('t2', 'the-owner', 'browser', 'browser', 'hash 2', 1001, 9000, 2000);`);
  db.close();
  return file;
};

const newUser = (name: string) => ({ id: `id of ${name}`, name, role: 'member' as const, createdAt: 2000 });

describe('users and tokens of the version before', () => {
  it('come through', async () => {
    const { store } = await openStore(olderFile());
    const credentials = new SqliteCredentials(store);
    const owner = { id: 'the-owner', name: 'owner', role: 'owner', createdAt: 1000 };
    expect(credentials.owner()).toEqual(owner);
    expect(credentials.find('hash 1')).toEqual({
      user: owner,
      token: {
        id: 't1',
        user: 'the-owner',
        name: 'owner',
        kind: 'owner',
        host: false,
        hash: 'hash 1',
        createdAt: 1000,
      },
    });
    expect(credentials.find('hash 2')?.token).toMatchObject({ expiresAt: 9000, revokedAt: 2000 });
    const users = new SqliteUsers(store, credentials);
    expect(await users.add(newUser('OWNER'))).toBe(false);
    expect(await users.add(newUser('bo'))).toBe(true);
  });
});

describe('the store', () => {
  it('has one owner, whom nothing removes', async () => {
    const { store } = await openStore();
    const credentials = new SqliteCredentials(store);
    const owner = { ...newUser('ada'), role: 'owner' as const };
    await credentials.addOwner(owner);
    await expect(credentials.addOwner({ ...newUser('eve'), role: 'owner' })).rejects.toThrow();
    const users = new SqliteUsers(store, credentials);
    expect(await users.remove(owner.id)).toBe(false);
    expect(users.all()).toEqual([owner]);
  });

  it('adds no token for who is gone, and forgets what it had looked up of them', async () => {
    const { store } = await openStore();
    const credentials = new SqliteCredentials(store);
    const users = new SqliteUsers(store, credentials);
    const bo = newUser('bo');
    const token = { id: 't', user: bo.id, name: 'n', kind: 'api', host: true, hash: 'h', createdAt: 2000 } as const;
    await users.add(bo);
    expect(await credentials.addToken(token)).toBe(true);
    expect(credentials.find('h')).toEqual({ user: bo, token });
    await users.change(bo.id, { role: 'viewer' });
    expect(credentials.find('h')?.user.role).toBe('viewer');
    expect(await users.remove(bo.id)).toBe(true);
    expect(credentials.find('h')).toBeUndefined();
    expect(await credentials.addToken(token)).toBe(false);
    expect(await users.change(bo.id, { name: 'b' })).toBe(false);
    expect(await users.join('ops', bo.id)).toBe(false);
  });
});
