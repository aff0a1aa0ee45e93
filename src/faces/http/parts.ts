import type { Access } from '../../access/access.ts';
import type { ActivityReads } from '../../journal/activity.ts';
import type { Users } from '../../access/users.ts';
import type { SkippedUsage } from '../../contract/usage.ts';
import type { UsageStatus } from '../../contract/usage-status.ts';
import type { Backups } from '../../journal/backups.ts';
import type { Hooks } from '../../hooks/hooks.ts';
import type { Journal, StoreHealth } from '../../journal/journal.ts';
import type { ReplReads } from '../../journal/repl-reads.ts';
import type { Limits } from '../../journal/limits.ts';
import type { SearchIndex } from '../../journal/search.ts';
import type { SessionReads, SessionSummary } from '../../journal/sessions.ts';
import type { Ledger, UsageReads } from '../../journal/usage.ts';
import type { CurrentPrices } from '../../ledger/prices/current-prices.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import type { Budgets } from '../../runner/budgets.ts';
import type { Clock } from '../../runner/clock.ts';
import type { Once } from '../../runner/once.ts';
import type { ReplLeases } from '../../runner/repl/repl-leases.ts';
import type { ReplManager } from '../../runner/repl/repl-manager.ts';
import type { ReplNames } from '../../runner/repl/repl-names.ts';
import type { ReplSessions } from '../../runner/repl/repl-sessions.ts';
import type { Reprice } from '../../runner/reprice.ts';
import type { Runner } from '../../runner/runner.ts';
import type { Telemetry } from '../../runner/telemetry.ts';
import type { UsagePush } from '../../runner/usage-push.ts';
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

export interface BackupScheduleFacts {
  /** Unix ms. */
  dueAt: number;
  failure: { at: number; message: string } | undefined;
}

export interface DataCheckFacts {
  state: 'running' | 'well' | 'found' | 'failed';
  /** Sessions looked at so far, and about how many there are. */
  done: number;
  of: number;
  /** How many things are wrong. */
  faults: number;
}

/** All that the doorways need of the rest. */
export interface FaceParts {
  access: Access;
  users: Users;
  runner: Runner;
  once: Once;
  hooks: Hooks;
  journal: Journal & ReplReads;
  sessions: SessionReads;
  activity: ActivityReads;
  usage: UsageReads;
  search: SearchIndex;
  ledger: Pick<Ledger, 'transcribed'>;
  prices: Pick<CurrentPrices, 'version' | 'overrides' | 'file' | 'problem'>;
  reprice: Pick<Reprice, 'run'>;
  /** Takes what agents used on other machines. */
  push: Pick<UsagePush, 'take'>;
  /** What agents' sessions have in the ledger; see `Ledger`. */
  sessionUsage: Ledger['sessionUsage'];
  repl: { repl: ReplSessions; names: ReplNames; manager: ReplManager; leases: ReplLeases };
  /** Has the server stop, once this is answered. */
  askToStop: () => void;
  budgets: Budgets;
  limits: Limits;
  /** Takes what agents send of themselves. */
  telemetry: Telemetry;
  /** What may hold usage and was not counted. */
  skippedUsage: () => Promise<readonly SkippedUsage[]>;
  /** How far the reading of what agents left has come. */
  usageReading: () => UsageStatus;
  /** Where agents' files are looked for, whether the folders are there or not. */
  usageFolders: () => readonly string[];
  summarize: (session: string, state: Existing) => SessionSummary;
  clock: Clock;
  newId: () => string;
  server: ServerFacts;
  storeHealth: () => StoreHealth;
  /** Bytes of the database, of its write-ahead log, and of what the disk has left, where that can be told. */
  disk: () => { database: number; log: number; free?: number };
  metrics: Metrics;
  backups: Backups;
  /** When the next backup is due, and what the last attempt failed of; undefined without a schedule. */
  backupSchedule: () => BackupScheduleFacts | undefined;
  /** How the look at all data goes that follows an unclean stop; undefined after a clean one. */
  dataCheck: () => DataCheckFacts | undefined;
  /** Aborts when the server stops: streams that never end by themselves end then. */
  stopping: AbortSignal;
}
