import type { SkippedUsage } from '../../contract/usage.ts';

/** What of the ledger a report is about. */
export interface ReportFilters {
  /** IANA time zone in which days begin. */
  timeZone: string;
  /** `YYYY-MM-DD`, the first and the last day. */
  since?: string;
  until?: string;
  source?: string;
  model?: string;
  /** Absolute path of a directory. */
  project?: string;
  /** The agent's own id. */
  session?: string;
  /** Each row tells its models apart. */
  breakdown?: boolean;
}

export interface ReportOptions extends ReportFilters {
  /** Only sessions of this user. */
  owner?: string;
  /** Unix ms. */
  now: number;
  /** What was not counted, as far as whoever asks may know. */
  skipped?: readonly SkippedUsage[];
  lookedIn?: readonly string[];
}
