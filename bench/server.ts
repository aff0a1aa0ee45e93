import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A real server in a process of its own, with everything on, as `stint serve` starts it. */
export interface Server {
  url: string;
  token: string;
  /** Of the process that was started; the server's own, unless a launcher stands in front of it. */
  pid: number;
  /** From the start of the process to the line that says where it listens. */
  readyMs: number;
  /** Sends and hears messages when it was started with `observed`. */
  child: ChildProcess;
  /** SIGTERM; resolves when the process is gone. */
  stop: () => Promise<void>;
  /** SIGKILL. */
  kill: () => Promise<void>;
}

export interface ServerOptions {
  folder: string;
  /** Modules to load first: they observe the server from the inside. */
  observedBy?: URL;
  /** Heap of the server's main thread at most, MB. */
  heapMb?: number;
  /** Another Node than this one. */
  node?: string;
  /** On top of the usual; agents' files are looked for there. In a folder of its own when absent. */
  env?: NodeJS.ProcessEnv;
  /** What is started; the checkout's own when absent. */
  from?: string;
  /** More for its command line. */
  args?: readonly string[];
}

export const launcher = fileURLToPath(new URL('../bin/stint.mjs', import.meta.url));
const running = new Set<Server>();
const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

export const startServer = async (options: ServerOptions): Promise<Server> => {
  const {
    folder,
    observedBy,
    heapMb,
    node = process.execPath,
    from: started = launcher,
    env = nobody(folder),
    args = [],
  } = options;
  const token = randomBytes(24).toString('hex');
  const flags = [
    ...(observedBy ? ['--import', observedBy.href] : []),
    ...(heapMb === undefined ? [] : [`--max-old-space-size=${heapMb}`]),
  ];
  const from = performance.now();
  const child = spawn(node, [...flags, started, 'serve', '--port', '0', '--data', folder, ...args], {
    env: { ...cleanEnvironment(), ...env, STINT_TOKEN: token },
    stdio: ['ignore', 'pipe', 'pipe', ...(observedBy ? (['ipc'] as const) : [])],
  });
  children.add(child);
  const exited = once(child, 'exit').finally(() => children.delete(child));
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    running.delete(server);
    child.kill(signal);
    await exited;
  };
  const url = await listeningUrl(child, exited);
  const readyMs = performance.now() - from;
  const server: Server = {
    url,
    token,
    pid: child.pid ?? 0,
    readyMs,
    child,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
  running.add(server);
  return server;
};

/** A home in which no agent has left anything. */
const nobody = (folder: string): NodeJS.ProcessEnv => ({
  HOME: folder,
  XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
});

/** Ends what a measure that failed has left. */
export const stopServers = async (): Promise<void> => {
  await Promise.all([...running].map((server) => server.stop()));
};

/** Nothing of the caller's own stint, and no flags that change Node: they would make the compile cache miss. */
export const cleanEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(STINT_|NODE_OPTIONS$|npm_)/.test(name)));

const listeningUrl = async (child: ChildProcess, exited: Promise<unknown[]>): Promise<string> => {
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('the server was started without pipes');
  let errors = '';
  stderr.on('data', (text) => (errors = (errors + String(text)).slice(-4000)));
  const heard = new Promise<string>((resolve) => {
    createInterface(stdout).on('line', (line) => {
      const url = /^stint is listening on (\S+)/.exec(line)?.[1];
      if (url) resolve(url);
    });
  });
  const gone = exited.then(([code]) =>
    Promise.reject(new Error(`the server ended with ${String(code)} and said:\n${errors}`)),
  );
  return Promise.race([heard, gone]);
};

export const call = async ({ url, token }: Server, path: string, body?: unknown): Promise<Record<string, unknown>> => {
  const response = await fetch(url + path, {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
};

/** Starts sessions that stay active for longer than any measure; returns their ids. */
export const startSessions = async (server: Server, count: number): Promise<string[]> => {
  const ids: string[] = [];
  const start = async (i: number): Promise<string> => {
    const body = { name: `bench ${i}`, duration: 5 * 3600_000, tokenBudget: 1_000_000_000_000 };
    return String((await call(server, '/api/sessions', body))['id']);
  };
  while (ids.length < count) {
    const at = ids.length;
    ids.push(...(await Promise.all(Array.from({ length: Math.min(64, count - at) }, (_, i) => start(at + i)))));
  }
  return ids;
};
