import { parentPort, workerData } from 'node:worker_threads';
import { openForCheckpoints } from './connection.ts';

/**
 * Copies the write-ahead log into the database while the writer goes on: a passive checkpoint takes what is committed and
 * blocks nobody. Each message is one checkpoint, answered when it is done or has failed.
 */
const db = openForCheckpoints((workerData as { file: string }).file);

/** Why the log could not be copied, as SQLite says it; null when it was. */
export type Copied = { message: string; errcode: number } | null;

const copy = (): Copied => {
  try {
    db.exec('PRAGMA wal_checkpoint(PASSIVE)');
    return null;
  } catch (error) {
    const { message, errcode = 0 } = error as Error & { errcode?: number };
    return { message, errcode };
  }
};

parentPort?.on('message', () => parentPort?.postMessage(copy()));
