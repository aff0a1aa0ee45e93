import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

/** What changes names and files: a process can be killed at each of these. */
export const changes = 'rename,unlink,rmdir,mkdir,ftruncate,fsync,fdatasync';
export const changesAndWrites = `${changes},pwrite64,copy_file_range`;

const root = join(import.meta.dirname, '../..');

/** The program of this repository, as a user runs it. */
export const stint = (...args: string[]): string[] => [join(root, 'bin/stint.mjs'), ...args];

/** A line of a module, for what has no command of its own. `from` is a module of src/. */
export const script = (names: string, from: string, line: string): string[] => {
  const url = pathToFileURL(join(root, 'src', from)).href;
  // Workers take over how Node was told to read what is evaluated, and can't: so this is no module.
  return ['-e', `void import(${JSON.stringify(url)}).then(async ({ ${names} }) => { ${line} })`];
};

/** Runs a command to its end. */
export const runStint = async (...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> => {
  const child = spawn(process.execPath, stint(...args), { stdio: ['ignore', 'pipe', 'pipe'], env: environment() });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
};

/** Nothing of the tester's own stint; compiled code is shared, as it is for a user. */
const environment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('STINT_'))),
  HOME: tmpdir(),
  XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  NODE_OPTIONS: '',
});

/** Runs Node and kills it, as a power cut would, as it begins the `n`th of these system calls. False when it came to its end. */
export const killAt = async (args: readonly string[], calls: string, n: number): Promise<boolean> => {
  const inject = `--inject=${calls}:signal=SIGKILL:when=${n}`;
  const strace = ['-f', '-qq', '-o', '/dev/null', `--trace=${calls}`, '--signal=none', inject];
  const child = spawn('strace', [...strace, process.execPath, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: environment(),
  });
  const [said, [code, signal]] = await Promise.all([
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  if (code === 0) return false;
  // strace ends as what it traced did.
  if (signal === 'SIGKILL' || code === 137) return true;
  throw new Error(`it was neither killed nor well (${code}): ${said}`);
};
