/** A machine whose time is made up: it can sleep, be restarted, and have its wall clock set. */
import { startTime } from '../session/decider-specification.suite.ts';
import type { TimeSources } from './clock.ts';

export class Machine implements TimeSources {
  bootId: string | undefined = 'first boot';
  #wall = startTime;
  #boot = 1000;
  #steady = 77_777.25;

  wall = (): number => this.#wall;
  /** Coarse, like the real one. */
  boot = (): number => Math.floor(this.#boot / 10) * 10;
  steady = (): number => this.#steady;

  /** Time passes while the machine is awake. */
  pass(ms: number): void {
    this.sleep(ms);
    this.#steady += ms;
  }

  sleep(ms: number): void {
    this.#wall += ms;
    this.#boot += ms;
  }

  /** Somebody sets the wall clock. */
  set(by: number): void {
    this.#wall += by;
  }

  /** The wall clock stays as it is; all else begins anew. */
  restart(): void {
    this.bootId = 'another boot';
    this.#boot = 0;
    this.#steady = 5;
  }
}
