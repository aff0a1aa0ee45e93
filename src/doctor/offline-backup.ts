import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../contract/problem.ts';
import type { Backup, Backups } from '../journal/backups.ts';
import { backupFolder } from '../place.ts';
import { SqliteBackups } from '../stores/sqlite/backup.ts';
import { databaseName } from '../stores/sqlite/restore.ts';
import { holdFolder } from './hold.ts';
import { Refused } from './refused.ts';

/** Backs up a data folder on which no server runs, and gives what was made to `use` while the folder is still held. */
export const backUpOffline = async (
  folder: string,
  use: (made: Backup, backups: Backups) => Promise<void>,
): Promise<Backup> => {
  const held = holdFolder(folder);
  try {
    const file = join(folder, databaseName);
    if (!existsSync(file)) throw new Refused('no_data', `there is no data in ${folder}`);
    const backups = new SqliteBackups(file, backupFolder(folder), Date.now);
    backups.sweep();
    const made = await backups.create().catch(refuse);
    await use(made, backups);
    return made;
  } finally {
    held.release();
  }
};

/** What the store can't do is told as it tells a client of the server. */
const refuse = (error: unknown): never => {
  throw error instanceof Problem ? new Refused(error.kind, error.message, error.details) : error;
};

export const listOffline = (folder: string): Promise<Backup[]> =>
  new SqliteBackups(join(folder, databaseName), backupFolder(folder), Date.now).list();
