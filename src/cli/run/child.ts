import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { signalCode } from '../failure.ts';
import { plain } from '../plain.ts';

/** The command, in the foreground with the terminal that stint was given. */
export interface Running {
  /** Undefined when it could not be started. */
  pid: number | undefined;
  kill: (signal: NodeJS.Signals) => void;
  ended: Promise<Ended>;
}

export interface Ended {
  /** As a shell has it: 128 + n for a signal, 127 when it was not found, 126 when it could not be started. */
  exitCode: number;
  signal?: NodeJS.Signals;
  /** Why it could not be started. */
  problem?: string;
}

const notFound = 127;
const notExecutable = 126;

export const startCommand = (words: readonly string[], env: Record<string, string | undefined>): Running => {
  const [command = '', ...args] = words;
  let child: ChildProcess;
  try {
    // In stint's own process group, which is the terminal's foreground: Ctrl-C and Ctrl-Z reach it without stint.
    child = spawn(command, args, { stdio: 'inherit', env });
  } catch (error) {
    return { pid: undefined, kill: () => {}, ended: Promise.resolve(unstarted(command, error)) };
  }
  const ended = new Promise<Ended>((resolve) => {
    child.once('error', (error) => child.pid === undefined && resolve(unstarted(command, error)));
    child.once('exit', (code, signal) => {
      resolve(signal === null ? { exitCode: code ?? 1 } : { exitCode: signalCode(signal), signal });
    });
  });
  return { pid: child.pid, kill: (signal) => void child.kill(signal), ended };
};

const unstarted = (command: string, error: unknown): Ended => {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return { exitCode: notFound, problem: `there is no command “${plain(command)}”` };
  const why = code === 'EACCES' ? 'it is not executable' : code;
  return { exitCode: notExecutable, problem: `“${plain(command)}” can't be started: ${why}` };
};
