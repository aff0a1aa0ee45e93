import { existsSync } from 'node:fs';
import { ensureFolder, lockFile, readServerFile } from '../place.ts';
import { lock } from '../stores/sqlite/lock.ts';
import { finishRestore, sweepStaged } from '../stores/sqlite/restore.ts';
import { Refused } from './refused.ts';

export interface Held {
  release: () => void;
}

/**
 * Makes the data folder this process's alone, as a server does, and finishes a restore that was interrupted. `mayMake`: a
 * folder that is not there yet is made.
 */
export const holdFolder = (folder: string, { mayMake = false } = {}): Held => {
  if (mayMake) ensureFolder(folder);
  const held = lockedFolder(folder);
  try {
    finishRestore(folder);
    sweepStaged(folder);
    return held;
  } catch (error) {
    held.release();
    throw error;
  }
};

/** Throws where {@link holdFolder} would, and changes nothing: asked before a person is. */
export const checkFree = (folder: string): void => lockedFolder(folder).release();

const lockedFolder = (folder: string): Held => {
  if (!existsSync(folder)) throw new Refused('no_data', `there is no data folder ${folder}`);
  const held = lock(lockFile(folder));
  if (held !== undefined) return held;
  const server = readServerFile(folder);
  const who = server === undefined ? 'another stint' : `the server at ${server.url}`;
  throw new Refused('folder_in_use', `${who} is using ${folder}; stop it with: stint stop`);
};
