import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { environmentOf } from './environment.ts';
import type { CommandHook, Delivery } from './hook.ts';
import type { Ending } from './schedule.ts';

/** One run of a command: no shell, an environment of its own, the alert on stdin, and an end in time for all that it started. */

export interface RunParts {
  /** The server's own environment, of which the command is given what is allowed. */
  env: Record<string, string | undefined>;
  home: string;
  timeoutMs: number;
}

/** Of what a command says the end is kept. */
const keptOutputBytes = 4096;
/** Between being asked to end and being made to. */
const graceMs = 2000;
/** What it left running in the background may keep its output open: that is not waited for. */
const lastWordsMs = 200;

/** Resolves whatever happens, but for an abort by `signal`, which ends the command and rejects. */
export const runCommand = async (
  parts: RunParts,
  { argv }: CommandHook,
  delivery: Pick<Delivery, 'id' | 'hook' | 'message'>,
  signal: AbortSignal,
): Promise<Ending> => {
  const [program = '', ...args] = argv;
  let child: ChildProcessWithoutNullStreams;
  try {
    // A process group of its own, so that what it starts can be ended with it.
    child = spawn(program, args, { cwd: parts.home, env: environmentOf(parts.env, delivery), detached: true });
    // Where the server has too many files open it has no streams either.
    if (child.pid === undefined) throw (await once(child, 'error'))[0];
  } catch (error) {
    return unstarted(error);
  }
  const output = tailOf(child);
  const ended = endOf(child);
  // It need not read what it is given.
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(delivery.message));
  const limit = endInTime(child, parts.timeoutMs, signal);
  const ending = await ended.finally(limit.lift);
  signal.throwIfAborted();
  const said = output();
  return { ...(limit.reached() ? tooLong(parts) : ending), ...(said === '' ? {} : { output: said }) };
};

const tooLong = ({ timeoutMs }: RunParts): Ending => ({
  ok: false,
  error: `it ran for more than ${timeoutMs / 1000} s and was ended`,
});

const unstarted = (error: unknown): Ending => {
  const { code, message } = error as NodeJS.ErrnoException;
  return { ok: false, error: `it can't be started (${code ?? message})` };
};

const endOf = (child: ChildProcessWithoutNullStreams): Promise<Ending> =>
  new Promise((resolve) => {
    child.once('exit', (code, killedBy) => {
      const ending = code === null ? { ok: false, error: `ended by ${killedBy}` } : { ok: code === 0, exitCode: code };
      const waiting = setTimeout(() => {
        for (const stream of [child.stdout, child.stderr]) stream.destroy();
      }, lastWordsMs);
      child.once('close', () => {
        clearTimeout(waiting);
        resolve(ending);
      });
    });
  });

/** When its time is up, or on `signal`, the whole group is asked to end, and made to a little later. */
const endInTime = ({ pid }: ChildProcessWithoutNullStreams, timeoutMs: number, signal: AbortSignal) => {
  let isReached = false;
  let kill: NodeJS.Timeout | undefined;
  const end = () => {
    if (kill) return;
    signalGroup(pid, 'SIGTERM');
    kill = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
  };
  const timer = setTimeout(() => {
    isReached = true;
    end();
  }, timeoutMs);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  const lift = () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    if (kill === undefined) return;
    clearTimeout(kill);
    // It heard, and what it had started may not have.
    signalGroup(pid, 'SIGKILL');
  };
  return { lift, reached: () => isReached };
};

const signalGroup = (pid: number | undefined, signal: NodeJS.Signals): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone.
  }
};

/** The end of what a command says, as it comes. */
const tailOf = ({ stdout, stderr }: ChildProcessWithoutNullStreams): (() => string) => {
  let kept = Buffer.alloc(0);
  for (const stream of [stdout, stderr]) {
    stream.on('data', (chunk: Buffer) => {
      kept = Buffer.concat([kept, chunk]).subarray(-keptOutputBytes);
    });
  }
  return () => kept.toString();
};
