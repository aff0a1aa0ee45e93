import type { DatabaseSync } from 'node:sqlite';

/** A text as it travels to the writer thread, in the form in which it is kept. */
export interface TextRow {
  source: string;
  sessionId: string;
  agentId: string;
  by: string;
  at: number;
  key: string;
  bytes: number;
  text: string;
}

/**
 * Writes texts and the index of their words inside a transaction of the caller's.
 *
 *  T1  A text is one row, whichever session tells of it again: the one that was met first has it.
 *  T2  What the same session tells anew takes the place of what it told; so does what was a deleted session's.
 *  T3  The index has just the words of `texts`: what is taken out of it is what was put in.
 */
export interface TextRows {
  keep(owner: string, rows: readonly TextRow[]): void;
}

export const newTextRows = (db: DatabaseSync): TextRows => {
  let prepared: ReturnType<typeof prepare> | undefined;

  return {
    keep: (owner, rows) => {
      if (rows.length === 0) return;
      // Most servers' writers never need them, or only after a while.
      const statements = (prepared ??= prepare(db));
      const scopes = new Map<string, number>();
      // Of this transaction only: a session may be let go before the next.
      const sessions = new Map<string, number>();

      const scopeOf = (source: string): number =>
        met(scopes, source, () => {
          statements.insertScope.run(owner, source);
          return keyOf(statements.scope.get(owner, source));
        });

      const sessionOf = (scope: number, id: string): number =>
        met(sessions, `${scope} ${id}`, () => {
          statements.insertSession.run(scope, id);
          return keyOf(statements.session.get(scope, id));
        });

      for (const { source, sessionId, agentId, by, at, key: name, bytes, text } of rows) {
        const scope = scopeOf(source);
        const session = sessionOf(scope, sessionId);
        const found = statements.find.get(scope, name);
        if (found === undefined) {
          const { lastInsertRowid } = statements.insert.run(scope, name, session, agentId, by, at, bytes, text);
          statements.index.run(lastInsertRowid, text);
        } else if (isReplaced(found, session, text)) {
          const key = Number(found['key']);
          statements.unindex.run(key, String(found['text']));
          statements.update.run(session, agentId, by, at, bytes, text, key);
          statements.index.run(key, text);
        }
      }
    },
  };
};

/** T1, T2. */
const isReplaced = (found: Record<string, unknown>, session: number, text: string): boolean =>
  found['let_go'] === 1 || (found['session'] === session && found['text'] !== text);

const met = (known: Map<string, number>, name: string, find: () => number): number => {
  const key = known.get(name) ?? find();
  known.set(name, key);
  return key;
};

const keyOf = (row: Record<string, unknown> | undefined): number => Number(row?.['key']);

const prepare = (db: DatabaseSync) => ({
  insertScope: db.prepare('INSERT INTO usage_scopes (owner, source) VALUES (?, ?) ON CONFLICT DO NOTHING'),
  scope: db.prepare('SELECT key FROM usage_scopes WHERE owner = ? AND source = ?'),
  insertSession: db.prepare('INSERT INTO text_sessions (scope, agent_session) VALUES (?, ?) ON CONFLICT DO NOTHING'),
  session: db.prepare('SELECT key FROM text_sessions WHERE scope = ? AND agent_session = ?'),
  find: db.prepare(
    `SELECT t.key, t.session, t.text, s.agent_session IS NULL AS let_go
     FROM texts t LEFT JOIN text_sessions s ON s.key = t.session WHERE t.scope = ? AND t.name = ?`,
  ),
  insert: db.prepare(
    'INSERT INTO texts (scope, name, session, agent_id, by, at, bytes, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  ),
  update: db.prepare('UPDATE texts SET session = ?, agent_id = ?, by = ?, at = ?, bytes = ?, text = ? WHERE key = ?'),
  index: db.prepare('INSERT INTO text_words (rowid, text) VALUES (?, ?)'),
  unindex: db.prepare("INSERT INTO text_words (text_words, rowid, text) VALUES ('delete', ?, ?)"),
});
