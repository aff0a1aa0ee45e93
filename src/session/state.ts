import type { AgentOrigin, BudgetCounts, OnBudget, OnDue, Run, SessionKind, Threshold } from '../contract/event.ts';
import type { Pace } from './pace.ts';
import type { ReplFacts } from './repl.ts';
import type { Told } from './told.ts';

/** A span of active time on the wall clock: from (inclusive), to (exclusive), Unix ms. */
export type Span = readonly [from: number, to: number];

/** What is known of every session that was started, whatever it does now. Times are Unix ms, durations ms. */
export interface Facts {
  /** Number of events folded so far; the next event has this `seq`. */
  version: number;
  kind: SessionKind;
  owner: string;
  name?: string;
  startTime: number;
  updatedAt: number;
  /** 0 = without a limit. */
  duration: number;
  tokenBudget?: number;
  onBudget: OnBudget;
  budgetCounts: BudgetCounts;
  onDue: OnDue;
  run?: Run;
  agent?: AgentOrigin;
  repl?: ReplFacts;
  /** What counts against the budget. */
  tokensUsed: number;
  /** Cache reads are shown apart, whether they count or not. */
  cacheRead: number;
  told: Told;
  /** Active time in the spans that are closed. */
  activeMs: number;
  /** The latest closed spans of active time, oldest first. */
  spans: readonly Span[];
  pace: Pace;
  raised: readonly Threshold[];
  /** The anchor of the clock that the session was last told of; see `clock_adjusted`. */
  clockOffset?: number;
  checkpoints: number;
  comments: number;
  /** The time was up and the session ran on. */
  over: boolean;
}

export interface Absent {
  readonly status: 'absent';
}

export interface Active {
  readonly status: 'active';
  readonly facts: Facts;
  /** When the span of active time that is open now began. */
  readonly since: number;
}

export interface Paused {
  readonly status: 'paused';
  readonly facts: Facts;
  readonly reason: 'request' | 'budget';
  /** The budget across sessions that paused it. */
  readonly budget?: string;
}

/** How a session can end; the contracts' faces translate these. */
export type Ending = 'completed' | 'failed' | 'cancelled' | 'timed_out';

export interface Ended {
  readonly status: Ending;
  readonly facts: Facts;
  readonly endTime: number;
}

/** A session that was started. */
export type Existing = Active | Paused | Ended;
export type SessionState = Absent | Existing;
export type Phase = Existing['status'];

/** The states as the tables of decide and evolve name them: how a session ended makes no difference to what it accepts. */
export type StateName = 'absent' | 'active' | 'paused' | 'ended';
export interface StateOf {
  absent: Absent;
  active: Active;
  paused: Paused;
  ended: Ended;
}

export const absent: Absent = { status: 'absent' };

export const nameOf = (state: SessionState): StateName => {
  const { status } = state;
  return status === 'absent' || status === 'active' || status === 'paused' ? status : 'ended';
};

export const versionOf = (state: SessionState): number => (state.status === 'absent' ? 0 : state.facts.version);

/**
 * Changes with every change of the state's shape: a saved state of another shape is folded again from the journal.
 */
export const stateShape = 3;
