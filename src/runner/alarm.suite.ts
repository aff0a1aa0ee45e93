/** A server's alarm under fake timers, over a journal in memory. */
import { onTestFinished, vi } from 'vitest';
import { startTime } from '../session/decider-specification.suite.ts';
import { Alarm } from './alarm.ts';
import { BootClock } from './clock.ts';
import type { Anchor, TimeSources } from './clock.ts';
import { HeldJournal, newRunner } from './runner.suite.ts';

/** Time as the fake timers have it; only the wall clock can be set. */
export class FakeTime implements TimeSources {
  readonly bootId = 'boot';
  #setBy = 0;
  #slept = 0;

  constructor() {
    vi.useFakeTimers({ now: startTime });
    onTestFinished(() => {
      vi.useRealTimers();
    });
  }

  wall = (): number => Date.now() + this.#slept + this.#setBy;
  boot = (): number => performance.now() + this.#slept;
  steady = (): number => performance.now();

  set(by: number): void {
    this.#setBy += by;
  }

  /** The machine sleeps: timers and the precise clock stand still. */
  sleep(ms: number): void {
    this.#slept += ms;
  }

  async pass(ms: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
  }
}

/** A server that starts on `journal`; `anchor` is what the one before it kept. */
export const startServer = async (time: FakeTime, journal = new HeldJournal(), anchor?: Anchor) => {
  const clock = new BootClock(time);
  const runner = newRunner(journal, clock);
  const errors: unknown[] = [];
  const kept: { anchor: Anchor | undefined } = { anchor: clock.anchor };
  const alarm = new Alarm({
    runner,
    sessions: journal,
    clock,
    onClockSet: async () => {
      kept.anchor = clock.anchor;
    },
    onError: (error) => errors.push(error),
  });
  onTestFinished(() => alarm.stop());
  await alarm.start(clock.setSince(anchor));
  return { time, journal, clock, runner, alarm, errors, kept };
};
