/** Real servers in processes of their own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, truncateSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { isRunning, processStart, readOwnerToken, readServerFile } from '../place.ts';
import { SessionClient } from '../sdk/index.ts';
import { ProcessManager } from './process-manager.ts';
import { cleanEnvironment, spawnStint, saidBy, endOf, stint, stopServer, useFolder } from './stint.suite.ts';

const folder = useFolder();
const server = new ProcessManager({ data: folder, env: cleanEnvironment({ HOME: folder }) });
const journals = join(folder, 'journals');

afterEach(() => stopServer(folder));

const clientOn = (): SessionClient =>
  new SessionClient({ url: readServerFile(folder)?.url ?? '', token: readOwnerToken(folder) ?? '' });

const bystander = async (): Promise<number> => {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  onTestFinished(() => void child.kill('SIGKILL'));
  return child.pid!;
};

describe('a process manager', () => {
  it('starts a server, knows it, and stops it', async () => {
    expect([await server.isServerRunning(), await server.getServerPid()]).toEqual([false, null]);
    await server.stopServer();
    const pid = (await server.startServer({ port: 0, maxCachedSessions: 2 }))!;
    expect(readServerFile(folder)).toMatchObject({ pid, pidStartedAt: processStart(pid) });
    expect([await server.isServerRunning(), await server.getServerPid()]).toEqual([true, pid]);
    expect(await server.startServer()).toBe(pid);
    const { output } = await clientOn().executeCommand('notes', ':server status');
    expect(output).toMatch(new RegExp(`^process {3}${pid}\naddress {3}http://127`));
    const startedAt = processStart(pid);
    await server.stopServer();
    expect([isRunning(pid, startedAt), await server.isServerRunning()]).toEqual([false, false]);
  });

  it('has one winner of two starts at once', async () => {
    const other = new ProcessManager({ data: folder, env: cleanEnvironment({ HOME: folder }) });
    const [one, two] = await Promise.all([server.startServer({ port: 0 }), other.startServer({ port: 0 })]);
    expect(one).toBe(two);
    expect(await server.getServerPid()).toBe(one);
    expect(readServerFile(folder)?.pid).toBe(one);
  });

  it.each([
    ['was started before', (pid: number) => String(Number(processStart(pid)) - 1)],
    ['is one of which it is not known when that was started', () => undefined],
  ])('takes no process for the server that has got its pid and %s', async (_, startedAt) => {
    const pid = await bystander();
    const left = { url: 'http://127.0.0.1:9', pid, startedAt: 0, version: '0', pidStartedAt: startedAt(pid) };
    writeFileSync(join(folder, 'server.json'), JSON.stringify(left));
    expect([await server.isServerRunning(), await server.getServerPid()]).toEqual([false, null]);
    await server.stopServer();
    expect(isRunning(pid, processStart(pid))).toBe(true);
    const started = await server.startServer({ port: 0 });
    expect(started).not.toBe(pid);
    expect(await server.getServerPid()).toBe(started);
    expect(isRunning(pid, processStart(pid))).toBe(true);
  });

  it('says what keeps a server from starting', async () => {
    await expect(server.startServer({ prot: 1 })).rejects.toThrow(/there is no prot; there is port, sessionDir/);
    await expect(server.startServer({ port: true })).rejects.toThrow(/port: must be a text or a number/);
    await expect(server.startServer({ port: 99_999 })).rejects.toThrow(/could not be started/);
    writeFileSync(join(folder, 'config.json'), '{"cached": 3}');
    await expect(server.startServer()).rejects.toThrow(/config\.json: there is no cached/);
    rmSync(join(folder, 'config.json'));
  });
});

describe('a folder of sessions', () => {
  it('is caught up with after a kill -9, whatever the last line was', async () => {
    const pid = (await server.startServer({ port: 0, sessionDir: journals }))!;
    const client = clientOn();
    for (const n of [1, 2, 3]) await client.executeCommand('killed', `var n = ${n}; n`);
    const file = join(journals, 'killed.jsonl');
    const lines = () => readFileSync(file, 'utf8').split('\n');
    await vi.waitFor(() => expect(lines()).toHaveLength(11));
    const whole = readFileSync(file, 'utf8');
    const startedAt = processStart(pid);
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(isRunning(pid, startedAt)).toBe(false));
    truncateSync(file, statSync(file).size - 100);
    await server.startServer({ port: 0, sessionDir: journals });
    await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toBe(whole));
    await clientOn().executeCommand('killed', 'n');
    await clientOn().forceSave('killed');
    expect(readFileSync(file, 'utf8').startsWith(whole)).toBe(true);
    expect(lines().filter((line) => line.includes('"input"'))).toHaveLength(4);
  });
});

describe('stint serve', () => {
  it('is told by its file and its options, and stopped by a word', async () => {
    writeFileSync(join(folder, 'config.json'), '{"port": 0, "sessionDir": "told", "sessionCpuMs": 50}');
    onTestFinished(() => rmSync(join(folder, 'config.json')));
    const child = spawnStint(['serve', '--data', folder, '--quiet', '--max-cached-sessions', '1'], {
      env: { HOME: folder },
    });
    const ended = endOf(child);
    await saidBy(child.stdout, /listening on/);
    const client = clientOn();
    expect((await client.executeCommand('told', 'for (;;);')).output).toMatch(/stopped after 0\.05 s of CPU/);
    await client.executeCommand('other', '1');
    const { output } = await client.executeCommand('other', ':server status');
    expect(output).toMatch(/sessions {2}1 in memory, [3-9] in all$/);
    expect(readFileSync(join(folder, 'told', 'told.jsonl'), 'utf8')).toContain('for (;;);');
    expect(await client.executeCommand('other', ':server stop')).toEqual({
      output: 'the server stops; what was answered is on disk',
      shouldExit: false,
    });
    expect((await ended).code).toBe(0);
    const refused = await stint(['serve', '--data', folder, '--save-interval', '0.01s']);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/saveIntervalMs: .*100/) as string });
    writeFileSync(join(folder, 'a file'), '');
    const noFolder = await stint(['serve', '--data', folder, '--session-dir', join(folder, 'a file')]);
    expect(noFolder).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/sessionDir: .* can't be written/) as string,
    });
    const nowhere = await stint(['serve', '--data', folder, '--session-dir', '/proc/none/journals']);
    expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringMatching(/can't be written/) as string });
  });
});
