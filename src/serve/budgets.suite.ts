/** Budgets over a real store, with the time in the hands of the test and a ledger that holds what the test says. */
import { onTestFinished } from 'vitest';
import type { SetBudget } from '../contract/budgets.ts';
import type { Started } from '../contract/event.ts';
import { sessionId } from '../journal/author.suite.ts';
import type { BudgetStore } from '../journal/budgets.ts';
import { readsOf } from '../ledger/report/reads.suite.ts';
import type { Used } from '../ledger/report/reads.suite.ts';
import { countChanges, summarize } from '../projections/summary.ts';
import { startedFacts } from '../session/decider-specification.suite.ts';
import { openBudgetStore } from '../stores/sqlite/budgets.suite.ts';
import type { SqliteStore } from '../stores/sqlite/store.ts';
import { BudgetPauses } from '../runner/budget-pauses.ts';
import { BudgetReading } from '../runner/budget-reading.ts';
import type { BudgetReadingParts } from '../runner/budget-reading.ts';
import { BudgetWatch } from '../runner/budget-watch.ts';
import type { BudgetWatchParts } from '../runner/budget-watch.ts';
import { Budgets } from '../runner/budgets.ts';
import { Runner } from '../runner/runner.ts';
import type { Intent } from '../runner/runner.ts';

export const hour = 3600_000;
export const day = 24 * hour;
/** A Friday, noon. */
export const noon = Date.parse('2026-11-20T12:00Z');
export const ada = '019a8f5e-0000-7000-8000-00000000000a';
export const bo = '019a8f5e-0000-7000-8000-00000000000b';

/** Timers that ring when the test says so. */
export class HandTimers {
  readonly #set = new Set<{ ms: number; ring: () => void }>();

  after = (ms: number, ring: () => void): (() => void) => {
    const timer = { ms, ring };
    this.#set.add(timer);
    return () => this.#set.delete(timer);
  };

  /** How long each has, the shortest first. */
  get waiting(): number[] {
    return [...this.#set].map(({ ms }) => ms).toSorted((a, b) => a - b);
  }

  /** Rings those that were set for just so long. */
  ring(ms: number): void {
    for (const timer of this.#set) {
      if (timer.ms !== ms) continue;
      this.#set.delete(timer);
      timer.ring();
    }
  }
}

/** What is kept when a server is killed: its file, the ledger, the time. */
interface Lasting {
  file?: string;
  used: Used[];
  time: { now: number };
  ids: { last: number };
}

const fresh = (): Lasting => ({ used: [], time: { now: noon }, ids: { last: 1000 } });

/** Parts that a test puts in the place of the usual ones. */
interface Changed {
  watching?: (parts: BudgetWatchParts) => Partial<BudgetWatchParts>;
  readings?: (store: SqliteStore) => Partial<BudgetReadingParts>;
}

export type BudgetServer = Awaited<ReturnType<typeof openServer>>;

/** A server's part that is about budgets. `lasting`: what another one before it left. */
export const openServer = async (
  lasting: Lasting = fresh(),
  { watching = () => ({}), readings = () => ({}) }: Changed = {},
) => {
  const { store, file, budgets: rows } = await openBudgetStore(lasting.file);
  const { used, time, ids } = lasting;
  const clock = { now: () => time.now };
  const newId = () => sessionId(++ids.last);
  const runner = new Runner({ journal: store, projector: { summarize, countChanges }, clock, newId });
  const timers = new HandTimers();
  const errors: unknown[] = [];
  const listeners = new Set<() => void>();
  /** Who may have budgets, and what they see. */
  const scopes = new Map<string, { owner?: string }>([
    [ada, {}],
    [bo, { owner: bo }],
  ]);
  const withoutAgents = new Set<string>();
  const reading = new BudgetReading({
    usage: readsOf(used),
    activity: store,
    sessions: store,
    // An agent's session is called as the session here that holds it.
    places: {
      sessionsOf: ({ sessionId }) => [sessionId],
      agentsOf: (session) => (withoutAgents.has(session) ? [] : [{ source: 'claude', sessionId: session }]),
    },
    scopeOf: (owner) => scopes.get(owner),
    ...readings(store),
  });
  const pauses = new BudgetPauses({ store: rows, reading, runner });
  const parts: BudgetWatchParts = {
    store: rows,
    reading,
    pauses,
    runner,
    journal: store,
    sessions: store,
    changes: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clock,
    after: timers.after,
    onError: (error) => errors.push(error),
  };
  const watch = new BudgetWatch({ ...parts, ...watching(parts) });
  const budgets = new Budgets({ store: rows, reading, watch, runner, clock, newId, timeZone: 'UTC' });
  onTestFinished(() => watch.stop());

  const alerts = async (session: string) =>
    (await store.read(session, { limit: 1000, types: ['alert_raised'] })).flatMap((event) =>
      event.type === 'alert_raised' ? [event.data] : [],
    );
  return {
    store,
    rows,
    runner,
    watch,
    budgets,
    timers,
    errors,
    scopes,
    withoutAgents,
    time,
    /** As a server that was killed left it. */
    lasting: { ...lasting, file },
    tellChange: () => listeners.forEach((listener) => listener()),
    start: async (rest: Partial<Started> = {}): Promise<string> => {
      const id = newId();
      await runner.execute(id, [{ type: 'start', ...startedFacts, owner: ada, duration: 0, ...rest }], done);
      return id;
    },
    ask: (session: string, intent: Intent) => runner.execute(session, [intent], done),
    /** An agent in this session used so many tokens, an hour ago unless told otherwise. */
    use: (session: string, tokens: number, rest: Partial<Used> = {}) =>
      used.push({ at: time.now - hour, source: 'claude', sessionId: session, input: tokens, owner: ada, ...rest }),
    set: async (rest: Partial<SetBudget> = {}, owner = ada) =>
      (await budgets.set(owner, { measure: 'tokens', limit: 1000, period: 'day', ...rest } as SetBudget)).told.budget,
    alerts,
    thresholds: async (session: string) => (await alerts(session)).map(({ threshold }) => threshold),
    statusOf: async (session: string) => (await runner.state(session))?.status,
  };
};

/** The same store, call by call, so that some of the calls can be put in other words. */
export const delegating = (to: BudgetStore): BudgetStore => ({
  all: () => to.all(),
  find: (id) => to.find(id),
  same: (budget) => to.same(budget),
  add: (budget) => to.add(budget),
  change: (budget) => to.change(budget),
  remove: (id) => to.remove(id),
  raised: (...args) => to.raised(...args),
  keepRaised: (alert) => to.keepRaised(alert),
  pauses: (budget) => to.pauses(budget),
  keepPause: (pause) => to.keepPause(pause),
  forgetPause: (...args) => to.forgetPause(...args),
});

const done = () => ({ status: 200, body: '' });
