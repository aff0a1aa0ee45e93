import { resolve } from 'node:path';
import type { BudgetFilter, ChangeBudget, SetBudget } from '../contract/budgets.ts';
import { invalid, Problem } from '../contract/problem.ts';
import type { BudgetRow, BudgetStore, RaisedAlert } from '../journal/budgets.ts';
import { picoOf } from '../ledger/prices/usd.ts';
import type { BudgetRead, BudgetReading } from './budget-reading.ts';
import type { BudgetWatch } from './budget-watch.ts';
import type { Clock } from './clock.ts';
import type { Runner } from './runner.ts';

export interface BudgetsParts {
  store: BudgetStore;
  reading: Pick<BudgetReading, 'read'>;
  watch: Pick<BudgetWatch, 'look'>;
  runner: Pick<Runner, 'state'>;
  clock: Clock;
  newId: () => string;
  /** IANA name of the zone in which periods begin where none was said. */
  timeZone: string;
}

/** A budget with how it stands. */
export interface ToldBudget extends BudgetRead {
  budget: BudgetRow;
  /** Of this turn, in order of time. */
  alerts: RaisedAlert[];
  /** Sessions that are paused by it. */
  paused: string[];
}

const mostOfOne = 100;

/**
 * Budgets as users see to them. `owner` narrows to those of one user: another's is answered like one that is not there; without it
 * all are meant.
 */
export class Budgets {
  readonly #parts: BudgetsParts;
  /** One is set or changed at a time, so that each is decided on those before it. */
  #changing: Promise<unknown> = Promise.resolve();

  constructor(parts: BudgetsParts) {
    this.#parts = parts;
  }

  async list(owner?: string): Promise<ToldBudget[]> {
    const budgets = this.#parts.store.all().filter((one) => owner === undefined || one.owner === owner);
    return Promise.all(budgets.toReversed().map((budget) => this.#told(budget)));
  }

  async get(id: string, owner?: string): Promise<ToldBudget> {
    return this.#told(this.#find(id, owner));
  }

  /** Makes a budget, or changes the owner's of the same filter, period and measure: what is not said stays as it was. */
  set(owner: string, wanted: SetBudget): Promise<{ told: ToldBudget; isNew: boolean }> {
    return this.#inTurn(async () => {
      const asked = askedOf(wanted);
      const same = this.#parts.store.same({ owner, ...asked });
      const budget = same ? revised(same, { ...same, ...asked }) : this.#new(owner, asked);
      await (same ? this.#parts.store.change(budget) : this.#parts.store.add(budget));
      void this.#parts.watch.look();
      return { told: await this.#told(budget), isNew: same === undefined };
    });
  }

  change(id: string, owner: string | undefined, { limit, name, action }: ChangeBudget): Promise<ToldBudget> {
    return this.#inTurn(async () => {
      const before = this.#find(id, owner);
      const after = {
        ...before,
        ...(name === undefined ? {} : { name }),
        ...(action === undefined ? {} : { action }),
        ...(limit === undefined ? {} : { limit: limitOf(before.measure, limit) }),
      };
      await this.#parts.store.change(revised(before, after));
      void this.#parts.watch.look();
      return this.#told(this.#find(id, owner));
    });
  }

  /** What it paused is resumed first: a server that is killed in between has a budget that pauses nothing. */
  remove(id: string, owner?: string): Promise<void> {
    return this.#inTurn(async () => {
      const { store, watch } = this.#parts;
      const budget = this.#find(id, owner);
      if (store.pauses(id).length > 0 || budget.action === 'pause') {
        await store.change({ ...budget, action: 'warn' });
        await watch.look();
      }
      if (store.pauses(id).length > 0)
        throw new Problem('write_conflict', 'sessions that it paused could not be resumed; try again');
      await store.remove(id);
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#changing.then(work);
    this.#changing = turn.catch(() => undefined);
    return turn;
  }

  #find(id: string, owner: string | undefined): BudgetRow {
    const budget = this.#parts.store.find(id);
    if (budget === undefined || (owner !== undefined && budget.owner !== owner))
      throw new Problem('not_found', 'you have no such budget');
    return budget;
  }

  #new(owner: string, asked: Asked): BudgetRow {
    const { store, newId, clock, timeZone } = this.#parts;
    if (store.all().filter((one) => one.owner === owner).length >= mostOfOne)
      throw new Problem('forbidden', `you have ${mostOfOne} budgets, which is the most; remove one first`);
    const fresh = { id: newId(), owner, createdAt: clock.now(), revision: 1 };
    return { timeZone, action: 'warn', all: false, ...asked, ...fresh };
  }

  async #told(budget: BudgetRow): Promise<ToldBudget> {
    const { store, reading, clock } = this.#parts;
    const read = await reading.read(budget, clock.now());
    const paused = await Promise.all(store.pauses(budget.id).map(({ session }) => this.#isPaused(session, budget.id)));
    return { budget, ...read, alerts: store.raised(budget.id, read.turn), paused: paused.flat() };
  }

  async #isPaused(session: string, budget: string): Promise<string[]> {
    const state = await this.#parts.runner.state(session);
    return state?.status === 'paused' && state.budget === budget ? [session] : [];
  }
}

type Asked = Pick<BudgetRow, 'only' | 'period' | 'measure' | 'limit'> & Partial<BudgetRow>;

const askedOf = ({ name, only, period, timeZone, action, ...rest }: SetBudget): Asked => {
  const all = 'all' in rest ? rest.all : undefined;
  return {
    only: filterOf(only ?? {}),
    period,
    measure: rest.measure,
    limit: limitOf(rest.measure, rest.limit),
    ...(name === undefined ? {} : { name }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(action === undefined ? {} : { action }),
    ...(all === undefined ? {} : { all }),
  };
};

const filterOf = ({ session, project, agent, model }: NonNullable<SetBudget['only']>): BudgetFilter => ({
  ...(session === undefined ? {} : { session }),
  ...(project === undefined ? {} : { project: resolve(project) }),
  ...(agent === undefined ? {} : { agent }),
  ...(model === undefined ? {} : { model }),
});

/** Another limit, or another way to count, raises its alerts again. */
const revised = (before: BudgetRow, after: BudgetRow): BudgetRow => {
  const isSame = before.limit === after.limit && before.all === after.all && before.timeZone === after.timeZone;
  return isSame ? after : { ...after, revision: before.revision + 1 };
};

const limitOf = (measure: BudgetRow['measure'], limit: number | string): number => {
  if (measure === 'usd' && typeof limit === 'string') return picoOf(limit);
  if (measure !== 'usd' && typeof limit === 'number') return limit;
  const expected = measure === 'usd' ? 'a string of US dollars such as "200"' : 'a whole number';
  throw invalid([{ path: 'limit', message: `of a budget of ${measure} is ${expected}` }]);
};
