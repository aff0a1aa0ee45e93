import { closeSync, createWriteStream, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { exitCodes, Failure, usageFailure } from './failure.ts';
import { plain } from './plain.ts';

/** Refuses a name that is taken: a file of the user's is never written over. */
export const newFile = (name: string): string => {
  const file = resolve(name);
  if (existsSync(file)) throw usageFailure(`${name} is there already; choose another name`);
  checkFolder(name);
  return file;
};

/** Refuses a name that no file can have, before there is anything to write to it. */
export const checkFolder = (name: string): void => {
  const file = resolve(name);
  const folder = dirname(file);
  if (!isFolder(folder)) throw usageFailure(`there is no folder ${plain(folder)}`);
  if (isFolder(file)) throw usageFailure(`${plain(file)} is a folder; name a file`);
};

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** What is written to the stream stands under the file's name, on the disk and for its user alone; or nothing does. */
export const save = async <T>(file: string, write: (to: Writable) => Promise<T>): Promise<T> => {
  const temporary = `${file}.${process.pid}.part`;
  try {
    const written = await write(createWriteStream(temporary, { mode: 0o600, flush: true }));
    renameSync(temporary, file);
    syncFolder(dirname(resolve(file)));
    return written;
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error instanceof Failure ? error : notSaved(file, error as NodeJS.ErrnoException);
  }
};

export const notSaved = (file: string, { code, message }: NodeJS.ErrnoException): Failure =>
  new Failure(exitCodes.failed, 'not_saved', `${plain(file)} could not be written (${code ?? message})`);

const syncFolder = (folder: string): void => {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};
