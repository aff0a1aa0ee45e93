/** How exact the time of sessions is over many hours, and over a machine's sleep. */
import { describe, expect, it } from 'vitest';
import { sessionId } from '../journal/author.suite.ts';
import { minutes } from '../session/decider-specification.suite.ts';
import { elapsedMs } from '../session/time.ts';
import { FakeTime, startServer } from './alarm.suite.ts';
import { a, b, done, hour, pause, resume, start, typesOf } from './runner.suite.ts';

const toleratedMs = 1000;

describe('over five hours', () => {
  it('neither what has elapsed nor when a session falls due is a second off', async () => {
    const { time, runner, journal, clock } = await startServer(new FakeTime());
    const begun = clock.now();
    const lateBy: number[] = [];
    runner.onPublished(({ events, state }) => {
      const end = events.find(({ type }) => type === 'completed');
      if (end === undefined) return;
      expect(end.at).toBe(begun + state.facts.duration);
      lateBy.push(time.wall() - end.at);
    });
    const durations = Array.from({ length: 60 }, (_, n) => minutes(5) * (n + 1) - n * 137);
    for (const [n, duration] of durations.entries()) {
      await runner.execute(sessionId(n + 10), [start({ duration })], done);
    }
    await runner.execute(a, [start({ duration: 0 })], done);
    await runner.execute(b, [start({ duration: 0 })], done);
    let active = 0;
    let furthest = 0;
    for (let half = 0; half < 10; half++) {
      await runner.execute(b, [half % 2 === 0 ? resume : pause], done);
      await time.pass(minutes(30));
      active += half % 2 === 0 ? minutes(30) : 0;
      const states = await Promise.all([runner.state(a), runner.state(b)]);
      const [ofA = 0, ofB = 0] = states.map((state) => elapsedMs(state!, clock.now()));
      furthest = Math.max(furthest, Math.abs(ofA - minutes(30) * (half + 1)), Math.abs(ofB - active));
    }
    expect(furthest).toBeLessThan(toleratedMs);
    expect(lateBy).toHaveLength(durations.length);
    expect(Math.max(...lateBy)).toBeLessThan(toleratedMs);
    expect(await typesOf(journal, a)).toEqual(['started']);
  });
});

describe('a machine that slept', () => {
  it('ends what fell due meanwhile within a second of waking, at the moment it fell due', async () => {
    const { time, runner, clock } = await startServer(new FakeTime());
    await runner.execute(a, [start({ duration: minutes(5) })], done);
    const due = clock.now() + minutes(5);
    await time.pass(minutes(1));
    time.sleep(8 * hour);
    await time.pass(toleratedMs);
    expect(await runner.state(a)).toMatchObject({ status: 'completed', endTime: due });
  });

  it('alerts once, and ends what falls due after it in time', async () => {
    const { time, runner, journal, clock } = await startServer(new FakeTime());
    const duration = 8 * hour + minutes(9);
    await runner.execute(a, [start({ duration })], done);
    const due = clock.now() + duration;
    await time.pass(minutes(1));
    time.sleep(8 * hour);
    await time.pass(toleratedMs);
    expect(await typesOf(journal, a)).toEqual(['started', 'alert_raised']);
    await time.pass(minutes(8) - 2 * toleratedMs);
    expect(await runner.state(a)).toMatchObject({ status: 'active' });
    await time.pass(2 * toleratedMs);
    expect(await typesOf(journal, a)).toEqual(['started', 'alert_raised', 'completed']);
    expect(await runner.state(a)).toMatchObject({ endTime: due });
  });

  it('is not taken for a clock that was set, however often it sleeps', async () => {
    const { time, runner, journal, clock } = await startServer(new FakeTime());
    await runner.execute(a, [start({ duration: 0 })], done);
    for (let nap = 0; nap < 50; nap++) {
      time.sleep(minutes(10) + nap);
      await time.pass(1500);
    }
    const slept = 50 * minutes(10) + 1225;
    expect(Math.abs(elapsedMs((await runner.state(a))!, clock.now()) - slept - 50 * 1500)).toBeLessThan(toleratedMs);
    expect(await typesOf(journal, a)).toEqual(['started']);
  });
});
