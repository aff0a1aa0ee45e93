import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readServerFile } from '../place.ts';
import { createClient, unwrap } from '../sdk/index.ts';
import { emptyFolder, endOf, saidBy, spawnStint, stint, useFolder } from './stint.suite.ts';
import { hasTmux, Pane } from './tmux.suite.ts';

const folder = useFolder();
const token = 't'.repeat(32);

const serve = (...args: string[]) => spawnStint(['serve', '--port', '0', '--data', folder, ...args]);
const line = /^stint is listening on http:\/\/127\.0\.0\.1:\d+\n$/;

const logOf = (data: string): string =>
  readdirSync(join(data, 'logs'))
    .map((name) => readFileSync(join(data, 'logs', name), 'utf8'))
    .join('');

describe('a server that does not stop', () => {
  /** Stops never; told of an interrupt it says so, and again when a second one is no longer the same. */
  const stuck = (stopMs: number) => {
    const module = pathToFileURL(join(import.meta.dirname, 'serving-signals.ts')).href;
    const script = `import { endOnSignals } from '${module}';
      const say = (word) => process.stdout.write(word + '\\n');
      const stop = () => { say('stopping'); setTimeout(say, 150, 'later'); return new Promise(() => setInterval(() => {}, 1000)); };
      void endOnSignals({ stop }, { duplicateMs: 100, stopMs: ${stopMs} });
      setInterval(() => {}, 1000);
      say('ready');`;
    return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  };

  it('is ended by a later Ctrl-C, not by one that comes twice', async () => {
    const child = stuck(60_000);
    const said = text(child.stderr);
    await saidBy(child.stdout, /ready/);
    child.kill('SIGINT');
    child.kill('SIGINT');
    await saidBy(child.stdout, /later/);
    expect(child.exitCode).toBe(null);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(await said).toMatch(/^stint: interrupted again; ended as it stood/);
  });

  it('is ended when it takes too long', async () => {
    const child = stuck(50);
    const said = text(child.stderr);
    await saidBy(child.stdout, /ready/);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(await said).toMatch(/^stint: it did not stop within 0.05 s; ended as it stood/);
  });
});

describe('stint serve', () => {
  it('says where it listens in one line on stdout, and its log is on stderr and in a file', async () => {
    const child = serve();
    const ended = endOf(child);
    const said = await saidBy(child.stdout, /\n/);
    expect(said).toMatch(line);
    child.kill('SIGTERM');
    const { code, stdout, stderr } = await ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: said });
    for (const log of [stderr, logOf(folder)])
      expect(log).toMatch(/listens on(.|\n)*"activeSessions":0,"msg":"stopped"/);
    expect(existsSync(join(folder, 'server.json'))).toBe(false);
  });

  it('keeps its log off stderr when it is told to', async () => {
    const child = serve('--quiet', '--log-level', 'debug');
    const ended = endOf(child);
    await saidBy(child.stdout, /\n/);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'drains and ends with 0 on %s, and once more of it changes nothing',
    async (signal) => {
      const child = serve();
      const ended = endOf(child);
      await saidBy(child.stdout, /\n/);
      child.kill(signal);
      child.kill(signal);
      child.kill('SIGTERM');
      expect((await ended).code).toBe(0);
    },
  );

  it('takes the owner’s token from its environment and hands it to nobody', async () => {
    const child = spawnStint(['serve', '--port', '0', '--data', folder, '--json'], { env: { STINT_TOKEN: token } });
    const { url, pid } = JSON.parse(await saidBy(child.stdout, /\n/)) as { url: string; pid: number };
    expect(pid).toBe(child.pid);
    unwrap(await createClient({ url, token }).GET('/api/me'));
    expect(logOf(folder)).not.toContain(token);
    expect(await stint(['ls', '--data', folder], { env: { STINT_TOKEN: token } })).toMatchObject({ code: 0 });
    expect(await stint(['ls', '--data', folder], { env: { STINT_TOKEN: 'w'.repeat(32) } })).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/does not know this token/) as string,
    });
    child.kill('SIGTERM');
    await once(child, 'exit');
  });

  it.each(['throw new Error("boom")', 'void Promise.reject(new Error("boom"))'])(
    'writes down an error that nobody caught, and ends with 1: %s',
    async (happening) => {
      const preload = join(folder, 'preload.mjs');
      const onSignal = `process.on('SIGUSR2', () => { ${happening} })`;
      writeFileSync(preload, `import { isMainThread } from 'node:worker_threads'; if (isMainThread) ${onSignal};`);
      const env = { NODE_OPTIONS: `--import=${preload}` };
      const child = spawnStint(['serve', '--port', '0', '--data', folder, '--quiet'], { env });
      const ended = endOf(child);
      await saidBy(child.stdout, /\n/);
      child.kill('SIGUSR2');
      expect((await ended).code).toBe(1);
      expect(logOf(folder)).toMatch(/"level":60.*"message":"boom"/);
      expect(await stint(['status', '--data', folder])).toMatchObject({ code: 3 });
    },
  );

  it.each([
    ['a token that is too short', [], { STINT_TOKEN: 'short' }, /STINT_TOKEN must have at least 32/],
    ['an address that others reach, without TLS', ['--host', '0.0.0.0'], {}, /--behind-proxy/],
    ['a data folder that can’t be', ['--data', '/proc/none/stint'], {}, /can't be written/],
  ])('refuses %s with a sentence and 1', async (_, args, env, sentence) => {
    const { code, stdout, stderr } = await stint(['serve', '--quiet', '--port', '0', '--data', folder, ...args], {
      env,
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr).toMatch(/^stint: [^\n]+\n$/);
  });

  it('refuses a port that is in use, and a folder that another server has', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const inUse = await stint(['serve', '--quiet', '--port', String(port), '--data', folder]);
    expect(inUse).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `stint: port ${port} is in use; choose another with --port (0 for any free one)\n`,
    });
    const byNpm = await stint(['serve', '--quiet', '--port', String(port), '--data', folder], {
      env: { npm_lifecycle_event: 'start' },
    });
    expect(byNpm.stderr).toBe(
      `stint: port ${port} is in use; choose another with: npm start -- --port 0 (any free one)\n`,
    );
    other.close();

    const first = serve();
    await saidBy(first.stdout, /\n/);
    const known = readServerFile(folder);
    const second = await stint(['serve', '--quiet', '--port', '0', '--data', folder]);
    expect(second).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(`${known?.url} (process ${first.pid})`) as string,
    });
    expect(readServerFile(folder)).toEqual(known);
    expect(await stint(['status', '--data', folder])).toMatchObject({ code: 0 });
    first.kill('SIGTERM');
    await once(first, 'exit');
  });
});

describe.skipIf(!hasTmux)('stint serve in a terminal (needs tmux)', () => {
  it('says after Ctrl-C that it stopped, and what goes on', async () => {
    const own = emptyFolder();
    const pane = await Pane.open();
    for (const said of [/^stopped\n/m, /^stopped; 1 active session goes on counting, /m]) {
      pane.enter(`clear; stint serve --port 0 --quiet --data ${own}; echo code $?`);
      await pane.shows(/Ctrl-C stops the server/);
      if (said.source.includes('active')) await stint(['start', '--for', '1h', '--data', own]);
      pane.press('C-c');
      expect(await pane.shows(/code 0/)).toMatch(said);
    }
  });
});
