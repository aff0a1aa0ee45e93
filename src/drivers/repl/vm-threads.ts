import { availableParallelism } from 'node:os';
import type { ThreadData } from './protocol.ts';
import { VmThread } from './vm-thread.ts';

/** So long a session waits for the thread that has its sandbox, before it is made anew in another: most commands are shorter. */
const patienceMs = 20;
/** A thread more than there are cores ends when nobody used it for so long. */
const spareMs = 10_000;
/** More commands than this do not run at once; long ones run where the others leave something. */
const mostThreads = 32;

interface Waiting {
  /** Any thread will do when absent, and after a while in any case. */
  wanted: VmThread | undefined;
  settle: (thread: VmThread) => void;
  timer?: NodeJS.Timeout;
}

/** Threads of sandboxes: as many as cores for short commands, and more while long ones run. */
export class VmThreads {
  readonly #data: ThreadData;
  readonly #onLost: (thread: VmThread) => void;
  readonly #all = new Set<VmThread>();
  readonly #taken = new Set<VmThread>();
  /** In the order in which they came. */
  readonly #waiting = new Set<Waiting>();
  readonly #sweep: NodeJS.Timeout;
  readonly #usual = Math.max(2, availableParallelism());

  constructor(data: ThreadData, onLost: (thread: VmThread) => void) {
    this.#data = data;
    this.#onLost = onLost;
    this.#sweep = setInterval(() => this.#endSpare(), spareMs).unref();
  }

  /** A thread for one order or two; the wanted one, where it is free soon. To be given back. */
  take(wanted: VmThread | undefined): Promise<VmThread> {
    const free = wanted ? this.#ifFree(wanted) : this.#anyFree();
    if (free) return Promise.resolve(this.#use(free));
    return new Promise((settle) => {
      const waiting: Waiting = { wanted, settle };
      this.#waiting.add(waiting);
      const giveUp = () => {
        waiting.wanted = undefined;
        this.#serve(waiting);
      };
      if (wanted && this.#all.has(wanted)) waiting.timer = setTimeout(giveUp, patienceMs);
      else giveUp();
    });
  }

  give(thread: VmThread): void {
    this.#taken.delete(thread);
    if (thread.staysBehind) return this.#retire(thread);
    for (const waiting of this.#waiting) {
      if (!this.#all.has(thread) || this.#taken.has(thread)) return;
      if (waiting.wanted === undefined || waiting.wanted === thread) this.#hand(waiting, thread);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    for (const thread of this.#all) thread.end();
  }

  #ifFree(thread: VmThread): VmThread | undefined {
    return this.#all.has(thread) && !this.#taken.has(thread) ? thread : undefined;
  }

  /** The one that has the fewest sandboxes; a new one, while there are fewer than cores. */
  #anyFree(): VmThread | undefined {
    if (this.#all.size < this.#usual) return this.#add();
    let best: VmThread | undefined;
    for (const thread of this.#all)
      if (!this.#taken.has(thread) && thread.residents.size < (best?.residents.size ?? Infinity)) best = thread;
    return best;
  }

  #serve(waiting: Waiting): void {
    const thread = this.#anyFree() ?? (this.#all.size < mostThreads ? this.#add() : undefined);
    if (thread) this.#hand(waiting, thread);
  }

  #hand(waiting: Waiting, thread: VmThread): void {
    clearTimeout(waiting.timer);
    this.#waiting.delete(waiting);
    waiting.settle(this.#use(thread));
  }

  #use(thread: VmThread): VmThread {
    this.#taken.add(thread);
    return thread;
  }

  #add(): VmThread {
    const thread = new VmThread(this.#data, (lost) => this.#retire(lost));
    this.#all.add(thread);
    return thread;
  }

  /** What it has is brought back elsewhere, and who waits for it waits for any. */
  #retire(thread: VmThread): void {
    if (!this.#all.delete(thread)) return;
    this.#taken.delete(thread);
    this.#onLost(thread);
    thread.end();
    for (const waiting of this.#waiting) if (waiting.wanted === thread) waiting.wanted = undefined;
    for (const waiting of this.#waiting) if (waiting.wanted === undefined) this.#serve(waiting);
  }

  #endSpare(): void {
    const longAgo = performance.now() - spareMs;
    for (const thread of this.#all) {
      if (this.#all.size <= this.#usual) return;
      if (!this.#taken.has(thread) && thread.usedAt < longAgo) this.#retire(thread);
    }
  }
}
