import type { SessionEvent } from '../../contract/event.ts';
import type { ServerFrame, TimerUpdate, TokenUpdate } from '../../contract/socket.ts';
import { openStatus } from '../../journal/sessions.ts';
import type { SessionSummary } from '../../journal/sessions.ts';
import { projectionOf } from '../../session/projection.ts';
import type { Existing } from '../../session/state.ts';
import { elapsedOf, remainingOf } from '../timer-view.ts';

export const timerUpdate = (summary: SessionSummary, now: number): TimerUpdate => ({
  type: 'timer_update',
  sessionId: summary.id,
  elapsed: elapsedOf(summary, now),
  remaining: remainingOf(summary, now),
  status: openStatus(summary.phase),
});

/** The state of a session's tokens, as the answer to `subscribe` and `ping`. */
export const tokenState = (sessionId: string, state: Existing, now: number): TokenUpdate => ({
  type: 'token_update',
  sessionId,
  tokensUsed: 0,
  totalUsed: state.facts.tokensUsed,
  projectedTotal: projectionOf(state, now).projectedTotal,
});

/** What subscribers hear of events: nothing of those that the contract has no frame for. */
export const framesOf = (
  summary: SessionSummary,
  state: Existing,
  events: readonly SessionEvent[],
  now: number,
): ServerFrame[] => events.flatMap((event) => frameOf(summary, state, event, now) ?? []);

const frameOf = (
  summary: SessionSummary,
  state: Existing,
  event: SessionEvent,
  now: number,
): ServerFrame | undefined => {
  const sessionId = summary.id;
  switch (event.type) {
    case 'tokens_recorded': {
      const { projectedTotal } = projectionOf(state, now);
      const { tokensUsed, cumulativeTotal } = event.data;
      return { type: 'token_update', sessionId, tokensUsed, totalUsed: cumulativeTotal, projectedTotal };
    }
    case 'checkpoint_reached': {
      const { phase, promptCount } = event.data;
      return { type: 'checkpoint', sessionId, phase, promptCount, timestamp: event.at };
    }
    case 'alert_raised': {
      const { id, level, message, threshold } = event.data;
      return { type: 'alert', sessionId, level, message, alertId: id, threshold };
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
      return timerUpdate(summary, now);
    case 'renamed':
    case 'budget_changed':
    case 'commented':
    case 'overran':
      return undefined;
  }
};
