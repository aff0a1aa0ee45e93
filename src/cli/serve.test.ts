import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readServerFile } from '../place.ts';
import { createClient, unwrap } from '../sdk/index.ts';
import { endOf, saidBy, spawnStint, stint, useFolder } from './stint.suite.ts';

const folder = useFolder();
const token = 't'.repeat(32);

const serve = (...args: string[]) => spawnStint(['serve', '--port', '0', '--data', folder, ...args]);
const line = /^stint is listening on http:\/\/127\.0\.0\.1:\d+\n$/;

const logOf = (data: string): string =>
  readdirSync(join(data, 'logs'))
    .map((name) => readFileSync(join(data, 'logs', name), 'utf8'))
    .join('');

describe('stint serve', () => {
  it('says where it listens in one line on stdout, and its log is on stderr and in a file', async () => {
    const child = serve();
    const ended = endOf(child);
    const said = await saidBy(child.stdout, /\n/);
    expect(said).toMatch(line);
    child.kill('SIGTERM');
    const { code, stdout, stderr } = await ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: said });
    for (const log of [stderr, logOf(folder)]) expect(log).toMatch(/"msg":"listening"(.|\n)*"msg":"stopped"/);
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
