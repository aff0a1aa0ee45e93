import type { TimeSources } from '../../src/runner/clock.ts';

/** A machine's time that stands still until it is moved: the server's clock in the hands of a test. */
export class HandTime implements TimeSources {
  readonly bootId = 'a-boot-of-this-test-alone';
  #passed = 0;
  #set = 0;

  /** Unix ms. */
  wall(): number {
    return 1_790_000_000_000 + this.#passed + this.#set;
  }

  boot(): number {
    return 3600_000 + this.#passed;
  }

  steady(): number {
    return 60_000 + this.#passed;
  }

  /** Sets the wall clock, and that alone. */
  set(byMs: number): void {
    this.#set += byMs;
  }

  pass(ms: number): void {
    this.#passed += ms;
  }
}
