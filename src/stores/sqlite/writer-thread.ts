import type { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { UsageStep } from '../../contract/usage.ts';
import { newAppender } from './append.ts';
import type { PackedEntry, Placed } from './append.ts';
import { openForWriting } from './connection.ts';
import { newLogKeeper } from './log-keeper.ts';
import { newTextRows } from './text-rows.ts';
import type { TextRow } from './text-rows.ts';
import { newUsageRows } from './usage-rows.ts';

/**
 * The one thread that writes. It owns the write connection; each message is one transaction, answered after its commit.
 *
 *  W1  An answer without `failure` is sent after fsync.
 *  W2  After a failed fsync nothing is written any more: what is on the disk is unknown until the next start.
 *  W3  Between transactions, never during one, the write-ahead log is moved into the database.
 */

export interface Statement {
  sql: string;
  params: readonly (string | number | Uint8Array | null)[];
}

export type WriterRequest =
  | { do: 'append'; entries: readonly PackedEntry[] }
  /** Statements off the hot path, in one transaction; the answer has the number of rows that each changed. */
  | { do: 'run'; statements: readonly Statement[] }
  /** The same after steps of the ledger that no event is behind. */
  | { do: 'usage'; steps: readonly UsageStep[]; statements: readonly Statement[] }
  /** The same after texts to be searched; what goes is overwritten, also where only its place is needed no more. */
  | { do: 'texts'; owner: string; rows: readonly TextRow[]; statements: readonly Statement[] }
  | { do: 'close' };

export interface WriterFailure {
  /**
   * `full`: try again later; `broken`: read-only until the next start; `astray`: the files are not where they were; `other`: only
   * this request failed.
   */
  kind: 'full' | 'broken' | 'astray' | 'other';
  message: string;
}

export type WriterAnswer =
  | { ready: true }
  /** How long it took to the end of its fsync, ms. */
  | { placed: Placed[]; tookMs: number }
  | { changes: number[] }
  | { closed: true }
  | { failure: WriterFailure };

/** Unasked: nothing is written any more, and no request was refused for it yet. */
export interface WriterNews {
  broken: WriterFailure;
}

const sqliteFull = 13;
const sqliteIoError = 10;
const sqliteShmSize = 4874;

const failureOf = (error: unknown): WriterFailure => {
  const message = error instanceof Error ? error.message : String(error);
  const code = (error as { errcode?: number }).errcode ?? 0;
  if (code === sqliteFull || code === sqliteShmSize) return { kind: 'full', message };
  return { kind: (code & 0xff) === sqliteIoError ? 'broken' : 'other', message };
};

const run = (db: DatabaseSync, statements: readonly Statement[], before: () => void = () => {}): number[] => {
  db.exec('BEGIN IMMEDIATE');
  try {
    before();
    const changes = statements.map(({ sql, params }) => Number(db.prepare(sql).run(...params).changes));
    db.exec('COMMIT');
    return changes;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
};

const timed = (append: () => Placed[]): WriterAnswer => {
  const from = performance.now();
  const placed = append();
  return { placed, tookMs: performance.now() - from };
};

const serve = (file: string): void => {
  const port = parentPort;
  if (!port) throw new Error('the writer runs in a worker thread');
  const db = openForWriting(file);
  const appender = newAppender(db);
  const log = newLogKeeper(db, file);
  let broken: WriterFailure | undefined;

  const attempt = (work: () => WriterAnswer): WriterAnswer => {
    if (broken) return { failure: broken };
    try {
      return work();
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind === 'broken') broken = failure;
      return { failure };
    }
  };

  const usage = newUsageRows(db);
  const keepUsage = (steps: readonly UsageStep[], statements: readonly Statement[]): number[] => {
    try {
      return run(db, statements, () => {
        usage.take(steps);
        usage.write();
      });
    } catch (error) {
      usage.forget();
      throw error;
    }
  };

  const texts = newTextRows(db);
  /** People say more to their agents than they would write down: none of it stays in unused parts of the file. */
  const zeroing = <T>(work: () => T): T => {
    db.exec('PRAGMA secure_delete = ON');
    try {
      return work();
    } finally {
      db.exec('PRAGMA secure_delete = OFF');
    }
  };

  const perform = (request: Exclude<WriterRequest, { do: 'close' }>): WriterAnswer => {
    switch (request.do) {
      case 'append':
        return timed(() => appender.append(request.entries));
      case 'usage':
        return { changes: keepUsage(request.steps, request.statements) };
      case 'texts':
        return { changes: zeroing(() => run(db, request.statements, () => texts.keep(request.owner, request.rows))) };
      case 'run':
        return { changes: run(db, request.statements) };
    }
  };

  const keepLogShort = (): WriterAnswer => {
    log.look();
    return { changes: [] };
  };

  const close = async (): Promise<void> => {
    await log.close();
    db.close();
    port.postMessage({ closed: true });
    port.close();
  };

  port.on('message', (request: WriterRequest) => {
    if (request.do === 'close') return void close();
    port.postMessage(attempt(() => perform(request)));
    if (broken) return;
    attempt(keepLogShort);
    if (broken) port.postMessage({ broken } satisfies WriterNews);
  });
  port.postMessage({ ready: true });
};

try {
  serve((workerData as { file: string }).file);
} catch (error) {
  parentPort?.postMessage({ failure: failureOf(error) });
}
