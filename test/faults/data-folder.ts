import { createHash } from 'node:crypto';
import {
  closeSync,
  cpSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder of its own for a test, removed after it. */
export const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'stint-faults-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

export const databaseOf = (folder: string): string => join(folder, 'stint.db');
export const logOf = (folder: string): string => join(folder, 'stint.db-wal');

/** A copy of the folder as it is on the disk now, to be looked into without touching the folder. */
export const copyOf = (folder: string): string => {
  const copy = newFolder();
  cpSync(folder, copy, { recursive: true });
  return copy;
};

/** What the data is made of: each file and the hash of its bytes. Logs and locks come and go. */
export const fingerprint = (folder: string): Record<string, string> => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(join(folder, file)).isFile() && !/^(logs\/|lock\.db|stint\.db-shm$)/.test(file))
    .toSorted();
  return Object.fromEntries(files.map((file) => [file, hashOf(join(folder, file))]));
};

const hashOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

/** Overwrites bytes of a file, as a disk does that fails. */
export const overwrite = (file: string, position: number, bytes: Buffer): void => {
  const descriptor = openSync(file, 'r+');
  try {
    writeSync(descriptor, bytes, 0, bytes.length, position);
  } finally {
    closeSync(descriptor);
  }
};
