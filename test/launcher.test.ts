/** bin/stint.mjs on a Node that is too old: played by this one, which a preloaded line makes say that it is 20. */
import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const pretendOld =
  'data:text/javascript,if (!process.env.STINT_LAUNCHED) {' +
  "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });" +
  'process.execve = undefined; }';

/** Stands for src/cli/main.ts: says who it is, then counts signals until SIGTERM or does as it is told. */
const main = `
const [what, value] = process.argv.slice(2);
if (what === 'exit') process.exit(Number(value));
if (what === 'echo') process.stdin.pipe(process.stdout);
if (what === 'env') console.log(JSON.stringify(Object.keys(process.env).filter((key) => /^(STINT_LAUNCHED|NODE_CHANNEL)/.test(key))));
if (what === 'count') {
  const seen: string[] = [];
  for (const name of ['SIGINT', 'SIGHUP', 'SIGQUIT'] as const) process.on(name, () => console.log(seen.push(name), name));
  process.on('SIGTERM', () => process.exit(7));
}
if (what === 'wait' || what === 'count') { setInterval(() => {}, 1000); console.log(process.pid); }
`;

let root: string;
let started: ChildProcess[];

beforeEach(() => {
  started = [];
  root = mkdtempSync(join(tmpdir(), 'stint-launcher-'));
  cpSync(join(import.meta.dirname, '../bin'), join(root, 'bin'), { recursive: true });
  mkdirSync(join(root, 'src/cli'), { recursive: true });
  writeFileSync(join(root, 'src/cli/main.ts'), main);
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
});

afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(root, { recursive: true });
});

function installOwnNode() {
  const bin = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(process.execPath, join(bin, 'node'));
}

function stint(...args: string[]): ChildProcessByStdio<Writable, Readable, Readable> {
  const env = { ...process.env, XDG_CACHE_HOME: join(root, 'cache') };
  const command = ['--import', pretendOld, join(root, 'bin/stint.mjs'), ...args];
  // In a session of its own, without the terminal that the tests may be run from.
  const child = spawn(process.execPath, command, { stdio: ['pipe', 'pipe', 'pipe'], env, detached: true });
  started.push(child);
  return child;
}

const exitCodeOf = async (child: ReturnType<typeof stint>) => ((await once(child, 'exit')) as [number])[0];
const nextLine = async (child: ReturnType<typeof stint>) =>
  String(((await once(child.stdout, 'data')) as [Buffer])[0]).trim();

describe.skipIf(process.platform === 'win32')('stint on an old Node', () => {
  describe('with a Node of its own', () => {
    beforeEach(installOwnNode);

    it('passes the exit code on', async () => expect(await exitCodeOf(stint('exit', '42'))).toBe(42));

    it('hands stdin and stdout over', async () => {
      const child = stint('echo');
      child.stdin.end('hello');
      expect(await text(child.stdout)).toBe('hello');
    });

    it('leaves nothing of the launch in the environment', async () =>
      expect(await text(stint('env').stdout)).toBe('[]\n'));

    it('dies of the signal that its child dies of', async () => {
      const child = stint('wait');
      await nextLine(child);
      child.kill('SIGTERM');
      expect(await exitCodeOf(child)).toBe(128 + constants.signals.SIGTERM);
    });

    it('forwards each signal once, and ends after its child', async () => {
      const child = stint('count');
      await nextLine(child);
      for (const [index, signal] of (['SIGINT', 'SIGHUP', 'SIGQUIT'] as const).entries()) {
        child.kill(signal);
        expect(await nextLine(child)).toBe(`${index + 1} ${signal}`);
      }
      child.kill('SIGTERM');
      expect(await exitCodeOf(child)).toBe(7);
    });

    it('opens no debugger when it is asked to', async () => {
      const child = stint('count');
      const pid = Number(await nextLine(child));
      const said = text(child.stderr);
      for (const id of [child.pid ?? 0, pid]) process.kill(id, 'SIGUSR1');
      child.kill('SIGHUP');
      expect(await nextLine(child)).toBe('1 SIGHUP');
      child.kill('SIGTERM');
      expect(await exitCodeOf(child)).toBe(7);
      expect(await said).toBe('');
    });

    it('takes the child along when it is killed', async () => {
      const child = stint('wait');
      await nextLine(child);
      const closed = once(child.stdout, 'close');
      child.kill('SIGKILL');
      // The child holds the other end of this pipe for as long as it lives.
      await closed;
    });
  });

  it('says what to do when there is none, and fails', async () => {
    const child = stint();
    const [said, code] = await Promise.all([text(child.stderr), exitCodeOf(child)]);
    expect(said).toMatch(/^stint needs Node 24\.16 or newer and this is .+: run "npm ci" in .+\n$/);
    expect(code).not.toBe(0);
  });
});
