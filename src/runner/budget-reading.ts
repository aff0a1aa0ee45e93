import type { TimedCell, UsageNames, UsageQuery } from '../contract/usage.ts';
import type { ActivityReads } from '../journal/activity.ts';
import type { BudgetRow, BudgetTurn } from '../journal/budgets.ts';
import type { SessionReads, SessionSummary } from '../journal/sessions.ts';
import type { UsageReads } from '../journal/usage.ts';
import { amountOf, edgesOf, liesIn, standingOf, windowOf } from '../ledger/budgets.ts';
import type { BudgetWindow, Standing, Used } from '../ledger/budgets.ts';
import { slotMs } from '../session/slot.ts';

/** An agent's own session, as the ledger names it. */
export type AgentSession = Pick<UsageNames, 'source' | 'sessionId'>;

type Eventually<T> = T | Promise<T>;

/** Where the agents' own sessions are among the sessions here. */
export interface SessionPlaces {
  /** Sessions here that hold what the agent's session used: the one that was adopted, a run in which it worked. */
  sessionsOf(agent: AgentSession): Eventually<readonly string[]>;
  agentsOf(session: string): Eventually<readonly AgentSession[]>;
}

export interface BudgetReadingParts {
  usage: Pick<UsageReads, 'cells'>;
  activity: ActivityReads;
  sessions: Pick<SessionReads, 'get' | 'list' | 'openRuns' | 'runsEndedSince'>;
  places: SessionPlaces;
  /** What a budget's owner may see; undefined for who may have no budgets (any more). */
  scopeOf: (owner: string) => { owner?: string } | undefined;
}

/** How a budget stands in the period that holds a moment. */
export interface BudgetRead {
  window: BudgetWindow | undefined;
  turn: BudgetTurn;
  standing: Standing;
  /** Responses in it without a price. */
  unpriced: number;
}

/** So many sessions are looked at for the one that took a budget over a threshold. */
const mostLookedAt = 50;

/** Reads of budgets: how much is used, which sessions used it, and which runs are theirs. */
export class BudgetReading {
  readonly #parts: BudgetReadingParts;

  constructor(parts: BudgetReadingParts) {
    this.#parts = parts;
  }

  /** Whether the owner may have it. */
  isCounting({ owner }: BudgetRow): boolean {
    return this.#parts.scopeOf(owner) !== undefined;
  }

  async read(budget: BudgetRow, now: number): Promise<BudgetRead> {
    const { period, timeZone, measure, revision } = budget;
    const window = windowOf(period, now, timeZone);
    const { unpriced, ...used } =
      measure === 'time' ? await this.#time(budget, window, now) : await this.#usage(budget, measure, window, now);
    const standing = standingOf(budget, window, used, now);
    return { window, turn: { revision, periodStart: window?.start ?? 0 }, standing, unpriced };
  }

  /** The sessions that use it, the latest first, for what is to be told on one of them. */
  async users(budget: BudgetRow, window: BudgetWindow | undefined): Promise<string[]> {
    const { session } = budget.only;
    if (session !== undefined) return [session];
    return budget.measure === 'time' ? this.#activeUsers(budget, window) : this.#usageUsers(budget, window);
  }

  /** Open sessions that it may pause: those that stint runs, or the one that it is for. */
  async pausable(budget: BudgetRow, window: BudgetWindow | undefined): Promise<SessionSummary[]> {
    const { session, project, agent, model } = budget.only;
    if (session !== undefined) return this.#pausableOne(session);
    const { owner } = this.#scope(budget);
    const runs = (await this.#parts.sessions.openRuns()).filter((run) => owner === undefined || run.owner === owner);
    if (runs.length === 0 || (project ?? agent ?? model) === undefined) return runs;
    const users = new Set(await this.#ofLedger(budget, window));
    const isInPlace = ({ run }: SessionSummary) =>
      (agent ?? model) === undefined && liesIn(run?.directory ?? '', project ?? '');
    return runs.filter((run) => users.has(run.id) || isInPlace(run));
  }

  /** What an agent works in on its own is nobody's to pause here. */
  async #pausableOne(id: string): Promise<SessionSummary[]> {
    const summary = await this.#parts.sessions.get(id);
    return summary === undefined || (summary.run === undefined && summary.kind === 'agent') ? [] : [summary];
  }

  /** Of an owner who may have none it still says what is theirs. */
  #scope({ owner }: BudgetRow): { owner?: string } {
    return this.#parts.scopeOf(owner) ?? { owner };
  }

  async #usage(
    budget: BudgetRow,
    measure: 'tokens' | 'usd',
    window: BudgetWindow | undefined,
    now: number,
  ): Promise<Used & { unpriced: number }> {
    const edges = window && edgesOf(budget.period, window, now);
    const cells = await this.#cells(budget, edges ? { by: [], edges } : { by: [] });
    const tail = edges?.at(-2) ?? Infinity;
    const sum = (some: readonly TimedCell[]) =>
      some.reduce((total, cell) => total + amountOf(cell, measure, budget.all), 0);
    return {
      used: sum(cells),
      recent: sum(cells.filter(({ begin }) => begin >= tail)),
      unpriced: cells.reduce((total, { unpriced }) => total + unpriced, 0),
    };
  }

  async #time(budget: BudgetRow, window: BudgetWindow | undefined, now: number): Promise<Used & { unpriced: number }> {
    const edges = window ? edgesOf(budget.period, window, now) : [0, (Math.floor(now / slotMs) + 1) * slotMs];
    const sessions = await this.#timed(budget, window);
    const query = { edges, now, ...this.#scope(budget), ...(sessions === undefined ? {} : { sessions }) };
    const { whole, buckets } = await this.#parts.activity.activity(query);
    return { used: whole.activeMs, recent: buckets.at(-1)?.activeMs ?? 0, unpriced: 0 };
  }

  /** Sessions whose time counts; undefined where all do. */
  async #timed(budget: BudgetRow, window: BudgetWindow | undefined): Promise<string[] | undefined> {
    const { session, project, agent, model } = budget.only;
    if ((session ?? project ?? agent ?? model) === undefined) return undefined;
    if (session !== undefined && (project ?? agent ?? model) === undefined) return [session];
    const users = await this.#ofLedger(budget, window);
    const runs = project === undefined || (agent ?? model) !== undefined ? [] : await this.#runsIn(project, window);
    const all = [...new Set([...users, ...runs])];
    return session === undefined ? all : all.filter((id) => id === session);
  }

  async #runsIn(project: string, window: BudgetWindow | undefined): Promise<string[]> {
    const { sessions } = this.#parts;
    const runs = [...(await sessions.openRuns()), ...(await sessions.runsEndedSince(window?.start ?? 0))];
    return runs.filter(({ run }) => liesIn(run?.directory ?? '', project)).map(({ id }) => id);
  }

  async #usageUsers(budget: BudgetRow, window: BudgetWindow | undefined): Promise<string[]> {
    const ids = await this.#ofLedger(budget, window, mostLookedAt);
    const found = await Promise.all(ids.map(async (id) => this.#parts.sessions.get(id)));
    const { owner } = this.#scope(budget);
    return found.flatMap((one) => (one && (owner === undefined || one.owner === owner) ? [one.id] : []));
  }

  async #activeUsers(budget: BudgetRow, window: BudgetWindow | undefined): Promise<string[]> {
    const { sessions } = this.#parts;
    const chosen = await this.#timed(budget, window);
    const found =
      chosen === undefined
        ? await this.#latest(budget)
        : await Promise.all(chosen.slice(-mostLookedAt).map(async (id) => sessions.get(id)));
    return found
      .filter((one) => one !== undefined)
      .toSorted((a, b) => isActive(b) - isActive(a) || b.updatedAt - a.updatedAt)
      .map(({ id }) => id);
  }

  async #latest(budget: BudgetRow): Promise<SessionSummary[]> {
    const { sessions } = this.#parts;
    const query = { limit: mostLookedAt, ...this.#scope(budget) };
    const active = await sessions.list({ ...query, status: 'active' });
    return [...active.sessions, ...(await sessions.list(query)).sessions];
  }

  /** Sessions here with usage that the budget counts, the latest first; runs before what was adopted. */
  async #ofLedger(budget: BudgetRow, window: BudgetWindow | undefined, most = Infinity): Promise<string[]> {
    const times = window && { from: window.start, until: window.end };
    const cells = await this.#cells(budget, { by: ['source', 'sessionId'], ...times });
    const latest = cells.toSorted((a, b) => b.lastAt - a.lastAt).slice(0, most);
    const placed = await Promise.all(latest.map(async (cell) => this.#parts.places.sessionsOf(cell)));
    return [...new Set(placed.flat())];
  }

  async #cells(budget: BudgetRow, query: Omit<UsageQuery, 'owner' | 'only'>): Promise<readonly TimedCell[]> {
    const { session, project, agent, model } = budget.only;
    const names = {
      ...(agent === undefined ? {} : { source: agent }),
      ...(model === undefined ? {} : { model }),
    };
    const by = project === undefined ? query.by : [...query.by, 'project' as const];
    const asked = { ...query, by, ...this.#scope(budget) };
    const agents = session === undefined ? [{}] : await this.#agentsOf(session, agent);
    const cells = await Promise.all(
      agents.map((one) => this.#parts.usage.cells({ ...asked, only: { ...names, ...one } })),
    );
    return cells.flat().filter((cell) => project === undefined || liesIn(cell.project, project));
  }

  async #agentsOf(session: string, source: string | undefined): Promise<AgentSession[]> {
    const agents = await this.#parts.places.agentsOf(session);
    return agents
      .filter((one) => source === undefined || one.source === source)
      .map(({ source: of, sessionId }) => ({ source: of, sessionId }));
  }
}

const isActive = ({ phase }: SessionSummary): number => Number(phase === 'active');
