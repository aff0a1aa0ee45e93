import type { AlertMessage, HookAttempt } from '../contract/hooks.ts';
import type { AlertLevel, Threshold } from '../contract/event.ts';

/** What a hook is and what it owes; the store's port for both. Times are Unix ms. */

interface Heard {
  name?: string;
  /** Only alerts of these; all when absent. */
  thresholds?: readonly Threshold[];
  levels?: readonly AlertLevel[];
  /** Only alerts of this session. */
  session?: string;
}

export interface Webhook extends Heard {
  kind: 'webhook';
  url: string;
  /** May lead to private addresses. */
  allowPrivate?: boolean;
}

export interface CommandHook extends Heard {
  kind: 'command';
  /** The program and its arguments; at least the program. */
  argv: readonly string[];
}

export type HookDoc = Webhook | CommandHook;

export interface HookRow {
  id: string;
  /** Whose it is. */
  user: string;
  doc: HookDoc;
  /** Deliveries of webhooks are signed with it. */
  secret: string;
  createdAt: number;
  /** Alerts up to this position have their deliveries. */
  cursor: number;
  /** Since when nothing but failures. */
  failingSince?: number;
  /** The receiver asked not to be called before. */
  heldUntil?: number;
  off?: { at: number; reason: string };
}

/** `failed`: given up; `dropped`: the hook was switched off, or its maker may no longer hear of the session. */
export type Settled = 'delivered' | 'failed' | 'dropped';

export interface Delivery {
  /** Its place in the order of deliveries. */
  key: number;
  /** The same at every attempt, so that a receiver can drop doubles. */
  id: string;
  hook: string;
  message: AlertMessage;
  state: 'pending' | Settled;
  createdAt: number;
  attempts: number;
  /** When it is tried next, while it is pending. */
  nextAt?: number;
  lastAt?: number;
  last?: HookAttempt;
}

/** A delivery to be, at the position of its alert. */
export interface Planned {
  id: string;
  hook: string;
  position: number;
  message: AlertMessage;
  at: number;
}

/** What came of an attempt, for the delivery and for its hook. */
export interface Verdict {
  at: number;
  attempt: HookAttempt;
  next: { state: 'pending'; nextAt: number } | { state: Settled };
  hook: { failingSince?: number; heldUntil?: number; off?: { at: number; reason: string } };
}

export interface HookStore {
  all(): HookRow[];
  of(user: string): HookRow[];
  find(id: string): HookRow | undefined;
  /** The hook hears of what is raised from now on: its cursor is the journal's last position in the same transaction. */
  add(hook: Omit<HookRow, 'cursor'>): Promise<void>;
  /** With all its deliveries. */
  remove(id: string): Promise<void>;
  /** On: from now on, without what it failed at. */
  switchOn(id: string): Promise<void>;
  /** Off: what is pending is dropped. */
  switchOff(id: string, off: { at: number; reason: string }): Promise<void>;
  /** Deliveries, and the cursor of every hook here that passes over their alerts, in one transaction. */
  plan(deliveries: readonly Planned[], hooks: readonly string[], cursor: number): Promise<void>;
  /** Pending deliveries of a hook that are due, the earliest first. */
  due(hook: string, now: number, limit: number): Delivery[];
  /** When the next delivery of a hook is due; undefined when none is pending. */
  nextDue(hook: string): number | undefined;
  /** Does nothing to a delivery that is gone or settled. */
  settle(delivery: Delivery, verdict: Verdict): Promise<void>;
  /** The newest first; only those before `before`, a key. */
  deliveries(hook: string, page: { limit: number; before?: number }): Delivery[];
  /** Forgets settled deliveries made before `before`. */
  forget(before: number): Promise<void>;
}
