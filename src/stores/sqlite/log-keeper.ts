import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { workerEnv, workerUrl } from '../../worker-url.ts';
import type { Copied } from './checkpoint-thread.ts';

/** So many frames (pages, of 4 KiB) not yet in the database set the copying off. */
const framesToCopy = 4096;
/** A log file larger than this is cut off; a smaller one is written over from its beginning, which costs less. */
const truncateAtBytes = 64 * 1024 * 1024;

export interface LogKeeper {
  /** To be called between transactions. Throws what SQLite throws. */
  look(): void;
  close(): Promise<void>;
}

/**
 * Keeps the write-ahead log short without making commits wait: a thread of its own copies it into the database, and when that
 * is done the writer copies the little that came in meanwhile and starts the log over.
 */
export const newLogKeeper = (db: DatabaseSync, file: string): LogKeeper => {
  const measure = db.prepare('PRAGMA wal_checkpoint(NOOP)');
  let worker: Worker | undefined;
  let state: 'idle' | 'copying' | 'copied' = 'idle';
  let failure: Copied = null;

  const pendingFrames = (): number => {
    const { log, checkpointed } = measure.get() as { log: number; checkpointed: number };
    return log - checkpointed;
  };

  const copy = (): void => {
    worker ??= startCopier(
      file,
      (copied) => {
        state = 'copied';
        failure = copied;
      },
      () => {
        worker = undefined;
        if (state === 'copying') state = 'copied';
      },
    );
    state = 'copying';
    worker.postMessage('copy');
  };

  const startOver = (): void => {
    state = 'idle';
    const failed = failure;
    failure = null;
    if (failed) throw Object.assign(new Error(failed.message), failed);
    const { size } = statSync(`${file}-wal`, { throwIfNoEntry: false }) ?? { size: 0 };
    db.exec(`PRAGMA wal_checkpoint(${size < truncateAtBytes ? 'RESTART' : 'TRUNCATE'})`);
  };

  return {
    look: () => {
      if (state === 'copied') startOver();
      else if (state === 'idle' && pendingFrames() >= framesToCopy) copy();
    },
    close: async () => {
      await worker?.terminate();
    },
  };
};

const startCopier = (file: string, onCopied: (copied: Copied) => void, onGone: () => void): Worker => {
  const worker = new Worker(workerUrl(import.meta.url, './checkpoint-thread'), {
    workerData: { file },
    env: workerEnv(),
  });
  worker.unref();
  worker.on('message', onCopied);
  // Without its thread the writer does the copying itself; the next time there is a new thread.
  worker.on('error', onGone);
  worker.on('exit', onGone);
  return worker;
};
