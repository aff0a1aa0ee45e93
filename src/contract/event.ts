import type { ReplEntry, ReplNotes, ReplSpec } from './repl.ts';

/**
 * What can happen to a session. Types are past tense; `data` holds only what cannot be derived from earlier events.
 * All times are Unix ms, all durations ms.
 */

/** Every kind of session that the contracts know; `timer` when nothing runs inside. */
export const sessionKinds = ['timer', 'research', 'workspace', 'terminal', 'repl', 'agent'] as const;
export type SessionKind = (typeof sessionKinds)[number];

/** What happens when tokens reach the budget: an alert only, or an alert and a pause. */
export type OnBudget = 'warn' | 'pause';
/** Which tokens count as used: `new` leaves cache reads out, `all` counts them too. */
export type BudgetCounts = 'new' | 'all';
/** What happens when the time is up: the session completes, or runs on, marked over, and is extended by what it overran. */
export type OnDue = 'complete' | 'extend';

/**
 * Alerts are raised once per threshold; a change of the budget (or the duration) arms its thresholds again. `across_…` are of a
 * budget across sessions, which is in the alert; who raises them sees to it that each is raised once.
 */
export const thresholds = [
  'budget_80',
  'budget_95',
  'budget_100',
  'budget_projected',
  'time_10m',
  'time_up',
  'across_80',
  'across_95',
  'across_100',
  'across_projected',
] as const;
export type Threshold = (typeof thresholds)[number];
export const alertLevels = ['warning', 'error'] as const;
export type AlertLevel = (typeof alertLevels)[number];

/** Token counts of one response by what they are billed as; absent means none. */
export interface TokenParts {
  input?: number;
  output?: number;
  cacheRead?: number;
  cacheWrite5m?: number;
  cacheWrite1h?: number;
}

/** A command that a person runs in a terminal inside the session; its tokens are read from what the agent leaves on disk. */
export interface Run {
  /** Absolute path of the directory in which the command runs. */
  directory: string;
  /** Process id of the `stint run` that owns the session, on the server's machine. */
  pid?: number;
  /** The process's start time as the operating system tells it, so that a recycled pid is not taken for the run. */
  pidStartedAt?: string;
  /** Where the command's agent keeps its configuration (`CLAUDE_CONFIG_DIR`), when it is not the usual place. */
  agentConfigDir?: string;
}

/** A session of an agent's that stint did not start: found by what the agent left on disk, or told. */
export interface AgentOrigin {
  /** Which agent, e.g. `claude`. */
  source: string;
  /** The agent's own id of it. */
  sessionId: string;
  /** Where the agent works. */
  directory?: string;
  gitBranch?: string;
  /** The agent's own id of the session that it was forked from. */
  forkedFrom?: string;
  /** The name of the machine that it was pushed from; absent where it was found on the server's own. */
  machine?: string;
}

/**
 * Who tells of usage. What several tell of one session is the same usage, so that the session has used as much as the one who tells
 * the most of it says.
 */
export const usageSources = ['api', 'transcript', 'telemetry', 'metrics'] as const;
export type UsageSource = (typeof usageSources)[number];

export interface Started {
  kind: SessionKind;
  owner: string;
  name?: string;
  /** 0 = without a limit. */
  duration: number;
  tokenBudget?: number;
  onBudget: OnBudget;
  budgetCounts: BudgetCounts;
  onDue: OnDue;
  run?: Run;
  agent?: AgentOrigin;
  repl?: ReplSpec;
}

export interface TokensRecorded extends TokenParts {
  id: string;
  /** What counts against the budget. Negative only where a reader corrects an earlier row of the same response. */
  tokensUsed: number;
  operation: string;
  timestamp: number;
  /** Total after this row, in order of arrival. */
  cumulativeTotal: number;
  source: UsageSource;
  /** So many of `tokensUsed`, and of `cacheRead`, had been told by another source already. */
  reconciled?: number;
  cacheReconciled?: number;
  /** Part of `output`, where that is known. */
  reasoning?: number;
  /** The session of a run that has the same tokens: over all sessions they count there. */
  run?: string;
  model?: string;
  /** Decimal string of USD, as reported by the caller. */
  costUsd?: string;
  /** Key of the agent's response that a transcript's rows belong to. */
  response?: string;
}

export interface CheckpointReached {
  id: string;
  phase: string;
  promptCount: number;
  /** Total at that moment. */
  tokensUsed: number;
  metadata?: Record<string, unknown>;
}

export interface AlertRaised {
  id: string;
  threshold: Threshold;
  level: AlertLevel;
  message: string;
  /** Id of the budget across sessions whose threshold it is. */
  budget?: string;
}

export const commentKinds = ['note', 'question', 'insight'] as const;
export type CommentKind = (typeof commentKinds)[number];

export interface Commented {
  id: string;
  /** The user's id. */
  author: string;
  /** As they were called then. */
  authorName?: string;
  text: string;
  /** A note when absent. */
  kind?: CommentKind;
  /** What in the session it is about, in the words of whoever wrote it: comments on one point are a thread. */
  reference?: string;
}

export interface ReplRecorded {
  entries: readonly ReplEntry[];
  /** Images that were kept with them: numbers follow each other within the session. */
  images: number;
  /** Bytes of these images. */
  imageBytes: number;
  /** How long the command took that ended, ms. */
  tookMs?: number;
  /** Bytes of the engine's memory after it. */
  memory?: number;
}

/** Event types and their data: the vocabulary of the journal. */
export interface EventData extends ReplNotes {
  started: Started;
  /** `budget`: id of the budget across sessions that is used up; a session's own has none. */
  paused: { reason: 'request' | 'budget'; budget?: string };
  resumed: { reason: 'request' | 'budget' };
  /** `idle`: an agent's session in which nothing was done for a while; it is reopened when it goes on. */
  completed: { reason: 'request' | 'due' | 'run_lost' | 'idle' };
  failed: { message: string };
  cancelled: { message?: string };
  timed_out: { message?: string };
  reopened: Record<never, never>;
  renamed: { name: string };
  budget_changed: { tokenBudget: number };
  duration_changed: { duration: number; reason: 'request' | 'overrun' };
  tokens_recorded: TokensRecorded;
  checkpoint_reached: CheckpointReached;
  alert_raised: AlertRaised;
  commented: Commented;
  /** What happened in a REPL session, in the order of its own journal. */
  repl_recorded: ReplRecorded;
  /** The time is up and the session runs on (`onDue: 'extend'`). */
  overran: Record<never, never>;
  /**
   * The wall clock was set while the session ran: `at` is the time after, `at - by` the time before; `offset` is Unix time minus
   * boot time since, where that is known.
   */
  clock_adjusted: { by: number; offset?: number };
}

export type EventType = keyof EventData;

/** Total: a type that is missing here does not compile. */
const named: Record<EventType, true> = {
  started: true,
  paused: true,
  resumed: true,
  completed: true,
  failed: true,
  cancelled: true,
  timed_out: true,
  reopened: true,
  renamed: true,
  budget_changed: true,
  duration_changed: true,
  tokens_recorded: true,
  checkpoint_reached: true,
  alert_raised: true,
  commented: true,
  repl_recorded: true,
  repl_annotated: true,
  repl_annotation_removed: true,
  repl_snapshot_taken: true,
  repl_snapshot_removed: true,
  overran: true,
  clock_adjusted: true,
};

export const eventTypes = Object.keys(named) as [EventType, ...EventType[]];

/** An event as it is decided: not yet in the journal. */
export type SessionEvent = { [T in EventType]: { type: T; at: number; data: EventData[T] } }[EventType];

/** The envelope under which an event leaves the journal. */
export type Recorded<E extends SessionEvent = SessionEvent> = E & {
  /** Global, rising, may have gaps; cursors are positions. */
  position: number;
  /** The session's id. */
  session: string;
  /** From 0 without gaps per session. */
  seq: number;
};

export type EventOf<T extends EventType> = Extract<SessionEvent, { type: T }>;
