import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { processFacts } from './place/process.ts';

/** Where a server keeps its data, and what it leaves there for its clients on the same machine. */

type Environment = Record<string, string | undefined>;

/** `--data`, else STINT_DATA, else `$XDG_DATA_HOME/stint`, else `~/.local/share/stint`. */
export const dataFolder = (given: string | undefined, env: Environment): string => {
  const usual = join(env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'stint');
  return resolve(given || env['STINT_DATA'] || usual);
};

/** A running server, as `server.json` tells of it. */
export interface ServerFile {
  url: string;
  pid: number;
  /** Unix ms. */
  startedAt: number;
  version: string;
  /** The process's start time as the operating system tells it: a recycled pid is not taken for the server. */
  pidStartedAt: string | undefined;
}

const serverFile = (folder: string): string => join(folder, 'server.json');
const tokenFile = (folder: string): string => join(folder, 'token');

/** What a server last said of itself; undefined when none did, or it ended as it should. */
export const readServerFile = (folder: string): ServerFile | undefined => {
  try {
    const found: unknown = JSON.parse(readFileSync(serverFile(folder), 'utf8'));
    return isServerFile(found) ? found : undefined;
  } catch {
    return undefined;
  }
};

const isServerFile = (found: unknown): found is ServerFile =>
  typeof found === 'object' &&
  found !== null &&
  typeof (found as ServerFile).url === 'string' &&
  Number.isInteger((found as ServerFile).pid) &&
  (found as ServerFile).pid > 0;

export const writeServerFile = (folder: string, server: ServerFile): void =>
  writePrivate(serverFile(folder), `${JSON.stringify(server, null, 2)}\n`);

/** Removes what this very process wrote there: after the folder was moved, another server's file may lie in its place. */
export const removeServerFile = (folder: string): void => {
  if (readServerFile(folder)?.pid === process.pid) rmSync(serverFile(folder), { force: true });
};

/** The owner's token that the first start made. */
export const readOwnerToken = (folder: string): string | undefined => {
  try {
    return readFileSync(tokenFile(folder), 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
};

export const writeOwnerToken = (folder: string, token: string): void => writePrivate(tokenFile(folder), `${token}\n`);

/** Held by the server for as long as it runs. */
export const lockFile = (folder: string): string => join(folder, 'lock.db');

/** The process that holds the folder's lock; undefined when none does, or the system does not tell (it does on Linux). */
export const lockHolder = (folder: string): number | undefined => {
  try {
    const { ino } = statSync(lockFile(folder));
    // proc_locks(5): `1: POSIX  ADVISORY  WRITE 1234 08:01:56789 0 EOF`: the process, then device and inode of the file.
    const held = readFileSync('/proc/locks', 'latin1')
      .split('\n')
      .map((line) => / WRITE (\d+) \w+:\w+:(\d+) /.exec(line))
      .find((fields) => fields?.[2] === String(ino));
    return held?.[1] === undefined ? undefined : Number(held[1]);
  } catch {
    return undefined;
  }
};

/** When a run ended whose server could not be told: a file for each, named by its session. */
const endedRunsFolder = (folder: string): string => join(folder, 'ended-runs');
const endedRunFile = (folder: string, session: string): string => join(endedRunsFolder(folder), session);

export interface EndedRun {
  session: string;
  /** Unix ms. */
  endedAt: number;
}

export const writeEndedRun = (folder: string, { session, endedAt }: EndedRun): void => {
  ensureFolder(endedRunsFolder(folder));
  writePrivate(endedRunFile(folder, session), `${endedAt}\n`);
};

/** Those that have still to be ended; what is no such file is passed over. */
export const endedRunsIn = (folder: string): EndedRun[] =>
  namesIn(endedRunsFolder(folder))
    .filter((name) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name))
    .flatMap((session) => endedRun(folder, session) ?? []);

const endedRun = (folder: string, session: string): EndedRun | undefined => {
  try {
    const [digits] = /^\d{1,15}(?=\n$)/.exec(readFileSync(endedRunFile(folder, session), 'latin1')) ?? [];
    return digits === undefined ? undefined : { session, endedAt: Number(digits) };
  } catch {
    return undefined;
  }
};

export const removeEndedRun = (folder: string, session: string): void =>
  rmSync(endedRunFile(folder, session), { force: true });

/** Where backups lie, unless they are told to lie elsewhere. */
export const backupFolder = (folder: string): string => join(folder, 'backups');

/** The user's own prices, where they have any. */
export const pricesFile = (folder: string): string => join(folder, 'prices.json');

/** What its server is told, where there is such a file. */
export const configFile = (folder: string): string => join(folder, 'config.json');

/** How far this machine's ledger was pushed to a server. */
export interface Pushed {
  /** All up to this revision is there. */
  since?: number;
  /** Of what came after it so much is there: of all up to this revision what stands up to this place. */
  upTo?: number;
  after?: number;
}

const pushedFile = (folder: string): string => join(folder, 'pushed.json');

/** By the name of the server, and of whoever it is there. */
export const readPushed = (folder: string, name: string): Pushed => {
  const { since, upTo, after } = (allPushed(folder)[name] ?? {}) as Record<string, unknown>;
  return {
    ...(isWhole(since) && { since }),
    ...(isWhole(upTo) && isWhole(after) && { upTo, after }),
  };
};

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

export const writePushed = (folder: string, name: string, pushed: Pushed): void => {
  ensureFolder(folder);
  const all = { ...allPushed(folder), [name]: pushed };
  writePrivate(pushedFile(folder), `${JSON.stringify(all, null, 2)}\n`);
};

const allPushed = (folder: string): Record<string, unknown> => {
  try {
    const found: unknown = JSON.parse(readFileSync(pushedFile(folder), 'utf8'));
    return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};

export const logFolder = (folder: string): string => join(folder, 'logs');

/** Log files have rising numbers; the one with the highest is written to. */
export const logFile = (folder: string, number: number): string => join(logFolder(folder), `stint.${number}.log`);

/** The log files that are there, oldest first. */
export const logFilesIn = (folder: string): { file: string; number: number }[] =>
  namesIn(logFolder(folder))
    .flatMap((name) => /^stint\.(\d{1,9})\.log$/.exec(name)?.[1] ?? [])
    .map((digits) => ({ file: logFile(folder, Number(digits)), number: Number(digits) }))
    .toSorted((a, b) => a.number - b.number);

const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/** Readable by its user alone. */
export const ensureFolder = (folder: string): void => {
  makeFolder(folder);
  chmodSync(folder, 0o700);
};

/**
 * One at a time: of a disk that can't be written, a recursive mkdirSync says that there is no such directory, and where the system has
 * no folders, as in `/proc`, it goes on for ever. What is there stays as it is.
 */
export const makeFolder = (folder: string): void => {
  if (isFolder(folder)) return;
  if (!existsSync(dirname(folder))) makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Two servers may be started at once.
    if (!isFolder(folder)) throw error;
  }
};

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** All of the file or none of it, for its user alone. */
const writePrivate = (file: string, text: string): void => {
  const next = `${file}.${process.pid}`;
  writeFileSync(next, text, { mode: 0o600, flush: true });
  renameSync(next, file);
};

/** When a process was started, as the operating system counts it; undefined when it is not running or that can't be known. */
export const processStart = (pid: number): string | undefined => processFacts(pid)?.startedAt;

/** Whether the very process that had this pid at `startedAt` still runs; one that only waits to be noticed by its parent does not. */
export const isRunning = (pid: number, startedAt: string | undefined): boolean => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const facts = processFacts(pid);
  if (facts === undefined) return true;
  return facts.state?.[0] !== 'Z' && (startedAt === undefined || facts.startedAt === startedAt);
};
