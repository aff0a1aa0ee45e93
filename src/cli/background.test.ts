import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isRunning, processStart, readServerFile } from '../place.ts';
import { stint, stopServer, useFolder } from './stint.suite.ts';

const folder = useFolder();
const run = (...args: string[]) => stint([...args, '--data', folder]);
const pidOf = (): number => {
  const pid = readServerFile(folder)?.pid;
  // kill(0) would be the end of the tests themselves.
  if (pid === undefined) throw new Error('no server runs');
  return pid;
};

afterEach(() => stopServer(folder));

describe('a command that finds no server', () => {
  it('starts one that stays, says so on stderr, and does what was asked', async () => {
    const { code, stdout, stderr } = await run('start', 'first', '--for', '1h', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ name: 'first', status: 'active' });
    expect(stderr).toMatch(
      /^stint: no server runs; starting one in the background …\nstint: it listens on http:\S+ and stays; end it with: stint stop\n$/,
    );
    const pid = pidOf();
    expect(await run('ls')).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('first') as string });
    expect(pidOf()).toBe(pid);
  });

  it('gives it a session of its own, so that it does not end with the terminal', async () => {
    await run('ls');
    const fields = readFileSync(`/proc/${pidOf()}/stat`, 'latin1').split(') ').pop()?.split(' ') ?? [];
    const [group, session, terminal] = fields.slice(2, 5);
    expect({ group, session, terminal }).toEqual({ group: String(pidOf()), session: String(pidOf()), terminal: '0' });
  });

  it('has it listen elsewhere while something else has the usual port', async () => {
    const taker = createServer();
    // Whoever has it, it is taken.
    await new Promise<void>((resolve) => {
      taker.once('error', () => resolve());
      taker.listen(8082, '127.0.0.1', () => resolve());
    });
    expect(await run('ls')).toMatchObject({ code: 0 });
    expect(new URL(readServerFile(folder)?.url ?? '').port).not.toBe('8082');
    taker.close();
  });

  it('makes one server with all the others that look at the same time', async () => {
    const said = await Promise.all(Array.from({ length: 6 }, (_, i) => run('start', `at once ${i}`, '--for', '1h')));
    expect(said.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(said.filter(({ stderr }) => stderr.includes('it listens on'))).toHaveLength(1);
    const { stdout } = await run('ls', 'at once', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ total: 6 });
  });

  it('says why the server could not be started', async () => {
    writeFileSync(join(folder, 'not a folder'), '');
    const { code, stdout, stderr } = await stint(['ls', '--data', join(folder, 'not a folder')]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/can't be written .*choose another with --data/);
    const nowhere = await stint(['ls', '--data', '/proc/none/stint']);
    expect(nowhere).toMatchObject({ code: 3, stderr: expect.stringMatching(/can't be written/) as string });
    const refused = await stint(['ls', '--data', folder], { env: { STINT_TOKEN: 'short' } });
    expect(refused).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/could not be started: STINT_TOKEN must/) as string,
    });
  });

  it('is not misled by what a server that was killed has left', async () => {
    await run('ls');
    const pid = pidOf();
    const startedAt = processStart(pid);
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(isRunning(pid, startedAt)).toBe(false));
    expect(await run('status')).toMatchObject({ code: 3, stdout: '' });
    const { stderr } = await run('ls');
    expect(stderr).toContain('starting one');
    expect(pidOf()).not.toBe(pid);
    expect((await run('status')).stdout).toContain('did not stop cleanly');
  });

  it('waits for one that is stopping, and then starts its own', async () => {
    await run('ls');
    const pid = pidOf();
    process.kill(pid, 'SIGTERM');
    expect(await run('ls')).toMatchObject({ code: 0 });
    expect(pidOf()).not.toBe(pid);
  });
});

describe('stint status and stop', () => {
  it('tell of the server, stop it and wait for its end', async () => {
    await run('start', 'one', '--for', '1h');
    const status = await run('status', '--json');
    expect(status.code).toBe(0);
    expect(JSON.parse(status.stdout)).toMatchObject({ pid: pidOf(), store: { state: 'writable' } });
    const { pid = 0, pidStartedAt, url } = readServerFile(folder) ?? {};
    expect(await run('stop', '--json')).toMatchObject({
      code: 0,
      stdout: `${JSON.stringify({ stopped: pid, url })}\n`,
    });
    expect(isRunning(pid, pidStartedAt)).toBe(false);
    expect(existsSync(join(folder, 'server.json'))).toBe(false);
    expect(await run('status')).toMatchObject({ code: 3, stderr: expect.stringContaining('stint serve') as string });
    expect(await run('stop')).toMatchObject({ code: 3 });
  });

  it('leave a process alone that got the server’s pid', async () => {
    const bystander = spawn('sleep', ['60']);
    await once(bystander, 'spawn');
    const pid = bystander.pid ?? 0;
    const startedAt = String(Number(processStart(pid)) - 1);
    const stale = { url: 'http://127.0.0.1:9', pid, startedAt: 0, version: '0', pidStartedAt: startedAt };
    writeFileSync(join(folder, 'server.json'), JSON.stringify(stale));
    expect(await run('stop')).toMatchObject({ code: 3 });
    expect(bystander.exitCode).toBe(null);
    expect(isRunning(pid, processStart(pid))).toBe(true);
    rmSync(join(folder, 'server.json'));
    bystander.kill('SIGKILL');
  });

  it.each(['', 'null', '{"pid":"1"}', '{"url":"x","pid":-1}', '{'])(
    'take %j in server.json for no server',
    async (left) => {
      writeFileSync(join(folder, 'server.json'), left);
      expect(await run('stop')).toMatchObject({ code: 3 });
      expect(await run('ls', '--no-start')).toMatchObject({ code: 3 });
      rmSync(join(folder, 'server.json'));
    },
  );
});
