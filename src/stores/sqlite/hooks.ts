import type { HookAttempt, AlertMessage } from '../../contract/hooks.ts';
import type { Delivery, HookDoc, HookRow, HookStore, Planned, Verdict } from '../../hooks/hook.ts';
import type { SqliteStore } from './store.ts';
import type { Statement } from './writer-thread.ts';

const dropPending = "UPDATE deliveries SET state = 'dropped', next_at = NULL WHERE hook = ? AND next_at IS NOT NULL";

/** Hooks and their deliveries in the store's tables. */
export class SqliteHooks implements HookStore {
  readonly #store: SqliteStore;

  constructor(store: SqliteStore) {
    this.#store = store;
  }

  all(): HookRow[] {
    return this.#store.rows('SELECT * FROM hooks ORDER BY id').map(hookOf);
  }

  of(user: string): HookRow[] {
    return this.#store.rows('SELECT * FROM hooks WHERE user = ? ORDER BY created_at DESC, id DESC', user).map(hookOf);
  }

  find(id: string): HookRow | undefined {
    return this.#store.rows('SELECT * FROM hooks WHERE id = ?', id).map(hookOf)[0];
  }

  async add({ id, user, doc, secret, createdAt }: Omit<HookRow, 'cursor'>): Promise<void> {
    const sql = `INSERT INTO hooks (id, user, doc, secret, created_at, cursor)
                 VALUES (?, ?, ?, ?, ?, (SELECT coalesce(max(position), 0) FROM events))`;
    await this.#store.run([{ sql, params: [id, user, JSON.stringify(doc), secret, createdAt] }]);
  }

  async remove(id: string): Promise<void> {
    await this.#store.run([
      { sql: 'DELETE FROM deliveries WHERE hook = ?', params: [id] },
      { sql: 'DELETE FROM hooks WHERE id = ?', params: [id] },
    ]);
  }

  async switchOn(id: string): Promise<void> {
    const sql = `UPDATE hooks SET off_at = NULL, off_reason = NULL, failing_since = NULL, held_until = NULL,
                 cursor = max(cursor, (SELECT coalesce(max(position), 0) FROM events)) WHERE id = ?`;
    await this.#store.run([{ sql, params: [id] }]);
  }

  async switchOff(id: string, off: { at: number; reason: string }): Promise<void> {
    await this.#store.run(switchingOff(id, off));
  }

  async plan(deliveries: readonly Planned[], hooks: readonly string[], cursor: number): Promise<void> {
    await this.#store.run([
      ...deliveries.map(({ id, hook, position, message, at }) => ({
        // One that was removed meanwhile, or has it already, gets none.
        sql: `INSERT INTO deliveries (id, hook, position, state, message, created_at, attempts, next_at)
              SELECT ?, id, ?, 'pending', ?, ?, 0, ? FROM hooks WHERE id = ? AND cursor < ? AND off_at IS NULL`,
        params: [id, position, JSON.stringify(message), at, at, hook, position],
      })),
      ...hooks.map((id) => ({
        sql: 'UPDATE hooks SET cursor = max(cursor, ?) WHERE id = ?',
        params: [cursor, id],
      })),
    ]);
  }

  due(hook: string, now: number, limit: number): Delivery[] {
    const sql = 'SELECT * FROM deliveries WHERE hook = ? AND next_at <= ? ORDER BY next_at, key LIMIT ?';
    return this.#store.rows(sql, hook, now, limit).map(deliveryOf);
  }

  nextDue(hook: string): number | undefined {
    const sql = 'SELECT min(next_at) AS at FROM deliveries WHERE hook = ? AND next_at IS NOT NULL';
    return optionalNumber(this.#store.rows(sql, hook)[0]?.['at']);
  }

  async settle({ id, hook }: Delivery, { at, attempt, next, hook: change }: Verdict): Promise<void> {
    const { failingSince, heldUntil, off } = change;
    const nextAt = next.state === 'pending' ? next.nextAt : null;
    await this.#store.run([
      {
        sql: `UPDATE deliveries SET state = ?, next_at = ?, attempts = attempts + 1, last_at = ?, last_result = ?
              WHERE id = ? AND next_at IS NOT NULL`,
        params: [next.state, nextAt, at, JSON.stringify(attempt), id],
      },
      {
        sql: 'UPDATE hooks SET failing_since = ?, held_until = coalesce(?, held_until) WHERE id = ?',
        params: [failingSince ?? null, heldUntil ?? null, hook],
      },
      ...(off ? switchingOff(hook, off) : []),
    ]);
  }

  deliveries(hook: string, { limit, before }: { limit: number; before?: number }): Delivery[] {
    const sql = 'SELECT * FROM deliveries WHERE hook = ? AND key < ? ORDER BY key DESC LIMIT ?';
    return this.#store.rows(sql, hook, before ?? Number.MAX_SAFE_INTEGER, limit).map(deliveryOf);
  }

  async forget(before: number): Promise<void> {
    const sql = `DELETE FROM deliveries WHERE key IN
                 (SELECT key FROM deliveries WHERE next_at IS NULL AND created_at < ? LIMIT ?)`;
    await this.#store.runInPages(sql, [before]);
  }
}

/** Who was switched off for another reason first keeps that one. */
export const switchingOff = (id: string, { at, reason }: { at: number; reason: string }): Statement[] => [
  { sql: 'UPDATE hooks SET off_at = ?, off_reason = ? WHERE id = ? AND off_at IS NULL', params: [at, reason, id] },
  { sql: dropPending, params: [id] },
];

type Row = Record<string, unknown>;

const optionalNumber = (value: unknown): number | undefined =>
  value === null || value === undefined ? undefined : Number(value);

const hookOf = (row: Row): HookRow => {
  const { failing_since: failingSince, held_until: heldUntil, off_at: offAt } = row;
  return {
    id: String(row['id']),
    user: String(row['user']),
    doc: JSON.parse(String(row['doc'])) as HookDoc,
    secret: String(row['secret']),
    createdAt: Number(row['created_at']),
    cursor: Number(row['cursor']),
    ...(failingSince === null ? {} : { failingSince: Number(failingSince) }),
    ...(heldUntil === null ? {} : { heldUntil: Number(heldUntil) }),
    ...(offAt === null ? {} : { off: { at: Number(offAt), reason: String(row['off_reason']) } }),
  };
};

const deliveryOf = (row: Row): Delivery => {
  const { next_at: nextAt, last_at: lastAt } = row;
  const last = row['last_result'] as string | null;
  return {
    key: Number(row['key']),
    id: String(row['id']),
    hook: String(row['hook']),
    message: JSON.parse(String(row['message'])) as AlertMessage,
    state: row['state'] as Delivery['state'],
    createdAt: Number(row['created_at']),
    attempts: Number(row['attempts']),
    ...(nextAt === null ? {} : { nextAt: Number(nextAt) }),
    ...(lastAt === null ? {} : { lastAt: Number(lastAt) }),
    ...(last === null ? {} : { last: JSON.parse(last) as HookAttempt }),
  };
};
