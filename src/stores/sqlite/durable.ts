import { closeSync, fsyncSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';

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
