import type { BudgetFilter } from '../contract/budgets.ts';
import type { TimedCell, UsageQuery } from '../contract/usage.ts';
import type { ActivityReads } from '../journal/activity.ts';
import type { AgentSession, BudgetRow, BudgetTurn, SessionPlaces } from '../journal/budgets.ts';
import type { SessionReads, SessionSummary } from '../journal/sessions.ts';
import type { UsageReads } from '../journal/usage.ts';
import { amountOf, edgesOf, liesIn, standingOf, windowOf } from '../ledger/budgets.ts';
import type { BudgetWindow, Standing, Used } from '../ledger/budgets.ts';
import { slotMs } from '../session/slot.ts';
import { isModelOf } from './budget-models.ts';

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
    const cells = await this.#inWindow(budget, window);
    const users = new Set(await this.#placed(cells));
    return runs.filter((run) => users.has(run.id) || isRunOf(budget, run, cells));
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
    const { session } = budget.only;
    if (measure === 'tokens' && session !== undefined && (await this.#countsItself(budget, session)))
      return this.#told(budget, session, window, now);
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

  /** Whether the session knows best what it used: one that no agent is known in, or a run, whose agents' sessions are others. */
  async #countsItself(budget: BudgetRow, session: string): Promise<boolean> {
    if (!hasOnlySession(budget)) return false;
    if ((await this.#parts.places.agentsOf(session)).length === 0) return true;
    return !budget.all && (await this.#parts.sessions.get(session))?.run !== undefined;
  }

  /** What was told of a session, counted as the session counts it. */
  async #told(
    budget: BudgetRow,
    session: string,
    window: BudgetWindow | undefined,
    now: number,
  ): Promise<Used & { unpriced: number }> {
    const edges = this.#edges(budget, window, now);
    const { slots, tokens } = await this.#parts.activity.activity({
      edges,
      now,
      ...this.#scope(budget),
      sessions: [session],
    });
    const tail = (edges.at(-2) ?? 0) / slotMs;
    const sum = (from: number) => tokens.reduce((total, count, i) => (slots[i]! < from ? total : total + count), 0);
    return { used: sum(0), recent: sum(tail), unpriced: 0 };
  }

  #edges(budget: BudgetRow, window: BudgetWindow | undefined, now: number): number[] {
    return window ? edgesOf(budget.period, window, now) : [0, (Math.floor(now / slotMs) + 1) * slotMs];
  }

  async #time(budget: BudgetRow, window: BudgetWindow | undefined, now: number): Promise<Used & { unpriced: number }> {
    const edges = this.#edges(budget, window, now);
    const sessions = await this.#timed(budget, window);
    const query = { edges, now, ...this.#scope(budget), ...(sessions === undefined ? {} : { sessions }) };
    const { whole, buckets } = await this.#parts.activity.activity(query);
    return { used: whole.activeMs, recent: buckets.at(-1)?.activeMs ?? 0, unpriced: 0 };
  }

  /** Sessions whose time counts; undefined where all do. */
  async #timed(budget: BudgetRow, window: BudgetWindow | undefined): Promise<string[] | undefined> {
    const { session, project, agent, model } = budget.only;
    if (session !== undefined && hasOnlySession(budget)) return [session];
    if ((session ?? project ?? agent ?? model) === undefined) return undefined;
    const cells = await this.#inWindow(budget, window);
    const { sessions } = this.#parts;
    const runs = [...(await sessions.openRuns()), ...(await sessions.runsEndedSince(window?.start ?? 0))];
    const users = [
      ...(await this.#placed(cells)),
      ...runs.filter((run) => isRunOf(budget, run, cells)).map(({ id }) => id),
    ];
    return [...new Set(users)].filter((id) => session === undefined || id === session);
  }

  async #usageUsers(budget: BudgetRow, window: BudgetWindow | undefined): Promise<string[]> {
    const ids = await this.#placed(await this.#inWindow(budget, window), mostLookedAt);
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

  /** What the budget counts in its period, by the agents' own sessions and where they worked. */
  #inWindow(budget: BudgetRow, window: BudgetWindow | undefined): Promise<readonly TimedCell[]> {
    const times = window && { from: window.start, until: window.end };
    return this.#cells(budget, { by: ['source', 'sessionId', 'project'], ...times });
  }

  /** The sessions here that hold what is in the cells, the latest first. */
  async #placed(cells: readonly TimedCell[], most = Infinity): Promise<string[]> {
    const latest = cells.toSorted((a, b) => b.lastAt - a.lastAt).slice(0, most);
    const placed = await Promise.all(latest.map(async (cell) => this.#parts.places.sessionsOf(cell)));
    return [...new Set(placed.flat())];
  }

  async #cells(budget: BudgetRow, query: Omit<UsageQuery, 'owner' | 'only'>): Promise<readonly TimedCell[]> {
    const { session, agent } = budget.only;
    const asked = { ...query, ...this.#scope(budget), only: agent === undefined ? {} : { source: agent } };
    if (session !== undefined) return this.#cellsOf(session, asked, budget.only);
    return this.#cellsIn(budget.only, asked);
  }

  /** Of a session: what its agents used, or where it runs one, what was used there while it ran. */
  async #cellsOf(session: string, asked: UsageQuery, only: Fitting): Promise<readonly TimedCell[]> {
    const summary = await this.#parts.sessions.get(session);
    if (summary === undefined || (asked.owner ?? summary.owner) !== summary.owner) return [];
    const { run, owner, startTime, endTime = Infinity } = summary;
    // Of two users' agents' sessions one can be called as the other.
    const query = { ...asked, owner };
    if (run !== undefined) {
      const from = Math.max(startTime, query.from ?? 0);
      const until = Math.min(endTime + 1, query.until ?? Infinity);
      const cells = await this.#cellsIn(
        { ...only, project: run.directory },
        { ...query, from, ...(until === Infinity ? {} : { until }) },
      );
      return cells.filter((cell) => only.project === undefined || liesIn(cell.project, only.project));
    }
    const agents = await this.#agentsOf(session, asked.only?.source);
    const cells = await Promise.all(
      agents.map((agent) => this.#cellsIn(only, { ...query, only: { ...query.only, ...agent } })),
    );
    return cells.flat();
  }

  /** A project and a model fit several names: these are told apart, and those that do not fit left out. */
  async #cellsIn({ project, model }: Fitting, query: UsageQuery): Promise<readonly TimedCell[]> {
    const by = new Set(query.by);
    if (project !== undefined) by.add('project');
    if (model !== undefined) by.add('model');
    const cells = await this.#parts.usage.cells({ ...query, by: [...by] });
    return cells.filter(
      (cell) =>
        (project === undefined || liesIn(cell.project, project)) &&
        (model === undefined || isModelOf(model, cell.model)),
    );
  }

  async #agentsOf(session: string, source: string | undefined): Promise<AgentSession[]> {
    const agents = await this.#parts.places.agentsOf(session);
    return agents
      .filter((one) => source === undefined || one.source === source)
      .map(({ source: of, sessionId }) => ({ source: of, sessionId }));
  }
}

/** Parts of a filter that fit several names. */
type Fitting = Pick<BudgetFilter, 'project' | 'model'>;

const isActive = ({ phase }: SessionSummary): number => Number(phase === 'active');

const hasOnlySession = ({ only: { session, project, agent, model } }: BudgetRow): boolean =>
  session !== undefined && (project ?? agent ?? model) === undefined;

/** Whether a run is in the budget's project, or had an agent at work where it runs that the budget counts. */
const isRunOf = ({ only }: BudgetRow, summary: SessionSummary, cells: readonly TimedCell[]): boolean => {
  const { run, startTime, endTime = Infinity } = summary;
  const directory = run?.directory ?? '';
  if ((only.agent ?? only.model) === undefined && liesIn(directory, only.project ?? '')) return true;
  return cells.some(
    ({ firstAt, lastAt, project }) => lastAt >= startTime && firstAt <= endTime && liesIn(project, directory),
  );
};
