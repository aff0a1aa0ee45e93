import { closeSync, createReadStream, existsSync, mkdirSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Problem } from '../../contract/problem.ts';
import type { Backup, Backups } from '../../journal/backups.ts';
import { workerEnv, workerUrl } from '../../worker-url.ts';
import { lastPosition } from './append.ts';
import { backupName, parseBackupName } from './backup-name.ts';
import type { BackupName } from './backup-name.ts';
import type { BackupOrder, BackupOutcome } from './backup-thread.ts';
import { sync, syncWhile } from './durable.ts';

/** What is still being written has this at the end of its name; SQLite writes a journal beside it. */
const unfinished = '.part';
const journalOf = (temporary: string): string => `${temporary}-journal`;

export const isUnfinished = (name: string): boolean =>
  name.endsWith(unfinished) || name.endsWith(journalOf(unfinished));

/**
 * Backups in a folder beside the database, a file each.
 *
 *  B3  One is made at a time.
 *  B4  What is left of one that was not finished is swept at the next start. A server that is ending may still write it: under a
 *      name that is gone then, and it gives it no other.
 */
export class SqliteBackups implements Backups {
  readonly #file: string;
  readonly #folder: string;
  readonly #now: () => number;
  readonly #onDone: (done: 'made' | 'removed', name: string) => void;
  #making: Worker | undefined;

  /** `file` is the database, `folder` is where backups go; it is made with the first. */
  constructor(
    file: string,
    folder: string,
    now: () => number,
    onDone: (done: 'made' | 'removed', name: string) => void = () => undefined,
  ) {
    this.#file = file;
    this.#folder = folder;
    this.#now = now;
    this.#onDone = onDone;
  }

  /** Removes what backups that were not finished have left (B4); returns how many there were. */
  sweep(): number {
    const left = namesIn(this.#folder).filter(isUnfinished);
    for (const name of left) rmSync(join(this.#folder, name), { force: true });
    return left.length;
  }

  async create({ scheduled = false }: { scheduled?: boolean } = {}): Promise<Backup> {
    if (this.#making) throw new Problem('request_in_progress', 'a backup is being made; try again when it is done');
    const createdAt = this.#freeMoment(scheduled);
    const name = backupName(createdAt, scheduled);
    const target = join(this.#folder, name);
    const { bytes, position } = await this.#make({ file: this.#file, temporary: `${target}${unfinished}`, target });
    this.#onDone('made', name);
    return { name, bytes, createdAt, position, scheduled };
  }

  async list(): Promise<Backup[]> {
    const found: Backup[] = [];
    for (const one of this.names()) {
      const backup = this.#look(one);
      if (backup) found.push(backup);
      // Each is a database to be opened, and there may be thousands.
      await nextTurn();
    }
    return found;
  }

  /** Newest first, without a look into them. */
  names(): BackupName[] {
    return namesIn(this.#folder)
      .flatMap((name) => parseBackupName(name) ?? [])
      .toSorted((a, b) => b.createdAt - a.createdAt || (a.name < b.name ? 1 : -1));
  }

  async remove(name: string): Promise<boolean> {
    const path = this.#pathOf(name);
    if (path === undefined) return false;
    rmSync(path, { force: true });
    sync(this.#folder);
    this.#onDone('removed', name);
    return true;
  }

  read(name: string) {
    const path = this.#pathOf(name);
    return path === undefined ? undefined : { bytes: statSync(path).size, open: () => createReadStream(path) };
  }

  /** Gives up the one that is being made, if any. */
  async close(): Promise<void> {
    await this.#making?.terminate();
  }

  async #make(order: BackupOrder): Promise<{ bytes: number; position: number }> {
    makeFolder(this.#folder);
    makeFile(order.temporary);
    const worker = new Worker(workerUrl(import.meta.url, './backup-thread'), { workerData: order, env: workerEnv() });
    this.#making = worker;
    try {
      const made = outcomeOf(worker);
      const unsynced = await syncWhile(order.temporary, made);
      const outcome = await made;
      if (unsynced) {
        rmSync(order.target, { force: true });
        throw problemOf(unsynced);
      }
      if ('made' in outcome) return outcome.made;
      throw problemOf(outcome.failure);
    } finally {
      this.#making = undefined;
      for (const path of [order.temporary, journalOf(order.temporary)]) rmSync(path, { force: true });
    }
  }

  /** Undefined when it was removed meanwhile, or is no database. */
  #look({ name, createdAt, scheduled }: BackupName): Backup | undefined {
    const path = join(this.#folder, name);
    try {
      const db = new DatabaseSync(path, { readOnly: true });
      try {
        return { name, bytes: statSync(path).size, createdAt, position: lastPosition(db), scheduled };
      } finally {
        db.close();
      }
    } catch {
      return undefined;
    }
  }

  /** Two may be made in one millisecond of a clock that stands still. */
  #freeMoment(scheduled: boolean): number {
    let at = this.#now();
    while (existsSync(join(this.#folder, backupName(at, scheduled)))) at += 1;
    return at;
  }

  /** Only what has the name of a backup is one: nothing else in the folder can be reached by a name. */
  #pathOf(name: string): string | undefined {
    const path = join(this.#folder, name);
    return parseBackupName(name) && existsSync(path) ? path : undefined;
  }
}

const makeFolder = (folder: string): void => {
  try {
    const made = mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (made !== undefined) sync(dirname(made));
  } catch (error) {
    throw problemOf(error as NodeJS.ErrnoException);
  }
};

/** VACUUM INTO takes a file that is empty, and leaves its mode (B2). */
const makeFile = (path: string): void => {
  try {
    closeSync(openSync(path, 'w', 0o600));
  } catch (error) {
    throw problemOf(error as NodeJS.ErrnoException);
  }
};

/** None where there is no such folder: it is made with the first backup. */
const namesIn = (folder: string): string[] => (isFolder(folder) ? readdirSync(folder) : []);
const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

const outcomeOf = (worker: Worker): Promise<BackupOutcome> =>
  new Promise((resolve) => {
    worker.once('message', resolve);
    worker.once('error', ({ message }) => resolve({ failure: { message } }));
    worker.once('exit', () => resolve({ failure: { message: 'the thread that made the backup was stopped' } }));
  });

const sqliteFull = 13;
const sqliteCorrupt = new Set([11, 26]);

const problemOf = ({ message, errcode = 0, code }: Extract<BackupOutcome, { failure: object }>['failure']): Problem => {
  const cause = new Error(message);
  if (errcode === sqliteFull || code === 'ENOSPC' || code === 'EDQUOT')
    return new Problem('store_full', 'the disk is full: no backup was made; free some space and try again', { cause });
  if (sqliteCorrupt.has(errcode & 0xff))
    return new Problem('journal_damaged', 'the data is damaged: no backup was made; look with: stint doctor', {
      cause,
    });
  return new Problem('internal_error', 'the backup could not be made', { cause });
};
