import { availableParallelism } from 'node:os';
import type { ThreadData } from './protocol.ts';
import { Left, VmThread } from './vm-thread.ts';

/** So long a session waits for the thread that has its sandbox, before it is made anew in another: most commands are shorter. */
const patienceMs = 20;
/** A thread more than there are cores ends when nobody used it for so long. */
const spareMs = 10_000;
/** So many long commands run at once, where the others leave something; one more begins anew when one of them is over. */
const mostLong = 8;

interface Waiting {
  /** Any thread will do when absent, and after a while in any case. */
  wanted: VmThread | undefined;
  isLong: boolean;
  settle: (thread: VmThread) => void;
  timer?: NodeJS.Timeout;
}

export interface Wish {
  wanted?: VmThread | undefined;
  /** For a command that was found to be a long one. */
  isLong?: boolean;
  /** It may not wait: those who have all the threads may be waiting for it. */
  isUrgent?: boolean;
  /** Hears how the wait is ended before it is over; it rejects with {@link Left} then. */
  waits?: (leave: () => void) => void;
}

/**
 * Threads of sandboxes: as many as cores for short commands, and one more for each long one. What a command is shows when it has run for a
 * while, so that those which come together do not each get a thread.
 */
export class VmThreads {
  readonly #data: ThreadData;
  readonly #onLost: (thread: VmThread) => void;
  readonly #all = new Set<VmThread>();
  readonly #taken = new Set<VmThread>();
  /** Among them, those in which a long command runs. */
  readonly #long = new Set<VmThread>();
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
  take({ wanted, isLong = false, isUrgent = false, waits }: Wish): Promise<VmThread> {
    if (isUrgent) return Promise.resolve(this.#use(this.#anyFree() ?? this.#add()));
    const free = wanted && !isLong ? this.#ifFree(wanted) : undefined;
    if (free) return Promise.resolve(this.#use(free));
    return new Promise((settle, refuse) => {
      const waiting: Waiting = { wanted: undefined, isLong, settle };
      this.#waiting.add(waiting);
      waits?.(() => {
        clearTimeout(waiting.timer);
        if (this.#waiting.delete(waiting)) refuse(new Left());
      });
      if (wanted === undefined || isLong || this.#long.has(wanted) || !this.#all.has(wanted))
        return this.#serve(waiting);
      waiting.wanted = wanted;
      waiting.timer = setTimeout(() => {
        waiting.wanted = undefined;
        this.#serve(waiting);
      }, patienceMs);
    });
  }

  give(thread: VmThread): void {
    this.#taken.delete(thread);
    this.#long.delete(thread);
    if (thread.staysBehind) return this.#retire(thread);
    for (const waiting of this.#waiting) {
      if (!this.#all.has(thread) || this.#taken.has(thread)) break;
      if ((waiting.wanted === undefined || waiting.wanted === thread) && this.#mayRun(waiting))
        this.#hand(waiting, thread);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    for (const thread of this.#all) thread.end();
  }

  #ifFree(thread: VmThread): VmThread | undefined {
    return this.#all.has(thread) && !this.#taken.has(thread) ? thread : undefined;
  }

  /** The one that has the fewest sandboxes; a new one, while there are fewer than cores and long commands. */
  #anyFree(more = 0): VmThread | undefined {
    if (this.#all.size < this.#usual) return this.#add();
    let best: VmThread | undefined;
    for (const thread of this.#all)
      if (!this.#taken.has(thread) && thread.residents.size < (best?.residents.size ?? Infinity)) best = thread;
    return best ?? (this.#all.size < this.#usual + this.#long.size + more ? this.#add() : undefined);
  }

  #mayRun({ isLong }: Waiting): boolean {
    return !isLong || this.#long.size < mostLong;
  }

  #serve(waiting: Waiting): void {
    const thread = this.#mayRun(waiting) ? this.#anyFree(waiting.isLong ? 1 : 0) : undefined;
    if (thread) this.#hand(waiting, thread);
  }

  #serveAll(): void {
    for (const waiting of this.#waiting) if (waiting.wanted === undefined) this.#serve(waiting);
  }

  /** Its command was found to be a long one. */
  #foundLong(thread: VmThread): void {
    if (!this.#taken.has(thread) || this.#long.has(thread)) return;
    if (this.#long.size >= mostLong) {
      thread.preempt();
      // Nobody is given a thread that is about to end.
      return this.#retire(thread);
    }
    this.#long.add(thread);
    this.#forget(thread);
    this.#serveAll();
  }

  /** Who waits for it waits for any. */
  #forget(thread: VmThread): void {
    for (const waiting of this.#waiting) {
      if (waiting.wanted !== thread) continue;
      clearTimeout(waiting.timer);
      waiting.wanted = undefined;
    }
  }

  #hand(waiting: Waiting, thread: VmThread): void {
    clearTimeout(waiting.timer);
    this.#waiting.delete(waiting);
    if (waiting.isLong) this.#long.add(thread);
    waiting.settle(this.#use(thread));
  }

  #use(thread: VmThread): VmThread {
    this.#taken.add(thread);
    return thread;
  }

  #add(): VmThread {
    const thread = new VmThread(this.#data, {
      onLost: () => this.#retire(thread),
      onLong: () => this.#foundLong(thread),
    });
    this.#all.add(thread);
    return thread;
  }

  /** What it has is brought back elsewhere. */
  #retire(thread: VmThread): void {
    if (!this.#all.delete(thread)) return;
    this.#taken.delete(thread);
    this.#long.delete(thread);
    this.#onLost(thread);
    thread.end();
    this.#forget(thread);
    this.#serveAll();
  }

  #endSpare(): void {
    const longAgo = performance.now() - spareMs;
    for (const thread of this.#all) {
      if (this.#all.size <= this.#usual) return;
      if (!this.#taken.has(thread) && thread.usedAt < longAgo) this.#retire(thread);
    }
  }
}
