import type { User } from '../../access/credentials.ts';
import type { Team, UserChange, UserRows } from '../../access/user-rows.ts';
import { folded, userOf } from './credentials.ts';
import type { SqliteCredentials } from './credentials.ts';
import { budgetRemoval } from './budgets.ts';
import type { SqliteStore } from './store.ts';

const columns = 'id, name, email, role, created_at';

/** Users and teams in the store's tables. What is written goes through the credentials, which keep looked-up rows. */
export class SqliteUsers implements UserRows {
  readonly #store: SqliteStore;
  readonly #credentials: SqliteCredentials;

  constructor(store: SqliteStore, credentials: SqliteCredentials) {
    this.#store = store;
    this.#credentials = credentials;
  }

  all(): User[] {
    return this.#store.rows(`SELECT ${columns} FROM users ORDER BY created_at DESC, id DESC`).map(userOf);
  }

  get(id: string): User | undefined {
    return this.#store.rows(`SELECT ${columns} FROM users WHERE id = ?`, id).map(userOf)[0];
  }

  taken({ name, email }: Parameters<UserRows['taken']>[0], by = ''): 'name' | 'email' | undefined {
    const has = (column: 'name_folded' | 'email_folded', value: string | null | undefined): boolean =>
      typeof value === 'string' &&
      this.#store.rows(`SELECT 1 FROM users WHERE ${column} = ? AND id <> ?`, folded(value), by).length > 0;
    if (has('name_folded', name)) return 'name';
    return has('email_folded', email) ? 'email' : undefined;
  }

  async add({ id, name, email, role, createdAt }: User): Promise<boolean> {
    const sql = `INSERT INTO users (id, name, name_folded, email, email_folded, role, created_at)
                 VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;
    return this.#did({
      sql,
      params: [id, name, folded(name), email ?? null, email ? folded(email) : null, role, createdAt],
    });
  }

  async change(id: string, { name, email, role }: UserChange): Promise<boolean> {
    const values = {
      ...(name === undefined ? {} : { name, name_folded: folded(name) }),
      ...(email === undefined ? {} : { email, email_folded: email && folded(email) }),
      ...(role === undefined ? {} : { role }),
    };
    const sets = Object.keys(values).map((column) => `${column} = ?`);
    return this.#did({
      sql: `UPDATE OR IGNORE users SET ${sets.join(', ')} WHERE id = ?`,
      params: [...Object.values(values), id],
    });
  }

  async remove(id: string): Promise<boolean> {
    const named = "(SELECT id FROM users WHERE id = ? AND role <> 'owner')";
    const changes = await this.#credentials.write([
      { sql: `DELETE FROM team_members WHERE user = ${named}`, params: [id] },
      { sql: `DELETE FROM tokens WHERE user = ${named}`, params: [id] },
      { sql: `DELETE FROM deliveries WHERE hook IN (SELECT id FROM hooks WHERE user = ${named})`, params: [id] },
      { sql: `DELETE FROM hooks WHERE user = ${named}`, params: [id] },
      ...budgetRemoval(`(SELECT id FROM budgets WHERE owner = ${named})`, id),
      { sql: `DELETE FROM users WHERE id = ${named}`, params: [id] },
    ]);
    return changes.at(-1) === 1;
  }

  teams(): Team[] {
    const rows = this.#store.rows(
      `SELECT m.team, m.user, u.name FROM team_members m JOIN users u ON u.id = m.user
       ORDER BY m.team_folded, u.name_folded`,
    );
    const byName = Map.groupBy(rows, ({ team }) => String(team));
    return [...byName].map(([name, members]) => ({
      name,
      members: members.map((member) => ({ id: String(member['user']), name: String(member['name']) })),
    }));
  }

  async join(team: string, user: string): Promise<boolean> {
    // A team keeps the spelling of its name that it came to be with.
    const sql = `INSERT INTO team_members (team_folded, user, team)
                 SELECT ?, id, coalesce((SELECT team FROM team_members WHERE team_folded = ? LIMIT 1), ?)
                 FROM users WHERE id = ? ON CONFLICT DO UPDATE SET team = team`;
    return this.#did({ sql, params: [folded(team), folded(team), team, user] });
  }

  async leave(team: string, user: string): Promise<boolean> {
    const sql = 'DELETE FROM team_members WHERE team_folded = ? AND user = ?';
    return this.#did({ sql, params: [folded(team), user] });
  }

  async #did(statement: { sql: string; params: (string | number | null)[] }): Promise<boolean> {
    const [changed] = await this.#credentials.write([statement]);
    return changed === 1;
  }
}
