/**
 * How files are reached: by the event loop's helpers, so that others have their turn meanwhile, or in place, which costs a fraction
 * and holds the thread: for threads that do nothing else. What is given at once may be awaited all the same.
 */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';

export interface OpenFile {
  stat(): Stats | Promise<Stats>;
  /** How many bytes came. */
  read(into: Buffer, at: number, length: number, position: number): number | Promise<number>;
  close(): void | Promise<void>;
}

export interface FileAccess {
  stat(path: string): Stats | Promise<Stats>;
  /** For reading; nothing that could block is waited for. */
  open(path: string): OpenFile | Promise<OpenFile>;
}

/** `O_NONBLOCK` is not known on Windows. */
const openFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

export const inTurns: FileAccess = {
  stat: (path) => stat(path),
  open: async (path) => {
    const handle = await open(path, openFlags);
    return {
      stat: () => handle.stat(),
      read: async (into, at, length, position) => (await handle.read(into, at, length, position)).bytesRead,
      close: () => handle.close(),
    };
  },
};

export const inPlace: FileAccess = {
  stat: (path) => statSync(path),
  open: (path) => {
    const file = openSync(path, openFlags);
    return {
      stat: () => fstatSync(file),
      read: (into, at, length, position) => readSync(file, into, at, length, position),
      close: () => closeSync(file),
    };
  },
};
