import type { Credential, Credentials, TokenKind, TokenRow, User } from '../../access/credentials.ts';
import type { Role } from '../../contract/access.ts';
import type { SqliteStore } from './store.ts';
import type { Statement } from './writer-thread.ts';

const columns = `t.id, t.user, t.name, t.kind, t.hash, t.created_at, t.expires_at, t.revoked_at,
  u.name AS user_name, u.role, u.created_at AS user_created_at`;

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
    const [row] = this.#store.rows("SELECT id, name, role, created_at FROM users WHERE role = 'owner'");
    return row && userOf(row['id'], row['name'], row['role'], row['created_at']);
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

  async addUser({ id, name, role, createdAt }: User): Promise<void> {
    await this.#write([
      {
        sql: 'INSERT INTO users (id, name, role, created_at) VALUES (?, ?, ?, ?)',
        params: [id, name, role, createdAt],
      },
    ]);
  }

  async addToken(token: TokenRow): Promise<void> {
    await this.#write([insertion(token)]);
  }

  async replaceToken(token: TokenRow): Promise<void> {
    const { user, kind, createdAt, hash } = token;
    await this.#write([
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
    await this.#write([{ sql, params: [at, user, kind] }]);
  }

  async revokeToken(user: string, tokenId: string, at: number): Promise<boolean> {
    const sql = 'UPDATE tokens SET revoked_at = ? WHERE user = ? AND id = ? AND revoked_at IS NULL';
    const [changed] = await this.#write([{ sql, params: [at, user, tokenId] }]);
    return changed === 1;
  }

  async #write(statements: readonly Statement[]): Promise<number[]> {
    try {
      return await this.#store.run(statements);
    } finally {
      this.#found.clear();
    }
  }

  #one(sql: string, param: string): Credential | undefined {
    const [row] = this.#store.rows(sql, param);
    if (row === undefined) return undefined;
    return { token: tokenOf(row), user: userOf(row['user'], row['user_name'], row['role'], row['user_created_at']) };
  }
}

const insertion = ({ id, user, name, kind, hash, createdAt, expiresAt }: TokenRow) => ({
  sql: 'INSERT INTO tokens (id, user, name, kind, hash, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  params: [id, user, name, kind, hash, createdAt, expiresAt ?? null],
});

const userOf = (id: unknown, name: unknown, role: unknown, createdAt: unknown): User => ({
  id: String(id),
  name: String(name),
  role: role as Role,
  createdAt: Number(createdAt),
});

const tokenOf = (row: Record<string, unknown>): TokenRow => ({
  id: String(row['id']),
  user: String(row['user']),
  name: String(row['name']),
  kind: row['kind'] as TokenKind,
  hash: String(row['hash']),
  createdAt: Number(row['created_at']),
  ...(row['expires_at'] === null ? {} : { expiresAt: Number(row['expires_at']) }),
  ...(row['revoked_at'] === null ? {} : { revokedAt: Number(row['revoked_at']) }),
});
