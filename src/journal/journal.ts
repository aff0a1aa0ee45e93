import type { Recorded, SessionEvent } from '../contract/event.ts';
import type { UsageStep } from '../contract/usage.ts';
import type { ActivityStep } from '../session/activity.ts';
import type { ForkedImages, ReplImage } from './repl-images.ts';
import type { SavedState } from './saved-state.ts';
import type { CountChange, SessionSummary } from './sessions.ts';

/**
 * The store's port. A journal keeps every session's events and, committed together with them, what is read of them: the
 * session's summary, the counts behind lists, its activity, a saved state now and then, and the receipt of the request that
 * caused them.
 *
 * What every store promises (the suite in `journal.suite.ts` holds each to it):
 *
 *  J1  An append is all or nothing, and durable before its promise resolves.
 *  J2  `seq` runs from 0 without gaps per session; `position` rises over all sessions and may have gaps.
 *  J3  An append whose `expectedVersion` is not the session's version changes nothing and rejects with `write_conflict`.
 *  J4  Reads show committed state only; what was appended is read back as it was given.
 *  J5  Listeners hear of each commit once, in order of position, before the append's promise resolves.
 *  J6  A row whose checksum does not fit is never served: the read rejects with `journal_damaged` and its position.
 */
export interface Journal {
  append(entry: Entry): Promise<readonly Recorded[]>;
  /** All that is needed to fold a session: its latest saved state and the events since; undefined when there is none. */
  load(session: string): Promise<History | undefined>;
  /** Events of one session, oldest first. */
  read(session: string, page: SessionPage): Promise<readonly Recorded[]>;
  /** Events of all sessions by position, oldest first. */
  readAll(page: AllPage): Promise<readonly Recorded[]>;
  /** The position of the latest event; 0 before the first. It never falls, also when sessions are removed. */
  lastPosition(): Promise<number>;
  /** The answer given to an earlier request with this key; undefined when there is none. */
  receipt(name: ReceiptName): Promise<Receipt | undefined>;
  /** Forgets receipts older than `before`, Unix ms. */
  forgetReceipts(before: number): Promise<void>;
  /** Removes a session and its events; rejects with `write_conflict` when its version is not the expected one. */
  remove(session: string, expectedVersion: number): Promise<void>;
  /** Hears of each commit; returns the function that ends it. */
  onCommitted(listener: (events: readonly Recorded[]) => void): () => void;
  /** Whether appends are taken, and why not. */
  health(): StoreHealth;
  /** Resolves when what was handed in is committed or refused, and the store is closed. */
  close(): Promise<void>;
}

export interface Entry {
  session: string;
  expectedVersion: number;
  /** At least one. */
  events: readonly SessionEvent[];
  /** The session after the events, as it is read. */
  summary: SessionSummary;
  counts: readonly CountChange[];
  activity: readonly ActivityStep[];
  /** What a store that keeps the ledger as well commits with them. */
  usage?: readonly UsageStep[];
  /** Images that belong to the events, of a REPL session. */
  images?: readonly ReplImage[];
  /** Those that the session begins with, as a fork. */
  forked?: ForkedImages;
  saved?: SavedState;
  receipt?: Receipt;
}

export interface History {
  saved?: SavedState;
  events: readonly Recorded[];
}

export interface SessionPage {
  /** Only events with a greater `seq`; all when absent. */
  after?: number;
  /** Only events with a smaller `seq`. */
  before?: number;
  limit: number;
  /** Stops after about so many bytes; there is always one event. */
  bytes?: number;
  /** Only events of these types. */
  types?: readonly SessionEvent['type'][];
  /** The last `limit` of them instead of the first; oldest first all the same. */
  latest?: boolean;
}

export interface AllPage {
  /** Only events with a greater `position`. */
  after: number;
  limit: number;
  /** Only events of these types. */
  types?: readonly SessionEvent['type'][];
}

/** Who asked, what, and under which `Idempotency-Key`. */
export interface ReceiptName {
  caller: string;
  route: string;
  key: string;
}

export interface Receipt extends ReceiptName {
  /** Hash of the request's body: the same key with another body is a mistake of the caller's. */
  fingerprint: string;
  status: number;
  /** The answer's body, JSON text. */
  body: string;
  at: number;
}

export type StoreHealth = { state: 'writable' } | { state: 'full' | 'read_only'; reason: string };
