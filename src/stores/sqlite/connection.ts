import { chmodSync, closeSync, existsSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { migrations, perform } from './tables.ts';

const oldestSqlite = [3, 51, 3];

/** The data was written by a newer stint than this one; nothing was touched. */
export class NewerDataError extends Error {
  constructor(found: number) {
    super(
      `the data is of version ${found}, newer than this stint knows (${migrations.length}); start a newer stint on it`,
    );
    this.name = 'NewerDataError';
  }
}

/**
 * Opens the database for writing and brings its tables up to date. A commit returns after fsync (`synchronous=FULL`);
 * the write-ahead log is moved into the database by the writer thread, which knows when it has time.
 */
export const openForWriting = (file: string): DatabaseSync => {
  keepPrivate(file);
  const db = new DatabaseSync(file);
  try {
    checkSqlite(db);
    checkVersion(db);
    db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -16000',
    );
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
};

/** For its user alone, as SQLite then makes the files beside it. */
const keepPrivate = (file: string): void => {
  try {
    closeSync(openSync(file, 'a', 0o600));
    for (const path of [file, `${file}-wal`, `${file}-shm`]) if (existsSync(path)) chmodSync(path, 0o600);
  } catch {
    // Where this can't be, SQLite can't open it either, and says why.
  }
};

/** Opens a connection that only moves the write-ahead log into the database. */
export const openForCheckpoints = (file: string): DatabaseSync => {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0');
  return db;
};

/** Throws a sentence where SQLite has faults that this needs mended. */
export const checkSqlite = (db: DatabaseSync): void => {
  const found = String(db.prepare('SELECT sqlite_version() AS version').get()?.['version']);
  const parts = found.split('.').map(Number);
  const older = oldestSqlite.findIndex((part, i) => part !== parts[i]);
  if (older >= 0 && (parts[older] ?? 0) < (oldestSqlite[older] ?? 0)) {
    throw new Error(`SQLite ${found} is too old; ${oldestSqlite.join('.')} or newer is needed: use a newer Node`);
  }
};

/** The version of the data: how many migrations it has seen. */
export const versionOf = (db: DatabaseSync): number =>
  Number(db.prepare('PRAGMA user_version').get()?.['user_version']);

const checkVersion = (db: DatabaseSync): void => {
  if (versionOf(db) > migrations.length) throw new NewerDataError(versionOf(db));
};

/** Each migration and its version number commit together: a crash in between leaves the one before. */
const migrate = (db: DatabaseSync): void => {
  migrations.slice(versionOf(db)).forEach((migration, i, todo) => {
    const version = migrations.length - todo.length + i + 1;
    db.exec('BEGIN IMMEDIATE');
    try {
      perform(db, migration);
      db.exec(`PRAGMA user_version = ${version}; COMMIT`);
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  });
};
