import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { lastPosition } from './append.ts';
import { openForReading } from './reading.ts';
import { renameDurably, sync } from './durable.ts';

/**
 * Makes one backup: a copy of what is committed, by `VACUUM INTO` over a connection that only reads, so that the writer goes on.
 *
 *  B1  Under its own name a backup is whole: it was read back and synced under a temporary one before.
 *  B2  It is readable by its user alone, from its first byte.
 */
export interface BackupOrder {
  /** The database. */
  file: string;
  /** There already, empty (B2). */
  temporary: string;
  target: string;
}

export type BackupOutcome =
  | { made: { bytes: number; position: number } }
  | { failure: { message: string; errcode?: number | undefined; code?: string | undefined } };

const make = ({ file, temporary, target }: BackupOrder): BackupOutcome => {
  try {
    copy(file, temporary);
    const position = verified(temporary);
    sync(temporary);
    renameDurably(temporary, target);
    return { made: { bytes: statSync(target).size, position } };
  } catch (error) {
    const { message, errcode, code } = error as Error & { errcode?: number; code?: string };
    return { failure: { message, errcode, code } };
  }
};

const copy = (file: string, to: string): void => {
  const db = openForReading(file);
  try {
    db.prepare('VACUUM INTO ?').run(to);
  } finally {
    db.close();
  }
};

/** The last position in it (B1). */
const verified = (file: string): number => {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const found = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (found !== 'ok') throw Object.assign(new Error(`the copy is damaged: ${String(found)}`), { errcode: 11 });
    return lastPosition(db);
  } finally {
    db.close();
  }
};

parentPort?.postMessage(make(workerData as BackupOrder));
