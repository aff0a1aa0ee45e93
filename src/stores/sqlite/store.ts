import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EventType, Recorded } from '../../contract/event.ts';
import { Problem } from '../../contract/problem.ts';
import type {
  LedgerRow,
  LedgerSession,
  ReadFile,
  SessionUsage,
  TimedCell,
  TranscribedQuery,
  TranscribedRows,
  UsageExtent,
  UsageQuery,
  UsageStep,
} from '../../contract/usage.ts';
import type { Activity, ActivityQuery, ActivityReads } from '../../journal/activity.ts';
import type {
  AllPage,
  Entry,
  History,
  Journal,
  Receipt,
  ReceiptName,
  SessionPage,
  StoreHealth,
} from '../../journal/journal.ts';
import type { ImageChain, ReplEngine, ReplImages } from '../../journal/repl-images.ts';
import type {
  CheckpointPage,
  ForkQuery,
  KeptCheckpoint,
  KeptSnapshot,
  ReplFork,
  ReplFound,
  ReplQuery,
  ReplReads,
} from '../../journal/repl-reads.ts';
import { Listeners } from '../../journal/listeners.ts';
import type { Ledger } from '../../journal/usage.ts';
import { activityRemoval } from './activity-removal.ts';
import type { TextQuery, TextsFound } from '../../journal/search.ts';
import type { SessionCount, SessionList, SessionQuery, SessionReads, SessionSummary } from '../../journal/sessions.ts';
import { pack } from './append.ts';
import { FileWatch } from './file-watch.ts';
import { openForWriting } from './connection.ts';
import { openForReading } from './reading.ts';
import { newReads } from './read.ts';
import type { Reads } from './read.ts';
import { Reader } from './reader.ts';
import { keepEngineSql, newReplImageReads } from './repl-images.ts';
import { replTables } from './repl-rows.ts';
import { tornLog } from './torn-log.ts';
import type { TornLog } from './torn-log.ts';
import type { TextRow } from './text-rows.ts';
import { unpackCells } from './usage-cells.ts';
import { Writer } from './writer.ts';
import type { Commit } from './writer.ts';
import type { Statement } from './writer-thread.ts';

/** Pages up to this many rows are read where they are asked for; larger ones in the reader thread. */
const smallPage = 500;
const nearOffset = 1000;
const manySessions = 5000;
const pageOfChanges = 1000;
/** Types whose events have an index of their own; see migrations/. */
const indexed: ReadonlySet<EventType> = new Set(['checkpoint_reached', 'commented', 'alert_raised']);

/** The journal in SQLite: one thread writes, short reads happen here, long ones in a reader thread. */
export class SqliteStore implements Journal, SessionReads, ActivityReads, Ledger, ReplImages, ReplReads {
  readonly #file: string;
  readonly #writer: Writer;
  readonly #db: DatabaseSync;
  readonly #reads: Reads;
  readonly #images: ReturnType<typeof newReplImageReads>;
  readonly #reader: Reader;
  /** Searches may take their time: nothing else waits for them. */
  readonly #searcher: Reader;
  readonly #watch: FileWatch;
  readonly #statements = new Map<string, StatementSync>();
  readonly #listeners = new Listeners<readonly Recorded[]>();

  #isClosing = false;

  /** What goes on page by page stops. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** What was found torn of the write-ahead log, and is left out. */
  readonly torn: TornLog | undefined;

  /** Hears when the files are no longer where they were, and when they are back. */
  onAstray: (is: boolean) => void = () => {};

  private constructor(writer: Writer, file: string, torn: TornLog | undefined) {
    this.#writer = writer;
    this.#file = file;
    this.torn = torn;
    this.#db = openForReading(file);
    this.#reads = newReads(this.#db);
    this.#images = newReplImageReads(this.#db);
    this.#reader = new Reader(file);
    this.#searcher = new Reader(file);
    if (this.#hasMuch()) this.#reader.warmUp();
    this.#watch = new FileWatch(file, (isThere) => {
      this.#writer.isAstray = !isThere;
      this.onAstray(!isThere);
    });
  }

  /** Long reads are then likely, and the start of their thread would make the first wait. */
  #hasMuch(): boolean {
    return Number(this.#db.prepare('SELECT max(key) AS last FROM sessions').get()?.['last']) > manySessions;
  }

  /** Opens or creates the database at `file`. Rejects with a sentence that says why it can't. */
  static async open(file: string): Promise<SqliteStore> {
    const torn = tornLog(`${file}-wal`);
    // Closing moves what is whole into the database. The rest, if it stayed, would be found torn again at each start.
    if (torn) openForWriting(file).close();
    return new SqliteStore(await Writer.open(file), file, torn);
  }

  async append(entry: Entry): Promise<readonly Recorded[]> {
    const placed = await this.#writer.append(pack(entry));
    if (placed === 'conflict') throw conflict();
    const { session, expectedVersion, events } = entry;
    const recorded = events.map((event, i): Recorded => ({
      position: placed + i,
      session,
      seq: expectedVersion + i,
      ...event,
    }));
    this.#listeners.tell(recorded);
    return recorded;
  }

  // Synchronous reads inside async functions: a failure is the promise's, as the port says.
  async load(session: string): Promise<History | undefined> {
    return this.#reads.load(session);
  }

  async read(session: string, page: SessionPage): Promise<readonly Recorded[]> {
    return page.limit <= smallPage && isFoundQuickly(page)
      ? this.#reads.read(session, page)
      : this.#reader.ask('read', session, page);
  }

  async readAll(page: AllPage): Promise<readonly Recorded[]> {
    return page.limit <= smallPage ? this.#reads.readAll(page) : this.#reader.ask('readAll', page);
  }

  async lastPosition(): Promise<number> {
    return this.#reads.lastPosition();
  }

  async receipt(name: ReceiptName): Promise<Receipt | undefined> {
    return this.#reads.receipt(name);
  }

  async forgetReceipts(before: number): Promise<void> {
    await this.runInPages(
      `DELETE FROM receipts WHERE (caller, route, key) IN
       (SELECT caller, route, key FROM receipts WHERE at < ? LIMIT ?)`,
      [before],
    );
  }

  async remove(session: string, expectedVersion: number): Promise<void> {
    const params = [session, expectedVersion];
    const named = '(SELECT key FROM sessions WHERE id = ? AND version = ?)';
    const changes = await this.run([
      // Positions are never used again, also when the last ones go (J2).
      {
        sql: `INSERT INTO settings (name, value) SELECT 'last_position', max(position) FROM events WHERE session = ${named}
              HAVING max(position) IS NOT NULL
              ON CONFLICT (name) DO UPDATE SET value = max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))`,
        params,
      },
      { sql: `DELETE FROM events WHERE session = ${named}`, params },
      { sql: `DELETE FROM saved_states WHERE session = ${named}`, params },
      ...['repl_images', ...replTables].map((table) => ({
        sql: `DELETE FROM ${table} WHERE session = ${named}`,
        params,
      })),
      {
        sql: `UPDATE session_counts SET n = n - 1 WHERE (owner, kind, status) =
              (SELECT owner, kind, status FROM sessions WHERE id = ? AND version = ?)`,
        params,
      },
      // What was said in it is not found any more, and taken away bit by bit; see migrations/search.ts.
      {
        sql: `UPDATE text_sessions SET agent_session = NULL WHERE key IN
              (SELECT t.key FROM usage_agents a JOIN text_sessions t ON t.scope = a.scope AND t.agent_session = a.agent_session
               WHERE a.session = ? AND EXISTS ${named})`,
        params: [session, ...params],
      },
      // What it used stays in the ledger.
      {
        sql: 'UPDATE usage_agents SET session = NULL WHERE session = (SELECT id FROM sessions WHERE id = ? AND version = ?)',
        params,
      },
      ...activityRemoval(session, expectedVersion),
      { sql: 'DELETE FROM sessions WHERE id = ? AND version = ?', params },
    ]);
    if (changes.at(-1) !== 1) throw conflict();
  }

  onCommitted(listener: (events: readonly Recorded[]) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Hears of each commit of appends; one listener. */
  set onCommit(listener: (commit: Commit) => void) {
    this.#writer.onCommit = listener;
  }

  /** Appends that wait for their commit. */
  get queued(): number {
    return this.#writer.queued;
  }

  /** Bytes of the files, and of what their disk has left; that can't be told where the folder is gone. */
  disk(): { database: number; log: number; free?: number } {
    return { ...this.fileSizes(), ...freeBytes(dirname(this.#file)) };
  }

  /** Bytes on the disk. */
  fileSizes(): { database: number; log: number } {
    return { database: sizeOf(this.#file), log: sizeOf(`${this.#file}-wal`) };
  }

  health(): StoreHealth {
    this.#watch.look();
    return this.#writer.health;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#watch.stop();
    await this.#writer.settled();
    // Who closes last moves the log into the database: the writer, unless the disk failed it (W2); a reader can't.
    if (this.health().state === 'read_only') await this.#writer.close();
    await Promise.all([this.#reader.close(), this.#searcher.close()]);
    this.#db.close();
    if (this.health().state !== 'read_only') await this.#writer.close();
  }

  get(id: string): SessionSummary | undefined {
    return this.#reads.get(id);
  }

  async list(query: SessionQuery): Promise<SessionList> {
    const near = query.nameContains === undefined && query.kind === undefined && (query.offset ?? 0) <= nearOffset;
    return near ? this.#reads.list(query) : this.#reader.ask('list', query);
  }

  async counts(): Promise<readonly SessionCount[]> {
    return this.#reads.counts();
  }

  async waking(time: number, limit: number): Promise<readonly SessionSummary[]> {
    return this.#reads.waking(time, limit);
  }

  async nextWake(): Promise<number | undefined> {
    return this.#reads.nextWake();
  }

  async openRuns(): Promise<readonly SessionSummary[]> {
    return this.#reads.openRuns();
  }

  async runsEndedSince(time: number): Promise<readonly SessionSummary[]> {
    return this.#reads.runsEndedSince(time);
  }

  async activity(query: ActivityQuery): Promise<Activity> {
    return this.#reader.ask('activity', query);
  }

  async cells(query: UsageQuery): Promise<readonly TimedCell[]> {
    return unpackCells(await this.#reader.ask('cells', query));
  }

  async extent(query: Omit<UsageQuery, 'by' | 'edges'>): Promise<UsageExtent | undefined> {
    return this.#reader.ask('extent', query);
  }

  async responses(owner: string, source: string, keys: readonly string[]): Promise<readonly LedgerRow[]> {
    return this.#reads.responses(owner, source, keys);
  }

  async pricedOtherwise(version: string, afterId: number, limit: number) {
    return this.#reader.ask('pricedOtherwise', version, afterId, limit);
  }

  async transcribed(query: TranscribedQuery): Promise<TranscribedRows> {
    return this.#reader.ask('transcribed', query);
  }

  async adopted(agent: LedgerSession): Promise<string | undefined> {
    return this.#reads.adopted(agent);
  }

  async sessionUsage(sessions: readonly string[]): Promise<readonly SessionUsage[]> {
    return this.#reads.sessionUsage(sessions);
  }

  async imageChain(session: string, image: number): Promise<ImageChain | undefined> {
    return this.#images.imageChain(session, image);
  }

  async keepEngine({ id, binary, pointers, image }: ReplEngine): Promise<void> {
    await this.run([{ sql: keepEngineSql, params: [id, binary, pointers, image] }]);
  }

  async checkpoints(session: string, page: CheckpointPage): Promise<readonly KeptCheckpoint[]> {
    return page.limit <= smallPage
      ? this.#reads.checkpoints(session, page)
      : this.#reader.ask('checkpoints', session, page);
  }

  async checkpointAt(session: string, seq: number): Promise<KeptCheckpoint | undefined> {
    return this.#reads.checkpointAt(session, seq);
  }

  async snapshots(session: string): Promise<readonly KeptSnapshot[]> {
    return this.#reads.snapshots(session);
  }

  async forksOf(session: string, query: ForkQuery): Promise<readonly ReplFork[]> {
    return this.#reads.forksOf(session, query);
  }

  /** Looks at all of its journal. */
  async requests(session: string): Promise<ReadonlyMap<string, number>> {
    return this.#reader.ask('requests', session);
  }

  async findInRepl(session: string, query: ReplQuery): Promise<ReplFound> {
    return this.#searcher.ask('findInRepl', session, query);
  }

  async marks(names: readonly string[]): Promise<Readonly<Record<string, string>>> {
    return this.#reads.marks(names);
  }

  forgetMarks(before: number): Promise<void> {
    return this.runInPages(
      'DELETE FROM usage_marks WHERE name IN (SELECT name FROM usage_marks WHERE at < ? LIMIT ?)',
      [before],
    );
  }

  async readFiles(source: string): Promise<readonly ReadFile[]> {
    return this.#reads.readFiles(source);
  }

  async skips(): Promise<readonly ReadFile[]> {
    return this.#reader.ask('skips');
  }

  async keepUsage(steps: readonly UsageStep[], files: readonly ReadFile[] = []): Promise<void> {
    await this.#writer.keepUsage(
      steps,
      files.map(({ source, file, cursor, stamp, skipped }) => ({
        sql: 'INSERT OR REPLACE INTO usage_files (source, file, cursor, stamp, skipped) VALUES (?, ?, ?, ?, ?)',
        params: [source, file, cursor, stamp, JSON.stringify(skipped)],
      })),
    );
  }

  async findTexts(query: TextQuery): Promise<TextsFound> {
    return this.#searcher.ask('findTexts', query);
  }

  async textPlaces(source: string): Promise<readonly ReadFile[]> {
    return this.#reads.textPlaces(source);
  }

  /** Texts to be searched, and statements about texts after them, in one transaction; what goes is overwritten. */
  writeTexts(owner: string, rows: readonly TextRow[], statements: readonly Statement[]): Promise<number[]> {
    return this.#writer.writeTexts(owner, rows, statements);
  }

  /** What was kept under this name; undefined when nothing was. */
  setting(name: string): string | undefined {
    const [row] = this.rows('SELECT value FROM settings WHERE name = ?', name);
    return row && String(row['value']);
  }

  async keepSetting(name: string, value: string): Promise<void> {
    await this.run([{ sql: 'INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)', params: [name, value] }]);
  }

  /** Statements of this folder's other tables, in one transaction; resolves after fsync to the rows that each changed. */
  run(statements: readonly Statement[]): Promise<number[]> {
    return this.#writer.run(statements);
  }

  /**
   * Runs a statement until it finds no full page any more, or the store is closed: appends wait for a page and not for all of
   * it. Its last parameter is how many rows it may change.
   */
  async runInPages(sql: string, params: readonly (string | number)[]): Promise<void> {
    for (let changed = pageOfChanges; changed === pageOfChanges && !this.#isClosing;) {
      [changed = 0] = await this.run([{ sql, params: [...params, pageOfChanges] }]);
    }
  }

  /** Rows of this folder's other tables. */
  rows(sql: string, ...params: (string | number)[]): Record<string, unknown>[] {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)));
    return statement.all(...params);
  }
}

/** A type that is rare and has no index is looked for among all events of the session. */
const isFoundQuickly = ({ types, bytes }: SessionPage): boolean =>
  types === undefined ||
  types.includes('tokens_recorded') ||
  (bytes !== undefined && types.includes('repl_recorded')) ||
  (types.length === 1 && types.every((one) => indexed.has(one)));

const freeBytes = (folder: string): { free?: number } => {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return { free: bavail * bsize };
  } catch {
    return {};
  }
};

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

const conflict = (): Problem => new Problem('write_conflict', 'the session was changed meanwhile; try again');
