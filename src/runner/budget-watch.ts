import { Problem } from '../contract/problem.ts';
import type { BudgetRow, BudgetStore } from '../journal/budgets.ts';
import type { Journal, ReceiptName } from '../journal/journal.ts';
import type { SessionReads } from '../journal/sessions.ts';
import { alertMessage, alertsDueOf, untilNextLevel } from '../ledger/budgets.ts';
import type { DueAlert } from '../ledger/budgets.ts';
import type { BudgetPauses } from './budget-pauses.ts';
import type { BudgetRead, BudgetReading } from './budget-reading.ts';
import type { Clock } from './clock.ts';
import type { Runner } from './runner.ts';

export interface BudgetWatchParts {
  store: BudgetStore;
  reading: BudgetReading;
  pauses: BudgetPauses;
  runner: Pick<Runner, 'execute'>;
  journal: Pick<Journal, 'receipt'>;
  sessions: Pick<SessionReads, 'counts'>;
  /** Tells that what is used may have changed; returns how to end it. */
  changes: (listener: () => void) => () => void;
  clock: Clock;
  /** Calls back after so many ms, once; returns how to call it off. */
  after: (ms: number, ring: () => void) => () => void;
  onError: (error: unknown) => void;
}

/** Changes are looked at this often at the most. */
const restMs = 500;
/** The clock is looked at this often while there is a budget: it may be set, and a machine may sleep. */
const lookMs = 60_000;
/** What failed is tried again. */
const againMs = 5000;
/** Sessions' time is looked at no more often than this. */
const shortestMs = 1000;

/**
 * Raises the alerts of budgets across sessions, each on the session that took the budget there, and has pause what may be paused.
 *
 *  B1  An alert's event commits together with a receipt that names budget, turn and threshold; that it was raised is kept after that.
 *      Whenever the server is killed, the alert is raised: once where the next server starts within the receipt's day, else once more.
 *  B2  An alert that was raised is raised again only in another turn: another period, or after the limit was changed.
 *  B3  An alert that no session can take is due until one can.
 *  B4  Budgets are looked at one after the other, each as it is stored by then; what fails for one is held against no other.
 *  B5  The clock is looked at only while there is a budget.
 */
export class BudgetWatch {
  readonly #parts: BudgetWatchParts;
  #looking: Promise<void> | undefined;
  #isWanted = false;
  #isStopped = false;
  #heardMore = false;
  #endRest: (() => void) | undefined;
  #endWait: (() => void) | undefined;
  #unsubscribe: () => void = () => undefined;
  /** Budgets that can't be looked at; told of once. */
  readonly #stuck = new Set<string>();

  constructor(parts: BudgetWatchParts) {
    this.#parts = parts;
  }

  /** Looks at what happened while no server ran, then goes on with each change. */
  start(): void {
    this.#unsubscribe = this.#parts.changes(() => this.#hear());
    void this.look();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#unsubscribe();
    this.#endRest?.();
    this.#endWait?.();
    await this.#looking;
  }

  /** Looks at all budgets as they are from now on; resolves when that is done. Never rejects. */
  async look(): Promise<void> {
    if (this.#isStopped) return;
    this.#isWanted = true;
    this.#looking ??= this.#lookWhileWanted().finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  #hear(): void {
    if (this.#endRest || this.#looking) this.#heardMore = true;
    else void this.look();
  }

  async #lookWhileWanted(): Promise<void> {
    let next = Infinity;
    while (this.#isWanted && !this.#isStopped) {
      this.#isWanted = false;
      this.#heardMore = false;
      next = await this.#lookAtAll();
    }
    if (this.#isStopped) return;
    this.#rest();
    this.#wait(next);
  }

  #rest(): void {
    this.#endRest?.();
    this.#endRest = this.#parts.after(restMs, () => {
      this.#endRest = undefined;
      if (this.#heardMore) void this.look();
    });
  }

  /** B5 */
  #wait(next: number): void {
    this.#endWait?.();
    this.#endWait = undefined;
    if (next === Infinity || this.#isStopped) return;
    const ms = Math.min(lookMs, Math.max(shortestMs, next - this.#parts.clock.now()));
    this.#endWait = this.#parts.after(ms, () => void this.look());
  }

  /** Resolves to when there is something to look at next, as far as the clock tells. */
  async #lookAtAll(): Promise<number> {
    try {
      let next = Infinity;
      for (const { id } of this.#parts.store.all()) {
        if (this.#isStopped) break;
        const budget = this.#parts.store.find(id);
        if (budget) next = Math.min(next, await this.#lookAt(budget));
      }
      return next;
    } catch (error) {
      this.#parts.onError(error);
      return this.#parts.clock.now() + againMs;
    }
  }

  /** B4 */
  async #lookAt(budget: BudgetRow): Promise<number> {
    const now = this.#parts.clock.now();
    try {
      const { reading, pauses } = this.#parts;
      const read = await reading.read(budget, now);
      const isAllTold = !reading.isCounting(budget) || (await this.#raise(budget, read));
      await pauses.settle(budget, read);
      this.#stuck.delete(budget.id);
      return isAllTold ? await this.#nextOf(budget, read, now) : now + againMs;
    } catch (error) {
      if (!this.#stuck.has(budget.id)) this.#parts.onError(error);
      this.#stuck.add(budget.id);
      return now + againMs;
    }
  }

  async #nextOf(budget: BudgetRow, { window, standing }: BudgetRead, now: number): Promise<number> {
    const end = window?.end ?? now + lookMs;
    if (budget.measure !== 'time') return end;
    const away = untilNextLevel(standing.used, budget.limit);
    if (away === 0) return end;
    const active = (await this.#parts.sessions.counts()).filter(({ status }) => status === 'active');
    const sessions = active.reduce((sum, { count }) => sum + count, 0);
    return Math.min(end, sessions === 0 ? Infinity : now + away / sessions);
  }

  /** B2; resolves to whether all that was due is raised. */
  async #raise(budget: BudgetRow, read: BudgetRead): Promise<boolean> {
    const { store, reading } = this.#parts;
    const raised = store.raised(budget.id, read.turn).map(({ threshold }) => threshold);
    const due = alertsDueOf(read.standing, budget.limit, raised);
    if (due.length === 0) return true;
    const users = await reading.users(budget, read.window);
    const told: boolean[] = [];
    for (const alert of due) told.push(await this.#raiseOne(budget, read, alert, users));
    return told.every(Boolean);
  }

  /** B1, B3 */
  async #raiseOne(
    budget: BudgetRow,
    { turn, standing }: BudgetRead,
    alert: DueAlert,
    users: readonly string[],
  ): Promise<boolean> {
    const { store, journal, clock } = this.#parts;
    const key = `${turn.revision} ${turn.periodStart} ${alert.threshold}`;
    const name: ReceiptName = { caller: 'budgets', route: `alerts of ${budget.id}`, key };
    const met = await journal.receipt(name);
    const message = alertMessage(budget, standing, alert);
    const session = met
      ? (JSON.parse(met.body) as string)
      : await this.#tellOne(users, { ...alert, message, budget: budget.id }, name);
    if (session === undefined) return false;
    await store.keepRaised({ ...turn, budget: budget.id, threshold: alert.threshold, session, at: clock.now() });
    return true;
  }

  /** Resolves to the first session that is there to take it. */
  async #tellOne(
    users: readonly string[],
    alert: DueAlert & { message: string; budget: string },
    name: ReceiptName,
  ): Promise<string | undefined> {
    for (const session of users) {
      try {
        const answer = () => ({ status: 200, body: JSON.stringify(session) });
        await this.#parts.runner.execute(session, [{ type: 'raise_alert', ...alert }], answer, {
          ...name,
          fingerprint: '',
        });
        return session;
      } catch (error) {
        if (!isPassedOver(error)) throw error;
      }
    }
    return undefined;
  }
}

/** It was removed meanwhile, or can't be read. */
const isPassedOver = (error: unknown): boolean =>
  error instanceof Problem && (error.kind === 'session_not_found' || error.kind === 'journal_damaged');
