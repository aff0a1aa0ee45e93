import type {
  LedgerRow,
  LedgerSession,
  PlacedRow,
  ReadFile,
  SessionUsage,
  TimedCell,
  TranscribedQuery,
  TranscribedRows,
  UsageExtent,
  UsageQuery,
  UsageStep,
} from '../contract/usage.ts';

export type { TimedCell, UsageExtent, UsageQuery } from '../contract/usage.ts';

/** Reads of the ledger. */
export interface UsageReads {
  /** Cells that hold something, in no order. */
  cells(query: UsageQuery): Promise<readonly TimedCell[]>;
  /** Of what `from`, `until`, `owner` and `only` leave; undefined when that is nothing. */
  extent(query: Omit<UsageQuery, 'by' | 'edges'>): Promise<UsageExtent | undefined>;
}

/**
 * The ledger of usage: each response once, beside the journal. Steps that have events behind them commit with those; see
 * `Entry.usage`. Whoever writes reads first, one at a time: nothing changes a row meanwhile.
 */
export interface Ledger extends UsageReads {
  /** Rows with these keys, whatever their requests. */
  responses(owner: string, source: string, keys: readonly string[]): Promise<readonly LedgerRow[]>;
  /** Rows that were priced by other prices, by rising ids: at most `limit` with a greater one. */
  pricedOtherwise(version: string, afterId: number, limit: number): Promise<readonly PlacedRow[]>;
  transcribed(query: TranscribedQuery): Promise<TranscribedRows>;
  /** Which of stint's sessions an agent's is; undefined while it is none. */
  adopted(agent: LedgerSession): Promise<string | undefined>;
  /** What sessions of stint's have used; those that have nothing are left out. */
  sessionUsage(sessions: readonly string[]): Promise<readonly SessionUsage[]>;
  /** Marks by their names, as far as there are any. */
  marks(names: readonly string[]): Promise<Readonly<Record<string, string>>>;
  /** Forgets marks that are older, Unix ms. */
  forgetMarks(before: number): Promise<void>;
  readFiles(source: string): Promise<readonly ReadFile[]>;
  /** Files of which something was not counted. */
  skips(): Promise<readonly ReadFile[]>;
  /** Takes steps that no event is behind, and how far files were read after them; all or nothing, durable when it resolves. */
  keepUsage(steps: readonly UsageStep[], files?: readonly ReadFile[]): Promise<void>;
}
