import type { DatabaseSync } from 'node:sqlite';
import { switchingOff } from './hooks.ts';
import { openForReading } from './reading.ts';

/**
 * Who is shut out now stays shut out: tokens that the present data knows to be revoked, all tokens and hooks of users that it
 * does not have, and hooks that it does not have or that are off. Data of another owner says nothing of these users and hooks.
 * Returns how many tokens were good in what is restored.
 */
export const keepShutOut = (restored: DatabaseSync, present: string, now: number): number => {
  const db = openForReading(present);
  try {
    const users = userIds(db);
    const isOfOneServer = ownerOf(db) !== undefined && ownerOf(db) === ownerOf(restored);
    const gone = isOfOneServer ? [...userIds(restored)].filter((id) => !users.has(id)) : [];
    const revoke = restored.prepare(
      'UPDATE tokens SET revoked_at = ? WHERE (id = ? OR hash = ?) AND revoked_at IS NULL',
    );
    const revokeAll = restored.prepare('UPDATE tokens SET revoked_at = ? WHERE user = ? AND revoked_at IS NULL');
    const changes = [
      ...db
        .prepare('SELECT id, hash, revoked_at FROM tokens WHERE revoked_at IS NOT NULL')
        .all()
        .map(({ id, hash, revoked_at: at }) => revoke.run(Number(at), String(id), String(hash))),
      ...gone.map((id) => revokeAll.run(now, id)),
    ];
    if (isOfOneServer) keepHooksOff(restored, hooksOn(db), new Set(gone), now);
    return changes.reduce((sum, { changes: n }) => sum + Number(n), 0);
  } finally {
    db.close();
  }
};

const keepHooksOff = (
  restored: DatabaseSync,
  present: readonly HookOwner[],
  gone: ReadonlySet<string>,
  now: number,
): void => {
  const on = new Set(present.map(({ id }) => id));
  const off = { at: now, reason: 'it was removed or off, or its user removed, before a restore' };
  for (const { id, user } of hooksOn(restored)) {
    if (on.has(id) && !gone.has(user)) continue;
    for (const { sql, params } of switchingOff(id, off)) restored.prepare(sql).run(...params);
  }
};

interface HookOwner {
  id: string;
  user: string;
}

/** None in data of a version that had no hooks. */
const hooksOn = (db: DatabaseSync): HookOwner[] =>
  db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'hooks'").get() === undefined
    ? []
    : db
        .prepare('SELECT id, user FROM hooks WHERE off_at IS NULL')
        .all()
        .map(({ id, user }) => ({ id: String(id), user: String(user) }));

const userIds = (db: DatabaseSync): Set<string> =>
  new Set(
    db
      .prepare('SELECT id FROM users')
      .all()
      .map(({ id }) => String(id)),
  );

const ownerOf = (db: DatabaseSync): unknown => db.prepare("SELECT id FROM users WHERE role = 'owner'").get()?.['id'];
