/** The wall clock is set while sessions run (R7). */
import { describe, expect, it } from 'vitest';
import { Problem } from '../contract/problem.ts';
import { sessionId } from '../journal/author.suite.ts';
import { minutes } from '../session/decider-specification.suite.ts';
import { elapsedMs } from '../session/time.ts';
import { FakeTime, startServer } from './alarm.suite.ts';
import { a, b, done, hour, pause, rename, resume, start, typesOf } from './runner.suite.ts';

type Server = Awaited<ReturnType<typeof startServer>>;

const elapsedOf = async ({ runner, clock }: Server, session = a): Promise<number> =>
  elapsedMs((await runner.state(session))!, clock.now());

const within2s = (actual: number, expected: number) => expect(Math.abs(actual - expected)).toBeLessThanOrEqual(2000);

const begin = async (duration = 0) => {
  const server = await startServer(new FakeTime());
  await server.runner.execute(a, [start({ duration })], done);
  return server;
};

describe.each([
  ['forward', hour],
  ['back', -hour],
])('a wall clock that is set %s by an hour', (_, by) => {
  it('moves the elapsed time of a session by no more than two seconds', async () => {
    const server = await begin();
    await server.time.pass(minutes(20));
    server.time.set(by);
    await server.time.pass(2000);
    expect(server.clock.now()).toBe(server.time.wall());
    within2s(await elapsedOf(server), minutes(20));
    await server.time.pass(minutes(20));
    within2s(await elapsedOf(server), minutes(40));
    expect(await typesOf(server.journal)).toEqual(['started', 'clock_adjusted']);
  });

  it('does not move when the session falls due', async () => {
    const server = await begin(minutes(50));
    await server.time.pass(minutes(20));
    server.time.set(by);
    await server.time.pass(minutes(20) - 2000);
    expect(await typesOf(server.journal)).toEqual(['started', 'clock_adjusted']);
    await server.time.pass(minutes(10) + 4000);
    expect(await typesOf(server.journal)).toEqual(['started', 'clock_adjusted', 'alert_raised', 'completed']);
    within2s(await elapsedOf(server), minutes(50));
  });

  it('leaves paused sessions alone, also after they are resumed', async () => {
    const server = await begin(minutes(50));
    await server.time.pass(minutes(20));
    await server.runner.execute(a, [pause], done);
    server.time.set(by);
    await server.time.pass(2000);
    await server.runner.execute(a, [resume], done);
    await server.time.pass(minutes(5));
    within2s(await elapsedOf(server), minutes(25));
    expect(await typesOf(server.journal)).toEqual(['started', 'paused', 'resumed']);
  });

  it('reaches every session that is active, however many', async () => {
    const server = await begin();
    const ids = Array.from({ length: 600 }, (_, n) => sessionId(n + 2));
    for (const id of ids) await server.runner.execute(id, [start({ duration: minutes(50) })], done);
    await server.time.pass(minutes(5));
    server.time.set(by);
    await server.time.pass(2000);
    for (const id of ids) within2s(await elapsedOf(server, id), minutes(5));
    expect(server.runner.owing()).toEqual([]);
  });

  it('while no server runs moves it no more', async () => {
    const server = await begin(hour * 3);
    await server.time.pass(minutes(20));
    await server.alarm.stop();
    await server.time.pass(minutes(20));
    server.time.set(by);
    await server.time.pass(minutes(20));
    const next = await startServer(server.time, server.journal, server.kept.anchor);
    within2s(await elapsedOf(next), minutes(60));
    await next.time.pass(minutes(20));
    within2s(await elapsedOf(next), minutes(80));
    expect(await typesOf(next.journal)).toEqual(['started', 'clock_adjusted']);
    // The new anchor is kept: another start finds nothing to tell.
    await next.alarm.stop();
    const third = await startServer(next.time, next.journal, next.kept.anchor);
    within2s(await elapsedOf(third), minutes(80));
  });

  it('while no server runs does not hide that a session fell due before', async () => {
    const server = await begin(minutes(50));
    await server.alarm.stop();
    await server.time.pass(hour * 2);
    server.time.set(by);
    await server.time.pass(hour * 2);
    const next = await startServer(server.time, server.journal, server.kept.anchor);
    expect((await typesOf(next.journal)).at(-1)).toBe('completed');
    expect(await elapsedOf(next)).toBe(minutes(50));
  });
});

describe('while sessions are told that the clock was set', () => {
  const heldWhileTold = async () => {
    const server = await begin(minutes(50));
    await server.time.pass(minutes(20) - 500);
    const release = server.journal.hold();
    server.time.set(hour);
    await server.time.pass(1000);
    return { server, release };
  };

  it('a command that comes meanwhile finds the clock already told', async () => {
    const { server, release } = await heldWhileTold();
    const renamed = server.runner.execute(a, [rename('x')], done);
    release();
    await renamed;
    expect(await typesOf(server.journal)).toEqual(['started', 'clock_adjusted', 'renamed']);
    within2s(await elapsedOf(server), minutes(20));
  });

  it('a session that was being started when it was set is told, one that is started after is not', async () => {
    const server = await startServer(new FakeTime());
    const release = server.journal.hold();
    const before = server.runner.execute(a, [start()], done);
    await server.time.pass(500);
    server.time.set(hour);
    await server.time.pass(600);
    const after = server.runner.execute(b, [start()], done);
    release();
    await Promise.all([before, after]);
    await server.time.pass(5000);
    expect(await typesOf(server.journal, a)).toEqual(['started', 'clock_adjusted']);
    expect(await typesOf(server.journal, b)).toEqual(['started']);
    within2s(await elapsedOf(server, a), 6100);
    within2s(await elapsedOf(server, b), 5000);
  });

  it('one that cannot be written is told again until it can', async () => {
    const { server, release } = await heldWhileTold();
    server.journal.failNext(...Array.from({ length: 2 }, () => new Problem('store_full', 'the disk is full')));
    release();
    await server.time.pass(500);
    expect(server.runner.owing()).toEqual([a]);
    expect(await typesOf(server.journal)).toEqual(['started']);
    await server.time.pass(5000);
    expect(server.runner.owing()).toEqual([]);
    expect(await typesOf(server.journal)).toEqual(['started', 'clock_adjusted']);
    expect(server.errors.length).toBeGreaterThan(0);
    within2s(await elapsedOf(server), minutes(20) + 6000);
  });

  it('one that is set twice is told what is owed in all', async () => {
    const { server, release } = await heldWhileTold();
    server.journal.failNext(new Problem('store_full', 'the disk is full'));
    release();
    server.time.set(-3 * hour);
    await server.time.pass(5000);
    expect(server.runner.owing()).toEqual([]);
    within2s(await elapsedOf(server), minutes(20) + 5500);
    expect(await typesOf(server.journal)).not.toContain('completed');
  });
});
