import type { BudgetAction, BudgetFilter, BudgetMeasure, BudgetPeriod } from '../contract/budgets.ts';
import type { Threshold } from '../contract/event.ts';
import type { UsageNames } from '../contract/usage.ts';

/** Budgets across sessions and what was done for them: the store's port. Times are Unix ms. */

export interface BudgetRow {
  id: string;
  /** The user whose it is; it counts what they may see. */
  owner: string;
  name?: string;
  only: BudgetFilter;
  period: BudgetPeriod;
  /** IANA name. */
  timeZone: string;
  measure: BudgetMeasure;
  /** Cache reads count too. */
  all: boolean;
  /** Tokens, pico-dollars or ms, by the measure. */
  limit: number;
  action: BudgetAction;
  createdAt: number;
  /** Rises when the limit, or what is counted, is changed. */
  revision: number;
}

/** A period under one limit: in it each alert is raised once, and each session paused once. */
export interface BudgetTurn {
  revision: number;
  /** 0 where the period has no beginning. */
  periodStart: number;
}

export interface RaisedAlert extends BudgetTurn {
  budget: string;
  threshold: Threshold;
  /** Where it was raised. */
  session: string;
  at: number;
}

export interface BudgetPause extends BudgetTurn {
  budget: string;
  session: string;
}

export interface BudgetStore {
  /** In order of their making. */
  all(): BudgetRow[];
  find(id: string): BudgetRow | undefined;
  /** The owner's with the same filter, period and measure, of which there is one. */
  same(budget: Pick<BudgetRow, 'owner' | 'only' | 'period' | 'measure'>): BudgetRow | undefined;
  /** Rejects where the owner has one of the same. */
  add(budget: BudgetRow): Promise<void>;
  /** Does nothing to one that was removed. */
  change(budget: BudgetRow): Promise<void>;
  /** With what was raised and paused for it. */
  remove(id: string): Promise<void>;
  /** In order of time. */
  raised(budget: string, turn: BudgetTurn): RaisedAlert[];
  /** What is kept already, or of a budget that was removed, is not kept. */
  keepRaised(alert: RaisedAlert): Promise<void>;
  /** Sessions that it has paused and not resumed; each once, in its latest turn. */
  pauses(budget: string): BudgetPause[];
  keepPause(pause: BudgetPause): Promise<void>;
  forgetPause(budget: string, session: string): Promise<void>;
}

/** An agent's own session, as the ledger names it. */
export type AgentSession = Pick<UsageNames, 'source' | 'sessionId'>;

type Eventually<T> = T | Promise<T>;

/** Where the agents' own sessions are among the sessions here. */
export interface SessionPlaces {
  /** Sessions here that hold what the agent's session used. */
  sessionsOf(agent: AgentSession): Eventually<readonly string[]>;
  agentsOf(session: string): Eventually<readonly AgentSession[]>;
}
