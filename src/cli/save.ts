import { closeSync, createWriteStream, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Connection } from './connection.ts';
import { exitCodes, Failure, usageFailure } from './failure.ts';

/** Refuses a name that is taken: a file of the user's is never written over. */
export const newFile = (name: string): string => {
  const file = resolve(name);
  if (existsSync(file)) throw usageFailure(`${name} is there already; choose another name`);
  if (!existsSync(dirname(file))) throw usageFailure(`there is no folder ${dirname(file)}`);
  return file;
};

/** All of the stream under the file's name, on the disk and for its user alone; or nothing. */
export const save = async (file: string, stream: Readable): Promise<void> => {
  const temporary = `${file}.part`;
  try {
    await pipeline(stream, createWriteStream(temporary, { mode: 0o600, flush: true }));
    renameSync(temporary, file);
    syncFolder(dirname(file));
  } catch (error) {
    rmSync(temporary, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Failure(exitCodes.failed, 'not_saved', `${file} could not be written (${code ?? message})`);
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

/** The bytes at a path of the server, as they come. */
export const download = ({ url, token }: Connection, path: string): Promise<Readable> =>
  new Promise((settle, refuse) => {
    const { get } = process.getBuiltinModule(url.startsWith('https:') ? 'node:https' : 'node:http');
    const fail = (why: string) =>
      refuse(new Failure(exitCodes.failed, 'not_saved', `the server did not send it: ${why}`));
    get(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } }, (answer) => {
      if (answer.statusCode === 200) return settle(answer);
      answer.resume();
      fail(String(answer.statusCode));
    }).on('error', ({ message }) => fail(message));
  });
