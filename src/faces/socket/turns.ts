/** How long work goes on before everybody else has a turn, ms. */
const turnMs = 4;
/** Jobs under way at once: one that waits for another thread does not hold up the rest. */
const most = 4;

/** Lets many jobs, however many are handed in at once, share the event loop with the requests and ticks of others. */
export class Turns {
  readonly #waiting: (() => Promise<void>)[] = [];
  #working = 0;
  #turnBegan = 0;
  #pause: Promise<void> | undefined;

  /** Does the job when it is its turn, first come first served. */
  take<T>(job: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#waiting.push(() => job().then(resolve, reject));
    if (this.#working < most) void this.#work();
    return promise;
  }

  async #work(): Promise<void> {
    this.#working += 1;
    for (let job = this.#waiting.shift(); job; job = this.#waiting.shift()) {
      await this.#pauseWhenDue();
      await job();
    }
    this.#working -= 1;
  }

  /** The same pause for all, so that what they do in a turn adds up. */
  async #pauseWhenDue(): Promise<void> {
    if (this.#pause === undefined && performance.now() - this.#turnBegan < turnMs) return;
    this.#pause ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      this.#pause = undefined;
      this.#turnBegan = performance.now();
    });
    await this.#pause;
  }
}
