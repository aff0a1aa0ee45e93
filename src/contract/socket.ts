import { z } from 'zod';
import type { Threshold } from './event.ts';

/** Frames of the timer's socket at `/ws`: flat objects, as its document has them. */

export const clientFrame = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('subscribe'), sessionId: z.string().min(1).max(64) }),
  z.strictObject({ type: z.literal('unsubscribe'), sessionId: z.string().min(1).max(64) }),
  z.strictObject({ type: z.literal('ping'), sessionId: z.string().min(1).max(64) }),
]);

/** `sessionId: "*"` is every session that the caller may see. */
export type ClientFrame = z.infer<typeof clientFrame>;

export interface TimerUpdate {
  type: 'timer_update';
  sessionId: string;
  elapsed: number;
  remaining: number;
  status: 'active' | 'paused' | 'completed';
}

export interface TokenUpdate {
  type: 'token_update';
  sessionId: string;
  /** Tokens of this report; 0 in the answer to `subscribe` and `ping`. */
  tokensUsed: number;
  totalUsed: number;
  projectedTotal?: number;
}

export interface CheckpointFrame {
  type: 'checkpoint';
  sessionId: string;
  phase: string;
  promptCount: number;
  timestamp: number;
}

export interface AlertFrame {
  type: 'alert';
  sessionId: string;
  level: 'warning' | 'error';
  message: string;
  alertId: string;
  threshold: Threshold;
}

export interface ErrorFrame {
  type: 'error';
  sessionId?: string;
  code: string;
  message: string;
}

export type ServerFrame = TimerUpdate | TokenUpdate | CheckpointFrame | AlertFrame | ErrorFrame;
