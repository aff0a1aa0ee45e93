/** What is published: packed, installed into an empty folder as its users install it, and used from there. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);
const token = 'a-token-for-the-package-0123456789abcdef';
/** It grows with what it can do: it is raised when something is added, and not to let something in. */
const largestKilobytes = 640;

/** Nothing of the checkout and its npm, which may have run these tests; the checkout's Node comes first. */
const environment = (folder: string): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|STINT_|NODE_OPTIONS|VITEST)/i.test(name)),
  ),
  PATH: `${join(process.execPath, '..')}:${process.env['PATH'] ?? ''}`,
  STINT_DATA: join(folder, 'data'),
  STINT_TOKEN: token,
});

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'stint-package-')));
const env = environment(folder);
const inFolder = { cwd: folder, env };
const launcher = join(folder, 'node_modules', 'stint-server', 'bin', 'stint.mjs');
let tarball: string;
let server: ChildProcess;
let url: string;

const stint = async (...args: string[]) => (await run(process.execPath, [launcher, ...args], inFolder)).stdout;

const startServer = async (): Promise<void> => {
  server = spawn(process.execPath, [launcher, 'serve', '--port', '0', '--quiet'], {
    ...inFolder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(server.stdout as NodeJS.ReadableStream)) {
    const found = /^stint is listening on (\S+)/.exec(line);
    if (found?.[1] === undefined) continue;
    url = found[1];
    return;
  }
  throw new Error('the server did not start');
};

beforeAll(async () => {
  const packed = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root, env });
  // What is built while it is packed may be said first.
  const [{ filename }] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('['))) as [{ filename: string }];
  tarball = join(folder, filename);
  writeFileSync(join(folder, 'package.json'), '{"type":"module","private":true}');
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], inFolder);
  await startServer();
}, 120_000);

afterAll(() => {
  server.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

describe('the tarball', () => {
  it('holds what runs and nothing of how it is made', async () => {
    const { stdout } = await run('tar', ['-tzf', tarball]);
    const files = stdout.split('\n').filter(Boolean);
    expect(files.length).toBeGreaterThan(100);
    const odd = files.filter(
      (file) =>
        !/^package\/(bin|dist|web|packaging|package\.json|README\.md|LICENSE|NOTICES\.md|CHANGELOG\.md)/.test(file) ||
        (file.endsWith('.ts') && !/^package\/dist\/((contract|sdk)\/.*|cli\/process-manager)\.d\.ts$/.test(file)) ||
        /\.map$|\.(test|suite)\.|journal\/memory-|openapi\.json/.test(file),
    );
    expect(odd).toEqual([]);
    expect(statSync(tarball).size / 1024).toBeLessThan(largestKilobytes);
  });
});

describe('the installed package', () => {
  it('serves its API, pages and description', async () => {
    for (const path of [
      '/docs',
      '/docs/static/swagger-ui.css',
      '/openapi.json',
      '/openapi.yaml',
      '/ui/',
      '/sign-in',
      '/health',
    ]) {
      const { status } = await fetch(url + path);
      expect([path, status]).toEqual([path, 200]);
    }
  });

  it('keeps sessions: its command line, its writer thread and its reader thread work', async () => {
    const name = 'from the package';
    await stint('start', name);
    const { sessions } = JSON.parse(await stint('ls', 'package', '--json')) as { sessions: { name: string }[] };
    expect(sessions).toMatchObject([{ name }]);
    // A search by name is the reader thread's.
    const response = await fetch(`${url}/api/sessions?q=package`, { headers: { authorization: `Bearer ${token}` } });
    expect(await response.json()).toMatchObject({ sessions: [{ name }] });
  });

  it('has a typed client', async () => {
    const script = (title: string) => `
      import { createClient, unwrap } from 'stint-server/sdk';
      const client = createClient({ url: '${url}', token: '${token}' });
      const { sessions } = unwrap(await client.GET('/api/sessions'));
      const first = sessions[0]?.${title};
      console.log(first);`;
    writeFileSync(join(folder, 'good.ts'), script('name?.toUpperCase()'));
    writeFileSync(join(folder, 'bad.ts'), script('nmae'));
    const options = ['--noEmit', '--strict', '--target', 'es2024', '--module', 'nodenext', '--types', ''];
    const tsc = (file: string) => run(join(root, 'node_modules', '.bin', 'tsc'), [...options, file], inFolder);
    await tsc('good.ts');
    await expect(tsc('bad.ts')).rejects.toMatchObject({ stdout: expect.stringContaining("'nmae'") as string });
    const { stdout } = await run(process.execPath, ['good.ts'], inFolder);
    expect(stdout).toContain('FROM THE PACKAGE');
  });

  it('runs code in a sandbox, and says of which types it is', async () => {
    expect(await stint('exec', 'notes', 'const f = (n) => n * 2; [f(21), await Promise.resolve(1)]')).toBe(
      '[ 42, 1 ]\n',
    );
    expect(await stint('exec', 'notes', 'f(1)')).toBe('2\n');
    writeFileSync(
      join(folder, 'types.ts'),
      `import { AccessMode } from 'stint-server/session-server';
       import type { ISessionClient, SessionEvent } from 'stint-server/session-server';
       export const mode: AccessMode.ReadOnly = AccessMode.ReadOnly;
       export const first = (events: SessionEvent[]): string | undefined => events[0]?.type;
       import { SessionClient } from 'stint-server/sdk';
       export const run = (client: ISessionClient) => client.executeCommand('notes', '1');
       export const ran = run(new SessionClient({ url: '', token: '' }));
       import { ProcessManager } from 'stint-server/process-manager';
       import type { IProcessManager } from 'stint-server/session-server';
       export const server: IProcessManager = new ProcessManager({ data: '.' });`,
    );
    const options = ['--noEmit', '--strict', '--target', 'es2024', '--module', 'nodenext', '--types', '', 'types.ts'];
    await run(join(root, 'node_modules', '.bin', 'tsc'), options, inFolder);
  });

  it('drains when it is told to stop', async () => {
    const ended = once(server, 'exit');
    expect(await stint('stop')).toContain(`stopped ${url}`);
    expect(await ended).toEqual([0, null]);
  });
});
