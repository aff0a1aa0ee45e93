import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Server } from '../server.ts';

/** Clients of the socket in a process of their own, which does one thing after the other. */

export type SocketTask =
  /** A socket for each of these sessions (`*` for all); the first `reading` of them read, the others stop after the first frame. */
  | { do: 'open'; sessions: readonly string[]; reading: number }
  /** How late ticks are against the second of the earliest of each socket, ms. */
  | { do: 'ticks'; forMs: number }
  /** How long checkpoints take from the server's clock to those who read, ms. */
  | { do: 'deliveries'; forMs: number }
  /** Cuts every connection. */
  | { do: 'cut' }
  /** Every socket comes back with its cursor, at a moment of its own within this time. */
  | { do: 'return'; withinMs: number }
  /** Reports of tokens to sessions in turn, so many a second, until `rest`. */
  | { do: 'report'; perSecond: number }
  | { do: 'rest' }
  /** Whether each socket heard of each event of its session once and in order. */
  | { do: 'check' };

export interface SocketFound {
  /** Sorted. */
  samples: number[];
  elapsedMs: number;
  /** Sockets that the server has closed since the last task. */
  closed: number;
  gaps: number;
  /** What was wrong, a few words each. */
  wrong: string[];
  reported: number;
}

export interface Sockets {
  ask: (task: SocketTask) => Promise<SocketFound>;
  stop: () => Promise<void>;
}

const module = fileURLToPath(new URL('../sockets-process.ts', import.meta.url));

export const startSockets = ({ url, token }: Server): Sockets => {
  const child = fork(module, [], { env: { ...process.env, BENCH_URL: url, BENCH_TOKEN: token } });
  const exited = once(child, 'exit');
  const gone = exited.then(([code]) => Promise.reject(new Error(`the clients ended with ${String(code)}`)));
  gone.catch(() => undefined);
  return {
    ask: async (task) => {
      child.send(task);
      const [found] = (await Promise.race([once(child, 'message'), gone])) as [SocketFound];
      return found;
    },
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
};
