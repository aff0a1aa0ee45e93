/**
 * The server's clock: Unix ms that advance with the boot clock, so that time asleep counts and a wall clock that is set does
 * not. When the two differ by more than two seconds the clock is anchored to the wall clock again, and {@link BootClock.check}
 * tells by how much it moved, so that active sessions can be told.
 */
export interface Clock {
  /** Unix ms, whole. */
  now(): number;
}

/** Where the time comes from; all in ms. */
export interface TimeSources {
  /** Unix time. Moves when the clock is set. */
  wall(): number;
  /** Since the machine was started, time asleep included; may be coarse. */
  boot(): number;
  /** Precise and steady, but may stand still while the machine sleeps. */
  steady(): number;
  /** Names this start of the machine; undefined where it can't be known. */
  bootId: string | undefined;
}

/** What is kept of an anchor, so that the next start on the same boot knows whether the clock was set meanwhile. */
export interface Anchor {
  bootId: string;
  /** Unix time minus boot time. */
  offset: number;
}

const toleratedMs = 2000;
const sleepMs = 500;

export class BootClock implements Clock {
  readonly #sources: TimeSources;
  #wallAt: number;
  #bootAt: number;
  #steadyAt: number;
  #slept = 0;

  constructor(sources: TimeSources) {
    this.#sources = sources;
    this.#wallAt = sources.wall();
    this.#bootAt = sources.boot();
    this.#steadyAt = sources.steady();
  }

  now(): number {
    return Math.floor(this.#wallAt + (this.#sources.steady() - this.#steadyAt) + this.#slept);
  }

  /** What to keep of the present anchor; undefined where boots can't be told apart. */
  get anchor(): Anchor | undefined {
    const { bootId } = this.#sources;
    return bootId === undefined ? undefined : { bootId, offset: this.#wallAt - this.#bootAt };
  }

  /** By how many ms the wall clock was set while no server ran, as far as the anchor of the last one tells; else 0. */
  setSince(last: Anchor | undefined): number {
    if (last === undefined || last.bootId !== this.#sources.bootId) return 0;
    const by = this.#wallAt - this.#bootAt - last.offset;
    return Math.abs(by) > toleratedMs ? Math.round(by) : 0;
  }

  /** To be called about once a second. Returns by how many ms the clock just moved because the wall clock was set; else 0. */
  check(): number {
    const slept = this.#sources.boot() - this.#bootAt - (this.#sources.steady() - this.#steadyAt);
    if (slept - this.#slept > sleepMs) this.#slept = slept;
    const before = this.now();
    const wall = this.#sources.wall();
    if (Math.abs(wall - before) <= toleratedMs) return 0;
    this.#wallAt = wall;
    this.#bootAt = this.#sources.boot();
    this.#steadyAt = this.#sources.steady();
    this.#slept = 0;
    return this.now() - before;
  }
}
