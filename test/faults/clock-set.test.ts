import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { unwrap } from '../../src/sdk/index.ts';
import type { Schemas, StintClient } from '../../src/sdk/index.ts';
import { newFolder } from './data-folder.ts';
import { describeWhere } from './needs.ts';
import { record, startSession } from './operations.ts';
import { ServerProcess, token } from './server-process.ts';
import { SetClock } from './set-clock.ts';

const hour = 3600_000;
/** Long enough for the clock to be set before it is over, also on a busy machine. */
const soonMs = 5000;
const launcher = join(import.meta.dirname, '../../bin/stint.mjs');

/** How much of a session's time may come or go when the clock is set. */
const toleratedMs = 2000;

describeWhere('faketime', 'the wall clock is set under a server and a run', () => {
  it.each([
    ['forward', hour],
    ['back', -hour],
  ])('%s by an hour: nothing falls due by it', { timeout: 60_000 }, async (_, by) => {
    const clock = new SetClock();
    const server = await ServerProcess.start(newFolder(), { env: clock.env });
    const client = server.client();
    const asked = performance.now();
    // One that has its end within the hour, and one that is to be told when ten minutes are left.
    const [near, far] = [await startSession(client, hour / 2), await startSession(client, 3 * hour)];
    const started = performance.now();
    const run = runUntilTold(server, clock);
    await expect.poll(() => openRun(client), { timeout: 15_000 }).toBeDefined();
    const runSeen = performance.now();
    const ofRun = await openRun(client);
    await record(client, near, 'before');
    const soon = await startSession(client, soonMs);

    clock.set(by);
    await expect
      .poll(async () => typesOf(await eventsOf(client, near)), { timeout: 10_000 })
      .toContain('clock_adjusted');
    await record(client, near, 'after');
    for (const id of [near, far]) {
      const least = performance.now() - started;
      const { status, elapsed } = await sessionOf(client, id);
      expect(status).toBe('active');
      expectWithin(elapsed, least, performance.now() - asked);
    }
    await expect.poll(async () => (await sessionOf(client, soon)).status, { timeout: 15_000 }).toBe('completed');
    expect(Math.abs((await sessionOf(client, soon)).elapsed - soonMs)).toBeLessThan(50);

    expect(typesOf(await eventsOf(client, near))).toEqual([
      'started',
      'tokens_recorded',
      'clock_adjusted',
      'tokens_recorded',
    ]);
    expect(typesOf(await eventsOf(client, far))).toEqual(['started', 'clock_adjusted']);
    expect(typesOf(await eventsOf(client, soon))).toEqual(['started', 'clock_adjusted', 'completed']);
    const [set] = (await eventsOf(client, far)).slice(1);
    expect(Math.abs(Number(set?.data['by']) - by)).toBeLessThan(toleratedMs);

    const leastRun = performance.now() - runSeen;
    const mostRun = await run.end();
    const ended = await sessionOf(client, ofRun?.id ?? '');
    expect(ended).toMatchObject({ status: 'completed', outcome: 'completed' });
    expectWithin(ended.elapsed, leastRun, mostRun);
    await setBackWhileDown(server, clock, near);
  });
});

/** Sets it back to what it was while no server runs: the next one tells its sessions. */
const setBackWhileDown = async (server: ServerProcess, clock: SetClock, id: string): Promise<void> => {
  const asked = performance.now();
  const before = await sessionOf(server.client(), id);
  const answered = performance.now();
  await server.killHard();
  clock.set(0);
  const next = await ServerProcess.start(server.folder, { env: clock.env });
  const least = performance.now() - answered;
  const after = await sessionOf(next.client(), id);
  expect(after.status).toBe('active');
  expectWithin(after.elapsed - before.elapsed, least, performance.now() - asked);
  expect(typesOf(await eventsOf(next.client(), id)).filter((type) => type === 'alert_raised')).toEqual([]);
};

/** Between what surely passed and what may have passed, but for what a clock that is set may take or give. */
const expectWithin = (elapsed: number, least: number, most: number): void => {
  expect(elapsed).toBeGreaterThan(least - toleratedMs);
  expect(elapsed).toBeLessThan(most + toleratedMs);
};

/** A `stint run` under the same clock, of a command that goes on until it is told to end. */
const runUntilTold = (server: ServerProcess, clock: SetClock): { end: () => Promise<number> } => {
  const env = { ...process.env, ...clock.env, HOME: server.folder, STINT_URL: '', STINT_TOKEN: token };
  const child = spawn(process.execPath, [launcher, 'run', '--data', server.folder, '--for', '30m', '--', 'cat'], {
    stdio: ['pipe', 'ignore', 'pipe'],
    cwd: newFolder(),
    env,
  });
  const from = performance.now();
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    /** Resolves to how long its process was there, ms. */
    end: async () => {
      const ended = once(child, 'exit');
      child.stdin.end();
      expect((await ended)[0]).toBe(0);
      return performance.now() - from;
    },
  };
};

const openRun = async (client: StintClient): Promise<Schemas['Session'] | undefined> =>
  unwrap(await client.GET('/api/sessions')).sessions.find(
    ({ run, status }) => run !== undefined && status === 'active',
  );

const sessionOf = async (client: StintClient, id: string): Promise<Schemas['SessionWithCheckpoints']> =>
  unwrap(await client.GET('/api/sessions/{id}', { params: { path: { id } } }));

const eventsOf = async (client: StintClient, id: string): Promise<Schemas['SessionEvent'][]> =>
  unwrap(await client.GET('/api/sessions/{id}/events', { params: { path: { id } } })).events;

const typesOf = (events: readonly { type: string }[]): string[] => events.map(({ type }) => type);
