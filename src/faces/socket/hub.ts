import type { Caller } from '../../access/access.ts';
import type { ServerFrame } from '../../contract/socket.ts';
import type { ListPlace, SessionReads, SessionSummary } from '../../journal/sessions.ts';
import type { Clock } from '../../runner/clock.ts';
import type { Published } from '../../runner/runner.ts';
import { maySee } from '../rights.ts';
import { framesOf, timerUpdate } from './frames.ts';
import { Ticks } from './ticks.ts';

/** One open socket, as the hub sees it. */
export interface Subscriber {
  readonly caller: Caller;
  readonly isOpen: () => boolean;
  readonly send: (text: string) => void;
  /** Resolves when all that was sent is on its way, or the socket is gone. */
  readonly sent: () => Promise<void>;
}

export const everySession = '*';
const page = 200;

export interface HubParts {
  sessions: SessionReads;
  clock: Clock;
  summarize: (session: string, state: Published['state']) => SessionSummary;
}

/**
 * Who hears of which session.
 *
 *  H1  Only subscribers hear of a session, and only of those that their user may see.
 *  H2  Nothing is done for a session that nobody listens to.
 *  H3  The hub keeps nothing for those who are away: who comes back is told the state, and reads what happened from the journal.
 *  H4  What was published while a session was read is newer than what was read.
 */
export class Hub {
  readonly #parts: HubParts;
  readonly #bySession = new Map<string, Set<Subscriber>>();
  readonly #ofAll = new Set<Subscriber>();
  /** Active sessions that somebody listens to. */
  readonly #ticking = new Map<string, SessionSummary>();
  readonly #ticks: Ticks;
  /** For each reading under way the sessions that were published since it began. */
  readonly #readings = new Set<Set<string>>();

  constructor(parts: HubParts) {
    this.#parts = parts;
    this.#ticks = new Ticks((session) => this.#tick(session));
  }

  async subscribe(subscriber: Subscriber, session: string): Promise<void> {
    if (session === everySession) {
      this.#ofAll.add(subscriber);
      await this.#tickAll();
    } else {
      const met = this.#bySession.get(session) ?? new Set();
      this.#bySession.set(session, met.add(subscriber));
      await this.#followRead(async () => ({ sessions: [await this.#parts.sessions.get(session)] }));
    }
  }

  unsubscribe(subscriber: Subscriber, session: string): void {
    if (session === everySession) this.#ofAll.delete(subscriber);
    else this.#leave(subscriber, session);
    this.#forgetUnheard();
  }

  /** The socket is closed. */
  leave(subscriber: Subscriber): void {
    this.#ofAll.delete(subscriber);
    for (const session of this.#bySession.keys()) this.#leave(subscriber, session);
    this.#forgetUnheard();
  }

  /** Events became durable: their subscribers hear of them. */
  publish({ session, events, state, at }: Published): void {
    if (!this.#isHeard(session)) return;
    for (const published of this.#readings) published.add(session);
    const summary = this.#parts.summarize(session, state);
    this.#follow(summary);
    for (const frame of framesOf(summary, state, events, at)) this.#send(summary, frame);
  }

  stop(): void {
    this.#ticks.stop();
  }

  #tick(session: string): void {
    const summary = this.#ticking.get(session);
    if (summary) this.#send(summary, timerUpdate(summary, this.#parts.clock.now()));
  }

  #send(summary: SessionSummary, frame: ServerFrame): void {
    const text = JSON.stringify(frame);
    const named = this.#bySession.get(summary.id);
    for (const subscriber of named ?? []) subscriber.send(text);
    for (const subscriber of this.#ofAll) {
      if (!named?.has(subscriber) && maySee(subscriber.caller.user, summary)) subscriber.send(text);
    }
  }

  #follow(summary: SessionSummary): void {
    if (summary.since === undefined) this.#forget(summary.id);
    else {
      this.#ticking.set(summary.id, summary);
      this.#ticks.add(summary.id);
    }
  }

  #forget(session: string): void {
    this.#ticking.delete(session);
    this.#ticks.remove(session);
  }

  #leave(subscriber: Subscriber, session: string): void {
    const met = this.#bySession.get(session);
    met?.delete(subscriber);
    if (met?.size === 0) this.#bySession.delete(session);
  }

  #forgetUnheard(): void {
    if (this.#ofAll.size > 0) return;
    for (const session of this.#ticking.keys()) if (!this.#bySession.has(session)) this.#forget(session);
  }

  #isHeard(session: string): boolean {
    return this.#ofAll.size > 0 || this.#bySession.has(session);
  }

  async #tickAll(): Promise<void> {
    for (let after: ListPlace | undefined; ;) {
      const query = { status: 'active' as const, limit: page, ...(after ? { after } : {}) };
      const { sessions, more } = await this.#followRead(() => this.#parts.sessions.list(query));
      after = sessions.at(-1);
      if (!more || this.#ofAll.size === 0) return this.#forgetUnheard();
    }
  }

  /** H2, H4. */
  async #followRead<T extends { sessions: readonly (SessionSummary | undefined)[] }>(
    read: () => Promise<T>,
  ): Promise<T> {
    const published = new Set<string>();
    this.#readings.add(published);
    try {
      const found = await read();
      for (const summary of found.sessions) {
        if (summary && !published.has(summary.id) && this.#isHeard(summary.id)) this.#follow(summary);
      }
      return found;
    } finally {
      this.#readings.delete(published);
    }
  }
}
