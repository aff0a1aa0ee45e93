import type { ReadFile } from '../../contract/usage.ts';
import type { SaidText, TextQuery, Texts, TextsFound } from '../../journal/search.ts';
import type { SqliteStore } from './store.ts';
import { storedForm } from './text-form.ts';
import type { Statement } from './writer-thread.ts';

/** What was said in sessions, in the store's tables. */
export class SqliteTexts implements Texts {
  readonly #store: SqliteStore;

  constructor(store: SqliteStore) {
    this.#store = store;
  }

  async keepTexts(owner: string, texts: readonly SaidText[], places: readonly ReadFile[]): Promise<void> {
    const rows = texts.map(({ source, sessionId, agentId = '', by, at, key, text }) => ({
      source,
      sessionId,
      agentId,
      by,
      key,
      at: Math.round(at),
      ...storedForm(text),
    }));
    await this.#store.writeTexts(
      owner,
      rows,
      places.map(({ source, file, cursor, stamp, skipped }) => ({
        sql: 'INSERT OR REPLACE INTO text_files (source, file, cursor, stamp, skipped) VALUES (?, ?, ?, ?, ?)',
        params: [source, file, cursor, stamp, JSON.stringify(skipped)],
      })),
    );
  }

  textPlaces(source: string): Promise<readonly ReadFile[]> {
    return this.#store.textPlaces(source);
  }

  find(query: TextQuery): Promise<TextsFound> {
    return this.#store.findTexts(query);
  }

  async sweepTexts(): Promise<void> {
    if (this.#store.setting('texts') === 'forgotten') await this.#dropTexts();
    if (this.#store.rows('SELECT 1 FROM text_sessions WHERE agent_session IS NULL LIMIT 1').length === 0) return;
    const some = `SELECT key FROM texts WHERE session IN (SELECT key FROM text_sessions WHERE agent_session IS NULL)
                  ORDER BY key LIMIT ${sweptAtOnce}`;
    for (let swept = sweptAtOnce; swept === sweptAtOnce && !this.#store.isClosing;) {
      [, swept = 0] = await this.#write([
        // The index is told what it had of them.
        {
          sql: `INSERT INTO text_words (text_words, rowid, text)
                SELECT 'delete', key, text FROM texts WHERE key IN (${some})`,
          params: [],
        },
        { sql: `DELETE FROM texts WHERE key IN (${some})`, params: [] },
        {
          sql: `DELETE FROM text_sessions WHERE agent_session IS NULL
                AND NOT EXISTS (SELECT 1 FROM texts WHERE session = text_sessions.key)`,
          params: [],
        },
      ]);
    }
  }

  async forgetTexts(): Promise<{ hadSome: boolean; gone: Promise<void> }> {
    const tables = ['texts', 'text_sessions', 'text_files'];
    const hadSome = tables.some((table) => this.#store.rows(`SELECT 1 FROM ${table} LIMIT 1`).length > 0);
    if (!hadSome) return { hadSome, gone: Promise.resolve() };
    await this.#write([
      { sql: "INSERT INTO text_words (text_words) VALUES ('delete-all')", params: [] },
      { sql: 'DELETE FROM text_files', params: [] },
      { sql: 'DELETE FROM text_sessions', params: [] },
      { sql: "INSERT OR REPLACE INTO settings (name, value) VALUES ('texts', 'forgotten')", params: [] },
    ]);
    return { hadSome, gone: this.#dropTexts() };
  }

  #write(statements: readonly Statement[]): Promise<number[]> {
    return this.#store.writeTexts('', [], statements);
  }

  /** Of texts that the index knows no more; goes on at the next start where it was interrupted. */
  async #dropTexts(): Promise<void> {
    const sql = `DELETE FROM texts WHERE key IN (SELECT key FROM texts LIMIT ${droppedAtOnce})`;
    for (let dropped = droppedAtOnce; dropped === droppedAtOnce && !this.#store.isClosing;)
      [dropped = 0] = await this.#write([{ sql, params: [] }]);
    if (!this.#store.isClosing)
      await this.#store.run([{ sql: "DELETE FROM settings WHERE name = 'texts'", params: [] }]);
  }
}

/** Appends wait for so many, some of which may be long. */
const sweptAtOnce = 16;
const droppedAtOnce = 100;
