/** What opencode's database holds, by version: rows → messages, sessions, texts. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Fields, fieldsOf, textOf } from '../fields.ts';
import { type Made, madeIn } from './message.ts';
import type { Table } from './rows.ts';
import { type Session, sessionOf } from './sessions.ts';
import { timeIn } from './times.ts';

/** A longer one is not fetched: its place is null. */
const fetched = (mostBytes: number): string =>
  `CASE WHEN octet_length(data) <= ${mostBytes} THEN CAST(data AS TEXT) END AS data, octet_length(data) AS bytes`;

const session = 'CAST(session_id AS TEXT) AS session_id';

/** What is no JSON has no fields: asked for one, SQLite would refuse the whole question. */
const field = (data: string, path: string): string =>
  `CASE WHEN json_valid(${data}) THEN json_extract(${data}, '$.${path}') END`;

const isText = `${field('data', 'type')} = 'text'`;

export class Schema {
  readonly #db: DatabaseSync;
  readonly #columns = new Map<string, ReadonlySet<string>>();
  readonly #sessionTables: string[];
  readonly #statements = new Map<string, StatementSync>();
  readonly #sessions = new Map<string, Session | undefined>();

  constructor(db: DatabaseSync) {
    this.#db = db;
    // The later one first: after a change of schema the earlier one stays as it was.
    this.#sessionTables = ['session_v2', 'session'].filter((name) => this.#has(name, 'id'));
  }

  /** A database that has just been made. */
  get isEmpty(): boolean {
    return this.#db.prepare('SELECT 1 FROM sqlite_master LIMIT 1').get() === undefined;
  }

  /** Tables of messages, the one of the first schema before the later one. */
  messageTables(mostBytes: number): Table[] {
    return [...this.#table('message', `${session}, '' AS type, ${fetched(mostBytes)}`), ...this.#later(mostBytes)];
  }

  /** Tables of what was said. */
  textTables(mostBytes: number): Table[] {
    const ofParts = `${session}, CAST(message_id AS TEXT) AS message_id, CASE WHEN ${isText} AND octet_length(data) <= ${mostBytes} THEN CAST(data AS TEXT) END AS data`;
    return [...this.#table('part', ofParts, 'message_id'), ...this.#later(mostBytes)];
  }

  #later(mostBytes: number): Table[] {
    const type = this.#has('session_message', 'type') ? 'CAST(type AS TEXT) AS type' : `'assistant' AS type`;
    return this.#table('session_message', `${session}, ${type}, ${fetched(mostBytes)}`);
  }

  #table(name: string, columns: string, ...more: string[]): Table[] {
    const needed = ['id', 'session_id', 'time_updated', 'data', ...more];
    return needed.every((column) => this.#has(name, column)) ? [{ name, columns }] : [];
  }

  #has(table: string, column: string): boolean {
    let columns = this.#columns.get(table);
    if (columns === undefined) {
      const rows = this.#db.prepare('SELECT name FROM pragma_table_info(?)').all(table);
      this.#columns.set(table, (columns = new Set(rows.map(({ name }) => String(name)))));
    }
    return columns.has(column);
  }

  session(id: string): Session | undefined {
    if (!this.#sessions.has(id)) this.#sessions.set(id, this.#findSession(id));
    return this.#sessions.get(id);
  }

  #findSession(id: string): Session | undefined {
    for (const table of this.#sessionTables) {
      const columns = ['parent_id', 'fork_session_id', 'directory', 'title'];
      const known = columns
        .filter((column) => this.#has(table, column))
        .map((column) => `CAST(${column} AS TEXT) AS ${column}`);
      if (this.#has(table, 'time_created')) known.push('CAST(time_created AS REAL) AS time_created');
      const row = this.#statement(`SELECT ${['1', ...known].join(', ')} FROM ${table} WHERE id = ?`).get(id);
      if (row !== undefined) return sessionOf(id, row);
    }
    return undefined;
  }

  /** Who asked or answered, and when. */
  saidBy(messageId: string): { role: string; at: number } | undefined {
    const row = this.#statement(
      `SELECT CAST(${field('data', 'role')} AS TEXT) AS role, CAST(${field('data', 'time.created')} AS REAL) AS at
       FROM message WHERE id = ?`,
    ).get(messageId);
    const role = textOf(row?.['role']);
    return role === undefined || typeof row?.['at'] !== 'number' ? undefined : { role, at: row['at'] };
  }

  /** The first thing that was asked in a session. */
  promptOf(sessionId: string): string | undefined {
    return this.#promptInParts(sessionId) ?? this.#promptInLater(sessionId);
  }

  #promptInParts(sessionId: string): string | undefined {
    if (!this.#has('part', 'message_id') || !this.#has('message', 'time_created')) return undefined;
    const row = this.#statement(
      `SELECT CAST(${field('p.data', 'text')} AS TEXT) AS text FROM message m JOIN part p ON p.message_id = m.id
       WHERE m.session_id = ? AND ${field('m.data', 'role')} = 'user'
         AND ${field('p.data', 'type')} = 'text' AND ${field('p.data', 'synthetic')} IS NOT 1
       ORDER BY m.time_created, p.id LIMIT 1`,
    ).get(sessionId);
    return textOf(row?.['text']);
  }

  #promptInLater(sessionId: string): string | undefined {
    if (!this.#has('session_message', 'type')) return undefined;
    const row = this.#statement(
      `SELECT CAST(${field('data', 'text')} AS TEXT) AS text FROM session_message
       WHERE session_id = ? AND type = 'user' ORDER BY time_created, rowid LIMIT 1`,
    ).get(sessionId);
    return textOf(row?.['text']);
  }

  /**
   * Some versions told of one answer in both tables, under times of their own. What began in a session while a message of the first
   * table was being answered there is that message: a session has one answer at a time.
   */
  mirrored(sessionId: string, later: Fields): Made | undefined {
    const made = madeIn(later);
    if (made === undefined || !this.#has('message', 'time_created')) return undefined;
    const rows = this.#statement(
      `SELECT CAST(data AS TEXT) AS data FROM message WHERE session_id = ? AND time_created <= ?
       ORDER BY time_created DESC, id DESC LIMIT 4`,
    ).all(sessionId, made.createdAt);
    const answer = rows.map(({ data }) => parsed(data)).find((data) => data?.['role'] === 'assistant');
    const first = answer && madeIn(answer);
    if (answer === undefined || first === undefined || first.model !== made.model) return undefined;
    const until = timeIn(answer, 'completed') ?? first.createdAt + longestAnswerMs;
    return made.createdAt <= until ? first : undefined;
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#db.prepare(sql)));
    return statement;
  }
}

/** Of an answer that was broken off nobody wrote when it ended; what came so much later is another one. */
const longestAnswerMs = 600_000;

export function parsed(data: unknown): Fields | undefined {
  try {
    return typeof data === 'string' ? fieldsOf(JSON.parse(data)) : undefined;
  } catch {
    return undefined;
  }
}
