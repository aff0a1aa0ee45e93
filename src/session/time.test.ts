/* oxlint-disable promise/valid-params -- `then` is the grammar's own, not a promise's */
import { describe, expect, it } from 'vitest';
import {
  alert,
  at,
  command,
  completed,
  event,
  given,
  minutes,
  paused,
  reopened,
  resumed,
  sessionAfter,
  started,
} from './decider-specification.suite.ts';
import type { ToldEvent } from './decider-specification.suite.ts';
import { elapsedMs, remainingMs, wakeAt } from './time.ts';

const untilMinute = (duration: number, ...more: readonly ToldEvent[]) =>
  sessionAfter(started({ duration: minutes(duration) }), ...more);

describe('elapsed and remaining time', () => {
  it('run from the start', () => {
    const state = untilMinute(60);
    expect(elapsedMs(state, at(0))).toBe(0);
    expect(elapsedMs(state, at(25))).toBe(minutes(25));
    expect(remainingMs(state, at(25))).toBe(minutes(35));
  });

  it('leave pauses out', () => {
    const state = untilMinute(60, paused(10), resumed(25), paused(30), resumed(100));
    expect(elapsedMs(state, at(105))).toBe(minutes(20));
    expect(remainingMs(state, at(105))).toBe(minutes(40));
  });

  it('stand still in a pause', () => {
    const state = untilMinute(60, paused(10));
    expect(elapsedMs(state, at(500))).toBe(minutes(10));
    expect(remainingMs(state, at(500))).toBe(minutes(50));
  });

  it('stop at the end', () => {
    const state = untilMinute(60, completed(20));
    expect(elapsedMs(state, at(500))).toBe(minutes(20));
  });

  it('of a session that ends in a pause are those of the pause', () => {
    const state = untilMinute(60, paused(10), completed(20));
    expect(elapsedMs(state, at(500))).toBe(minutes(10));
  });

  it('do not count the gap before a reopening', () => {
    const state = untilMinute(60, completed(10), reopened(200));
    expect(elapsedMs(state, at(205))).toBe(minutes(15));
    expect('endTime' in state).toBe(false);
  });

  it('are 0 before the start rather than negative', () => {
    expect(elapsedMs(untilMinute(60), at(-1))).toBe(0);
  });

  it('of a session without a limit: elapsed counts on, remaining is 0, nothing falls due', () => {
    const state = untilMinute(0);
    expect(elapsedMs(state, at(100_000))).toBe(minutes(100_000));
    expect(remainingMs(state, at(1))).toBe(0);
    expect(wakeAt(state)).toBeUndefined();
    given(started({ duration: 0 }))
      .when(command('fall_due', 100_000))
      .thenNothing();
  });
});

describe('the end of the time', () => {
  it('completes the session, and its end is the moment it fell due, however late it is noticed', () => {
    const state = given(started(), alert(50, 'time_10m')).when(command('fall_due', 900)).then(completed(60, 'due'));
    expect(state).toMatchObject({ status: 'completed', endTime: at(60), facts: { activeMs: minutes(60) } });
  });

  it('is put off by pauses', () => {
    const story = [started(), paused(10), resumed(40), alert(80, 'time_10m')];
    given(...story)
      .when(command('fall_due', 89.999))
      .thenNothing();
    given(...story)
      .when(command('fall_due', 90))
      .then(completed(90, 'due'));
  });

  it('does not come in a pause', () => {
    given(started(), paused(59)).when(command('fall_due', 500)).thenNothing();
    expect(wakeAt(sessionAfter(started(), paused(59)))).toBeUndefined();
  });

  it('comes at the new moment after the duration was changed', () => {
    const story = [started(), event('duration_changed', 5, { duration: minutes(8), reason: 'request' })];
    expect(wakeAt(sessionAfter(...story))).toBe(at(8));
    given(...story)
      .when(command('fall_due', 8))
      .then(completed(8, 'due'));
  });

  it('leaves out the alert before it when both are noticed late', () => {
    given(started()).when(command('fall_due', 61)).then(completed(60, 'due'));
  });

  it('comes again at once on a session that is reopened with its time used up', () => {
    const story = [started(), alert(50, 'time_10m'), completed(60, 'due'), reopened(100)];
    expect(wakeAt(sessionAfter(...story))).toBe(at(100));
  });
});

describe('a change of the duration', () => {
  const change = (minute: number, duration: number) => command('change_duration', minute, { duration });
  const changed = (minute: number, duration: number) =>
    event('duration_changed', minute, { duration: minutes(duration), reason: 'request' });

  it.each([
    ['below what has elapsed', 15],
    ['to exactly what has elapsed', 20],
  ])('%s completes the session then', (_, duration) => {
    given(started())
      .when(change(20, minutes(duration)))
      .then(changed(20, duration), completed(20, 'due'));
  });

  it('one ms above what has elapsed does not', () => {
    given(started({ duration: minutes(9) }))
      .when(change(5, minutes(5) + 1))
      .then(event('duration_changed', 5, { duration: minutes(5) + 1, reason: 'request' }));
  });

  it('in a pause counts what elapsed before it', () => {
    given(started(), paused(20))
      .when(change(300, minutes(20)))
      .then(changed(300, 20), completed(300, 'due'));
    given(started(), paused(20))
      .when(change(300, minutes(31)))
      .then(changed(300, 31));
  });

  it('sets a limit on a session without one', () => {
    given(started({ duration: 0 }))
      .when(change(20, minutes(90)))
      .then(changed(20, 90));
    given(started({ duration: 0 }))
      .when(change(20, minutes(20)))
      .then(changed(20, 20), completed(20, 'due'));
  });

  it('to 0 takes the limit away', () => {
    const state = given(started()).when(change(20, 0)).then(changed(20, 0));
    expect(state.status === 'active' && wakeAt(state)).toBeUndefined();
  });
});

describe('the alert ten minutes before the end', () => {
  it('comes at ten minutes and not before', () => {
    expect(wakeAt(sessionAfter(started()))).toBe(at(50));
    given(started()).when(command('fall_due', 49.999)).thenNothing();
    given(started()).when(command('fall_due', 50)).then(alert(50, 'time_10m'));
  });

  it('comes once; then the clock waits for the end', () => {
    const story = [started(), alert(50, 'time_10m')];
    given(...story)
      .when(command('fall_due', 55))
      .thenNothing();
    expect(wakeAt(sessionAfter(...story))).toBe(at(60));
  });

  it.each([10, 1])('does not come where the duration is %i minutes', (duration) => {
    const story = [started({ duration: minutes(duration) })];
    expect(wakeAt(sessionAfter(...story))).toBe(at(duration));
    given(...story)
      .when(command('fall_due', duration - 0.5))
      .thenNothing();
  });

  it('comes where the duration is a little over ten minutes', () => {
    given(started({ duration: minutes(10) + 1 }))
      .when(command('fall_due', 0.5))
      .then(alert(0.5, 'time_10m'));
  });

  it('comes with whatever happens first in the last ten minutes', () => {
    given(started())
      .when(command('rename', 52, { name: 'nearly done' }))
      .then(event('renamed', 52, { name: 'nearly done' }), alert(52, 'time_10m'));
  });

  it('comes again after the duration was changed', () => {
    const story = [
      started(),
      alert(50, 'time_10m'),
      event('duration_changed', 51, { duration: minutes(100), reason: 'request' }),
    ];
    expect(wakeAt(sessionAfter(...story))).toBe(at(90));
    given(...story)
      .when(command('fall_due', 90))
      .then(alert(90, 'time_10m'));
  });

  it('comes with the change that leaves ten minutes or less', () => {
    given(started())
      .when(command('change_duration', 20, { duration: minutes(25) }))
      .then(event('duration_changed', 20, { duration: minutes(25), reason: 'request' }), alert(20, 'time_10m'));
  });

  it('is not armed again by a change of the budget', () => {
    given(started(), alert(50, 'time_10m'))
      .when(command('change_budget', 51, { tokenBudget: 100 }))
      .then(event('budget_changed', 51, { tokenBudget: 100 }));
  });
});

describe('a session that runs on when its time is up', () => {
  const extending = started({ onDue: 'extend' });
  const overrun = [extending, alert(50, 'time_10m'), event('overran', 60, {}), alert(61, 'time_up')];
  const extended = (minute: number, to: number) =>
    event('duration_changed', minute, { duration: minutes(to), reason: 'overrun' });

  it('is marked over from the moment it fell due, and an alert says so', () => {
    const state = given(extending)
      .when(command('fall_due', 61))
      .then(event('overran', 60, {}), alert(61, 'time_up'));
    expect(state).toMatchObject({ status: 'active', facts: { over: true } });
  });

  it('does not fall due again', () => {
    expect(wakeAt(sessionAfter(...overrun))).toBeUndefined();
    given(...overrun)
      .when(command('fall_due', 90))
      .thenNothing();
  });

  it.each(['complete', 'cancel', 'time_out'] as const)('is extended by what it overran before %s ends it', (type) => {
    const ends = { complete: 'completed', cancel: 'cancelled', time_out: 'timed_out' } as const;
    const ended = type === 'complete' ? completed(85) : event(ends[type], 85, {});
    const state = given(...overrun)
      .when(command(type, 85))
      .then(extended(85, 85), ended);
    expect(state).toMatchObject({ facts: { duration: minutes(85), activeMs: minutes(85), over: true } });
  });

  it('leaves pauses out of the overrun', () => {
    given(...overrun, paused(70))
      .when(command('fail', 200, { message: 'it broke' }))
      .then(extended(200, 70), event('failed', 200, { message: 'it broke' }));
  });

  it('that ends in time is not extended', () => {
    given(extending).when(command('complete', 30)).then(completed(30));
  });

  it('is no longer over when it is given more time', () => {
    const state = given(...overrun)
      .when(command('change_duration', 70, { duration: minutes(120) }))
      .then(event('duration_changed', 70, { duration: minutes(120), reason: 'request' }));
    expect(state).toMatchObject({ status: 'active', facts: { over: false } });
    expect(state.status === 'active' && wakeAt(state)).toBe(at(110));
  });

  it('is over at once when its duration is changed to less than has elapsed', () => {
    given(extending)
      .when(command('change_duration', 30, { duration: minutes(20) }))
      .then(
        event('duration_changed', 30, { duration: minutes(20), reason: 'request' }),
        event('overran', 30, {}),
        alert(30, 'time_up'),
      );
  });
});

describe('a clock that is set', () => {
  const hour = minutes(60);
  const set = (minute: number, by: number) => event('clock_adjusted', minute, { by });

  it.each([
    ['forward', hour],
    ['back', -hour],
    ['by nothing', 0],
  ])('%s leaves the elapsed time alone', (_, by) => {
    const minuteAfter = 20 + by / minutes(1);
    const state = untilMinute(60, set(minuteAfter, by));
    expect(elapsedMs(state, at(minuteAfter))).toBe(minutes(20));
    expect(elapsedMs(state, at(minuteAfter + 5))).toBe(minutes(25));
    expect(wakeAt(state)).toBe(at(minuteAfter + 30));
  });

  it('forward and back again is as if nothing had been', () => {
    const state = untilMinute(60, set(80, hour), set(30, -hour));
    expect(elapsedMs(state, at(40))).toBe(minutes(40));
  });

  it('is told once, however often it is told', () => {
    given(started({ duration: minutes(600) }), event('clock_adjusted', 80, { by: hour, offset: 5 * hour }))
      .when(command('adjust_clock', 81, { by: hour, offset: 5 * hour + 3 }))
      .then();
  });

  it('is told to an active session only', () => {
    given(started())
      .when(command('adjust_clock', 80, { by: hour }))
      .then(set(80, hour));
    given(started(), paused(10))
      .when(command('adjust_clock', 80, { by: hour }))
      .thenNothing();
  });

  it.each([
    ['forward', hour],
    ['back', -hour],
  ])('%s after the session fell due unnoticed ends it when it did, as the new clock tells it', (_, by) => {
    const offset = by / minutes(1);
    const state = given(started(), alert(50, 'time_10m'))
      .when(command('adjust_clock', 200 + offset, { by }))
      .then(set(offset, by), completed(60 + offset, 'due'));
    expect(state).toMatchObject({ endTime: at(60 + offset), facts: { activeMs: minutes(60) } });
  });

  it('after the session ran over unnoticed leaves its elapsed time alone too', () => {
    const state = given(started({ onDue: 'extend' }))
      .when(command('adjust_clock', 260, { by: hour }))
      .then(set(60, hour), event('overran', 120, {}), alert(260, 'time_up'));
    expect(state.status === 'active' && elapsedMs(state, at(260))).toBe(minutes(200));
  });

  it('never makes the time of the last change go back', () => {
    const state = untilMinute(60, event('renamed', 20, { name: 'a' }), set(-40, -hour));
    expect(state.facts.updatedAt).toBe(at(20));
  });
});
