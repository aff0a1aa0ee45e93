import { Worker } from 'node:worker_threads';
import { workerEnv, workerUrl } from '../../worker-url.ts';
import { cancelFlag } from './protocol.ts';
import { cpuOfThread } from './thread-cpu.ts';
import type { Came, FromThread, Order, ThreadData, ThreadStart, ToThread } from './protocol.ts';

/** What runs is stopped this long after it should have stopped by itself: one call of the engine's own can't be interrupted. */
const graceMs = 1000;
const lookEveryMs = 500;

/** The thread has ended, and all sandboxes in it; the order may have run or not. */
export class ThreadLost extends Error {}

/** The thread was ended to make room; what was ordered is to be ordered again, as a long one. */
export class Preempted extends Error {
  override message = 'the thread was ended to make room';
}

/** Whoever waited for a thread waits no more. */
export class Left extends Error {
  override message = 'nobody waits for a thread any more';
}

export interface ThreadEvents {
  onLost: () => void;
  /** What runs takes long. */
  onLong: () => void;
}

/** The main thread's end of a thread of sandboxes. */
export class VmThread {
  readonly #worker: Worker;
  readonly #cpuMs: number;
  readonly #flags = new SharedArrayBuffer(4);
  #waiting:
    | { settle: (came: Came) => void; refuse: (error: Error) => void; printed: (text: string) => void }
    | undefined;
  #lost: Error | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  /** As the system numbers it. */
  #thread: number | undefined;
  #staysBehind = false;
  #isPreempted = false;
  readonly #events: ThreadEvents;
  /** Sessions whose sandboxes are in it. */
  readonly residents = new Set<string>();
  /** When it was of use last, ms of the process. */
  usedAt = performance.now();

  constructor(data: ThreadData, events: ThreadEvents) {
    this.#events = events;
    this.#cpuMs = data.limits.cpuMs;
    this.#worker = new Worker(workerUrl(import.meta.url, './repl-thread'), {
      workerData: { ...data, flags: this.#flags } satisfies ThreadStart,
      env: workerEnv(),
      resourceLimits: { stackSizeMb: 4, maxYoungGenerationSizeMb: 4 },
    });
    this.#worker.unref();
    const lose = (reason: string) => {
      if (this.#lost) return;
      this.#lost = this.#isPreempted ? new Preempted() : new ThreadLost(reason);
      events.onLost();
      this.#settle()?.refuse(this.#lost);
    };
    this.#worker.on('message', (news: FromThread) => this.#hear(news));
    this.#worker.on('error', (error) =>
      lose(`the sandbox ended: ${error instanceof Error ? error.message : String(error)}`),
    );
    this.#worker.on('exit', () => lose('the sandbox ended'));
  }

  /** Of no use for short commands any more. */
  get staysBehind(): boolean {
    return this.#staysBehind;
  }

  /** One order at a time. Rejects with {@link ThreadLost} where the thread ended over it. */
  ask(order: Order, printed: (text: string) => void = () => {}): Promise<Came> {
    if (this.#lost) return Promise.reject(this.#lost);
    if (this.#waiting) return Promise.reject(new Error('the thread has an order already'));
    Atomics.store(new Int32Array(this.#flags), cancelFlag, 0);
    this.usedAt = performance.now();
    return new Promise((settle, refuse) => {
      this.#waiting = { settle, refuse, printed };
      this.#worker.ref();
      this.#watch(performance.now() + 3 * this.#cpuMs + graceMs);
      this.#worker.postMessage({ order } satisfies ToThread);
    });
  }

  /** Stops what runs, in one way or the other. */
  cancel(): void {
    if (!this.#waiting) return;
    // Asked for again, it has no longer for that.
    if (Atomics.exchange(new Int32Array(this.#flags), cancelFlag, 1) === 1) return;
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.end(), graceMs).unref();
  }

  drop(session: string): void {
    if (this.residents.delete(session)) this.#worker.postMessage({ drop: session } satisfies ToThread);
  }

  preempt(): void {
    this.#isPreempted = true;
    this.end();
  }

  end(): void {
    void this.#worker.terminate();
  }

  /** Ends the thread when the order takes more CPU than it may; where nobody knows how much it is, at `until` at the latest. */
  #watch(until: number, before?: number): void {
    this.#watchdog = setTimeout(() => {
      const cpu = this.#cpu();
      // A busy machine gives a thread less than a second of CPU in a second.
      const isOver =
        cpu === undefined ? performance.now() > until : before !== undefined && cpu - before > this.#cpuMs + graceMs;
      if (isOver) this.end();
      else this.#watch(until, before ?? cpu);
    }, lookEveryMs).unref();
  }

  #cpu(): number | undefined {
    return this.#thread === undefined ? undefined : cpuOfThread(this.#thread);
  }

  #hear(news: FromThread): void {
    if ('printed' in news) return this.#waiting?.printed(news.printed);
    if ('thread' in news) {
      this.#thread = news.thread;
      return;
    }
    if ('long' in news) return this.#waiting && this.#events.onLong();
    if ('staysBehind' in news) {
      this.#staysBehind = true;
      return;
    }
    const waiting = this.#settle();
    if ('came' in news) waiting?.settle(news.came);
    else waiting?.refuse(new Error(news.failed));
  }

  #settle() {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    clearTimeout(this.#watchdog);
    this.#worker.unref();
    this.usedAt = performance.now();
    return waiting;
  }
}
