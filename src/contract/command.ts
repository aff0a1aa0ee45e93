import type {
  AgentOrigin,
  AlertLevel,
  Commented,
  ReplRecorded,
  Run,
  SessionKind,
  Started,
  Threshold,
  TokenParts,
  UsageSource,
} from './event.ts';
import type { ReplNotes } from './repl.ts';

/**
 * What can be asked of a session. Commands are imperative and carry everything that is not in the session's state: the
 * time (`at`, Unix ms) and a fresh UUIDv7 (`id`) from which the ids of the events are made.
 */
interface Stamp {
  at: number;
  id: string;
}

export interface Start extends Stamp, Omit<Started, 'kind'> {
  type: 'start';
  kind: SessionKind;
  run?: Run;
  agent?: AgentOrigin;
  /** It began then and is told of only now; the server's own, nobody may ask for it. */
  startedAt?: number;
}

export interface RecordTokens extends Stamp, TokenParts {
  type: 'record_tokens';
  tokensUsed: number;
  operation: string;
  timestamp?: number;
  source: UsageSource;
  reasoning?: number;
  run?: string;
  model?: string;
  costUsd?: string;
  response?: string;
  /** When the response began: the server's own readers may still add it to a session that has ended since. */
  beganAt?: number;
}

interface Bare<T extends string> extends Stamp {
  type: T;
}

export type SessionCommand =
  | Start
  /** `budget`: id of the budget across sessions that is used up. */
  | (Bare<'pause'> & { budget?: string })
  /** `budget`: only where this budget across sessions paused it. */
  | (Bare<'resume'> & { budget?: string })
  /**
   * `duration` corrects the session's before it ends, to whatever it is: the end itself is then not the clock's. `endedAt`, Unix
   * ms: it ended then and is told of only now; the server's own, nobody may ask for it.
   */
  | (Bare<'complete'> & { reason?: 'request' | 'run_lost' | 'idle'; duration?: number; endedAt?: number })
  | (Bare<'fail'> & { message: string })
  | (Bare<'cancel'> & { message?: string })
  | (Bare<'time_out'> & { message?: string })
  /** `reopenedAt`, Unix ms: it went on then and is told of only now. */
  | (Bare<'reopen'> & { reopenedAt?: number })
  | (Bare<'rename'> & { name: string })
  | (Bare<'change_budget'> & { tokenBudget: number })
  | (Bare<'change_duration'> & { duration: number })
  | RecordTokens
  | (Bare<'reach_checkpoint'> & { phase: string; promptCount: number; metadata?: Record<string, unknown> })
  /** `budget`: of a budget across sessions, whose owner knows which of its alerts were raised; also of a session that is over. */
  | (Bare<'raise_alert'> & { threshold: Threshold; level: AlertLevel; message: string; budget?: string })
  /** Its entries' `seq` go on where the session's own journal ends. */
  | (Bare<'record_repl'> & ReplRecorded)
  | (Bare<'annotate_repl'> & ReplNotes['repl_annotated'])
  | (Bare<'remove_repl_annotation'> & ReplNotes['repl_annotation_removed'])
  | (Bare<'take_repl_snapshot'> & { snapshot: ReplNotes['repl_snapshot_taken'] })
  | (Bare<'remove_repl_snapshot'> & { snapshot: string })
  | (Bare<'comment'> & Omit<Commented, 'id'>)
  /** The clock says that something may have fallen due: the end of the time, or the alert before it. */
  | Bare<'fall_due'>
  /** The wall clock was set by `by` ms; `offset` names the anchor it has since, so that telling it twice does nothing. */
  | (Bare<'adjust_clock'> & { by: number; offset?: number });

export type CommandType = SessionCommand['type'];
export type CommandOf<T extends CommandType> = Extract<SessionCommand, { type: T }>;
