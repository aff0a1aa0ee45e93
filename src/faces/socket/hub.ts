import type { GapFrame } from '../../contract/socket.ts';
import type { ListPlace, SessionReads, SessionSummary } from '../../journal/sessions.ts';
import type { Clock } from '../../runner/clock.ts';
import type { Published } from '../../runner/runner.ts';
import { maySee } from '../rights.ts';
import { framesOf, timerUpdate } from './frames.ts';
import { Subscription, textOf } from './subscription.ts';
import type { Subscriber } from './subscription.ts';
import { Ticks } from './ticks.ts';

export const everySession = '*';
const page = 200;

export interface HubParts {
  sessions: SessionReads;
  clock: Clock;
  summarize: (session: string, state: Published['state']) => SessionSummary;
  /** The last position when the hub began. */
  publishedTo: number;
}

/**
 * Who hears of which session.
 *
 *  H1  Only subscribers hear of a session, and only of those that their user may see.
 *  H2  Nothing is done for a session that nobody listens to, and a socket that closes costs what it followed.
 *  H3  The hub keeps nothing for those who are away: who comes back is told the state, or reads what happened from the journal.
 *  H4  What was published while a session was read is newer than what was read.
 *  H5  A frame is made once, however many hear it.
 */
export class Hub {
  readonly #parts: HubParts;
  readonly #bySession = new Map<string, Map<Subscriber, Subscription>>();
  readonly #ofAll = new Map<Subscriber, Subscription>();
  /** Active sessions that somebody listens to. */
  readonly #ticking = new Map<string, SessionSummary>();
  readonly #ticks: Ticks;
  /** For each reading under way the sessions that were published since it began. */
  readonly #readings = new Set<Set<string>>();
  /** The reading of all that is active, while it goes on. */
  #walk: Promise<void> | undefined;

  #publishedTo: number;

  constructor(parts: HubParts) {
    this.#parts = parts;
    this.#publishedTo = parts.publishedTo;
    this.#ticks = new Ticks((session) => this.#tick(session));
  }

  /** Whoever subscribes now hears live of all that comes after this position. */
  get publishedTo(): number {
    return this.#publishedTo;
  }

  /** From now on, live; or, with `after`, from when it has read what happened after that cursor. */
  async subscribe(subscriber: Subscriber, session: string, after?: number): Promise<Subscription> {
    const subscription = new Subscription(subscriber, session, { after, now: this.#publishedTo });
    if (session === everySession) {
      const wasHeard = this.#ofAll.size > 0;
      this.#ofAll.get(subscriber)?.end();
      this.#ofAll.set(subscriber, subscription);
      if (!wasHeard) this.#walk ??= this.#tickAll().finally(() => (this.#walk = undefined));
      await this.#walk;
    } else {
      const met = this.#bySession.get(session) ?? new Map<Subscriber, Subscription>();
      met.get(subscriber)?.end();
      this.#bySession.set(session, met.set(subscriber, subscription));
      subscriber.named.add(session);
      if (!this.#ticking.has(session))
        await this.#followRead(async () => ({ sessions: [await this.#parts.sessions.get(session)] }));
    }
    return subscription;
  }

  /** Of those who named the session; undefined where nobody did. */
  subscriptionsOf(session: string): ReadonlyMap<Subscriber, Subscription> | undefined {
    return this.#bySession.get(session);
  }

  unsubscribe(subscriber: Subscriber, session: string): void {
    if (session === everySession) this.#leaveAll(subscriber);
    else this.#leave(subscriber, session);
  }

  /** The socket is closed. */
  leave(subscriber: Subscriber): void {
    this.#leaveAll(subscriber);
    for (const session of subscriber.named) this.#leave(subscriber, session);
  }

  /** Events became durable: their subscribers hear of them. */
  publish({ session, events, state, at }: Published): void {
    this.#publishedTo = events.at(-1)?.position ?? this.#publishedTo;
    if (!this.#isHeard(session)) return;
    for (const published of this.#readings) published.add(session);
    const summary = this.#parts.summarize(session, state);
    this.#follow(summary);
    for (const frame of framesOf(summary, state, events, at)) {
      const text = textOf(frame);
      for (const subscription of this.#hearing(summary)) subscription.tell(frame.cursor, text);
    }
  }

  /** The session is gone, and its events with it; those who go by cursors are told, and hear no more of it. */
  removed(session: string): void {
    const cursor = this.#publishedTo;
    const gap: GapFrame = { type: 'gap', sessionId: session, cursor, reason: 'session_gone' };
    for (const subscription of this.#bySession.get(session)?.values() ?? []) {
      const { subscriber, resumes } = subscription;
      subscription.end();
      if (resumes) subscriber.send(textOf(gap));
      subscriber.named.delete(session);
    }
    this.#bySession.delete(session);
    this.#forget(session);
  }

  stop(): void {
    this.#ticks.stop();
  }

  #tick(session: string): void {
    const summary = this.#ticking.get(session);
    if (!summary) return;
    const text = textOf(timerUpdate(summary, this.#parts.clock.now()));
    for (const subscription of this.#hearing(summary)) subscription.tick(text);
  }

  /** H1; who named the session besides following all hears once. */
  *#hearing(summary: SessionSummary): Generator<Subscription> {
    const named = this.#bySession.get(summary.id);
    if (named) yield* named.values();
    for (const [subscriber, subscription] of this.#ofAll) {
      if (!named?.has(subscriber) && maySee(subscriber.caller.user, summary)) yield subscription;
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
    subscriber.named.delete(session);
    const met = this.#bySession.get(session);
    met?.get(subscriber)?.end();
    met?.delete(subscriber);
    if (met?.size === 0) this.#bySession.delete(session);
    if (!this.#isHeard(session)) this.#forget(session);
  }

  #leaveAll(subscriber: Subscriber): void {
    this.#ofAll.get(subscriber)?.end();
    if (this.#ofAll.delete(subscriber) && this.#ofAll.size === 0) this.#forgetUnheard();
  }

  #forgetUnheard(): void {
    for (const session of this.#ticking.keys()) if (!this.#isHeard(session)) this.#forget(session);
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
