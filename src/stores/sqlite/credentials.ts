import type { Credential, Credentials, TokenKind, TokenRow, User } from '../../access/credentials.ts';
import type { Role } from '../../contract/access.ts';
import type { SqliteStore } from './store.ts';
import type { Statement } from './writer-thread.ts';

const columns = `t.id, t.user, t.name, t.kind, t.host, t.hash, t.created_at, t.expires_at, t.revoked_at,
  u.name AS user_name, u.email, u.role, u.created_at AS user_created_at`;

/**
 * Users and tokens in the store's tables. Rows that were looked up by hash are kept until anything is written: this process is
 * the only one on the data folder, so what is kept is what a look at the row would find.
 */
export class SqliteCredentials implements Credentials {
  readonly #store: SqliteStore;
  readonly #found = new Map<string, Credential>();

  constructor(store: SqliteStore) {
    this.#store = store;
  }

  find(hash: string): Credential | undefined {
    const met = this.#found.get(hash);
    if (met) return met;
    const found = this.#one(`SELECT ${columns} FROM tokens t JOIN users u ON u.id = t.user WHERE t.hash = ?`, hash);
    if (found) this.#found.set(hash, found);
    return found;
  }

  findById(tokenId: string): Credential | undefined {
    return this.#one(`SELECT ${columns} FROM tokens t JOIN users u ON u.id = t.user WHERE t.id = ?`, tokenId);
  }

  owner(): User | undefined {
    return this.#store.rows("SELECT id, name, email, role, created_at FROM users WHERE role = 'owner'").map(userOf)[0];
  }

  tokensOf(user: string, now: number): TokenRow[] {
    return this.#store
      .rows(
        `SELECT * FROM tokens WHERE user = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)
         ORDER BY created_at DESC, id DESC`,
        user,
        now,
      )
      .map(tokenOf);
  }

  async addOwner({ id, name, role, createdAt }: User): Promise<void> {
    const sql = 'INSERT INTO users (id, name, name_folded, role, created_at) VALUES (?, ?, ?, ?, ?)';
    await this.write([{ sql, params: [id, name, folded(name), role, createdAt] }]);
  }

  async addToken(token: TokenRow): Promise<boolean> {
    const [added] = await this.write([insertion(token)]);
    return added === 1;
  }

  async replaceToken(token: TokenRow): Promise<void> {
    const { user, kind, createdAt, hash } = token;
    await this.write([
      {
        sql: 'UPDATE tokens SET revoked_at = ? WHERE user = ? AND kind = ? AND revoked_at IS NULL',
        params: [createdAt, user, kind],
      },
      // A token that comes back (the same STINT_TOKEN at each start) is the one row for its hash.
      { sql: 'DELETE FROM tokens WHERE hash = ?', params: [hash] },
      insertion(token),
    ]);
  }

  async revokeKind(user: string, kind: TokenKind, at: number): Promise<void> {
    const sql = 'UPDATE tokens SET revoked_at = ? WHERE user = ? AND kind = ? AND revoked_at IS NULL';
    await this.write([{ sql, params: [at, user, kind] }]);
  }

  async revokeToken(user: string, tokenId: string, at: number): Promise<boolean> {
    const sql = 'UPDATE tokens SET revoked_at = ? WHERE user = ? AND id = ? AND revoked_at IS NULL';
    const [changed] = await this.write([{ sql, params: [at, user, tokenId] }]);
    return changed === 1;
  }

  /** Of users, tokens and teams: what was looked up is forgotten, and looked up again. */
  async write(statements: readonly Statement[]): Promise<number[]> {
    try {
      return await this.#store.run(statements);
    } finally {
      this.#found.clear();
    }
  }

  #one(sql: string, param: string): Credential | undefined {
    const [row] = this.#store.rows(sql, param);
    if (row === undefined) return undefined;
    const user = { ...row, id: row['user'], name: row['user_name'], created_at: row['user_created_at'] };
    return { token: tokenOf(row), user: userOf(user) };
  }
}

const insertion = ({ id, user, name, kind, host, hash, createdAt, expiresAt }: TokenRow) => ({
  sql: `INSERT INTO tokens (id, user, name, kind, host, hash, created_at, expires_at)
        SELECT ?, id, ?, ?, ?, ?, ?, ? FROM users WHERE id = ?`,
  params: [id, name, kind, host ? 1 : 0, hash, createdAt, expiresAt ?? null, user],
});

/** Two texts that differ in case, or in how their characters are put together, are one. */
export const folded = (text: string): string => text.normalize('NFKC').toUpperCase().toLowerCase();

type Row = Record<string, unknown>;

export const userOf = (row: Row): User => ({
  id: String(row['id']),
  name: String(row['name']),
  ...(typeof row['email'] === 'string' ? { email: row['email'] } : {}),
  role: row['role'] as Role,
  createdAt: Number(row['created_at']),
});

const tokenOf = (row: Row): TokenRow => ({
  id: String(row['id']),
  user: String(row['user']),
  name: String(row['name']),
  kind: row['kind'] as TokenKind,
  host: row['host'] === 1,
  hash: String(row['hash']),
  createdAt: Number(row['created_at']),
  ...(row['expires_at'] === null ? {} : { expiresAt: Number(row['expires_at']) }),
  ...(row['revoked_at'] === null ? {} : { revokedAt: Number(row['revoked_at']) }),
});
