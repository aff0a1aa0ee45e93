import { describe, expect, it, vi } from 'vitest';
import { Problem } from '../contract/problem.ts';
import { sessionId } from '../journal/author.suite.ts';
import { minutes, startTime } from '../session/decider-specification.suite.ts';
import { FakeTime, startServer } from './alarm.suite.ts';
import {
  a,
  b,
  complete,
  done,
  HeldJournal,
  hour,
  newRunner,
  pause,
  rename,
  resume,
  start,
  typesOf,
} from './runner.suite.ts';

const full = new Problem('store_full', 'the disk is full');
const days = (n: number) => n * 24 * hour;
const timer = (duration: number) => start({ duration });

const begin = async () => startServer(new FakeTime());

describe('a session whose time is up', () => {
  it('completes by itself within a second, and its end is the moment it fell due', async () => {
    const { time, journal, runner } = await begin();
    await runner.execute(a, [timer(minutes(5))], done);
    await time.pass(minutes(5) - 1);
    expect(await typesOf(journal)).toEqual(['started']);
    await time.pass(1000);
    expect(await journal.read(a, { after: 0, limit: 10 })).toMatchObject([
      { type: 'completed', at: startTime + minutes(5), data: { reason: 'due' } },
    ]);
  });

  it('completes at once when nothing else is to be done before', async () => {
    const { time, journal, runner } = await begin();
    await runner.execute(a, [timer(hour)], done);
    await runner.execute(b, [timer(300)], done);
    await time.pass(301);
    expect(await typesOf(journal, b)).toEqual(['started', 'completed']);
  });

  it('completes when it was resumed, not when it was due before', async () => {
    const { time, journal, runner } = await begin();
    await runner.execute(a, [timer(minutes(5))], done);
    await time.pass(minutes(4));
    await runner.execute(a, [pause], done);
    await time.pass(hour);
    expect(await typesOf(journal)).toEqual(['started', 'paused']);
    await runner.execute(a, [resume], done);
    await time.pass(minutes(1) + 1000);
    expect((await journal.read(a, { after: 2, limit: 10 }))[0]).toMatchObject({
      type: 'completed',
      at: startTime + minutes(65),
    });
  });

  it('completes at its new time when the duration was changed', async () => {
    const { time, journal, runner } = await begin();
    await runner.execute(a, [timer(hour)], done);
    await time.pass(minutes(1));
    await runner.execute(a, [{ type: 'change_duration', duration: minutes(2) }], done);
    await time.pass(minutes(1));
    expect(await typesOf(journal)).toEqual(['started', 'duration_changed', 'completed']);
  });

  it('is passed over when it ended before', async () => {
    const { time, journal, runner, errors } = await begin();
    await runner.execute(a, [timer(minutes(5))], done);
    await runner.execute(a, [complete], done);
    await time.pass(minutes(6));
    expect(await typesOf(journal)).toEqual(['started', 'completed']);
    expect(errors).toEqual([]);
  });

  it('completes with all others whose time is up, however many', async () => {
    const { time, journal, runner } = await begin();
    const ids = Array.from({ length: 700 }, (_, n) => sessionId(n));
    for (const id of ids) await runner.execute(id, [timer(minutes(5))], done);
    await time.pass(minutes(5) + 1000);
    expect(await journal.waking(Infinity, 10)).toEqual([]);
  });
});

describe('a session whose time is up while no server runs', () => {
  it('is completed at the next start, and its end is the moment it fell due', async () => {
    const time = new FakeTime();
    const { journal, runner, alarm, kept } = await startServer(time);
    await runner.execute(a, [timer(minutes(5))], done);
    await runner.execute(b, [timer(hour)], done);
    await alarm.stop();
    await time.pass(minutes(30));
    expect(await typesOf(journal)).toEqual(['started']);
    await startServer(time, journal, kept.anchor);
    expect((await journal.read(a, { after: 0, limit: 10 }))[0]).toMatchObject({
      type: 'completed',
      at: startTime + minutes(5),
    });
    expect(await typesOf(journal, b)).toEqual(['started']);
    await time.pass(minutes(31));
    expect(await typesOf(journal, b)).toEqual(['started', 'alert_raised', 'completed']);
  });

  it('is completed with a thousand others', async () => {
    const time = new FakeTime();
    const journal = new HeldJournal();
    const runner = newRunner(journal, { now: () => startTime - days(1) });
    for (let n = 0; n < 1000; n++) await runner.execute(sessionId(n), [timer(minutes(1 + n))], done);
    await startServer(time, journal);
    expect(await journal.nextWake()).toBeUndefined();
    expect(await journal.list({ limit: 1, status: 'active' })).toMatchObject({ total: 0 });
  });
});

describe('the alert ten minutes before the end', () => {
  it('comes within a second of its moment, once', async () => {
    const { time, journal, runner } = await begin();
    await runner.execute(a, [timer(hour)], done);
    await time.pass(minutes(50) - 1);
    expect(await typesOf(journal)).toEqual(['started']);
    await time.pass(1000);
    expect(await typesOf(journal)).toEqual(['started', 'alert_raised']);
    await time.pass(minutes(9));
    expect(await typesOf(journal)).toEqual(['started', 'alert_raised']);
    await time.pass(minutes(1));
    expect(await typesOf(journal)).toEqual(['started', 'alert_raised', 'completed']);
  });

  it('comes at the start of a server that was not there at its moment', async () => {
    const time = new FakeTime();
    const { journal, runner, alarm, kept } = await startServer(time);
    await runner.execute(a, [timer(hour)], done);
    await alarm.stop();
    await time.pass(minutes(55));
    await startServer(time, journal, kept.anchor);
    expect(await typesOf(journal)).toEqual(['started', 'alert_raised']);
  });
});

describe('a time that is far away', () => {
  it('is not waited for in one go, which over 2³¹ ms would end at once', async () => {
    const { time, journal, runner } = await begin();
    const waits = vi.spyOn(globalThis, 'setTimeout');
    await runner.execute(a, [timer(days(366))], done);
    await time.pass(minutes(10));
    expect(await typesOf(journal)).toEqual(['started']);
    expect(waits.mock.calls.length).toBeGreaterThan(500);
    expect(Math.max(...waits.mock.calls.map(([, ms]) => ms ?? 0))).toBeLessThanOrEqual(1000);
    await runner.execute(a, [{ type: 'change_duration', duration: minutes(11) }], done);
    await time.pass(minutes(1) + 1000);
    expect(await typesOf(journal)).toContain('completed');
  });
});

describe('an alarm that cannot be told to a session', () => {
  it('is tried again within a second, and keeps no other from being told', async () => {
    const { time, journal, runner, errors } = await begin();
    for (const id of [a, b]) await runner.execute(id, [timer(minutes(5))], done);
    await time.pass(minutes(5) - 1);
    journal.failNext(full);
    await time.pass(2);
    expect(errors).toEqual([full]);
    expect(await journal.list({ limit: 1, status: 'completed' })).toMatchObject({ total: 1 });
    await time.pass(1000);
    expect(await typesOf(journal, a)).toEqual(['started', 'completed']);
    expect(await typesOf(journal, b)).toEqual(['started', 'completed']);
  });

  it('because it is damaged is told of once', async () => {
    const { time, journal, runner, alarm } = await begin();
    for (const id of [a, b]) await runner.execute(id, [timer(minutes(5))], done);
    await alarm.stop();
    const damaged = new Problem('journal_damaged', 'not what was written', { details: { position: 1 } });
    vi.spyOn(journal, 'load').mockImplementation((session) =>
      session === a ? Promise.reject(damaged) : HeldJournal.prototype.load.call(journal, session),
    );
    const { errors } = await startServer(time, journal);
    await time.pass(minutes(6));
    expect(errors).toEqual([damaged]);
    expect(await typesOf(journal, b)).toEqual(['started', 'completed']);
  });

  it('because what is read of it says otherwise than what it is, does not go round in circles', async () => {
    const { time, journal, runner } = await begin();
    await runner.execute(a, [timer(hour)], done);
    await runner.execute(b, [timer(minutes(5))], done);
    const summary = { ...journal.get(a)!, wakeAt: startTime };
    const renamed = { type: 'renamed', at: startTime, data: { name: 'x' } } as const;
    await journal.append({ session: a, expectedVersion: 1, events: [renamed], summary, counts: [], activity: [] });
    const waking = vi.spyOn(journal, 'waking');
    await startServer(time, journal);
    await time.pass(10_000);
    expect(waking.mock.calls.length).toBeLessThan(50);
    await time.pass(minutes(5));
    expect(await typesOf(journal, b)).toEqual(['started', 'completed']);
  });

  it('because the journal cannot be read is tried again', async () => {
    const { time, journal, runner, errors } = await begin();
    await runner.execute(a, [timer(minutes(5))], done);
    vi.spyOn(journal, 'waking').mockRejectedValueOnce(new Error('no answer'));
    await time.pass(minutes(5));
    expect(errors).toEqual([new Error('no answer')]);
    await time.pass(1000);
    expect(await typesOf(journal)).toEqual(['started', 'completed']);
  });
});

describe('an alarm that is stopped', () => {
  it('rings no more and leaves no timer', async () => {
    const { time, journal, runner, alarm } = await begin();
    await runner.execute(a, [timer(minutes(5))], done);
    await alarm.stop();
    expect(vi.getTimerCount()).toBe(0);
    await runner.execute(a, [rename('x')], done);
    expect(vi.getTimerCount()).toBe(0);
    await time.pass(minutes(6));
    expect(await typesOf(journal)).toEqual(['started', 'renamed']);
  });

  it('waits for what it is telling', async () => {
    const { time, journal, runner, alarm } = await begin();
    await runner.execute(a, [timer(minutes(5))], done);
    await time.pass(minutes(5) - 1);
    const release = journal.hold();
    await time.pass(2);
    let stopped = false;
    const stopping = alarm.stop().then(() => (stopped = true));
    await time.pass(5000);
    expect(stopped).toBe(false);
    release();
    await stopping;
    expect(await typesOf(journal)).toEqual(['started', 'completed']);
  });
});
