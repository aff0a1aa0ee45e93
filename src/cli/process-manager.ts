import { resolve } from 'node:path';
import type { IProcessManager, ServerConfig } from '../contract/session-server.ts';
import { serverOn } from './connection.ts';
import { serverProcess, stopServerOf } from './server-process.ts';
import { dataFolder } from '../place.ts';

/** What a server is started with: keys of `ServerConfig`, and limits of the code of its sessions. */
export interface StartOptions extends Partial<ServerConfig> {
  /** MiB of a session's code. */
  sessionMemoryMiB?: number;
  /** CPU of one command. */
  sessionCpuMs?: number;
}

export interface ProcessManagerOptions {
  /** The server's data folder; as the command line finds it when absent. */
  data?: string;
  /** Of the server that is started: `STINT_TOKEN`, keys of models, and what else it takes from there. */
  env?: Record<string, string | undefined>;
}

const flags = {
  port: '--port',
  sessionDir: '--session-dir',
  maxCachedSessions: '--max-cached-sessions',
  saveIntervalMs: '--save-interval',
  logLevel: '--log-level',
  sessionMemoryMiB: '--session-memory',
  sessionCpuMs: '--session-cpu',
} as const satisfies Record<keyof StartOptions, string>;

/**
 * The server of a data folder as a process of its own, which outlives the one that started it. A process is taken for the server when
 * its pid and the time at which it was started are those of `server.json` in that folder.
 *
 * @example
 * const server = new ProcessManager();
 * const pid = await server.startServer({ maxCachedSessions: 20 });
 */
export class ProcessManager implements IProcessManager {
  readonly #folder: string;
  readonly #env: Record<string, string | undefined>;

  constructor({ data, env = process.env }: ProcessManagerOptions = {}) {
    this.#folder = dataFolder(data, env);
    this.#env = env;
  }

  /**
   * Resolves to the pid of the server when it listens: the one that runs already, where one does, whatever the options say. Of two that
   * are started at once one wins, and both callers are told of that. Rejects with what keeps it from starting.
   */
  async startServer(options: StartOptions | Record<string, unknown> = {}): Promise<number | undefined> {
    await serverOn(this.#folder, this.#env, { args: argumentsOf(options), tell: () => {} });
    return serverProcess(this.#folder)?.pid;
  }

  /** Resolves when it has ended, all that was acknowledged on disk; at once where none runs. */
  async stopServer(): Promise<void> {
    await stopServerOf(this.#folder);
  }

  async isServerRunning(): Promise<boolean> {
    return serverProcess(this.#folder) !== undefined;
  }

  async getServerPid(): Promise<number | null> {
    return serverProcess(this.#folder)?.pid ?? null;
  }
}

const argumentsOf = (options: object): string[] =>
  Object.entries(options).flatMap(([key, value]) => {
    if (!Object.hasOwn(flags, key))
      throw new TypeError(`there is no ${key}; there is ${Object.keys(flags).join(', ')}`);
    if (value === undefined) return [];
    return [flags[key as keyof typeof flags], wordOf(key, value)];
  });

const wordOf = (key: string, value: unknown): string => {
  if (typeof value !== 'string' && typeof value !== 'number') throw new TypeError(`${key}: must be a text or a number`);
  if (key === 'sessionDir') return resolve(String(value));
  return key.endsWith('Ms') ? `${Number(value) / 1000}s` : String(value);
};
