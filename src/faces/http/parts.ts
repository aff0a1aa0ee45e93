import type { Access } from '../../access/access.ts';
import type { ActivityReads } from '../../journal/activity.ts';
import type { Users } from '../../access/users.ts';
import type { Journal, StoreHealth } from '../../journal/journal.ts';
import type { SessionReads, SessionSummary } from '../../journal/sessions.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import type { Clock } from '../../runner/clock.ts';
import type { Once } from '../../runner/once.ts';
import type { Runner } from '../../runner/runner.ts';
import type { Existing } from '../../session/state.ts';

/** What is known of the server itself. */
export interface ServerFacts {
  version: string;
  startedAt: number;
  /** Known once it listens. */
  url: string;
  /** As a browser reaches it: through the proxy, where there is one. */
  publicUrl: string;
  /** What the start found amiss and what it did about it, a sentence each. */
  recovered: readonly string[];
  state: 'healthy' | 'draining';
}

/** All that the doorways need of the rest. */
export interface FaceParts {
  access: Access;
  users: Users;
  runner: Runner;
  once: Once;
  journal: Journal;
  sessions: SessionReads;
  activity: ActivityReads;
  summarize: (session: string, state: Existing) => SessionSummary;
  clock: Clock;
  newId: () => string;
  server: ServerFacts;
  storeHealth: () => StoreHealth;
  metrics: Metrics;
  /** Aborts when the server stops: streams that never end by themselves end then. */
  stopping: AbortSignal;
}
