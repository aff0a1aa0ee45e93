/** Runs the real thing: `bin/stint.mjs` in processes of its own, with data in a folder that goes afterwards. */
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { isRunning, readOwnerToken, readServerFile } from '../place.ts';
import { createClient } from '../sdk/index.ts';
import type { StintClient } from '../sdk/index.ts';

export const bin = fileURLToPath(new URL('../../bin/stint.mjs', import.meta.url));

export interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;
type Environment = Record<string, string | undefined>;

const started = new Set<Child>();

afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  started.clear();
});

/** What the shell that runs the tests says of stint is not meant for them. */
export const cleanEnvironment = (more: Environment = {}): Environment => {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(STINT|npm)_|^(INIT_CWD|CLAUDE_CONFIG_DIR|NODE_OPTIONS|VITEST)/i.test(name),
  );
  return { ...Object.fromEntries(kept), ...more };
};

export interface SpawnOptions {
  env?: Environment;
  cwd?: string;
}

/** Starts `stint ARGS`; it is killed after the test if it still runs. */
export const spawnStint = (args: readonly string[], { env = {}, cwd }: SpawnOptions = {}): Child => {
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: cleanEnvironment(env),
    ...(cwd === undefined ? {} : { cwd }),
  });
  started.add(child);
  return child;
};

/** What `stint ARGS` says until its end. */
export const stint = async (args: readonly string[], options?: SpawnOptions): Promise<Said> =>
  endOf(spawnStint(args, options));

export const endOf = async (child: Child): Promise<Said> => {
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ]);
  return { code, stdout, stderr };
};

/** Resolves with all that a stream has said as soon as it fits. */
export const saidBy = (stream: Readable, pattern: RegExp): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = '';
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (pattern.test(said)) resolve(said);
    });
    stream.on('close', () => reject(new Error(`ended without ${pattern}: ${said}`)));
  });

/** An empty folder that is removed after the tests of a file. */
export const emptyFolder = (): string => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'stint-cli-')));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** A data folder for each file of tests; its server is stopped at the end. */
export const useFolder = (): string => {
  const folder = emptyFolder();
  // Hooks that run afterwards run in reverse: this one before the folder goes.
  afterAll(() => stopServer(folder));
  return folder;
};

/** Stops what runs on the folder, and waits until it is gone. */
export const stopServer = async (folder: string): Promise<void> => {
  const server = readServerFile(folder);
  if (server && isRunning(server.pid, server.pidStartedAt)) await stint(['stop', '--data', folder]);
};

export const startServer = async (folder: string, env: Environment = {}): Promise<string> => {
  // A home of its own, so that no agent's sessions of the one who runs the tests are read.
  const home = { HOME: folder, XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache') };
  const child = spawnStint(['serve', '--port', '0', '--data', folder, '--quiet'], { env: { ...home, ...env } });
  // It stays for all tests of a file.
  started.delete(child);
  const said = await saidBy(child.stdout, /listening on .*\n/);
  return said.trim().split(' ').at(-1) ?? '';
};

export const clientOn = (folder: string): StintClient =>
  createClient({ url: readServerFile(folder)?.url ?? '', token: readOwnerToken(folder) ?? '' });

/** A server for all tests of a file. */
export const useServer = (): {
  folder: string;
  client: () => StintClient;
  run: (...args: string[]) => Promise<Said>;
} => {
  const folder = useFolder();
  beforeAll(async () => {
    await startServer(folder);
  });
  return { folder, client: () => clientOn(folder), run: (...args) => stint([...args, '--data', folder]) };
};
