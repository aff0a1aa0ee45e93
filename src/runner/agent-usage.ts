import { setImmediate as nextTurn } from 'node:timers/promises';
import { Problem } from '../contract/problem.ts';
import type { LedgerSession, UsageStep } from '../contract/usage.ts';
import type { Ledger } from '../journal/usage.ts';
import type { SessionReads } from '../journal/sessions.ts';
import { settle } from '../ledger/settle.ts';
import type { Pricing, Settled, Tidings } from '../ledger/settle.ts';
import type { Portion } from '../readers/follower.ts';
import type { Sighting, UsageRecord } from '../readers/reader.ts';
import { countedTokens } from '../session/budget.ts';
import type { Existing } from '../session/state.ts';
import type { Clock } from './clock.ts';
import type { RunOwners } from './run-owners.ts';
import type { Intent, Runner } from './runner.ts';

/**
 * What agents leave on disk becomes sessions of stint's and rows of the ledger.
 *
 *  A1  One portion at a time, a slice of it at a time: nothing else changes the rows that a slice rests on.
 *  A2  What a session is told and what the ledger has of it commit together. Tidings that take something back come first, so that
 *      a crash in between leaves too little, which the portion, read again, makes good.
 *  A3  A portion is done when all of it is durable; only then is it known how far its files were read.
 *  A4  An agent's session is adopted when it is first met. It is over when nothing was done in it for `idleMs`, at the last thing
 *      that was done, and goes on when something is.
 */
export interface AgentUsageParts {
  runner: Runner;
  ledger: Ledger;
  sessions: SessionReads;
  runs: Pick<RunOwners, 'ownerOf'>;
  clock: Clock;
  newId: () => string;
  /** The user whose sessions they are. */
  owner: string;
  prices: Pricing;
}

/** Without anything done for so long an agent's session is over. */
export const idleMs = 15 * 60_000;
/** Copies that one round of commits is made of. */
const slice = 500;
/** Responses that are looked up and weighed at once: about as much as the event loop may be held for. */
const keysAtOnce = 50;
const longestName = 200;

/** Whose agents they are, and the name of the machine that they worked on, where it is not this one. */
export interface Elsewhere {
  owner: string;
  machine: string;
}

interface Whose {
  owner: string;
  source: string;
  elsewhere: Elsewhere | undefined;
}

/** An agent's session that is to hear of something. */
interface Hearer {
  agent: LedgerSession;
  elsewhere?: Elsewhere | undefined;
  sighting: Sighting | undefined;
  tidings: Tidings[];
}

export class AgentUsage {
  readonly #parts: AgentUsageParts;
  readonly #listeners = new Set<() => void>();
  #lane: Promise<void> = Promise.resolve();

  constructor(parts: AgentUsageParts) {
    this.#parts = parts;
  }

  /** Hears that the ledger has changed. */
  onChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Resolves when all of the portion is durable (A3), to how many responses are new or others now. */
  take(portion: Portion<UsageRecord>, elsewhere?: Elsewhere): Promise<number> {
    const taken = this.#lane.then(() => this.#takeAll(portion, elsewhere));
    this.#lane = taken.then(nothing, nothing);
    return taken;
  }

  /** What others than transcripts tell of an agent's session: it is adopted, or goes on, as it has to. */
  report(agent: LedgerSession, at: number, intents: readonly Intent[], steps: readonly UsageStep[]): Promise<void> {
    const reported = this.#lane.then(() => this.#report(agent, at, intents, [...steps]));
    this.#lane = reported.catch(() => undefined);
    return reported;
  }

  /** Ends those in which nothing was done for a while (A4). */
  endIdle(): Promise<void> {
    const ended = this.#lane.then(() => this.#endAllIdle());
    this.#lane = ended.catch(() => undefined);
    return ended;
  }

  async #takeAll(portion: Portion<UsageRecord>, elsewhere: Elsewhere | undefined): Promise<number> {
    const { source, items, sightings, places } = portion;
    const { ledger } = this.#parts;
    const { owner } = elsewhere ?? this.#parts;
    let taken = 0;
    const seen = new Map<string, Sighting>();
    for (const sighting of sightings) join(seen, sighting);
    for (let from = 0; from < items.length; from += slice) {
      taken += await this.#takeSlice({ owner, source, elsewhere }, items.slice(from, from + slice), seen);
      await nextTurn();
    }
    // Those that were only seen, not heard of usage: met, or renamed.
    for (const sighting of seen.values()) {
      if (sighting.title !== undefined)
        await this.#tell({ agent: { owner, source, sessionId: sighting.sessionId }, elsewhere, sighting, tidings: [] });
    }
    const files = places.map(({ file, place: { cursor, stamp, skipped } }) => ({
      source,
      file,
      cursor: JSON.stringify(cursor),
      stamp,
      skipped,
    }));
    if (files.length > 0) await ledger.keepUsage([], files);
    if (items.length > 0 || sightings.length > 0) this.changed();
    return taken;
  }

  /** A1. */
  async #takeSlice(
    { owner, source, elsewhere }: Whose,
    copies: readonly UsageRecord[],
    seen: Map<string, Sighting>,
  ): Promise<number> {
    const { ledger } = this.#parts;
    const { tidings, steps } = await this.#settleAll(owner, source, copies);
    const hearers = (of: readonly Tidings[]) =>
      [...Map.groupBy(of, ({ agent }) => agent.sessionId)].map(([sessionId, own]): Hearer => ({
        agent: { owner, source, sessionId },
        elsewhere,
        sighting: seen.get(sessionId),
        tidings: own,
      }));
    const [takenBack, rest] = [hearers(tidings.filter(takesBack)), hearers(tidings.filter((one) => !takesBack(one)))];
    for (const { agent } of [...takenBack, ...rest]) seen.delete(agent.sessionId);
    for (const hearer of takenBack) await this.#tell(hearer); // A2
    const told = await Promise.allSettled(rest.map((one) => this.#tell(one)));
    for (const one of told) if (one.status === 'rejected') throw one.reason;
    if (steps.length > 0) await ledger.keepUsage(steps);
    return [...tidings.flatMap((one) => one.steps), ...steps].filter((step) => step.do === 'put').length;
  }

  async #settleAll(owner: string, source: string, copies: readonly UsageRecord[]): Promise<Settled> {
    const { ledger, prices } = this.#parts;
    const all: Settled = { tidings: [], steps: [] };
    const byKey = [...Map.groupBy(copies, ({ key }) => key)];
    for (let from = 0; from < byKey.length; from += keysAtOnce) {
      if (from > 0) await nextTurn();
      const some = byKey.slice(from, from + keysAtOnce);
      const held = await ledger.responses(
        owner,
        source,
        some.map(([key]) => key),
      );
      const { tidings, steps } = settle(
        owner,
        held,
        some.flatMap(([, own]) => own),
        prices,
      );
      all.tidings.push(...tidings);
      all.steps.push(...steps);
    }
    return all;
  }

  async #tell(hearer: Hearer): Promise<void> {
    const { agent, tidings } = hearer;
    const { runner, ledger, newId } = this.#parts;
    const adopted = await ledger.adopted(agent);
    const state = adopted === undefined ? undefined : await this.#stateOf(adopted);
    // Nobody is adopted only to lose something.
    if (state === undefined && tidings.length > 0 && tidings.every(takesBack))
      return ledger.keepUsage(tidings.flatMap((one) => one.steps));
    // One that was deleted is met anew.
    const session = state === undefined ? newId() : adopted!;
    const intents = state === undefined ? [this.#adoption(hearer)] : renaming(state, hearer.sighting);
    this.#happenings(intents, state, hearer);
    const steps = tidings.flatMap((one) => one.steps);
    if (state === undefined) steps.unshift({ do: 'adopt', agent, session });
    if (intents.length > 0) await runner.execute(session, intents, () => done, undefined, { usage: steps });
    else if (steps.length > 0) await ledger.keepUsage(steps);
  }

  async #report(agent: LedgerSession, at: number, told: readonly Intent[], steps: UsageStep[]): Promise<void> {
    const { runner, ledger, newId } = this.#parts;
    const adopted = await ledger.adopted(agent);
    const state = adopted === undefined ? undefined : await this.#stateOf(adopted);
    const session = state === undefined ? newId() : adopted!;
    const intents = told.toSorted((a, b) => beginningOf(a) - beginningOf(b));
    if (state === undefined) {
      intents.unshift(this.#adoption({ agent, sighting: undefined, tidings: [] }, at));
      steps.unshift({ do: 'adopt', agent, session });
    } else if ('endTime' in state) {
      // What began before the end is told late; with what comes after it the session goes on.
      const next = intents.findIndex((intent) => beginningOf(intent) >= state.endTime);
      if (next >= 0) intents.splice(next, 0, { type: 'reopen', reopenedAt: beginningOf(intents[next]!) });
    }
    await runner.execute(session, intents, () => done, undefined, { usage: steps });
    this.changed();
  }

  /** A session that is damaged is set aside: it hears nothing more, and the ledger goes on. */
  async #stateOf(session: string): Promise<Existing | undefined> {
    try {
      return await this.#parts.runner.state(session);
    } catch (error) {
      if (error instanceof Problem && error.kind === 'journal_damaged') return undefined;
      throw error;
    }
  }

  #adoption({ agent, elsewhere, sighting, tidings }: Hearer, at = Infinity): Intent {
    const { clock } = this.#parts;
    const beganAt = Math.min(at, sighting?.from ?? Infinity, ...tidings.map((one) => one.beganAt));
    const first = tidings.toSorted((a, b) => a.beganAt - b.beganAt)[0];
    const directory = sighting?.cwd ?? first?.project;
    const name = nameOf(sighting);
    return {
      type: 'start',
      kind: 'agent',
      owner: agent.owner,
      ...(name !== undefined && { name }),
      duration: 0,
      onBudget: 'warn',
      budgetCounts: 'new',
      onDue: 'complete',
      agent: {
        source: agent.source,
        sessionId: agent.sessionId,
        ...(directory !== undefined && directory !== '' && { directory }),
        ...(sighting?.gitBranch !== undefined && { gitBranch: sighting.gitBranch }),
        ...(sighting?.forkedFrom !== undefined && { forkedFrom: sighting.forkedFrom }),
        ...(elsewhere !== undefined && { machine: elsewhere.machine }),
      },
      startedAt: Number.isFinite(beganAt) ? beganAt : clock.now(),
    };
  }

  /** A4: in the order in which it happened. */
  #happenings(intents: Intent[], state: Existing | undefined, { tidings, elsewhere }: Hearer): void {
    const now = this.#parts.clock.now();
    let isOpen = state === undefined || !('endTime' in state);
    let lastAt = state?.facts.updatedAt ?? -Infinity;
    let endTime = state !== undefined && 'endTime' in state ? state.endTime : 0;
    for (const told of tidings.toSorted((a, b) => a.beganAt - b.beganAt || a.at - b.at)) {
      const beganAt = Math.min(told.beganAt, now);
      if (isOpen && lastAt !== -Infinity && beganAt - lastAt > idleMs && state?.status !== 'paused') {
        intents.push(endingAt(lastAt));
        [isOpen, endTime] = [false, lastAt];
      }
      if (!isOpen && beganAt >= endTime) {
        intents.push({ type: 'reopen', reopenedAt: beganAt });
        isOpen = true;
      }
      intents.push(this.#recording(told, now, elsewhere));
      lastAt = Math.max(lastAt, Math.min(told.at, now));
    }
    if (isOpen && lastAt !== -Infinity && now - lastAt > idleMs && state?.status !== 'paused')
      intents.push(endingAt(lastAt));
  }

  #recording(told: Tidings, now: number, elsewhere: Elsewhere | undefined): Intent {
    const { parts, response, model, sidechain, project, beganAt, at } = told;
    const { reasoning, ...counts } = parts;
    // Another machine may have a directory of the same name; and runs have the tokens of one agent only, see run-usage.ts.
    const isHere = elsewhere === undefined && project !== '' && told.agent.source === 'claude';
    const run = isHere ? this.#parts.runs.ownerOf(told.agent.owner, project, beganAt) : undefined;
    return {
      type: 'record_tokens',
      source: 'transcript',
      operation: sidechain ? 'subagent response' : 'response',
      tokensUsed: countedTokens(counts, 'new'),
      // A transcript's clock may run ahead of the server's.
      timestamp: Math.min(at, now),
      beganAt: Math.min(beganAt, now),
      model,
      response,
      ...counts,
      ...(reasoning !== 0 && { reasoning }),
      ...(run !== undefined && { run }),
    };
  }

  /** False where it is still there, and can't be ended now. */
  async #isEnded(session: string, at: number): Promise<boolean> {
    try {
      await this.#parts.runner.execute(session, [endingAt(at)], () => done);
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return error.kind === 'session_not_found' || error.kind === 'session_already_completed';
    }
  }

  async #endAllIdle(): Promise<void> {
    const { sessions, clock } = this.#parts;
    const now = clock.now();
    for (let offset = 0; ;) {
      const page = await sessions.list({ status: 'active', kind: 'agent', limit: 200, offset });
      for (const { id, agent, updatedAt } of page.sessions) {
        if (agent === undefined || now - updatedAt <= idleMs) offset++;
        else if (!(await this.#isEnded(id, updatedAt))) offset++;
      }
      if (!page.more) return;
    }
  }
}

const done = { status: 200, body: '' };
const nothing = (): void => {};

/** See S4 of ledger/settle.ts. */
const takesBack = ({ steps }: Tidings): boolean => steps.length > 0 && steps.every((step) => step.do === 'drop');

const beginningOf = (intent: Intent): number => (intent.type === 'record_tokens' && intent.beganAt) || 0;

const endingAt = (endedAt: number): Intent => ({ type: 'complete', reason: 'idle', endedAt });

/** Sightings of one session add up; those of its subagents tell nothing of its title. */
const join = (seen: Map<string, Sighting>, sighting: Sighting): void => {
  const held = seen.get(sighting.sessionId);
  if (held === undefined) return void seen.set(sighting.sessionId, { ...sighting });
  const { title = sighting.title, cwd = sighting.cwd, gitBranch = sighting.gitBranch } = held;
  seen.set(sighting.sessionId, {
    ...held,
    from: Math.min(held.from, sighting.from),
    until: Math.max(held.until, sighting.until),
    ...(title !== undefined && { title }),
    ...(cwd !== undefined && { cwd }),
    ...(gitBranch !== undefined && { gitBranch }),
  });
};

const nameOf = (sighting: Sighting | undefined): string | undefined => {
  const name = sighting?.title?.replaceAll(/\s+/g, ' ').trim();
  if (name === undefined || name === '') return undefined;
  // Not in the middle of a character of two units.
  return name.length <= longestName ? name : `${name.slice(0, longestName - 1).replace(/[\ud800-\udbff]$/, '')}…`;
};

/** A session that was met before its first prompt is named when that is found; what a person called it stays. */
const renaming = (state: Existing, sighting: Sighting | undefined): Intent[] => {
  const name = nameOf(sighting);
  return name === undefined || state.facts.name !== undefined || 'endTime' in state ? [] : [{ type: 'rename', name }];
};
