import type { z } from 'zod';
import type { CheckpointReached, Recorded as RecordedEvent, SessionEvent, TokensRecorded } from '../contract/event.ts';
import type { checkpointSchema, sessionSchema, usageSchema } from '../contract/timer.ts';
import type { SessionUsage } from '../contract/usage.ts';
import { openStatus } from '../journal/sessions.ts';
import type { SessionSummary } from '../journal/sessions.ts';
import { usdText } from '../ledger/prices/usd.ts';

/** A session and what belongs to it in the words of the timer contract. */

export type SessionView = z.infer<typeof sessionSchema>;
export type UsageView = z.infer<typeof usageSchema>;
export type CheckpointView = z.infer<typeof checkpointSchema>;

/** Active time so far, ms; the same arithmetic as in session/time.ts, from the summary alone. */
export const elapsedOf = ({ activeMs, since }: SessionSummary, now: number): number =>
  since === undefined ? activeMs : activeMs + Math.max(0, now - since);

export const remainingOf = (summary: SessionSummary, now: number): number =>
  Math.max(0, summary.duration - elapsedOf(summary, now));

/** `usage`: what the ledger has of an agent's session. */
export const toSession = (summary: SessionSummary, now: number, usage?: SessionUsage): SessionView => {
  const { id, name, kind, owner, phase, startTime, endTime, duration, tokenBudget, run, agent, over } = summary;
  const status = openStatus(phase);
  return {
    id,
    ...(name === undefined ? {} : { name }),
    kind,
    owner,
    status,
    ...(phase === 'active' || phase === 'paused' ? {} : { outcome: phase }),
    startTime,
    ...(endTime === undefined ? {} : { endTime }),
    duration,
    ...(duration === 0 ? { unlimited: true as const } : {}),
    elapsed: elapsedOf(summary, now),
    remaining: remainingOf(summary, now),
    ...(over ? { over: true as const } : {}),
    ...(tokenBudget === undefined ? {} : { tokenBudget }),
    tokensUsed: summary.tokensUsed,
    ...(summary.cacheRead === 0 ? {} : { cacheRead: summary.cacheRead }),
    onBudget: summary.onBudget,
    budgetCounts: summary.budgetCounts,
    onDue: summary.onDue,
    ...(run === undefined ? {} : { run }),
    ...(agent === undefined ? {} : { agent: { ...agent, ...(usage?.shared ? { shared: usage.shared } : {}) } }),
    ...(usage === undefined ? {} : usageView(usage)),
    createdAt: startTime,
    updatedAt: summary.updatedAt,
  };
};

const usageView = ({ costPico, unpriced, models }: SessionUsage) => ({
  costUsd: usdText(costPico),
  ...(unpriced === 0 ? {} : { unpriced }),
  models: models.filter((model) => model !== '').toSorted(),
});

/** A usage row. What the reader needs of it (the response's key) stays inside. */
export const toUsage = (sessionId: string, { response: _, ...data }: TokensRecorded): UsageView => ({
  sessionId,
  ...data,
});

export const toCheckpoint = (sessionId: string, timestamp: number, data: CheckpointReached): CheckpointView => ({
  sessionId,
  timestamp,
  ...data,
});

/** The rows of usage among events. */
export const usageAmong = (sessionId: string, events: readonly SessionEvent[]): UsageView[] =>
  events.flatMap((event) => (event.type === 'tokens_recorded' ? [toUsage(sessionId, event.data)] : []));

export const checkpointsAmong = (
  sessionId: string,
  events: readonly (SessionEvent | RecordedEvent)[],
): CheckpointView[] =>
  events.flatMap((event) =>
    event.type === 'checkpoint_reached' ? [toCheckpoint(sessionId, event.at, event.data)] : [],
  );
