import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../place.ts';
import { launcher } from './checkout.ts';
import { exitCodes, Failure } from './failure.ts';
import { say } from './say.ts';
import type { StartWord } from './start-word.ts';

/** Starts a server that outlives the command and its terminal. */

type Environment = Record<string, string | undefined>;

const anyPort = ['--port', '0'];

export interface Starting {
  /** Of `stint serve`, beside the folder; none for a server as its config.json has it. */
  args?: readonly string[];
  /** What is done is said with this. */
  tell?: (message: string) => void;
}

/**
 * Resolves to true when it listens, to false when another server, started at the same moment, has the folder. It listens on the
 * usual port, or on any other while something else has that: server.json tells which. A port that is asked for in `args` is that one.
 */
export const startInBackground = async (
  folder: string,
  env: Environment,
  deadline: number,
  { args = [], tell = say }: Starting = {},
): Promise<boolean> => {
  tell('no server runs; starting one in the background …');
  const first = await startWith(args, folder, env, deadline);
  const isOther = 'refused' in first && first.taken === 'port' && !args.includes('--port');
  const word = isOther ? await startWith([...args, ...anyPort], folder, env, deadline) : first;
  if ('url' in word) tell(`it listens on ${word.url} and stays; end it with: stint stop`);
  else if (word.taken !== 'folder') throw notStarted(word.refused);
  return 'url' in word;
};

const startWith = async (
  args: readonly string[],
  folder: string,
  env: Environment,
  deadline: number,
): Promise<StartWord> => {
  const server = launch(folder, args, env);
  const word = await wordOf(server, deadline - performance.now());
  if (server.connected) server.disconnect();
  server.unref();
  if (word === undefined) throw notStarted(`it said nothing; its log is in ${join(folder, 'logs')}`);
  return word;
};

const notStarted = (why: string): Failure =>
  new Failure(exitCodes.noServer, 'no_server', `the server could not be started: ${why}`);

const launch = (folder: string, more: readonly string[], env: Environment): ChildProcess => {
  const errors = openErrors(folder);
  try {
    const args = [launcher, 'serve', '--quiet', '--data', folder, ...more];
    return spawn(process.execPath, args, {
      // A session of its own: the end of this terminal is not its end.
      detached: true,
      cwd: folder,
      env: serverEnvironment(env),
      stdio: ['ignore', 'ignore', errors, 'ipc'],
    });
  } finally {
    closeSync(errors);
  }
};

/** What the process says besides its log: why it could not start, or what it died of. */
const openErrors = (folder: string): number => {
  try {
    const logs = join(folder, 'logs');
    makeFolder(logs);
    return openSync(join(logs, 'background.err'), 'a', 0o600);
  } catch (error) {
    throw notStarted(
      `the data folder ${folder} can't be written (${(error as NodeJS.ErrnoException).code}); choose another with --data`,
    );
  }
};

/** Each run says itself where its agent keeps its files: what this shell says is not for all of them. */
const serverEnvironment = ({ CLAUDE_CONFIG_DIR: _, ...env }: Environment): Environment => env;

const wordOf = (server: ChildProcess, patienceMs: number): Promise<StartWord | undefined> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, patienceMs, undefined);
    const settle = (word?: StartWord) => {
      clearTimeout(timer);
      resolve(word);
    };
    server.once('message', (word) => settle(word as StartWord));
    server.once('error', () => settle());
    server.once('exit', () => settle());
  });
