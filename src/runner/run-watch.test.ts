import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Run } from '../contract/event.ts';
import { Problem } from '../contract/problem.ts';
import { sessionId } from '../journal/author.suite.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { endedRunsIn, isRunning, processStart, removeEndedRun, writeEndedRun } from '../place.ts';
import { countChanges, summarize } from '../projections/summary.ts';
import { startTime } from '../session/decider-specification.suite.ts';
import { RunWatch } from './run-watch.ts';
import { a, b, handClock, HeldJournal, hour, newRunner, start, typesOf } from './runner.suite.ts';
import { Life, ok, response, Workplace } from './run-usage.suite.ts';

/** A process that runs until it is killed. */
const command = async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  return child;
};

const killed = async (child: ChildProcess) => {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
};

/** As `stint run` says it. */
const runOf = ({ pid }: ChildProcess): Run => ({
  directory: '/work',
  pid: pid!,
  pidStartedAt: processStart(pid!) ?? 'unknown',
});

/** What runs left behind, in a data folder. */
const leftBehind = () => {
  const folder = mkdtempSync(join(tmpdir(), 'stint-ended-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return {
    folder,
    write: (session: string, endedAt: number) => writeEndedRun(folder, { session, endedAt }),
    list: () => endedRunsIn(folder),
    forget: (session: string) => removeEndedRun(folder, session),
  };
};

const begin = (journal = new HeldJournal()) => {
  const clock = handClock();
  const runner = newRunner(journal, clock);
  const errors: string[] = [];
  const onError = (error: unknown) => void errors.push((error as Error).message);
  const ended = leftBehind();
  const newWatch = () => new RunWatch({ runner, sessions: journal, isRunning, ended, onError });
  const statusOf = async (session: string) => (await runner.state(session))?.status;
  return { journal, runner, errors, newWatch, watch: newWatch(), statusOf, clock, ended };
};

describe('a session', () => {
  it('is completed when the process of its run is gone', async () => {
    const { journal, runner, watch, statusOf, errors } = begin();
    const child = await command();
    await runner.execute(a, [start({ run: runOf(child) })], ok);
    await watch.look();
    expect(await statusOf(a)).toBe('active');
    await killed(child);
    await watch.look();
    expect(await statusOf(a)).toBe('completed');
    expect(await journal.read(a, { after: 0, limit: 9 })).toMatchObject([
      { type: 'completed', data: { reason: 'run_lost' } },
    ]);
    expect(errors).toEqual([]);
  });

  it('is completed also while it is paused', async () => {
    const { runner, watch, statusOf } = begin();
    const child = await command();
    await runner.execute(a, [start({ run: runOf(child) }), { type: 'pause' }], ok);
    await killed(child);
    await watch.look();
    expect(await statusOf(a)).toBe('completed');
  });

  it.skipIf(process.platform !== 'linux')('is completed when another process has its pid now', async () => {
    const { runner, watch, statusOf } = begin();
    const child = await command();
    await runner.execute(a, [start({ run: { ...runOf(child), pidStartedAt: '1' } })], ok);
    await watch.look();
    expect(await statusOf(a)).toBe('completed');
  });

  it('stays open while its process lives, or when none is known', async () => {
    const { runner, watch, statusOf } = begin();
    const child = await command();
    const { pidStartedAt: _, ...unstamped } = runOf(child);
    await runner.execute(a, [start({ run: unstamped })], ok);
    await runner.execute(b, [start({ run: { directory: '/work' } })], ok);
    await watch.look();
    expect([await statusOf(a), await statusOf(b)]).toEqual(['active', 'active']);
  });

  it('has what its agent left before it is completed', async () => {
    const work = new Workplace();
    const journal = new MemoryJournal();
    const life = await Life.begin({ journal, projector: { summarize, countChanges } });
    const child = await command();
    await life.start(a, { ...work.run, ...runOf(child), directory: work.directory });
    work.says(response('m-1', { at: startTime, output: 7 }));
    await killed(child);
    const [watch, errors] = [life.runner, life.errors];
    await new RunWatch({
      runner: watch,
      sessions: journal,
      isRunning,
      ended: leftBehind(),
      onError: (error) => errors.push(String(error)),
    }).look();
    const events = await journal.read(a, { after: 0, limit: 9 });
    expect(events.map(({ type }) => type)).toEqual(['tokens_recorded', 'completed']);
    expect(errors).toEqual([]);
  });
});

describe('a session whose run left behind when it ended', () => {
  const minute = 60_000;
  const left = async (data: Parameters<typeof start>[0] = {}) => {
    const world = begin();
    const child = await command();
    await world.runner.execute(a, [start({ run: runOf(child), ...data })], ok);
    await killed(child);
    world.ended.write(a, startTime + minute);
    return world;
  };

  it('is completed at that moment, and what was left is forgotten', async () => {
    const { journal, runner, clock, watch, ended, errors } = await left();
    expect(statSync(join(ended.folder, 'ended-runs', a)).mode & 0o777).toBe(0o600);
    clock.pass(30 * minute);
    await watch.look();
    expect(await journal.read(a, { after: 0, limit: 9 })).toMatchObject([
      { type: 'completed', at: startTime + minute, data: { reason: 'request' } },
    ]);
    expect(await runner.state(a)).toMatchObject({ endTime: startTime + minute, facts: { activeMs: minute } });
    expect(ended.list()).toEqual([]);
    expect(errors).toEqual([]);
  });

  it.each(['complete', 'extend'] as const)('falls due no more after it, when told to %s', async (onDue) => {
    const { journal, runner, clock, watch } = await left({ onDue });
    clock.pass(hour + minute);
    await watch.endTold();
    expect(await typesOf(journal)).toEqual(['started', 'completed']);
    expect(await runner.state(a)).toMatchObject({ facts: { activeMs: minute, duration: hour, over: false } });
  });

  it('fell due before it all the same', async () => {
    const { journal, clock, watch, ended } = await left({ duration: minute / 2 });
    clock.pass(hour);
    await watch.look();
    expect(await journal.read(a, { after: 0, limit: 9 })).toMatchObject([
      { type: 'completed', at: startTime + minute / 2, data: { reason: 'due' } },
    ]);
    expect(ended.list()).toEqual([]);
  });

  it('keeps what was left until its end is durable', async () => {
    const { journal, clock, watch, ended, statusOf } = await left();
    clock.pass(hour / 2);
    const full = new Problem('store_full', 'the disk is full');
    journal.failNext(full);
    await watch.look();
    expect([await statusOf(a), ended.list().length]).toEqual(['active', 1]);
    await watch.look();
    expect(await journal.read(a, { after: 0, limit: 9 })).toMatchObject([{ at: startTime + minute }]);
    expect(ended.list()).toEqual([]);
  });

  it('is no other: what is of no session is forgotten, and what is no such file is left alone', async () => {
    const { watch, ended, errors } = begin();
    ended.write(b, startTime);
    for (const name of ['notes', sessionId(3)]) writeFileSync(join(ended.folder, 'ended-runs', name), 'soon\n');
    await watch.look();
    expect(readdirSync(join(ended.folder, 'ended-runs')).toSorted()).toEqual([sessionId(3), 'notes'].toSorted());
    expect(errors).toEqual([]);
  });
});

describe('the watch', () => {
  const full = new Problem('store_full', 'the disk is full');

  it('looks every five seconds until it is stopped', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const { runner, watch, statusOf } = begin();
    const [one, other] = [await command(), await command()];
    await runner.execute(a, [start({ run: runOf(one) })], ok);
    await runner.execute(b, [start({ run: runOf(other) })], ok);
    watch.start();
    await killed(one);
    const { promise: published, resolve } = Promise.withResolvers<void>();
    runner.onPublished(() => resolve());
    vi.advanceTimersByTime(5000);
    await published;
    expect(await statusOf(a)).toBe('completed');
    await watch.stop();
    await killed(other);
    vi.advanceTimersByTime(60_000);
    expect(vi.getTimerCount()).toBe(0);
    expect(await statusOf(b)).toBe('active');
  });

  it('goes on with the others when a session cannot be completed, and tells of it once', async () => {
    const { journal, runner, watch, statusOf, errors } = begin();
    const child = await command();
    await runner.execute(a, [start({ run: runOf(child) })], ok);
    await runner.execute(b, [start({ run: runOf(child) })], ok);
    await killed(child);
    journal.failNext(full, undefined, full);
    await watch.look();
    expect((await Promise.all([statusOf(a), statusOf(b)])).toSorted()).toEqual(['active', 'completed']);
    await watch.look();
    expect(errors).toEqual(['the disk is full']);
    await watch.look();
    expect([await statusOf(a), await statusOf(b)]).toEqual(['completed', 'completed']);
  });

  it('goes on when it cannot be found out which runs are open', async () => {
    const journal = new (class extends HeldJournal {
      fails = true;
      override openRuns() {
        return this.fails ? Promise.reject(new Error('cannot be read')) : super.openRuns();
      }
    })();
    const { runner, watch, statusOf, errors } = begin(journal);
    const child = await command();
    await runner.execute(a, [start({ run: runOf(child) })], ok);
    await killed(child);
    await watch.look();
    expect(errors).toEqual(['cannot be read']);
    journal.fails = false;
    await watch.look();
    expect(await statusOf(a)).toBe('completed');
  });

  it('has no trouble with a session that ends meanwhile', async () => {
    const { journal, runner, watch, newWatch, errors } = begin();
    const child = await command();
    await runner.execute(a, [start({ run: runOf(child) })], ok);
    await killed(child);
    const release = journal.hold();
    const looks = [watch.look(), watch.look(), newWatch().look()];
    release();
    await Promise.all(looks);
    expect(errors).toEqual([]);
    expect(await journal.read(a, { after: 0, limit: 9 })).toHaveLength(1);
  });
});
