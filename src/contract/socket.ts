import { z } from 'zod';
import type { Threshold } from './event.ts';

/** Frames of the timer's socket at `/ws`: flat objects, as its document has them. */

/** After which event to go on: the `cursor` of the last frame that was heard, or `now` for only what is still to come. */
const resumeFrom = z.union([z.int().min(0), z.literal('now')]);

export const clientFrame = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('subscribe'),
    sessionId: z.string().min(1).max(64),
    after: resumeFrom.optional(),
  }),
  z.strictObject({ type: z.literal('unsubscribe'), sessionId: z.string().min(1).max(64) }),
  z.strictObject({ type: z.literal('ping'), sessionId: z.string().min(1).max(64) }),
]);

/** `sessionId: "*"` is every session that the caller may see. */
export type ClientFrame = z.infer<typeof clientFrame>;
export type ResumeFrom = z.infer<typeof resumeFrom>;

/** Where an event stands; only frames that tell of one have both. */
export interface EventPlace {
  /** The event's position among all, to resume after. In an answer to `subscribe` or `ping`: up to where it tells the state. */
  cursor?: number;
  /** The event's number in its session. */
  seq?: number;
}

export interface TimerUpdate extends EventPlace {
  type: 'timer_update';
  sessionId: string;
  elapsed: number;
  remaining: number;
  status: 'active' | 'paused' | 'completed';
}

export interface TokenUpdate extends EventPlace {
  type: 'token_update';
  sessionId: string;
  /** Tokens of this report; 0 in the answer to `subscribe` and `ping`. */
  tokensUsed: number;
  totalUsed: number;
  projectedTotal?: number;
}

export interface CheckpointFrame extends EventPlace {
  type: 'checkpoint';
  sessionId: string;
  phase: string;
  promptCount: number;
  timestamp: number;
}

export interface AlertFrame extends EventPlace {
  type: 'alert';
  sessionId: string;
  level: 'warning' | 'error';
  message: string;
  alertId: string;
  threshold: Threshold;
  /** Id of the budget across sessions whose threshold it is. */
  budget?: string;
}

/** A command of a REPL session began or ended. Who subscribed to the session by its id hears of it; it is no event, and has no cursor. */
export interface ReplCommandFrame {
  type: 'repl_command';
  sessionId: string;
  /** `seq` of its input in the session's own journal: it rises from command to command, but where one left nothing. */
  command: number;
  phase: 'began' | 'ended';
  /** Of `began`: when, Unix ms. */
  at?: number;
  /** Of `began`: who sent it, as its `X-Client-Id` said. */
  client?: string;
  /** Of `ended`. */
  as?: 'value' | 'error' | 'stopped';
  /** Of `ended`: how much it printed, in characters (UTF-16). */
  printed?: number;
}

/** What it printed, from that character on. Where `from` is not where the last one ended, what is between was dropped. */
export interface ReplOutputFrame {
  type: 'repl_output';
  sessionId: string;
  command: number;
  from: number;
  text: string;
}

export interface ErrorFrame {
  type: 'error';
  sessionId?: string;
  code: string;
  message: string;
}

/** All that happened after the cursor has been told, up to this one; what comes next is live. */
export interface ResumedFrame {
  type: 'resumed';
  sessionId: string;
  cursor: number;
}

/**
 * Why a cursor can't be honoured: it lies beyond the journal's end (a backup was restored), more happened since than is
 * replayed, or the session is not there (any more).
 */
export type GapReason = 'beyond_end' | 'too_far_behind' | 'session_gone';

/** What happened after the cursor is not told: the present state follows, and what happens after this cursor. */
export interface GapFrame {
  type: 'gap';
  sessionId: string;
  cursor: number;
  reason: GapReason;
}

/** Frames that tell of a session; the others are about the subscription. */
export type SessionFrame = TimerUpdate | TokenUpdate | CheckpointFrame | AlertFrame;
/** What a REPL session's command does while it runs. */
export type ReplFrame = ReplCommandFrame | ReplOutputFrame;
export type ServerFrame = SessionFrame | ReplFrame | ErrorFrame | ResumedFrame | GapFrame;
