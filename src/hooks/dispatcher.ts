import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../contract/problem.ts';
import type { Journal } from '../journal/journal.ts';
import type { SessionReads, SessionSummary } from '../journal/sessions.ts';
import type { Delivery, HookRow, HookStore, Planned, Verdict } from './hook.ts';
import { alertsAmong, hears, messageOf } from './message.ts';
import type { Alert } from './message.ts';
import { verdictOf } from './schedule.ts';
import type { Send } from './sender.ts';

/**
 * Brings alerts to the hooks that hear of them.
 *
 *  D1  A delivery's row commits together with the cursors that pass over its alert, and nothing is sent before: every alert
 *      after a hook's making is delivered at least once, whenever the server is killed.
 *  D2  What a receiver confirmed is never sent again once that is stored. Until it is, it is stored again, not sent again.
 *  D3  A hook has few attempts under way at once, so one that hangs or fails holds up neither the others nor, for longer than
 *      an attempt takes, its own later alerts. Where many hang, all have their turn, one after the other.
 *  D4  Whether a hook may hear of the session is asked anew at each attempt.
 *  D5  There is a timer only while a delivery waits for its time.
 */
export interface DispatcherParts {
  store: HookStore;
  journal: Pick<Journal, 'readAll' | 'onCommitted'>;
  sessions: Pick<SessionReads, 'get'>;
  send: Send;
  /** Whether the hook's maker is there, may have it, and may see a session of this owner. */
  mayHear: (hook: HookRow, session: { owner: string }) => boolean;
  clock: { now(): number };
  newId: () => string;
  /** From 0 up to 1. */
  random: () => number;
  /** What came of each attempt, once it is stored. */
  onVerdict: (hook: HookRow, verdict: Verdict) => void;
  onError: (error: unknown) => void;
}

const atOnceOfOne = 4;
const atOnce = 64;
const pageSize = 200;
/** The clock is looked at this often while something waits: it may jump, and a machine may sleep. */
const lookMs = 1000;
const againMs = 1000;
/** How long attempts under way have to come to their end when the server stops. */
const lastAttemptsMs = 2000;
const everything = '';

export class Dispatcher {
  readonly #parts: DispatcherParts;
  /** Ids of deliveries under way, by hook. */
  readonly #underWay = new Map<string, Set<string>>();
  /** When each hook has something to do next, where that is to come; under {@link everything}, when to look at them all. */
  readonly #next = new Map<string, number>();
  readonly #attempts = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #planning: Promise<void> | undefined;
  #heardMore = false;
  /** Hooks had to wait for others (the sum of all attempts is bounded too). */
  #crowded = false;
  /** The hook that an attempt was begun for last: where there is no room for all, those after it are next. */
  #lastBegun = '';
  #isStopped = false;
  #unsubscribe: () => void = () => undefined;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /** Goes on where the server before this one was, then with each alert as it is raised. */
  start(): void {
    this.#unsubscribe = this.#parts.journal.onCommitted((events) => {
      if (events.some(({ type }) => type === 'alert_raised')) this.look();
    });
    this.look();
  }

  /** Takes nothing up any more; what is under way is given a moment, and cut off: it is tried again after the next start. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#unsubscribe();
    clearTimeout(this.#timer);
    await this.#planning;
    const patience = setTimeout(() => this.#stopping.abort(), lastAttemptsMs);
    await Promise.all(this.#attempts);
    clearTimeout(patience);
  }

  /** There may be something to plan or to send. */
  look(): void {
    if (this.#isStopped) return;
    this.#heardMore = true;
    this.#planning ??= this.#planAll().finally(() => {
      this.#planning = undefined;
    });
  }

  async #planAll(): Promise<void> {
    try {
      while (this.#heardMore && !this.#isStopped) {
        this.#heardMore = false;
        await this.#plan();
      }
    } catch (error) {
      this.#lookAgain(error);
    }
    this.#sendDue();
  }

  /** D1 */
  async #plan(): Promise<void> {
    const { store } = this.#parts;
    const cursors = store.all().map(({ cursor }) => cursor);
    if (cursors.length === 0) return;
    for (let after = Math.min(...cursors); !this.#isStopped;) {
      const { alerts, through } = await this.#alertsAfter(after);
      if (through === after) return;
      // As they are now: one that was switched on since the last page hears of what is raised since.
      const hooks = store.all();
      const ids = hooks.map(({ id }) => id);
      await store.plan(await this.#deliveriesOf(alerts, hooks), ids, through);
      after = through;
      this.#sendDue();
    }
  }

  /** A page of alerts, and the position up to which it goes. A row that is damaged is passed over: it can be told to nobody. */
  async #alertsAfter(after: number): Promise<{ alerts: Alert[]; through: number }> {
    for (let limit = pageSize; ; limit = 1) {
      try {
        const events = await this.#parts.journal.readAll({ after, limit, types: ['alert_raised'] });
        return { alerts: alertsAmong(events), through: events.at(-1)?.position ?? after };
      } catch (error) {
        const position = positionOf(error);
        if (position === undefined) throw error;
        if (limit > 1) continue;
        this.#parts.onError(error);
        return { alerts: [], through: position };
      }
    }
  }

  async #deliveriesOf(alerts: readonly Alert[], hooks: readonly HookRow[]): Promise<Planned[]> {
    const { sessions, newId, clock } = this.#parts;
    const planned: Planned[] = [];
    const known = new Map<string, SessionSummary | undefined>();
    for (const alert of alerts) {
      const { session, position } = alert;
      if (!known.has(session)) known.set(session, await sessions.get(session));
      const summary = known.get(session);
      if (summary === undefined) continue;
      const hearing = hooks.filter((hook) => hook.cursor < position && !hook.off && hears(hook.doc, alert));
      for (const hook of hearing) {
        if (!this.#parts.mayHear(hook, summary)) continue;
        const message = messageOf(alert, summary);
        planned.push({ id: `msg_${newId()}`, hook: hook.id, position, message, at: clock.now() });
      }
    }
    return planned;
  }

  /** D3 */
  #sendDue(): void {
    this.#crowded = false;
    this.#guarded(() => {
      // What a hook that was removed was to do is not waited for.
      for (const id of this.#next.keys()) if (id !== everything) this.#next.delete(id);
      const hooks = this.#parts.store.all();
      const had = hooks.filter(({ id }) => id <= this.#lastBegun);
      for (const hook of [...hooks.slice(had.length), ...had]) this.#sendDueOf(hook);
    });
  }

  /** What can't be read now is looked for again in a moment. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#lookAgain(error);
    }
    this.#wait();
  }

  #lookAgain(error: unknown): void {
    this.#parts.onError(error);
    this.#next.set(everything, this.#parts.clock.now() + againMs);
  }

  /** D3 */
  #sendDueOf(hook: HookRow): void {
    const { store, clock } = this.#parts;
    this.#next.delete(hook.id);
    if (hook.off || this.#isStopped) return;
    const underWay = this.#underWay.get(hook.id) ?? new Set();
    const now = clock.now();
    if (now < (hook.heldUntil ?? 0)) return this.#comeBack(hook, hook.heldUntil);
    const room = atOnce - this.#attempts.size;
    if (room <= 0) this.#crowded = true;
    const free = Math.min(atOnceOfOne - underWay.size, room);
    // Whoever is under way looks again when it ends.
    if (free <= 0) return;
    const due = store.due(hook.id, now, atOnceOfOne).filter(({ id }) => !underWay.has(id));
    for (const delivery of due.slice(0, free)) this.#begin(hook, delivery);
    if ((this.#underWay.get(hook.id)?.size ?? 0) === 0) this.#comeBack(hook, store.nextDue(hook.id));
  }

  #comeBack({ id }: HookRow, at: number | undefined): void {
    if (at !== undefined) this.#next.set(id, at);
  }

  #begin(hook: HookRow, delivery: Delivery): void {
    const underWay = this.#underWay.get(hook.id) ?? new Set();
    this.#underWay.set(hook.id, underWay.add(delivery.id));
    this.#lastBegun = hook.id;
    const attempt = this.#attempt(hook, delivery).finally(() => {
      this.#attempts.delete(attempt);
      underWay.delete(delivery.id);
      if (underWay.size === 0) this.#underWay.delete(hook.id);
      this.#goOn(hook.id);
    });
    this.#attempts.add(attempt);
  }

  #goOn(id: string): void {
    if (this.#isStopped) return;
    if (this.#crowded) return this.#sendDue();
    this.#guarded(() => {
      const hook = this.#parts.store.find(id);
      if (hook) this.#sendDueOf(hook);
    });
  }

  /** Never rejects. */
  async #attempt(hook: HookRow, delivery: Delivery): Promise<void> {
    const { mayHear, send, onVerdict, onError } = this.#parts;
    try {
      // D4
      if (!mayHear(hook, delivery.message.data.session)) return await this.#settle(delivery, this.#refused(hook));
      const outcome = await send(hook, delivery, this.#stopping.signal);
      const { store, clock, random } = this.#parts;
      const moment = { now: clock.now(), attempts: delivery.attempts, random: random() };
      const asItIs = store.find(hook.id) ?? hook;
      const verdict = verdictOf(outcome, { hook: asItIs, ...moment });
      await this.#settle(delivery, verdict);
      onVerdict(asItIs, verdict);
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      onError(error);
      await this.#pause();
    }
  }

  #refused({ failingSince }: HookRow): Verdict {
    const attempt = { ok: false, ms: 0, error: 'its maker may no longer hear of the session' };
    const hook = failingSince === undefined ? {} : { failingSince };
    return { at: this.#parts.clock.now(), attempt, next: { state: 'dropped' }, hook };
  }

  /** D2 */
  async #settle(delivery: Delivery, verdict: Verdict): Promise<void> {
    for (;;) {
      try {
        return await this.#parts.store.settle(delivery, verdict);
      } catch (error) {
        this.#parts.onError(error);
        if (this.#isStopped) return;
        await this.#pause();
      }
    }
  }

  /** Never rejects. */
  async #pause(): Promise<void> {
    await sleep(againMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }

  /** D5 */
  #wait(): void {
    clearTimeout(this.#timer);
    if (this.#isStopped || this.#next.size === 0) return;
    const delay = Math.min(lookMs, Math.max(1, Math.min(...this.#next.values()) - this.#parts.clock.now()));
    this.#timer = setTimeout(() => this.#ring(), delay);
  }

  #ring(): void {
    if (Math.min(...this.#next.values()) > this.#parts.clock.now()) return this.#wait();
    if (this.#next.delete(everything)) this.look();
    this.#sendDue();
  }
}

const positionOf = (error: unknown): number | undefined =>
  error instanceof Problem && error.kind === 'journal_damaged'
    ? (error.details as { position?: number } | undefined)?.position
    : undefined;
