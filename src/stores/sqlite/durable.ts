import { closeSync, fsyncSync, openSync, renameSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** Names and contents that are still there after the power went. */

/** Returns when what was written to a file, or the names in a folder, are on the disk. */
export const sync = (path: string): void => {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

/** The new name is on the disk when it returns; before, the old one is. */
export const renameDurably = (from: string, to: string): void => {
  renameSync(from, to);
  sync(dirname(to));
  if (dirname(from) !== dirname(to)) sync(dirname(from));
};

const syncEveryMs = 20;

/**
 * Moves a file to the disk bit by bit while others write it, until `written` settles. Without it a commit that is synced
 * meanwhile would wait for all that was written so far (ext4, `data=ordered`). Resolves to what went wrong, which the last sync
 * of whoever writes would not be told again; undefined when all was well.
 */
export const syncWhile = async (path: string, written: Promise<unknown>): Promise<Error | undefined> => {
  const file = await open(path, 'r');
  const over = new AbortController();
  const end = () => over.abort();
  written.then(end, end);
  try {
    for (; !over.signal.aborted; await setTimeout(syncEveryMs)) await file.datasync();
    return undefined;
  } catch (error) {
    await written;
    return error as Error;
  } finally {
    await file.close();
  }
};
