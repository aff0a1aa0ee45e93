import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { isRunning, readOwnerToken, readServerFile } from '../place.ts';
import { unwrap } from '../sdk/index.ts';
import type { Session } from '../sdk/index.ts';
import { emptyFolder, endOf, saidBy, spawnStint, startServer, stint, stopServer, useServer } from './stint.suite.ts';

const { folder, client } = useServer();
const place = emptyFolder();

const run = (...args: string[]) => spawnStint(['run', '--data', folder, ...args], { cwd: place });
const ran = (...args: string[]) => endOf(run(...args));

const never = (): never => {
  throw new Error('no server runs');
};

const latest = async (): Promise<Session> => {
  const { sessions } = unwrap(await client().GET('/api/sessions', { params: { query: { limit: 1 } } }));
  return sessions[0] as Session;
};

describe('stint run', () => {
  it('leaves stdout to the command, ends with its code and sums up on stderr', async () => {
    const { code, stdout, stderr } = await ran(
      '--for',
      '5m',
      '--budget',
      '200k',
      '--name',
      'try',
      '--',
      'sh',
      '-c',
      'echo out; echo err >&2; exit 42',
    );
    expect({ code, stdout }).toEqual({ code: 42, stdout: 'out\n' });
    expect(stderr).toMatch(/^err\nstint {2}try {2}exit 42\ntime {3}\ds of 5m\ntokens 0 of 200k · 0 %\n$/);
    const session = await latest();
    expect(session).toMatchObject({
      name: 'try',
      status: 'completed',
      duration: 300_000,
      tokenBudget: 200_000,
      onDue: 'extend',
    });
    expect(session.run).toMatchObject({
      directory: place,
      pid: expect.any(Number) as number,
      pidStartedAt: expect.stringMatching(/^\d+$/) as string,
    });
  });

  it('sums up as JSON after the command’s own output, when asked', async () => {
    const { code, stdout, stderr } = await ran('--json', '--', 'echo', '--json', 'own');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [own, summary, end] = stdout.split('\n');
    expect([own, end]).toEqual(['--json own', '']);
    expect(JSON.parse(summary ?? '')).toMatchObject({
      exitCode: 0,
      overBy: 0,
      told: true,
      session: { status: 'completed', name: `echo in ${place.split('/').at(-1)}` },
    });
  });

  it.each([
    [['nosuchcommand'], 127, /there is no command “nosuchcommand”/],
    [['./plain'], 126, /is not executable/],
  ])('leaves no session of %j, which can’t be started, and ends with %d', async (words, exitCode, sentence) => {
    writeFileSync(join(place, 'plain'), '');
    const before = await latest();
    const { code, stdout, stderr } = await ran('--json', '--', ...words);
    expect(code).toBe(exitCode);
    expect(stderr).toMatch(sentence);
    expect(JSON.parse(stdout)).toEqual({
      session: null,
      exitCode,
      started: false,
      problem: expect.stringMatching(sentence) as string,
    });
    expect(await latest()).toEqual(before);
  });

  it('ends with 128 and the signal that its command died of', async () => {
    expect(await ran('--', 'sh', '-c', 'kill -TERM $$')).toMatchObject({
      code: 143,
      stderr: expect.stringContaining('SIGTERM') as string,
    });
  });

  it('passes the user’s environment on, less what is stint’s', async () => {
    const env = { STINT_DATA: folder, STINT_URL: '', npm_config_x: '1', INIT_CWD: '/', OWN: 'kept' };
    const { stdout } = await stint(['run', '--', 'env'], { env, cwd: place });
    expect(stdout).toMatch(/^OWN=kept$/m);
    expect(stdout).not.toMatch(/^(STINT_|npm_|INIT_CWD|NODE_CHANNEL)/m);
  });

  it('waits for the command when it is asked to end, and passes that on', async () => {
    const child = run('--', 'sh', '-c', "trap 'echo told; exit 5' TERM; echo ready; while :; do sleep 0.05; done");
    const ended = endOf(child);
    await saidBy(child.stdout, /ready/);
    child.kill('SIGINT');
    child.kill('SIGQUIT');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 5, stdout: 'ready\ntold\n' });
    expect((await latest()).status).toBe('completed');
  });

  it('says by how much it ran over, and extends the session by that', async () => {
    const { code, stderr } = await ran('--for', '1s', '--', 'sh', '-c', 'sleep 2.2');
    expect(code).toBe(0);
    expect(stderr).toMatch(/time {3}\ds of 1s · \ds over/);
    const { over, duration, elapsed } = await latest();
    expect({ over, duration }).toEqual({ over: true, duration: elapsed });
  });

  it('stops the command at the end of the time, when told to', async () => {
    const child = run(
      '--for',
      '1s',
      '--on-end',
      'stop',
      '--',
      'sh',
      '-c',
      "trap 'echo asked; exit 9' INT; while :; do sleep 0.05; done",
    );
    expect(await endOf(child)).toMatchObject({
      code: 9,
      stdout: 'asked\n',
      stderr: expect.stringMatching(/ {2}exit 9 {2}stopped: the time was up\n/) as string,
    });
    expect(await latest()).toMatchObject({ status: 'completed', duration: 1000, onDue: 'complete' });
  });

  it('stops it not before, when the time was extended meanwhile', async () => {
    const child = run(
      '--for',
      '2s',
      '--on-end',
      'stop',
      '--name',
      'longer',
      '--',
      'sh',
      '-c',
      'echo ready; sleep 3; echo finished',
    );
    const ended = endOf(child);
    await saidBy(child.stdout, /ready/);
    const path = { id: (await latest()).id };
    unwrap(await client().PATCH('/api/sessions/{id}', { params: { path }, body: { duration: 3_600_000 } }));
    expect(await ended).toMatchObject({
      code: 0,
      stdout: 'ready\nfinished\n',
      stderr: expect.stringMatching(/\ds of 1h/) as string,
    });
  });

  it('counts what the command’s agent leaves in its transcript', async () => {
    const config = join(place, 'agent');
    const project = join(config, 'projects', place.replaceAll(/[^A-Za-z0-9-]/g, '-'));
    mkdirSync(project, { recursive: true });
    const line = {
      type: 'assistant',
      sessionId: 's',
      requestId: 'r',
      message: {
        id: 'm',
        model: 'claude-opus-4',
        usage: { input_tokens: 1000, output_tokens: 200, cache_read_input_tokens: 50_000 },
      },
    };
    const script = `const line = ${JSON.stringify(line)}; line.timestamp = new Date().toISOString(); line.cwd = process.cwd(); require('fs').writeFileSync(${JSON.stringify(join(project, 's.jsonl'))}, JSON.stringify(line) + '\\n')`;
    const { code, stdout, stderr } = await stint(
      ['run', '--data', folder, '--json', '--', process.execPath, '-e', script],
      { cwd: place, env: { CLAUDE_CONFIG_DIR: 'agent' } },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      session: { tokensUsed: 1200, cacheRead: 50_000, run: { agentConfigDir: config } },
    });
  });
});

describe('stint run without its server', () => {
  it('goes on while the server is restarted, and tells the new one of the end', async () => {
    const go = join(place, 'go');
    const child = run('--json', '--', 'sh', '-c', `echo ready; while [ ! -e ${go} ]; do sleep 0.05; done`);
    const ended = endOf(child);
    await saidBy(child.stdout, /ready/);
    const before = readServerFile(folder)?.pid;
    await stopServer(folder);
    await startServer(folder);
    expect(readServerFile(folder)?.pid).not.toBe(before);
    writeFileSync(go, '');
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout.replace('ready\n', ''))).toMatchObject({ told: true, session: { status: 'completed' } });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'leaves one that was stopped with %s stopped; its next start ends the session when the command ended',
    async (signal) => {
      // Its time is up while no server runs, but after the command has ended.
      const child = run('--for', '6s', '--json', '--', 'sh', '-c', 'echo ready; sleep 2');
      const ended = endOf(child);
      await saidBy(child.stdout, /ready/);
      const { id } = await latest();
      const { pid, pidStartedAt } = readServerFile(folder) ?? never();
      process.kill(pid, signal);
      const { stdout, stderr, code } = await ended;
      expect(code).toBe(0);
      expect(isRunning(pid, pidStartedAt)).toBe(false);
      expect(readServerFile(folder)).toBeUndefined();
      expect(stderr).toMatch(/the command has ended; waiting up to 8 s for the server …\n/);
      expect(stderr).toMatch(/\(no server runs\); it ends the session with this moment when it runs again/);
      const told = JSON.parse(stdout.split('\n').at(-2) ?? '') as { endedAt: number; session: Session };
      expect(told).toMatchObject({ told: false, endKept: true, session: { id } });
      expect(told.session.elapsed).toBeLessThan(5000);
      await startServer(folder);
      const session = unwrap(await client().GET('/api/sessions/{id}', { params: { path: { id } } }));
      expect(session).toMatchObject({
        status: 'completed',
        duration: 6000,
        endTime: told.endedAt,
        elapsed: told.endedAt - session.startTime,
      });
      expect(readdirSync(join(folder, 'ended-runs'))).toEqual([]);
    },
    40_000,
  );

  it('has left the moment also when it is interrupted while it waits for the server', async () => {
    const child = run('--', 'sh', '-c', 'echo ready; sleep 1');
    const ended = once(child, 'exit');
    await saidBy(child.stdout, /ready/);
    const { id } = await latest();
    await stopServer(folder);
    await saidBy(child.stderr, /waiting up to 8 s/);
    const waitedAt = Date.now();
    child.kill('SIGINT');
    expect(await ended).toEqual([null, 'SIGINT']);
    await startServer(folder);
    const { status, endTime } = unwrap(await client().GET('/api/sessions/{id}', { params: { path: { id } } }));
    expect(status).toBe('completed');
    expect(endTime).toBeLessThan(waitedAt);
  });

  it('says that a server elsewhere can’t be told later when it ended', async () => {
    const elsewhere = emptyFolder();
    const url = await startServer(elsewhere);
    const env = { STINT_URL: url, STINT_TOKEN: readOwnerToken(elsewhere), STINT_DATA: emptyFolder() };
    const child = spawnStint(['run', '--json', '--', 'sh', '-c', 'echo ready; sleep 1'], { cwd: place, env });
    const ended = endOf(child);
    await saidBy(child.stdout, /ready/);
    await stopServer(elsewhere);
    const { stdout, stderr } = await ended;
    expect(stderr).toMatch(
      /its time goes on there, and the moment of the end can't be told later; end it with: stint done /,
    );
    expect(JSON.parse(stdout.split('\n').at(-2) ?? '')).toMatchObject({ told: false, endKept: false });
    expect(readdirSync(env.STINT_DATA)).toEqual([]);
  }, 40_000);

  it('stops the command all the same, and says honestly that nobody could be told', async () => {
    const child = run(
      '--for',
      '2s',
      '--on-end',
      'stop',
      '--json',
      '--',
      'sh',
      '-c',
      "trap 'exit 9' INT; echo ready; while :; do sleep 0.05; done",
    );
    const ended = endOf(child);
    await saidBy(child.stdout, /ready/);
    const { id } = await latest();
    await stopServer(folder);
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(9);
    expect(stderr).toMatch(
      /the server could not be told of the end \(no server runs\); it ends the session with this moment when it runs again/,
    );
    expect(JSON.parse(stdout.replace('ready\n', ''))).toMatchObject({ told: false, exitCode: 9, session: { id } });
    await startServer(folder);
    const path = { id };
    await vi.waitFor(
      async () =>
        expect(unwrap(await client().GET('/api/sessions/{id}', { params: { path } }))).toMatchObject({
          status: 'completed',
          duration: 2000,
        }),
      {
        timeout: 10_000,
      },
    );
  });

  it('starts one when none runs', async () => {
    await stopServer(folder);
    const { code, stderr } = await ran('--', 'true');
    expect(code).toBe(0);
    expect(stderr).toMatch(/starting one in the background/);
  });

  it('ends its session when it is killed itself', async () => {
    const child = run('--', 'sh', '-c', 'echo ready $$; exec sleep 60');
    const [, pid] = /ready (\d+)/.exec(await saidBy(child.stdout, /ready \d+\n/)) ?? [];
    const { id } = await latest();
    child.kill('SIGKILL');
    await once(child, 'exit');
    process.kill(Number(pid), 'SIGKILL');
    const path = { id };
    await vi.waitFor(
      async () =>
        expect(unwrap(await client().GET('/api/sessions/{id}', { params: { path } })).status).toBe('completed'),
      { timeout: 15_000, interval: 200 },
    );
  });
});
