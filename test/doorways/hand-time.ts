import type { TimeSources } from '../../src/runner/clock.ts';

/** A machine's time that stands still until it is moved: the server's clock in the hands of a test. */
export class HandTime implements TimeSources {
  readonly bootId = 'a-boot-of-this-test-alone';
  #passed = 0;
  #set = 0;
  #slept = 0;

  /** Unix ms. */
  wall(): number {
    return 1_790_000_000_000 + this.#passed + this.#slept + this.#set;
  }

  boot(): number {
    return 3600_000 + this.#passed + this.#slept;
  }

  steady(): number {
    return 60_000 + this.#passed;
  }

  /** Sets the wall clock, and that alone. */
  set(byMs: number): void {
    this.#set += byMs;
  }

  /** The machine sleeps: its precise clock stands still. */
  sleep(ms: number): void {
    this.#slept += ms;
  }

  pass(ms: number): void {
    this.#passed += ms;
  }
}
