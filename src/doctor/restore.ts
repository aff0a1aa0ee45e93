import { existsSync, realpathSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { backupFolder } from '../place.ts';
import { lastPosition } from '../stores/sqlite/append.ts';
import { NewerDataError, openForWriting } from '../stores/sqlite/connection.ts';
import { openForReading } from '../stores/sqlite/reading.ts';
import { commitRestore, databaseName, stagedDatabase, stageRestore, sweepStaged } from '../stores/sqlite/restore.ts';
import type { StagedRestore } from '../stores/sqlite/restore.ts';
import { keepShutOut } from '../stores/sqlite/shut-out.ts';
import { examineData } from './data.ts';
import type { OnProgress } from './data.ts';
import { isFault } from './finding.ts';
import type { Finding } from './finding.ts';
import { holdFolder } from './hold.ts';
import { Refused } from './refused.ts';

/** What a database holds. */
export interface Extent {
  position: number;
  sessions: number;
  /** Unix ms; undefined when there is no event. */
  latestAt: number | undefined;
}

/** A database that was found whole, staged beside the present one, which is untouched until {@link commit}. */
export interface PreparedRestore {
  restores: Extent;
  /** Undefined where there is no data yet, or it can't be read. */
  replaces: Extent | undefined;
  /** Tokens that are good in the backup, and are revoked now: they stay revoked. */
  keptRevoked: number;
  /** What the person who restores should know, a sentence each. */
  warnings: string[];
  /** Restores; returns the path of the database that was there before, where there was one. */
  commit: () => string | undefined;
  /** Ends without restoring. */
  discard: () => void;
}

export interface RestoreOrder {
  folder: string;
  /** The database to restore: a path, or the name of a backup in the data folder. */
  file: string;
  /** Unix ms. */
  now: number;
  onProgress: OnProgress;
}

/** Copies and verifies a database under the folder's lock. Throws {@link Refused} when anything is wrong with it. */
export const prepareRestore = ({ folder, file, now, onProgress }: RestoreOrder): PreparedRestore => {
  // Before the folder, which is made where there is none.
  const source = sourceOf(folder, file);
  const held = holdFolder(folder, { mayMake: true });
  const end = (): void => {
    sweepStaged(folder);
    held.release();
  };
  try {
    const place = stageRestore(folder, source, now);
    const present = join(folder, databaseName);
    const { restores, keptRevoked, warnings } = verify(stagedDatabase(folder, place), present, now, onProgress);
    const commit = (): string | undefined => {
      const aside = existsSync(present) ? join(folder, place.aside, databaseName) : undefined;
      replace(folder, place);
      held.release();
      return aside;
    };
    return { restores, replaces: extentNow(present), keptRevoked, warnings, commit, discard: end };
  } catch (error) {
    end();
    throw error;
  }
};

/** After a restore the last server's word of itself is nothing that the next start should hear. */
const replace = (folder: string, place: StagedRestore): void => {
  commitRestore(folder, place);
  rmSync(join(folder, 'server.json'), { force: true });
};

const sourceOf = (folder: string, file: string): string => {
  const found = [resolve(file), join(backupFolder(folder), file)].find(isFile);
  if (found === undefined)
    throw new Refused(
      'not_found',
      `there is no file ${file}, and no backup of this name; see them with: stint backup ls`,
    );
  const present = join(folder, databaseName);
  if (existsSync(present) && realpathSync(found) === realpathSync(present))
    throw new Refused('same_file', `${file} is the data itself; name a backup of it`);
  return found;
};

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

const verify = (staged: string, present: string, now: number, onProgress: OnProgress) => {
  const db = openStaged(staged);
  try {
    const faults = examineData(db, now, onProgress).filter((one) => isFault(one) && one.kind !== 'event_in_future');
    if (faults[0]) throw damaged(faults[0], faults);
    const { count, warnings } = carryOver(db, present, now);
    const restores = extentOf(db);
    standAlone(db);
    return { restores, keptRevoked: count, warnings };
  } finally {
    db.close();
  }
};

/** Moves the log into the database, which alone gets its place; closing would do it too, but never says that it could not. */
const standAlone = (db: DatabaseSync): void => {
  const moved = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
  if (moved?.['busy'] !== 0) throw new Refused('copy_in_use', 'another program has the copy open; nothing was changed');
};

/** Brings the copy to the version of today. What has no table of ours is not touched. */
const openStaged = (staged: string) => {
  try {
    if (!isOurs(staged)) throw notOurs();
    return openForWriting(staged);
  } catch (error) {
    if (error instanceof Refused) throw error;
    if (error instanceof NewerDataError) throw new Refused('newer_data', error.message);
    throw new Refused('backup_damaged', `the file can’t be read (${(error as Error).message}); nothing was changed`);
  }
};

const isOurs = (file: string): boolean => {
  const db = openForReading(file);
  try {
    return db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'events'").get() !== undefined;
  } finally {
    db.close();
  }
};

const notOurs = (): Refused =>
  new Refused('not_a_backup', 'the file is a database, but not one of stint’s; nothing was changed');

const damaged = ({ what, position, session }: Finding, all: readonly Finding[]): Refused => {
  const where = [
    ...(position === undefined ? [] : [`position ${position}`]),
    ...(session ? [`session ${session}`] : []),
  ];
  const place = where.length === 0 ? '' : ` (${where.join(', ')})`;
  const more = all.length === 1 ? '' : `, and ${all.length - 1} more`;
  return new Refused('backup_damaged', `the file is damaged: ${what}${place}${more}; nothing was changed`, all);
};

const carryOver = (db: DatabaseSync, present: string, now: number): { count: number; warnings: string[] } => {
  if (!existsSync(present)) return { count: 0, warnings: [] };
  try {
    return { count: keepShutOut(db, present, now), warnings: [] };
  } catch (error) {
    const why = `the present data can’t be read (${(error as Error).message})`;
    const warning = `${why}: tokens that were revoked since the backup are good again; see them with: stint token list`;
    return { count: 0, warnings: [warning] };
  }
};

const extentNow = (file: string): Extent | undefined => {
  if (!existsSync(file)) return undefined;
  try {
    const db = openForReading(file);
    try {
      return extentOf(db);
    } finally {
      db.close();
    }
  } catch {
    return undefined;
  }
};

const extentOf = (db: DatabaseSync): Extent => {
  const at = db.prepare('SELECT at FROM events ORDER BY position DESC LIMIT 1').get()?.['at'];
  const sessions = Number(db.prepare('SELECT count(*) AS n FROM sessions').get()?.['n']);
  return { position: lastPosition(db), sessions, latestAt: at === undefined ? undefined : Number(at) };
};
