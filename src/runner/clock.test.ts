import { describe, expect, it } from 'vitest';
import { minutes, startTime } from '../session/decider-specification.suite.ts';
import { BootClock } from './clock.ts';
import { Machine } from './machine.suite.ts';

const hour = minutes(60);

const begin = () => {
  const machine = new Machine();
  return { machine, clock: new BootClock(machine) };
};

/** An hour, looked at every second. */
const passAnHour = (machine: Machine, clock: BootClock): number => {
  let moved = 0;
  for (let second = 0; second < 3600; second++) {
    machine.pass(1000);
    moved += clock.check();
  }
  return moved;
};

describe('the clock', () => {
  it('begins at the wall clock and goes on in whole ms', () => {
    const { machine, clock } = begin();
    expect(clock.now()).toBe(startTime);
    machine.pass(1.75);
    expect(clock.now()).toBe(startTime + 1);
    machine.pass(998.25);
    expect(clock.now()).toBe(startTime + 1000);
  });

  it('does not drift', () => {
    const { machine, clock } = begin();
    let moved = 0;
    for (let n = 0; n < 5; n++) moved += passAnHour(machine, clock);
    expect(moved).toBe(0);
    expect(Math.abs(clock.now() - startTime - 5 * hour)).toBeLessThan(10);
  });

  it('never goes back while nobody sets the wall clock', () => {
    const { machine, clock } = begin();
    let last = clock.now();
    for (let n = 0; n < 2000; n++) {
      if (n % 7 === 0) machine.sleep(n % 3 === 0 ? 400 : 3000);
      machine.pass(n % 11);
      if (n % 2 === 0) expect(clock.check()).toBe(0);
      expect(clock.now()).toBeGreaterThanOrEqual(last);
      last = clock.now();
    }
  });

  it('counts the time asleep, and does not take it for a clock that was set', () => {
    const { machine, clock } = begin();
    machine.pass(1000);
    machine.sleep(8 * hour);
    machine.pass(1000);
    expect(clock.check()).toBe(0);
    expect(Math.abs(clock.now() - startTime - 8 * hour - 2000)).toBeLessThanOrEqual(20);
  });

  it('counts short sleeps that add up', () => {
    const { machine, clock } = begin();
    for (let n = 0; n < 100; n++) {
      machine.sleep(300);
      machine.pass(700);
      expect(clock.check()).toBe(0);
    }
    expect(Math.abs(clock.now() - startTime - 100_000)).toBeLessThanOrEqual(600);
  });

  it.each([
    ['forward', hour],
    ['back', -hour],
    ['forward by little more than is tolerated', 2100],
  ])('tells by how much it moved when the wall clock is set %s', (_, by) => {
    const { machine, clock } = begin();
    machine.pass(10_000);
    machine.set(by);
    const before = clock.now();
    expect(Math.abs(clock.check() - by)).toBeLessThanOrEqual(10);
    expect(clock.now()).toBe(machine.wall());
    expect(clock.now() - before).toBe(by);
    expect(clock.check()).toBe(0);
    machine.pass(10_000);
    expect(clock.now()).toBe(machine.wall());
  });

  it('takes no notice of a wall clock that is set by up to two seconds', () => {
    const { machine, clock } = begin();
    for (const by of [2000, -2000, -2000]) {
      machine.set(by);
      expect(clock.check()).toBe(0);
    }
    expect(clock.now()).toBe(startTime);
  });

  it('tells sleep and a clock that was set apart when both happened', () => {
    const { machine, clock } = begin();
    machine.sleep(3 * hour);
    machine.set(-hour);
    expect(Math.abs(clock.check() + hour)).toBeLessThanOrEqual(10);
    expect(clock.now()).toBe(startTime + 2 * hour);
  });
});

describe('the clock after a restart of the server', () => {
  const again = (change: (machine: Machine) => void) => {
    const { machine, clock } = begin();
    passAnHour(machine, clock);
    const { anchor } = clock;
    change(machine);
    return new BootClock(machine).setSince(anchor);
  };

  it('was not set when only time passed, awake or asleep', () => {
    expect(again((machine) => machine.pass(hour))).toBe(0);
    expect(again((machine) => machine.sleep(hour))).toBe(0);
  });

  it.each([hour, -hour])('was set by what the wall clock was set meanwhile (%i ms)', (by) => {
    const set = again((machine) => {
      machine.pass(minutes(30));
      machine.set(by);
      machine.sleep(minutes(30));
    });
    expect(Math.abs(set - by)).toBeLessThanOrEqual(10);
  });

  it('was not set by what is tolerated', () => {
    expect(again((machine) => machine.set(1900))).toBe(0);
  });

  it('trusts the wall clock after another boot, or where boots cannot be told apart', () => {
    expect(
      again((machine) => {
        machine.restart();
        machine.set(hour);
      }),
    ).toBe(0);
    expect(
      again((machine) => {
        machine.bootId = undefined;
        machine.set(hour);
      }),
    ).toBe(0);
    expect(new BootClock(new Machine()).setSince(undefined)).toBe(0);
  });

  it('counts from the anchor after the last change, not from the first', () => {
    const { machine, clock } = begin();
    machine.set(hour);
    clock.check();
    const { anchor } = clock;
    machine.pass(minutes(5));
    expect(new BootClock(machine).setSince(anchor)).toBe(0);
  });

  it('has no anchor to keep where boots cannot be told apart', () => {
    const machine = new Machine();
    machine.bootId = undefined;
    expect(new BootClock(machine).anchor).toBeUndefined();
  });
});
