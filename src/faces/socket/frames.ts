import type { Recorded } from '../../contract/event.ts';
import type { SessionFrame, TimerUpdate, TokenUpdate } from '../../contract/socket.ts';
import { openStatus } from '../../journal/sessions.ts';
import type { SessionSummary } from '../../journal/sessions.ts';
import { projectionOf } from '../../session/projection.ts';
import type { Existing } from '../../session/state.ts';
import { elapsedOf, remainingOf } from '../timer-view.ts';

/** What subscribers hear of a session: its state, and a frame for each event that the contract has one for. */

/** A frame that tells of an event. */
export type EventFrame = SessionFrame & { cursor: number; seq: number };

/** What an event's frame tells besides the event. */
export interface Seen {
  timer: () => Pick<TimerUpdate, 'elapsed' | 'remaining' | 'status'>;
  /** Undefined where it would cost a read. */
  projectedTotal: () => number | undefined;
}

export const timerOf = (summary: SessionSummary, now: number): ReturnType<Seen['timer']> => ({
  elapsed: elapsedOf(summary, now),
  remaining: remainingOf(summary, now),
  status: openStatus(summary.phase),
});

export const timerUpdate = (summary: SessionSummary, now: number): TimerUpdate => ({
  type: 'timer_update',
  sessionId: summary.id,
  ...timerOf(summary, now),
});

/** The state of a session's tokens, as the answer to `subscribe` and `ping`. */
export const tokenState = (sessionId: string, state: Existing, now: number): TokenUpdate => ({
  type: 'token_update',
  sessionId,
  tokensUsed: 0,
  totalUsed: state.facts.tokensUsed,
  projectedTotal: projectionOf(state, now).projectedTotal,
});

/** What live subscribers hear of events that just became durable. */
export const framesOf = (
  summary: SessionSummary,
  state: Existing,
  events: readonly Recorded[],
  now: number,
): EventFrame[] => {
  const seen: Seen = {
    timer: () => timerOf(summary, now),
    projectedTotal: () => projectionOf(state, now).projectedTotal,
  };
  return events.flatMap((event) => frameOf(event, seen) ?? []);
};

/** Undefined for an event that the contract has no frame for. */
export const frameOf = (event: Recorded, seen: Seen): EventFrame | undefined => {
  const { session: sessionId, position: cursor, seq } = event;
  const place = { cursor, seq };
  switch (event.type) {
    case 'tokens_recorded': {
      const { tokensUsed, cumulativeTotal: totalUsed } = event.data;
      const projectedTotal = seen.projectedTotal();
      const projection = projectedTotal === undefined ? {} : { projectedTotal };
      return { type: 'token_update', sessionId, tokensUsed, totalUsed, ...projection, ...place };
    }
    case 'checkpoint_reached': {
      const { phase, promptCount } = event.data;
      return { type: 'checkpoint', sessionId, phase, promptCount, timestamp: event.at, ...place };
    }
    case 'alert_raised': {
      const { id, ...alert } = event.data;
      return { type: 'alert', sessionId, ...alert, alertId: id, ...place };
    }
    case 'started':
    case 'paused':
    case 'resumed':
    case 'completed':
    case 'failed':
    case 'cancelled':
    case 'timed_out':
    case 'reopened':
    case 'duration_changed':
    case 'clock_adjusted':
      return { type: 'timer_update', sessionId, ...seen.timer(), ...place };
    case 'renamed':
    case 'budget_changed':
    case 'commented':
    case 'overran':
    case 'repl_recorded':
    case 'repl_annotated':
    case 'repl_annotation_removed':
    case 'repl_snapshot_taken':
    case 'repl_snapshot_removed':
      return undefined;
  }
};
