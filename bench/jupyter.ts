import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { memoryOf } from './proc.ts';
import { scratchFolder } from './scratch.ts';
import { pause } from './statistics.ts';

/** A Jupyter server with kernels of Python, as Debian ships it: what sessions of code are measured against. */
export interface Jupyter {
  /** Starts a kernel; resolves when it has run its first command. */
  startKernel: () => Promise<Kernel>;
  stop: () => Promise<void>;
}

export interface Kernel {
  /** Resolves when the reply is here. */
  execute: (code: string) => Promise<void>;
  /** Of its process, MB. */
  memory: () => number;
}

export const hasJupyter = (): boolean => {
  const program = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'jupyter-server'))
    .find((file) => existsSync(file));
  if (program === undefined) return false;
  // Its first line says which Python it is of.
  const python = readFileSync(program, 'utf8').split('\n', 1)[0]!.slice(2).trim();
  return spawnSync(python, ['-c', 'import ipykernel'], { stdio: 'ignore' }).status === 0;
};

/** Sockets of the server that send at once; it leaves them to wait for more as it is shipped. */
const sendAtOnce = `
import socket
from tornado.iostream import IOStream
IOStream.set_nodelay = lambda self, value: self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
made = IOStream.__init__
def at_once(self, *args, **kwargs):
    made(self, *args, **kwargs)
    if self.socket.family in (socket.AF_INET, socket.AF_INET6):
        self.set_nodelay(True)
IOStream.__init__ = at_once
`;

export const startJupyter = async (isNoDelay: boolean): Promise<Jupyter> => {
  const folder = scratchFolder();
  const token = randomUUID();
  const port = await freePort();
  writeFileSync(join(folder, 'jupyter_server_config.py'), isNoDelay ? sendAtOnce : '');
  const args = [`--ServerApp.port=${port}`, `--ServerApp.token=${token}`, '--no-browser', '--allow-root'];
  const child = spawn('jupyter-server', [...args, `--ServerApp.root_dir=${folder}`], {
    env: { ...process.env, HOME: folder, JUPYTER_CONFIG_DIR: folder, JUPYTER_RUNTIME_DIR: folder },
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(child, `${url}/api?token=${token}`);
  const sockets: WebSocket[] = [];
  return {
    startKernel: async () => {
      const before = new Set(childrenOf(child.pid!));
      const response = await fetch(`${url}/api/kernels?token=${token}`, { method: 'POST' });
      const { id } = (await response.json()) as { id: string };
      const socket = new WebSocket(`ws://127.0.0.1:${port}/api/kernels/${id}/channels?token=${token}`);
      sockets.push(socket);
      await once(socket, 'open');
      const execute = executor(socket);
      await execute('1');
      const pid = childrenOf(child.pid!).find((one) => !before.has(one));
      return { execute, memory: () => (pid === undefined ? Number.NaN : memoryOf(pid).rss) };
    },
    stop: async () => {
      for (const socket of sockets) socket.close();
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
};

const executor = (socket: WebSocket): ((code: string) => Promise<void>) => {
  const waiting = new Map<string, () => void>();
  const session = randomUUID();
  socket.addEventListener('message', ({ data }) => {
    const { msg_type: type, parent_header: parent } = JSON.parse(String(data)) as Message;
    if (type === 'execute_reply') waiting.get(parent.msg_id ?? '')?.();
  });
  return (code) =>
    new Promise((resolve) => {
      const id = randomUUID();
      waiting.set(id, () => {
        waiting.delete(id);
        resolve();
      });
      const header = { msg_id: id, msg_type: 'execute_request', username: '', session, version: '5.3', date: '' };
      const content = { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false };
      socket.send(JSON.stringify({ channel: 'shell', header, parent_header: {}, metadata: {}, content, buffers: [] }));
    });
};

interface Message {
  msg_type: string;
  parent_header: { msg_id?: string };
}

const untilReady = async (child: ChildProcess, url: string): Promise<void> => {
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) throw new Error('jupyter-server ended at once');
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await pause(100);
  }
  throw new Error('jupyter-server does not answer');
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

const childrenOf = (pid: number): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((one) => one > 0 && parentOf(one) === pid);

const parentOf = (pid: number): number | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
};
