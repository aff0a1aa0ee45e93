import type { SessionCommand } from '../contract/command.ts';
import type { Recorded, SessionEvent } from '../contract/event.ts';
import type { UsageStep } from '../contract/usage.ts';
import { Problem } from '../contract/problem.ts';
import type { Entry, Journal, Receipt } from '../journal/journal.ts';
import { Listeners } from '../journal/listeners.ts';
import type { CountChange, SessionSummary } from '../journal/sessions.ts';
import { activityOf } from '../session/activity.ts';
import { decide } from '../session/decide.ts';
import { fold } from '../session/evolve.ts';
import { absent, stateShape, versionOf } from '../session/state.ts';
import type { Existing, SessionState } from '../session/state.ts';
import { endAt, wakeAt } from '../session/time.ts';
import type { Clock } from './clock.ts';

/**
 * One loop a session: command → decide → append → (durable) → answer and publish.
 *
 *  R1  Commands of a session are decided in the order they arrive (one that has to wait for R6 arrives after it), against a
 *      state that includes what is still being committed.
 *  R2  No answer goes out before what it rests on is durable: neither a success, nor a refusal that rests on a pending change.
 *  R3  When a commit fails, everything decided on top of it is refused with it, and the session is read from the journal again.
 *  R4  What fell due is decided before the command that arrives after it; a session that had ended by then fell due no more.
 *  R5  Subscribers hear of events after they are durable, in the order of the journal.
 *  R6  Before a session is ended on request, unless it ended earlier, those who still have something to tell of it are heard.
 *  R7  When the clock was set, an active session is told before anything else is decided for it: nothing falls due by a clock
 *      that was set.
 *  R8  What comes while a session is being removed waits until it is known whether the session is gone.
 */

/** A command before the runner has stamped it with the time and an id. */
export type Intent = SessionCommand extends infer C ? (C extends SessionCommand ? Omit<C, 'at' | 'id'> : never) : never;

/** What a request is answered with: a status and a body that is JSON text. */
export interface Answer {
  status: number;
  body: string;
}

/** What came of the commands, before it is durable: an answer made of it is sent after. */
export interface Outcome {
  state: Existing;
  events: readonly SessionEvent[];
  at: number;
}

/** Events that just became durable, and the session after them. */
export interface Published {
  session: string;
  events: readonly Recorded[];
  state: Existing;
  at: number;
}

/** The wall clock was set. */
export interface ClockSet {
  /** By how many ms. */
  by: number;
  /** Unix time minus boot time since, where boots can be told apart. */
  offset?: number;
}

/** How read models follow from states; see projections/. */
export interface Projector {
  summarize(session: string, state: Existing): SessionSummary;
  countChanges(before: SessionState, after: Existing): CountChange[];
}

/** What commits with the events, if there are any. */
export type Beside = Pick<Entry, 'usage' | 'images' | 'forked'>;

export type ReceiptStub = Omit<Receipt, 'status' | 'body' | 'at'>;

export interface Parts {
  journal: Journal;
  projector: Projector;
  /** What the ledger takes of events, from the state before them; nothing when absent. */
  usageOf?: (session: string, before: SessionState, events: readonly SessionEvent[]) => readonly UsageStep[];
  clock: Clock;
  /** A fresh UUIDv7. */
  newId: () => string;
}

/** A session in memory. */
interface Live {
  /** Includes what is still being committed. */
  state: SessionState;
  /** As the journal has it. */
  committed: SessionState;
  /** Settles with the latest append; never rejects. */
  settled: Promise<void>;
  pending: number;
  failure?: Problem;
}

const livesKept = 4096;
const eventsPerSavedState = 128;
const endingPatienceMs = 5000;

export class Runner {
  readonly #parts: Parts;
  readonly #lives = new Map<string, Live>();
  readonly #opening = new Map<string, Promise<Live>>();
  readonly #listeners = new Listeners<Published>();
  readonly #removals = new Listeners<string>();
  /** Sessions that have still to be told that the clock was set, and by how many ms. */
  readonly #owed = new Map<string, ClockSet>();
  /** While it is found out which sessions are to be told. */
  #gathering: Promise<void> | undefined;
  readonly #removing = new Map<string, Promise<void>>();
  readonly #endings = new Set<(session: string) => Promise<void>>();
  #closing = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Decides the intents in order, all or nothing, and resolves to `answer` of the outcome when it is durable. Rejects with a
   * {@link Problem}, and then nothing has changed.
   */
  async execute(
    session: string,
    intents: readonly Intent[],
    answer: (outcome: Outcome) => Answer,
    receipt?: ReceiptStub,
    beside: Beside = {},
  ): Promise<Answer> {
    if (this.#endings.size > 0 && intents.some(isEndNow)) await this.#beforeEnd(session);
    if (this.#closing) throw new Problem('server_stopping', 'the server is stopping; try again in a moment');
    let live = this.#lives.get(session) ?? (await this.#open(session));
    for (let wait = this.#obstacle(session); wait; wait = this.#obstacle(session)) {
      await wait;
      live = this.#lives.get(session) ?? (await this.#open(session));
    }
    // From here to the append nothing waits (R1).
    const at = this.#parts.clock.now();
    this.#settleClock(live, session, at);
    this.#settleDue(live, session, decidedUntil(intents, live.state, at));
    try {
      const { events, state } = this.#decideAll(live.state, intents, at);
      const given = answer({ state, events, at });
      if (events.length === 0) await afterPending(live);
      else await this.#commit(live, session, state, events, at, receipt && { ...receipt, ...given, at }, beside);
      return given;
    } catch (error) {
      await afterPending(live);
      throw error;
    }
  }

  /** The session as the journal has it; undefined when there is none. */
  async state(session: string): Promise<Existing | undefined> {
    const { committed } = this.#lives.get(session) ?? (await this.#open(session));
    return committed.status === 'absent' ? undefined : committed;
  }

  /** The session as the journal has it, if it is in memory: undefined tells nothing of whether there is one. */
  inMemory(session: string): Existing | undefined {
    const committed = this.#lives.get(session)?.committed;
    return committed === undefined || committed.status === 'absent' ? undefined : committed;
  }

  /** What a command on the session has to wait for: R7, R8. */
  #obstacle(session: string): Promise<void> | undefined {
    return this.#gathering ?? this.#removing.get(session);
  }

  /** Removes an ended session with all it holds. */
  async remove(session: string): Promise<void> {
    let live = this.#lives.get(session) ?? (await this.#open(session));
    while (live.pending > 0 || this.#removing.has(session)) {
      await (this.#removing.get(session) ?? live.settled);
      live = this.#lives.get(session) ?? (await this.#open(session));
    }
    const { committed } = live;
    if (committed.status === 'absent') throw new Problem('session_not_found', 'there is no such session');
    if (committed.status === 'active' || committed.status === 'paused') {
      throw new Problem('session_not_finished', 'the session is still open; complete it first');
    }
    const erased = this.#erase(session, versionOf(committed));
    this.#removing.set(session, settled(erased));
    return erased;
  }

  /** R8. */
  async #erase(session: string, version: number): Promise<void> {
    try {
      await this.#parts.journal.remove(session, version);
    } finally {
      // Who asked for it meanwhile has brought it back into memory, or is about to.
      await settled(this.#opening.get(session));
      this.#lives.delete(session);
      this.#removing.delete(session);
    }
    this.#removals.tell(session);
  }

  /**
   * The clock was just set; `active` are the sessions that are active. Each is told before its next command (R7),
   * so commands wait until all are known. Whoever calls this then runs a command on each of {@link owing}.
   */
  async clockSet(set: ClockSet, active: AsyncIterable<string>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gathering = promise;
    try {
      // What was decided before the clock was set counts as the journal will have it.
      await Promise.all([...this.#lives.values()].map((live) => live.settled));
      // All or none: who calls this again after a failure tells nobody twice.
      const sessions: string[] = [];
      for await (const session of active) sessions.push(session);
      for (const session of sessions) this.#owe(session, set);
    } finally {
      this.#gathering = undefined;
      resolve();
    }
  }

  /** Sessions that have still to be told that the clock was set. */
  owing(): readonly string[] {
    return [...this.#owed.keys()];
  }

  onPublished(listener: (published: Published) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Hears of each session that was removed, after it is gone. */
  onRemoved(listener: (session: string) => void): () => void {
    return this.#removals.add(listener);
  }

  /** `listener` is waited for before a session is completed on request (R6); it should not take long. */
  onEnding(listener: (session: string) => Promise<void>): () => void {
    this.#endings.add(listener);
    return () => this.#endings.delete(listener);
  }

  /** Takes no more commands; resolves when those under way are settled. */
  async drain(): Promise<void> {
    this.#closing = true;
    await Promise.allSettled(this.#opening.values());
    await Promise.all([...this.#lives.values()].map((live) => live.settled));
  }

  /** What a listener fails at is its own to report, and none keeps a session from ending: who is slow is not waited for. */
  async #beforeEnd(session: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, endingPatienceMs);
    });
    const heard = Promise.allSettled([...this.#endings].map(async (listener) => listener(session)));
    await Promise.race([heard, patience]);
    clearTimeout(timer);
  }

  #decideAll(from: SessionState, intents: readonly Intent[], at: number): { state: Existing; events: SessionEvent[] } {
    let state = from;
    const events: SessionEvent[] = [];
    for (const intent of intents) {
      const command: SessionCommand = { ...intent, at, id: this.#parts.newId() };
      const decided = decide(command, state);
      state = fold(decided, state);
      events.push(...decided);
    }
    if (state.status === 'absent') throw new Problem('session_not_found', 'there is no such session');
    return { state, events };
  }

  /** R7; when it can't be written it is owed again. */
  #settleClock(live: Live, session: string, at: number): void {
    const set = this.#owed.get(session);
    if (set === undefined) return;
    this.#owed.delete(session);
    if (live.state.status !== 'active') return;
    const { events, state } = this.#decideAll(live.state, [{ type: 'adjust_clock', ...set }], at);
    if (events.length > 0) this.#commit(live, session, state, events, at).catch(() => this.#owe(session, set));
  }

  #owe(session: string, { by, ...anchor }: ClockSet): void {
    this.#owed.set(session, { by: (this.#owed.get(session)?.by ?? 0) + by, ...anchor });
  }

  /** R4: the end of the time, or an alert, that is due by now is a fact of its own, whatever becomes of the command. */
  #settleDue(live: Live, session: string, at: number): void {
    const { state } = live;
    if (state.status !== 'active' || (wakeAt(state) ?? Infinity) > at) return;
    const { events, state: after } = this.#decideAll(state, [{ type: 'fall_due' }], at);
    if (events.length > 0) this.#commit(live, session, after, events, at).catch(() => undefined);
  }

  async #commit(
    live: Live,
    session: string,
    state: Existing,
    events: readonly SessionEvent[],
    at: number,
    receipt?: Receipt,
    beside: Beside = {},
  ): Promise<void> {
    const entry = this.#entry(session, live.state, state, events, receipt, beside);
    if (!this.#lives.has(session)) this.#keep(session, live);
    const appended = this.#parts.journal.append(entry);
    live.state = state;
    live.pending += 1;
    live.settled = appended.then(
      () => undefined,
      () => undefined,
    );
    try {
      const recorded = await appended;
      live.committed = state;
      this.#listeners.tell({ session, events: recorded, state, at });
    } catch (error) {
      throw this.#fail(live, session, error);
    } finally {
      live.pending -= 1;
    }
  }

  #entry(
    session: string,
    before: SessionState,
    after: Existing,
    events: readonly SessionEvent[],
    receipt: Receipt | undefined,
    { usage = [], ...rest }: Beside,
  ): Entry {
    const { projector, usageOf } = this.#parts;
    const version = versionOf(after);
    const saving = Math.floor(version / eventsPerSavedState) > Math.floor(versionOf(before) / eventsPerSavedState);
    return {
      session,
      expectedVersion: versionOf(before),
      events,
      summary: projector.summarize(session, after),
      counts: projector.countChanges(before, after),
      activity: activityOf(before, events),
      usage: [...(usageOf?.(session, before, events) ?? []), ...usage],
      ...rest,
      ...(saving ? { saved: { version, shape: stateShape, state: after } } : {}),
      ...(receipt ? { receipt } : {}),
    };
  }

  /** R3: the first failure is the reason for all that was decided on top of it. */
  #fail(live: Live, session: string, error: unknown): Problem {
    live.failure ??=
      error instanceof Problem ? error : new Problem('internal_error', 'the change failed', { cause: error });
    if (this.#lives.get(session) === live) this.#lives.delete(session);
    return live.failure;
  }

  /** Reads a session from the journal, once however many ask at a time. */
  #open(session: string): Promise<Live> {
    const opening = this.#opening.get(session);
    if (opening) return opening;
    const opened = this.#load(session);
    this.#opening.set(session, opened);
    const settle = (live?: Live): void => {
      this.#opening.delete(session);
      if (live !== undefined && live.state.status !== 'absent') this.#keep(session, live);
    };
    // Those who wait for it go on right after this, so that nobody finds the session in memory before them (R1).
    opened.then(settle, () => settle());
    return opened;
  }

  async #load(session: string): Promise<Live> {
    const history = await this.#parts.journal.load(session);
    const saved = history?.saved;
    // A state saved in another shape is folded again from the beginning.
    const outdated = saved !== undefined && saved.shape !== stateShape;
    const events = outdated ? await this.#all(session) : (history?.events ?? []);
    const state = folded(events, saved && !outdated ? saved.state : absent);
    return { state, committed: state, settled: Promise.resolve(), pending: 0 };
  }

  async #all(session: string): Promise<readonly SessionEvent[]> {
    return this.#parts.journal.read(session, { limit: Number.MAX_SAFE_INTEGER });
  }

  /** Keeps the session in memory and lets those go that were not opened for the longest time and wait for nothing. */
  #keep(session: string, live: Live): void {
    this.#lives.set(session, live);
    if (this.#lives.size <= livesKept) return;
    for (const [id, { pending }] of this.#lives) {
      if (pending === 0 && id !== session) this.#lives.delete(id);
      if (this.#lives.size <= livesKept * 0.9) return;
    }
  }
}

/** A session that ended earlier is ended as it was then: what is still to be told of it is told late (R6). */
const isEndNow = (intent: Intent): boolean => intent.type === 'complete' && intent.endedAt === undefined;

/** Up to when the clock decides before the intents do (R4). */
const decidedUntil = (intents: readonly Intent[], state: SessionState, at: number): number => {
  const ended = intents.find((intent) => intent.type === 'complete');
  return ended?.endedAt === undefined || state.status === 'absent' ? at : endAt({ at, endedAt: ended.endedAt }, state);
};

/** Resolves when the promise is settled, either way. */
const settled = async (promise: Promise<unknown> | undefined): Promise<void> => {
  await Promise.allSettled([promise]);
};

/** Events that cannot follow each other are damage, like a row that is not what was written. */
const folded = (events: readonly SessionEvent[], from: SessionState): SessionState => {
  try {
    return fold(events, from);
  } catch (error) {
    throw new Problem('journal_damaged', 'the session’s events do not fit together; it is set aside', { cause: error });
  }
};

/** R2: what was decided on a change that is still being committed stands or falls with it. */
const afterPending = async (live: Live): Promise<void> => {
  if (live.pending > 0) await live.settled;
  if (live.failure) throw live.failure;
};
