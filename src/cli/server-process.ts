import { exitCodes, Failure } from './failure.ts';
import { isRunning, lockHolder, processStart, readServerFile } from '../place.ts';

/** The process of a data folder's server: found by its pid and the time at which it was started, and stopped. */

export interface ServerProcess {
  pid: number;
  pidStartedAt: string | undefined;
  /** Unknown where its server.json was deleted. */
  url: string | undefined;
}

/** The server forces its own end after 14 s. */
const patienceMs = 20_000;
const lookMs = 25;

/** Undefined where none runs: a pid that was given to another process since is none. */
export const serverProcess = (folder: string): ServerProcess | undefined => {
  const server = readServerFile(folder) ?? holderOf(folder);
  return server !== undefined && isServer(folder, server) ? server : undefined;
};

/** Whether a process is the one that `server.json` tells of. Where it does not say when that was started, the folder's lock tells. */
export const isServer = (folder: string, { pid, pidStartedAt }: Pick<ServerProcess, 'pid' | 'pidStartedAt'>): boolean =>
  isRunning(pid, pidStartedAt) &&
  (pidStartedAt !== undefined || process.platform !== 'linux' || lockHolder(folder) === pid);

/** Resolves to the process that was stopped when it has ended; undefined where none ran. */
export const stopServerOf = async (folder: string): Promise<ServerProcess | undefined> => {
  const server = serverProcess(folder);
  if (server === undefined) return undefined;
  const { pid, pidStartedAt } = server;
  terminate(pid);
  const deadline = performance.now() + patienceMs;
  while (isRunning(pid, pidStartedAt)) {
    if (performance.now() > deadline) {
      throw new Failure(
        exitCodes.failed,
        'still_running',
        `process ${pid} still runs after ${patienceMs / 1000} s; its log is in ${folder}/logs`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  return server;
};

/** A server whose server.json was deleted still holds the folder's lock. */
const holderOf = (folder: string): ServerProcess | undefined => {
  const pid = lockHolder(folder);
  return pid === undefined ? undefined : { pid, pidStartedAt: processStart(pid), url: undefined };
};

const terminate = (pid: number): void => {
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH') return;
    throw new Failure(exitCodes.refused, 'forbidden', `process ${pid} may not be stopped by this user (${code})`);
  }
};
