import type { LedgerSession, UsageStep } from '../contract/usage.ts';
import type { Ledger } from '../journal/usage.ts';
import { usdText } from '../ledger/prices/usd.ts';
import { advanceOf } from '../readers/telemetry/series.ts';
import type { SeriesMark } from '../readers/telemetry/series.ts';
import type { TelemetryIn } from '../readers/telemetry/telemetry.ts';
import type { TelemetryResponse, TelemetryTotal } from '../readers/telemetry/told.ts';
import { countedTokens } from '../session/budget.ts';
import type { AgentUsage } from './agent-usage.ts';
import type { Clock } from './clock.ts';
import type { Intent } from './runner.ts';
import type { Telemetry } from './telemetry.ts';

/**
 * What agents' telemetry tells becomes rows of their sessions. Events and metrics are sources of their own beside the transcript, and
 * what several sources tell of a session is the same usage (session/told.ts), so that nothing of it counts twice. What was told is
 * marked in the transaction that takes it: an export that comes again brings nothing.
 */
export class TelemetryUsage implements Telemetry {
  readonly #agents: AgentUsage;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  #lane: Promise<void> = Promise.resolve();
  /** Sessions whose marks were renewed on a day, UTC. */
  #renewed = { day: 0, sessions: new Set<string>() };

  constructor({ agents, ledger, clock }: { agents: AgentUsage; ledger: Ledger; clock: Clock }) {
    this.#agents = agents;
    this.#ledger = ledger;
    this.#clock = clock;
  }

  take(owner: string, told: TelemetryIn): Promise<void> {
    const taken = this.#lane.then(() => this.#takeAll(owner, told));
    this.#lane = taken.catch(() => undefined);
    return taken;
  }

  async #takeAll(owner: string, { responses, totals }: TelemetryIn): Promise<void> {
    for (const [sessionId, own] of Map.groupBy(responses, (response) => response.sessionId))
      await this.#takeResponses({ owner, source: 'claude', sessionId }, own);
    for (const [sessionId, own] of Map.groupBy(totals, (total) => total.sessionId))
      await this.#takeTotals({ owner, source: 'claude', sessionId }, own);
  }

  async #takeResponses(agent: LedgerSession, responses: readonly TelemetryResponse[]): Promise<void> {
    const nameOf = ({ key }: TelemetryResponse) => JSON.stringify([agent.owner, 'response', key]);
    const marks = await this.#ledger.marks(responses.map(nameOf));
    const fresh = new Map(responses.map((one) => [nameOf(one), one] as const));
    for (const name of Object.keys(marks)) fresh.delete(name);
    if (fresh.size === 0) return;
    const now = this.#clock.now();
    const intents = [...fresh.values()].map((one): Intent => recordingOf(one, now));
    const steps = [...fresh.keys()].map((name): UsageStep => ({ do: 'mark', name, mark: '', at: now }));
    const first = Math.min(now, ...[...fresh.values()].map(beginningOf));
    await this.#agents.report(agent, first, intents, steps);
  }

  /** Counters of one model at one time make one row. */
  async #takeTotals(agent: LedgerSession, totals: readonly TelemetryTotal[]): Promise<void> {
    const nameOf = ({ series }: TelemetryTotal) => JSON.stringify([agent.owner, 'series', series]);
    const kept = new Map(Object.entries(await this.#ledger.marks(totals.map(nameOf))));
    const now = this.#clock.now();
    const marks = new Map<string, SeriesMark>();
    const rows = new Map<string, Sums>();
    for (const total of totals) {
      const name = nameOf(total);
      const { mark, value } = advanceOf(marks.get(name) ?? markIn(kept.get(name)), total);
      marks.set(name, mark);
      if (value > 0) addTo(rows, total, value, now);
    }
    const steps = [...marks].map(([name, mark]): UsageStep => ({
      do: 'mark',
      name,
      mark: JSON.stringify(mark),
      at: now,
    }));
    if (rows.size === 0) return this.#renewDaily(agent, steps, now);
    const intents = [...rows.values()].map(recordingOfSums);
    await this.#agents.report(agent, Math.min(...[...rows.values()].map(({ at }) => at)), intents, steps);
  }

  /** A mark that is not renewed is forgotten in time, and a counter that stood still for as long would count again. */
  async #renewDaily({ owner, sessionId }: LedgerSession, steps: readonly UsageStep[], now: number): Promise<void> {
    const day = Math.floor(now / 86_400_000);
    if (this.#renewed.day !== day) this.#renewed = { day, sessions: new Set() };
    const session = JSON.stringify([owner, sessionId]);
    if (this.#renewed.sessions.has(session)) return;
    this.#renewed.sessions.add(session);
    await this.#ledger.keepUsage(steps);
  }
}

const markIn = (text: string | undefined): SeriesMark | undefined =>
  text === undefined ? undefined : (JSON.parse(text) as SeriesMark);

interface Sums {
  model: string;
  at: number;
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  costPico: number;
}

const addTo = (rows: Map<string, Sums>, { model, kind, at }: TelemetryTotal, value: number, now: number): void => {
  const name = `${model}\0${at}`;
  const sums = rows.get(name) ?? {
    model,
    at: Math.min(at, now),
    input: 0,
    output: 0,
    cacheRead: 0,
    cacheWrite: 0,
    costPico: 0,
  };
  sums[kind] += value;
  rows.set(name, sums);
};

const beginningOf = ({ at, durationMs = 0 }: TelemetryResponse): number => at - durationMs;

const recordingOf = (response: TelemetryResponse, now: number): Intent => {
  const { parts, model, key, at, costUsd } = response;
  const { reasoning = 0, ...counts } = parts;
  return {
    type: 'record_tokens',
    source: 'telemetry',
    operation: response.querySource ?? 'response',
    tokensUsed: countedTokens(counts, 'new'),
    timestamp: Math.min(at, now),
    beganAt: Math.min(beginningOf(response), now),
    model,
    response: key,
    ...counts,
    ...(reasoning > 0 && { reasoning }),
    ...(costUsd !== undefined && { costUsd: usdText(Math.round(costUsd * 1e12)) }),
  };
};

const recordingOfSums = ({ model, at, input, output, cacheRead, cacheWrite, costPico }: Sums): Intent => {
  const counts = { input, output, cacheRead, cacheWrite5m: cacheWrite };
  return {
    type: 'record_tokens',
    source: 'metrics',
    operation: 'metrics',
    tokensUsed: countedTokens(counts, 'new'),
    timestamp: at,
    beganAt: at,
    model,
    ...counts,
    ...(costPico > 0 && { costUsd: usdText(costPico) }),
  };
};
