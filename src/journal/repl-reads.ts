import type { ReplAnnotation, ReplCheckpoint, ReplEntry } from '../contract/repl.ts';

/**
 * The index of REPL sessions, kept by the store in the transaction of the events; see session/repl-steps.ts. Times are Unix ms.
 */
export interface ReplReads {
  /** Newest first. */
  checkpoints(session: string, page: CheckpointPage): Promise<readonly KeptCheckpoint[]>;
  /** The last at or before an entry. */
  checkpointAt(session: string, seq: number): Promise<KeptCheckpoint | undefined>;
  /** Newest first. */
  snapshots(session: string): Promise<readonly KeptSnapshot[]>;
  /** Sessions that were forked from it and are there, newest first. */
  forksOf(session: string, query: ForkQuery): Promise<readonly ReplFork[]>;
  /** How often its code asked a model the very same, by the hash of that. */
  requests(session: string): Promise<ReadonlyMap<string, number>>;
  /** What of a session's journal fits a text, newest first: as far as one look goes. */
  findInRepl(session: string, query: ReplQuery): Promise<ReplFound>;
}

export interface CheckpointPage {
  /** Only those before this entry. */
  before?: number;
  limit: number;
  /** Only those that something is said of. */
  isAnnotated?: boolean;
}

export interface KeptCheckpoint extends ReplCheckpoint {
  /** `seq` of the event that it is in. */
  event: number;
  annotation?: KeptAnnotation;
}

export interface KeptAnnotation extends ReplAnnotation {
  created: number;
}

export interface KeptSnapshot {
  id: string;
  /** The last entry before it; -1 for none. */
  seq: number;
  image: number;
  description: string;
  tags: readonly string[];
  created: number;
}

export interface ForkQuery {
  /** Only this owner's. */
  owner?: string;
  limit: number;
}

export interface ReplFork {
  id: string;
  name: string;
  /** The last entry that it has of the session that it was forked from. */
  seq: number;
  created: number;
}

export interface ReplQuery {
  /** Case is ignored. */
  text: string;
  limit: number;
  /** Only entries before this one. */
  before?: number;
}

export interface ReplMatch {
  seq: number;
  type: ReplEntry['type'];
  timestamp: number;
  /** The part of it that fits, on one line. */
  excerpt: string;
}

export interface ReplFound {
  matches: ReplMatch[];
  /** Where it goes on: only what is before this entry has not been looked at. Undefined where all has. */
  before?: number;
}
