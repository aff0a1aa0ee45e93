/**
 * Usage across agents, in the words of the ledger: tokens in disjoint buckets, money in pico-dollars (10⁻¹² USD), times in Unix ms.
 */
import type { UsageSource } from './event.ts';

/** Tokens by what they are billed as. No token is in two of them, except that `reasoning` is a part of `output`. */
export interface Buckets {
  input: number;
  output: number;
  reasoning: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
}

/** What some responses add up to. */
export interface UsageSum extends Buckets {
  /** Of those that have a price. */
  costPico: number;
  responses: number;
  /** How many of them never had their final count written. */
  incomplete: number;
  /** How many of them have no price: their cost is not known, which is not 0. */
  unpriced: number;
}

/** One way in which usage can be told apart. A name is '' where the source does not tell it. */
export interface UsageNames {
  source: string;
  model: string;
  /** Absolute path of the directory in which the agent worked. */
  project: string;
  /** The agent's own id of the session. */
  sessionId: string;
  /** The subagent's id; '' for the main conversation. */
  agentId: string;
}

/** A cell of the ledger: the sum over what has these names and lies in this part of time. */
export interface UsageCell extends UsageSum, UsageNames {
  /** Unix ms of the earliest and the latest response in it. */
  firstAt: number;
  lastAt: number;
}

/** Something that may hold usage and was not counted. */
export interface SkippedUsage {
  source: string;
  file: string;
  reason: string;
  count: number;
}

/** A question about the ledger: every agent's responses, each counted once, summed as asked. Times are Unix ms. */
export interface UsageQuery {
  /** What to tell apart; names that are not asked for are '' in the cells. */
  by: readonly (keyof UsageNames)[];
  /**
   * Rising times at which cells end too, e.g. midnights; what lies before the first or from the last on is left out. `slots`:
   * every quarter of an hour is apart, and what lies exactly on one is apart from what follows it. Absent: time is one.
   */
  edges?: readonly number[] | 'slots';
  /** Only what lies at or after it. */
  from?: number;
  /** Only what lies before it. */
  until?: number;
  /** Only sessions of this user. */
  owner?: string;
  /** Only what has just these names. */
  only?: Partial<UsageNames>;
}

/** With `edges`: the last of them at or before it; with `slots`: the quarter's beginning; else the earliest time in it. */
export interface TimedCell extends UsageCell {
  begin: number;
}

/** The earliest and the latest response. */
export interface UsageExtent {
  firstAt: number;
  lastAt: number;
}

/** How far a limit of a provider's was used at a moment, as the agent wrote or reported it: official. Times are Unix ms. */
export interface LimitReading {
  source: string;
  /** Length of the window: 300 for five hours, 10080 for a week. */
  windowMinutes: number;
  /** Over 100 where the provider lets what is under way come to its end. */
  usedPercent: number;
  /** When the window begins anew, where that is told. */
  resetsAt?: number;
  at: number;
}

/** A reading as it is kept: told again the same of the same window, it is still this one. */
export interface KeptReading extends LimitReading {
  /** When it was last told; `at` is when it was first so. */
  toldAt: number;
}

/** A response as the ledger keeps it: whose it is, and what it is worth. Times are Unix ms; a name is '' where there is none. */
export interface LedgerRow extends Buckets {
  /** The user's id; with `source`, `key` and `request` what tells responses apart. */
  owner: string;
  source: string;
  key: string;
  request: string;
  /** The agent's own id of the session that had it first. */
  sessionId: string;
  agentId: string;
  sidechain: boolean;
  model: string;
  project: string;
  beganAt: number;
  at: number;
  /** When the file came to be that had it first. */
  bornAt: number;
  webSearches: number;
  confidence: 'exact' | 'incomplete' | 'estimated';
  /** JSON of what its price depends on besides; '' for the usual. */
  billing: string;
  /** Who told of it. What was not read from a transcript makes room for what is. */
  toldBy: UsageSource;
  /** Integer; null where no price is known. */
  costPico: number | null;
  /** The prices that this cost was told by; '' where it was reported as it is. */
  priceVersion: string;
}

/** A row as it was read: `id` is a place of its own, and `revision` rises with each change of it other than of its price. */
export interface PlacedRow {
  id: number;
  revision: number;
  row: LedgerRow;
}

/** Rows of a user's that transcripts told of. */
export interface TranscribedQuery {
  owner: string;
  /** Only what was put or changed after this revision. */
  since?: number;
  /** Only with a greater id. */
  after: number;
  limit: number;
}

/** By rising ids. */
export interface TranscribedRows {
  /** `session`: stint's; absent while there is none. */
  rows: readonly (PlacedRow & { session?: string })[];
  /** All rows with this revision or a lower one were there when these were read. */
  upTo: number;
}

export type LedgerKey = Pick<LedgerRow, 'owner' | 'source' | 'key' | 'request'>;

/** An agent's session, as the ledger tells them apart. */
export type LedgerSession = Pick<LedgerRow, 'owner' | 'source' | 'sessionId'>;

/** A step that the ledger takes; an entry's are taken in order, in the transaction of its events. */
export type UsageStep =
  /** In the place of the row with this key, where there is one. */
  | { do: 'put'; row: LedgerRow }
  | { do: 'drop'; key: LedgerKey }
  /** The row has another price than it was read with; nothing where it is not the same row any more. */
  | { do: 'price'; id: number; revision: number; was: number | null; costPico: number | null; priceVersion: string }
  /** The agent's session is this session of stint's. */
  | { do: 'adopt'; agent: LedgerSession; session: string }
  /** A copy of a response that another session had first. */
  | { do: 'share'; agent: LedgerSession; key: LedgerKey }
  /** So many counted tokens, and cache reads, of what others had told of this session are in its transcript now. */
  | { do: 'absorb'; session: string; tokens: number; cacheRead: number }
  /** What was told so far under this name, in the words of whoever compares it; forgotten after a month. */
  | { do: 'mark'; name: string; mark: string; at: number };

/** What sessions of stint's have in the ledger. */
export interface SessionUsage {
  /** Of stint's session. */
  session: string;
  costPico: number;
  responses: number;
  unpriced: number;
  incomplete: number;
  models: readonly string[];
  /** Responses in its history that another session had first. */
  shared: number;
}

/** How far a file was read, and what of it was not counted. */
export interface ReadFile {
  source: string;
  file: string;
  /** The reader's cursor, JSON. */
  cursor: string;
  /** Tells whether the file was changed since. */
  stamp: string;
  /** How often each reason was met. */
  skipped: Readonly<Record<string, number>>;
}
