import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { ReplLanguage } from '../../contract/repl.ts';
import type { Driver } from '../driver.ts';
import type { Came, Chain, Command, Ended, Engine, Next, Order, Question, ThreadData, Waiting } from './protocol.ts';
import { VmThreads } from './vm-threads.ts';
import { Left, Preempted, ThreadLost } from './vm-thread.ts';
import type { VmThread } from './vm-thread.ts';
import type { Limits } from './vm-guard.ts';
import { compiled } from './wasm.ts';

/** Where images are kept. */
export interface Images {
  /** Of a session's latest image. */
  chainOf: (session: string) => Promise<Chain>;
}

/** What becomes of a command while it runs. */
export interface Sending {
  printed: (text: string) => void;
  /** It waits. Resolves to how it goes on; its frame is kept by then, or given back by the chain all the same. */
  waiting: (waiting: Waiting) => Promise<Next>;
  /** It has ended. Resolves when that is kept. */
  ended: (ended: Ended) => Promise<void>;
}

export interface ReplDriverParts {
  images: Images;
  limits: Limits;
  /** Sandboxes in memory at the most; see the contract's `maxCachedSessions`. */
  mostKept: number;
}

interface Ordering {
  print?: (text: string) => void;
  /** It was found to be long. */
  isLong?: boolean;
}

/** Who is in memory, and what runs of it. */
interface Held {
  lane: Promise<unknown>;
  /** What has not ended. */
  pending: number;
  /** Commands among it. */
  commands: number;
  thread?: VmThread;
  /** The thread in which an order of it runs. */
  running?: VmThread;
  /** Ends its wait for a thread. */
  leave?: () => void;
  isCancelled: boolean;
}

/**
 * Sessions of JavaScript in sandboxes, which live in threads. Where a session's sandbox is in memory is of no importance: it can be
 * made anew from its image at any time, which is what happens when its thread is busy with something long, is lost, or has too many.
 */
export class ReplDriver implements Driver<Command, Ended, Sending> {
  readonly #parts: ReplDriverParts;
  /** The least recently used first. */
  readonly #held = new Map<string, Held>();
  #threads: Promise<VmThreads> | undefined;
  readonly #engines = new Map<EngineKind, Promise<Engine>>();
  #isClosed = false;

  constructor(parts: ReplDriverParts) {
    this.#parts = parts;
  }

  /** What a new session is the difference from. Made once, when it is first asked for. */
  engine(language: ReplLanguage = 'javascript'): Promise<Engine> {
    const kind = language === 'scheme' ? 'scheme' : 'script';
    const made = this.#engines.get(kind) ?? this.#makeEngine(kind);
    this.#engines.set(kind, made);
    made.catch(() => this.#engines.delete(kind));
    return made;
  }

  async start(): Promise<void> {
    await this.engine();
  }

  send(session: string, command: Command, sending: Sending): Promise<Ended> {
    const sent = this.#inTurn(session, (held) => this.#send(session, held, command, sending));
    const held = this.#held.get(session);
    if (held) held.commands += 1;
    return sent;
  }

  interrupt(session: string): void {
    const held = this.#held.get(session);
    if (held === undefined || held.commands === 0) return;
    held.isCancelled = true;
    held.running?.cancel();
    held.leave?.();
  }

  pause(session: string): Promise<void> {
    return this.#inTurn(session, (held) => Promise.resolve(this.#drop(session, held)));
  }

  snapshot(session: string): Promise<Uint8Array> {
    return this.ask(session, { ask: 'image' }).then(({ image }) => image ?? new Uint8Array());
  }

  /** What it is restored to is kept by whoever keeps its images; what is in memory is forgotten. */
  restore(session: string): Promise<void> {
    return this.pause(session);
  }

  async stop(session: string): Promise<void> {
    this.interrupt(session);
    await this.pause(session);
    this.#held.delete(session);
  }

  /** Between two commands. */
  ask(session: string, question: Question): Promise<{ words: readonly string[]; image?: Uint8Array }> {
    return this.#inTurn(session, async (held) => {
      const came = await this.#order(session, held, { do: 'ask', session, ...question }).catch((error: unknown) => {
        // It may have been stopped in the middle of something.
        this.#drop(session, held);
        throw error;
      });
      if (came.to !== 'answer') throw new Error(`a question came to ${came.to}`);
      return came;
    });
  }

  /** Its sandbox is in memory, and has nothing to do. */
  isAtRest(session: string): boolean {
    const held = this.#held.get(session);
    return held?.thread !== undefined && held.pending === 0;
  }

  /** Sandboxes in memory now. */
  get kept(): number {
    return [...this.#held.values()].filter(({ thread }) => thread !== undefined).length;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const session of this.#held.keys()) this.interrupt(session);
    await Promise.allSettled([...this.#held.values()].map(({ lane }) => lane));
    await (await this.#threads)?.close();
  }

  /** V1. */
  #inTurn<T>(session: string, run: (held: Held) => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(new Error('the driver is closed'));
    const held = this.#held.get(session) ?? {
      lane: Promise.resolve(),
      pending: 0,
      commands: 0,
      isCancelled: false,
    };
    // It is used, so it is the last to leave.
    this.#held.delete(session);
    this.#held.set(session, held);
    held.pending += 1;
    const ran = held.lane.then(() => run(held));
    held.lane = ran.then(nothing, nothing).then(() => {
      held.pending -= 1;
      if (held.pending === 0) this.#evict();
    });
    return ran;
  }

  async #send(session: string, held: Held, command: Command, sending: Sending): Promise<Ended> {
    try {
      const ended = await this.#run(session, held, command, sending);
      await sending.ended(ended);
      return ended;
    } catch (error) {
      // V4: what is in memory is not what was kept.
      this.#drop(session, held);
      throw error;
    } finally {
      held.commands -= 1;
      held.isCancelled = false;
    }
  }

  async #run(session: string, held: Held, command: Command, sending: Sending): Promise<Ended> {
    let order: Order = { do: 'run', session, command };
    for (;;) {
      const came = await this.#orderOrLost(session, held, order, (text) => sending.printed(text));
      if (came.to === 'ended') {
        // What it was before the command is not what it was when it waited.
        if (came.ended.as === 'stopped') this.#drop(session, held);
        return came.ended;
      }
      if (came.to !== 'waiting') throw new Error(`a command came to ${came.to}`);
      const next = await sending.waiting(came.waiting);
      if (held.isCancelled) {
        this.#drop(session, held);
        return stoppedEnd('cancelled');
      }
      order = { session, ...next };
    }
  }

  /** What was begun and had to make room is the same when it is begun again, and what it printed is not told twice. */
  async #orderOrLost(session: string, held: Held, order: Order, printed: (text: string) => void): Promise<Came> {
    let told = 0;
    for (let isLong = false; ; isLong = true) {
      let again = told;
      const print = (text: string): void => {
        const rest = text.slice(Math.min(again, text.length));
        again -= text.length - rest.length;
        told += rest.length;
        if (rest !== '') printed(rest);
      };
      try {
        return await this.#order(session, held, order, { print, isLong });
      } catch (error) {
        if (error instanceof Preempted && !held.isCancelled) continue;
        if (!(error instanceof ThreadLost || error instanceof Preempted || error instanceof Left)) throw error;
        return { to: 'ended', ended: stoppedEnd(held.isCancelled ? 'cancelled' : 'cpu') };
      }
    }
  }

  async #order(session: string, held: Held, order: Order, { print, isLong = false }: Ordering = {}): Promise<Came> {
    const threads = await this.#allThreads();
    const waits = (leave: () => void): void => {
      held.leave = leave;
    };
    const wish = { wanted: held.thread, isLong, ...(order.do !== 'ask' && { waits }) };
    const thread = await threads.take(wish).finally(() => delete held.leave);
    try {
      held.running = thread;
      if (held.thread !== thread) await this.#open(session, held, thread);
      if (held.isCancelled && order.do !== 'ask') return { to: 'ended', ended: stoppedEnd('cancelled') };
      return await thread.ask(order, print);
    } finally {
      delete held.running;
      threads.give(thread);
    }
  }

  async #open(session: string, held: Held, thread: VmThread): Promise<void> {
    this.#drop(session, held);
    this.#evict(1);
    await thread.ask({ do: 'open', session, ...(await this.#parts.images.chainOf(session)) });
    thread.residents.add(session);
    held.thread = thread;
  }

  #drop(session: string, held: Held): void {
    held.thread?.drop(session);
    delete held.thread;
  }

  /** Those that do nothing now leave, until there are few enough, and room for some. */
  #evict(room = 0): void {
    let more = this.kept + room - this.#parts.mostKept;
    for (const [session, held] of this.#held) {
      if (held.pending > 0) continue;
      if (more > 0 && held.thread) {
        this.#drop(session, held);
        more -= 1;
      }
      if (held.thread === undefined) this.#held.delete(session);
    }
  }

  #allThreads(): Promise<VmThreads> {
    return (this.#threads ??= loadData(this.#parts.limits).then(
      (data) => new VmThreads(data, (thread) => this.#lose(thread)),
    ));
  }

  #lose(thread: VmThread): void {
    for (const held of this.#held.values()) if (held.thread === thread) delete held.thread;
  }

  async #makeEngine(kind: EngineKind): Promise<Engine> {
    const threads = await this.#allThreads();
    const thread = await threads.take({ isUrgent: true });
    try {
      const came = await thread.ask({ do: 'begin', ...(kind === 'scheme' && { scheme: await schemeText() }) });
      if (came.to !== 'begun') throw new Error(`a beginning came to ${came.to}`);
      return { ...came.engine, binary: binaryHash() };
    } finally {
      threads.give(thread);
    }
  }
}

/** TypeScript is JavaScript by the time that it runs. */
type EngineKind = 'script' | 'scheme';

const nothing = (): void => {};

/** Nothing has changed, so its frame is none. */
const stoppedEnd = (why: 'cancelled' | 'cpu'): Ended => ({
  as: 'stopped',
  why,
  text: `stopped: ${why}`,
  frame: new Uint8Array(),
  isApart: false,
  size: 0,
});

const require = createRequire(import.meta.url);
const binaryFile = (): string => require.resolve('quickjs-wasi/quickjs.wasm');
const binaryHash = (): string => createHash('sha256').update(readFileSync(binaryFile())).digest('hex');
const inspectorFile = (): URL => new URL('dist/inspect.js', import.meta.resolve('node-inspect-extracted'));

const schemeText = (): Promise<string> => readFile(require.resolve('biwascheme'), 'utf8');

const loadData = async (limits: Limits): Promise<ThreadData> => ({
  module: await compiled(readFileSync(binaryFile())),
  inspector: readFileSync(fileURLToPath(inspectorFile()), 'utf8'),
  limits,
});
