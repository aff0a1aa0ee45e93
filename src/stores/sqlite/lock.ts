import { DatabaseSync } from 'node:sqlite';

/**
 * Makes this process the only server on a data folder: an exclusive lock on a small database of its own, held for the life of
 * the process. The operating system frees it, also after a kill -9. Returns undefined when another process holds it.
 */
export const lock = (file: string): { release: () => void } | undefined => {
  const db = new DatabaseSync(file);
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS held (by INTEGER); COMMIT');
    db.exec('BEGIN EXCLUSIVE');
    return { release: () => db.close() };
  } catch (error) {
    db.close();
    if ((error as { errcode?: number }).errcode === sqliteBusy) return undefined;
    throw error;
  }
};

const sqliteBusy = 5;
