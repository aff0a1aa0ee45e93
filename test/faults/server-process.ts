import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { createClient, unwrap } from '../../src/sdk/index.ts';
import type { Schemas, StintClient } from '../../src/sdk/index.ts';
import { Lines } from './lines.ts';

const launcher = join(import.meta.dirname, '../../bin/stint.mjs');

/** What every server of these tests is started with. */
export const token = 'a-token-for-the-fault-tests-0123456789';

export interface StartOptions {
  port?: number;
  /** On top of this process's environment. */
  env?: Record<string, string>;
  /** How many files it may have open. */
  openFiles?: number;
  /** `serve`'s own. */
  args?: readonly string[];
}

/** How a process ended: `code` is null when a signal ended it. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

const spawnServer = (folder: string, { port = 0, env = {}, openFiles, args = [] }: StartOptions): Child => {
  const command = [process.execPath, launcher, 'serve', '--port', String(port), '--data', folder, ...args];
  const limited = openFiles === undefined ? [] : ['sh', '-c', `ulimit -n ${openFiles}; exec "$@"`, 'sh'];
  const [program = '', ...rest] = [...limited, ...command];
  return spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Elsewhere, so that no transcript of the one who runs the tests is read.
    env: { ...process.env, HOME: tmpdir(), XDG_CACHE_HOME: cacheHome, STINT_TOKEN: token, ...env },
  });
};

/** Compiled code is shared between starts, as it is for a user. */
const cacheHome = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');

/** A real server: `stint serve` as its users start it. It is killed when the test that started it is over. */
export class ServerProcess {
  readonly folder: string;
  readonly #child: Child;
  readonly stdout: Lines;
  readonly stderr: Lines;
  readonly exited: Promise<Exit>;
  url = '';

  private constructor(folder: string, child: Child) {
    this.folder = folder;
    this.#child = child;
    this.stdout = new Lines(child.stdout);
    this.stderr = new Lines(child.stderr);
    this.exited = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  }

  /** Resolves when it listens. */
  static async start(folder: string, options: StartOptions = {}): Promise<ServerProcess> {
    const server = ServerProcess.launch(folder, options);
    await server.listening();
    return server;
  }

  /** As {@link start}, but does not wait. */
  static launch(folder: string, options: StartOptions = {}): ServerProcess {
    const server = new ServerProcess(folder, spawnServer(folder, options));
    onTestFinished(() => server.killHard());
    return server;
  }

  async listening(): Promise<void> {
    try {
      const line = await this.stdout.line(/^stint is listening on /);
      this.url = line.replace('stint is listening on ', '').trim();
    } catch (error) {
      throw new Error(`the server did not start: ${this.stderr.text}`, { cause: error });
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** A client of its own connections is given by `fetch`. */
  client(): StintClient {
    return createClient({ url: this.url, token });
  }

  async status(): Promise<Schemas['ServerStatus']> {
    return unwrap(await this.client().GET('/api/status'));
  }

  /** As a power cut would; resolves when the process is gone. */
  async killHard(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  /** Asks it to stop; resolves when the process is gone. */
  async terminate(): Promise<Exit> {
    this.#child.kill('SIGTERM');
    return this.exited;
  }

  /** Memory in use, and the most that ever was, bytes. */
  memory(): { now: number; peak: number } {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
    return { now: bytes('VmRSS'), peak: bytes('VmHWM') };
  }

  openFiles(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }
}

export interface FailedStart extends Exit {
  stdout: string;
  stderr: string;
}

/** Starts a server that is not meant to start, and waits for its end. */
export const failToStart = async (folder: string, options: StartOptions = {}): Promise<FailedStart> => {
  const server = ServerProcess.launch(folder, options);
  const exit = await server.exited;
  return { ...exit, stdout: server.stdout.text, stderr: server.stderr.text };
};
