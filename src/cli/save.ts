import { closeSync, createWriteStream, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { exitCodes, Failure, usageFailure } from './failure.ts';
import { plain } from './plain.ts';

/** Refuses a name that is taken: a file of the user's is never written over. */
export const newFile = (name: string): string => {
  const file = resolve(name);
  if (existsSync(file)) throw usageFailure(`${name} is there already; choose another name`);
  if (!existsSync(dirname(file))) throw usageFailure(`there is no folder ${dirname(file)}`);
  return file;
};

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
    if (error instanceof Failure) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Failure(exitCodes.failed, 'not_saved', `${plain(file)} could not be written (${code ?? message})`);
  }
};

const syncFolder = (folder: string): void => {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};
