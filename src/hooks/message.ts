import type { AlertRaised, Recorded } from '../contract/event.ts';
import type { AlertMessage } from '../contract/hooks.ts';
import { openStatus } from '../journal/sessions.ts';
import type { SessionSummary } from '../journal/sessions.ts';
import type { HookDoc } from './hook.ts';

/** Which alerts a hook hears of, and what it is told. Pure. */

/** An alert where it stands in the journal. */
export interface Alert {
  position: number;
  session: string;
  at: number;
  data: AlertRaised;
}

export const alertsAmong = (events: readonly Recorded[]): Alert[] =>
  events.flatMap((event) => (event.type === 'alert_raised' ? [event] : []));

export const hears = (
  { thresholds, levels, session }: HookDoc,
  alert: Pick<Alert, 'session'> & { data: Pick<AlertRaised, 'threshold' | 'level'> },
): boolean =>
  (thresholds?.includes(alert.data.threshold) ?? true) &&
  (levels?.includes(alert.data.level) ?? true) &&
  (session === undefined || session === alert.session);

/** The session is told as it stands when the message is made; every attempt sends the same. */
export const messageOf = ({ at, data }: Alert, summary: SessionSummary): AlertMessage => ({
  type: 'alert.raised',
  timestamp: new Date(at).toISOString(),
  data: {
    alertId: data.id,
    at,
    threshold: data.threshold,
    level: data.level,
    message: data.message,
    ...(data.budget === undefined ? {} : { budget: data.budget }),
    session: {
      id: summary.id,
      ...(summary.name === undefined ? {} : { name: summary.name }),
      kind: summary.kind,
      status: openStatus(summary.phase),
      owner: summary.owner,
    },
    tokensUsed: summary.tokensUsed,
    ...(summary.tokenBudget === undefined ? {} : { tokenBudget: summary.tokenBudget }),
  },
});

/** What a hook is tried with. */
export const testMessage = (id: string, user: string, at: number): AlertMessage => ({
  type: 'hook.test',
  timestamp: new Date(at).toISOString(),
  data: {
    alertId: id,
    at,
    threshold: 'budget_80',
    level: 'warning',
    message: 'this is a test: no alert was raised',
    session: { id, name: 'a test', kind: 'timer', status: 'active', owner: user },
    tokensUsed: 80,
    tokenBudget: 100,
  },
});
