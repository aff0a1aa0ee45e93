/**
 * Opening another program's database to read from it, without leaving anything behind and without standing in its way.
 *
 * 1. `read-only` alone is not enough: SQLite makes `-wal` and `-shm` files for a reader too and leaves them there.
 * 2. Without a log that holds anything nobody is writing, and the file is taken as one that does not change. Whether that was so is
 *    looked at afterwards; where it was not, what was read is thrown away and read again.
 * 3. With a log and its index the reader shares the index, which it may not write to. A reader of a log holds up no writer.
 * 4. A log without its index, as a crash or a copy leaves it, cannot be read without an index: only then is one made.
 */
import { stat } from 'node:fs/promises';
import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { fieldsOf } from '../fields.ts';
import type { SkipReason } from '../reader.ts';
import { NotAFile } from '../trouble.ts';

/** What changes with what can be read. A type and no interface, so that it counts as JSON. */
export type Stamp = {
  inode: number;
  bytes: number;
  changedAtMs: number;
  logBytes: number;
  logChangedAtMs: number;
};

/** Throws what `stat` throws. */
export async function stampOf(path: string): Promise<Stamp> {
  const [file, log] = await Promise.all([stat(path), statOrNone(`${path}-wal`)]);
  if (!file.isFile()) throw new NotAFile();
  return {
    inode: file.ino,
    bytes: file.size,
    changedAtMs: file.mtimeMs,
    logBytes: log?.size ?? 0,
    logChangedAtMs: log?.size ? log.mtimeMs : 0,
  };
}

export function isSameStamp(a: Stamp, stored: unknown): boolean {
  const b = fieldsOf(stored);
  return b !== undefined && Object.entries(a).every(([name, value]) => b[name] === value);
}

export class DatabaseTrouble extends Error {
  readonly reason: SkipReason;

  constructor(reason: SkipReason, cause?: unknown) {
    super(reason, { cause });
    this.reason = reason;
  }
}

type Way = 'alone' | 'shared' | 'plain';
const options: Readonly<Record<Way, string>> = { alone: '?immutable=1', shared: '?readonly_shm=1', plain: '' };
/** A writer that comes between again and again is waited for until the next look. */
const mostTries = 4;

/** `use` may be called again: nothing of it must stand until this returns. Throws `DatabaseTrouble`. */
export async function withDatabase<T>(path: string, use: (db: DatabaseSync) => T): Promise<T> {
  let refused: unknown;
  for (let i = 0; i < mostTries; i++) {
    const before = await stampOf(path);
    const way = await wayTo(path, before, refused !== undefined);
    try {
      const value = await attempt(path, way, use);
      if (way !== 'alone' || (await isStill(path, before))) return value;
    } catch (error) {
      const isMoving = way === 'alone' && !(await isStill(path, before));
      if (!isMoving && way !== 'shared') throw troubleOf(error);
      refused = way === 'shared' ? error : refused;
    }
  }
  throw new DatabaseTrouble('unreadable', refused);
}

async function wayTo(path: string, { logBytes }: Stamp, isSharingRefused: boolean): Promise<Way> {
  const [log, index, journal] = await Promise.all(['-wal', '-shm', '-journal'].map((end) => statOrNone(path + end)));
  if (journal !== undefined && journal.size > 0) return 'plain';
  if (log !== undefined && index !== undefined) return isSharingRefused ? 'plain' : 'shared';
  return logBytes > 0 ? 'plain' : 'alone';
}

async function isStill(path: string, before: Stamp): Promise<boolean> {
  const journal = await statOrNone(`${path}-journal`);
  return (journal?.size ?? 0) === 0 && isSameStamp(await stampOf(path), before);
}

/** Long enough for a writer that restores its log, short enough for a thread that others wait for. */
const waitMs = 50;

async function attempt<T>(path: string, way: Way, use: (db: DatabaseSync) => T): Promise<T> {
  // Loaded when it is needed: most machines have no such database.
  const { DatabaseSync } = await import('node:sqlite');
  const url = pathToFileURL(path);
  url.search = options[way];
  const db = new DatabaseSync(url, { readOnly: true, timeout: waitMs });
  try {
    // One state of all tables.
    db.exec('BEGIN');
    return use(db);
  } finally {
    db.close();
  }
}

const corrupt = 11;
const notADatabase = 26;

/** SQLite's own errors only; all others are ours. */
function troubleOf(error: unknown): unknown {
  const { code, errcode } = fieldsOf(error) ?? {};
  // A number that no double holds: opencode writes none.
  if (code === 'ERR_OUT_OF_RANGE') return new DatabaseTrouble('unknown_format', error);
  if (code !== 'ERR_SQLITE_ERROR') return error;
  // The lower byte is the kind of error.
  const kind = Number(errcode) & 0xff;
  return new DatabaseTrouble(
    kind === corrupt || kind === notADatabase || kind === 1 ? 'unknown_format' : 'unreadable',
    error,
  );
}

async function statOrNone(path: string) {
  return stat(path).catch(() => undefined);
}
