import { once } from 'node:events';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { openRollingFile } from './rolling-file.ts';
import type { Bounds } from './rolling-file.ts';

/** Levels as the command line has them, in either case. */
export const logLevels = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
export type LogLevel = (typeof logLevels)[number];

const usualBounds: Bounds = { largestBytes: 50 * 1024 * 1024, filesKept: 5 };

export interface Log {
  log: Logger;
  /** Writes out what is still in memory; returns when it is written. */
  flush: () => void;
  /** Resolves when all is written; a disk that takes nothing is not waited for. */
  settled: () => Promise<void>;
}

/** Logs to stderr, unless `quiet`, and to rolling files in the data folder. stdout is for people and scripts. */
export const openLog = async (
  folder: string,
  level: LogLevel,
  quiet = false,
  bounds: Bounds = usualBounds,
): Promise<Log> => {
  const file = openRollingFile(folder, bounds);
  await once(file, 'ready');
  // A full disk must not end the server: what could not be written is tried again with the next line.
  file.on('error', () => undefined);
  const threshold = level.toLowerCase() as Lowercase<LogLevel>;
  // A person at a terminal sees what goes wrong; the file has the rest.
  const onTerminal = process.stderr.isTTY && threshold === 'info' ? 'warn' : threshold;
  const streams = pino.multistream([
    { level: threshold, stream: file },
    ...(quiet ? [] : [{ level: onTerminal, stream: process.stderr }]),
  ]);
  const log = pino({ level: threshold, base: null, timestamp: pino.stdTimeFunctions.isoTime }, streams);
  return { log, flush: () => flush(file), settled: () => file.settled() };
};

const flush = (file: { flushSync: () => void }): void => {
  try {
    file.flushSync();
  } catch {
    // Neither a stop nor the word of what ended the server waits for a disk that takes nothing.
  }
};
