import { once } from 'node:events';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Logger } from 'pino';
import roll from 'pino-roll';

/** Levels as the command line has them, in either case. */
export const logLevels = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
export type LogLevel = (typeof logLevels)[number];

const filesKept = 5;
const largestFile = '50m';
/** Kept in memory at most, bytes, while the file can't be written; what comes after that is dropped. */
const mostBuffered = 1024 * 1024;

export interface Log {
  log: Logger;
  /** Writes out what is still in memory; returns when it is written. */
  flush: () => void;
}

/** Logs to stderr, unless `quiet`, and to rolling files in the data folder. stdout is for people and scripts. */
export const openLog = async (folder: string, level: LogLevel, quiet = false): Promise<Log> => {
  const file = await roll({
    file: join(folder, 'logs', 'stint'),
    extension: '.log',
    size: largestFile,
    limit: { count: filesKept - 1 },
    mkdir: true,
    maxLength: mostBuffered,
  });
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
  return { log, flush: () => flush(file) };
};

const flush = (file: { flushSync: () => void }): void => {
  try {
    file.flushSync();
  } catch {
    // Neither a stop nor the word of what ended the server waits for a disk that takes nothing.
  }
};
