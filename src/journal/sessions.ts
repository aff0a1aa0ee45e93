import type { ReplFacts } from '../session/repl.ts';
import type { AgentOrigin, BudgetCounts, OnBudget, OnDue, Run, SessionKind } from '../contract/event.ts';
import type { Phase } from '../session/state.ts';

/**
 * The read model of sessions: what lists and look-ups show. Kept by the store in the same transaction as the events.
 * Times are Unix ms, durations ms.
 */
export interface SessionSummary {
  id: string;
  kind: SessionKind;
  owner: string;
  name?: string;
  phase: Phase;
  startTime: number;
  updatedAt: number;
  endTime?: number;
  /** 0 = without a limit. */
  duration: number;
  tokenBudget?: number;
  onBudget: OnBudget;
  budgetCounts: BudgetCounts;
  onDue: OnDue;
  run?: Run;
  agent?: AgentOrigin;
  repl?: ReplFacts;
  over: boolean;
  tokensUsed: number;
  cacheRead: number;
  checkpoints: number;
  /** Active time up to `since`, or in all when the session is not active. */
  activeMs: number;
  /** Since when the session is active, while it is. */
  since?: number;
  /** When the clock alone changes something next. */
  wakeAt?: number;
  version: number;
}

/** The lifecycle in three words, as lists filter it. */
export type OpenStatus = 'active' | 'paused' | 'completed';

export const openStatus = (phase: Phase): OpenStatus =>
  phase === 'active' || phase === 'paused' ? phase : 'completed';

/** Sessions that begin or cease to count under these words. */
export interface CountChange {
  owner: string;
  kind: SessionKind;
  status: OpenStatus;
  by: 1 | -1;
}

/** How many sessions count under these words. */
export interface SessionCount {
  kind: SessionKind;
  status: OpenStatus;
  count: number;
}

export interface SessionQuery {
  limit: number;
  offset?: number;
  /** Continue after this place in the order (newest first, ties by id). */
  after?: ListPlace;
  status?: OpenStatus;
  kind?: SessionKind;
  owner?: string;
  /** The name contains this, case ignored. */
  nameContains?: string;
}

export interface ListPlace {
  startTime: number;
  id: string;
}

export interface SessionList {
  sessions: readonly SessionSummary[];
  /** All that match, whatever the page. */
  total: number;
  /** True when more follow. */
  more: boolean;
}

/** Reads of the read model; implemented by each store beside its journal. */
export interface SessionReads {
  get(id: string): SessionSummary | undefined | Promise<SessionSummary | undefined>;
  list(query: SessionQuery): Promise<SessionList>;
  /** How many there are of each kind and status; from counts that are kept, without a look at the sessions. */
  counts(): Promise<readonly SessionCount[]>;
  /** Sessions for which the clock has something to do by `time`, earliest first. */
  waking(time: number, limit: number): Promise<readonly SessionSummary[]>;
  /** The earliest `wakeAt`; undefined when no session waits for the clock. */
  nextWake(): Promise<number | undefined>;
  /** Open sessions that have a run. */
  openRuns(): Promise<readonly SessionSummary[]>;
  /** Sessions that had a run and ended at `time` or later. */
  runsEndedSince(time: number): Promise<readonly SessionSummary[]>;
}
