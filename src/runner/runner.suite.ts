/** A runner to test: over a journal whose commits can be held back or fail, with a clock that is set by hand. */
import type { Recorded, Started } from '../contract/event.ts';
import type { Problem } from '../contract/problem.ts';
import { sessionId } from '../journal/author.suite.ts';
import type { Entry, History, Journal } from '../journal/journal.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { minutes, startedFacts, startTime } from '../session/decider-specification.suite.ts';
import { wakeAt } from '../session/time.ts';
import type { Clock } from './clock.ts';
import { Runner } from './runner.ts';
import type { Answer, Intent, Outcome, Projector } from './runner.ts';

/** Performs appends in order, like a store: holds them back, or refuses the next ones, when it is told to. */
export class HeldJournal extends MemoryJournal {
  loads = 0;
  readonly #failures: (Error | undefined)[] = [];
  #gate = Promise.resolve();
  #queue = Promise.resolve();

  /** Commits wait until the function that this returns is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return resolve;
  }

  /** What becomes of the next commits: each fails for its reason, or succeeds where that is undefined. */
  failNext(...reasons: (Error | undefined)[]): void {
    this.#failures.push(...reasons);
  }

  override append(entry: Entry): Promise<readonly Recorded[]> {
    return this.#inTurn(() => super.append(entry));
  }

  override remove(session: string, expectedVersion: number): Promise<void> {
    return this.#inTurn(() => super.remove(session, expectedVersion));
  }

  override load(session: string): Promise<History | undefined> {
    this.loads += 1;
    return super.load(session);
  }

  #inTurn<T>(perform: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(async () => {
      await this.#gate;
      const failure = this.#failures.shift();
      if (failure !== undefined) throw failure;
      return perform();
    });
    this.#queue = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }
}

/** The least that a journal needs to be told of a session. */
const projector: Projector = {
  summarize: (id, state) => {
    const wake = wakeAt(state);
    return { ...state.facts, id, phase: state.status, ...(wake === undefined ? {} : { wakeAt: wake }) };
  },
  countChanges: () => [],
};

export const handClock = (): Clock & { pass: (ms: number) => void } => {
  let now = startTime;
  return { now: () => now, pass: (ms) => (now += ms) };
};

let lastId = 0;
const newId = (): string => sessionId(1_000_000 + ++lastId);

export const newRunner = (journal: Journal, clock: Clock = handClock()): Runner =>
  new Runner({ journal, projector, clock, newId });

export const done = ({ events }: Outcome): Answer => ({ status: 200, body: JSON.stringify(events) });

/** A session of an hour, unless told otherwise. */
export const start = (data: Partial<Started> = {}): Intent => ({ type: 'start', ...startedFacts, ...data });
export const rename = (name: string): Intent => ({ type: 'rename', name });
export const [pause, resume, complete]: readonly [Intent, Intent, Intent] = [
  { type: 'pause' },
  { type: 'resume' },
  { type: 'complete' },
];

export const a = sessionId(1);
export const b = sessionId(2);
export const hour = minutes(60);

export const typesOf = async (journal: Journal, session = a): Promise<string[]> =>
  (await journal.read(session, { limit: 10_000 })).map(({ type }) => type);

/** Lets everything happen that does not wait for something outside. */
export const settleAll = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Whether a promise is settled by now. */
export const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  let settled = false;
  const note = () => {
    settled = true;
  };
  promise.then(note, note);
  await settleAll();
  return settled;
};

/** The kinds of refusals among the results. */
export const refusalsIn = (results: readonly PromiseSettledResult<unknown>[]): string[] =>
  results.flatMap((result) => (result.status === 'rejected' ? (result.reason as Problem).kind : []));
