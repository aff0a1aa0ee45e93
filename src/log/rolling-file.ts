import { mkdirSync, rmSync, statSync } from 'node:fs';
import { pino } from 'pino';
import { logFile, logFilesIn, logFolder } from '../place.ts';

export interface Bounds {
  /** A file that has grown past this is followed by the next one. */
  largestBytes: number;
  /** The newest files stay, the one that is written to among them. */
  filesKept: number;
}

/** What is used of pino's file. */
export interface RollingFile extends NodeJS.EventEmitter {
  write(line: string): boolean;
  flushSync(): void;
  /** Resolves when all that was handed to it is written, or can't be for now. */
  settled(): Promise<void>;
}

/** A disk that neither writes nor fails is not waited for any longer. */
const patienceMs = 1000;
/** Kept in memory at most, bytes, while the file can't be written; what comes after that is dropped. */
const mostBuffered = 1024 * 1024;

/** A stream of pino's into numbered files in the data folder, rising; it goes on in the last one that is there. */
export const openRollingFile = (folder: string, { largestBytes, filesKept }: Bounds): RollingFile => {
  mkdirSync(logFolder(folder), { recursive: true, mode: 0o700 });
  let number = logFilesIn(folder).at(-1)?.number ?? 1;
  let size = sizeOf(logFile(folder, number));
  const file = pino.destination({
    dest: logFile(folder, number),
    mode: 0o600,
    sync: false,
    maxLength: mostBuffered,
  });
  // A flush does not wait for the write that is under way.
  let underWay = 0;
  const waiting = new Set<() => void>();
  const write = file.write.bind(file);
  file.write = (line) => {
    underWay += Buffer.byteLength(line);
    return write(line);
  };
  const settle = () => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  file.on('error', settle);
  file.on('drop', (line: string) => (underWay -= Buffer.byteLength(line)));
  file.on('write', (bytes: number) => {
    underWay -= bytes;
    if (underWay <= 0) settle();
    size += bytes;
    if (size < largestBytes) return;
    size = 0;
    number += 1;
    file.reopen(logFile(folder, number));
    forgetOldest(folder, number - filesKept);
  });
  forgetOldest(folder, number - filesKept);
  const settled = async () => {
    if (underWay <= 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.add(resolve);
    const patience = setTimeout(resolve, patienceMs);
    await promise;
    clearTimeout(patience);
  };
  return Object.assign(file, { settled });
};

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** Also those of earlier processes. */
const forgetOldest = (folder: string, lastNumber: number): void => {
  for (const { file, number } of logFilesIn(folder)) if (number <= lastNumber) remove(file);
};

const remove = (file: string): void => {
  try {
    rmSync(file, { force: true });
  } catch {
    // No reason to end a server, and the log is no place to say that the log can't be kept short.
  }
};
