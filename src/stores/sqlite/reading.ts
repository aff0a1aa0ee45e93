import { DatabaseSync } from 'node:sqlite';

/** Opens a connection that only reads; the tables are up to date since the writer was opened first. */
export const openForReading = (file: string): DatabaseSync => {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 2000 });
  db.exec('PRAGMA synchronous = FULL; PRAGMA cache_size = -8000');
  return db;
};
