/**
 * The port through which an agent's own records of its usage come in: bytes on disk → usage records. A folder a source.
 * A reader only reads files: no clock, no environment but the one it is given, nothing kept between calls but buffers.
 * What it hands over are copies; which copies are one response, and what that is worth, is said in `responses.ts`.
 */
import type { TokenParts } from '../contract/event.ts';

/** Tokens of one response by what they are billed as. No token is in two parts, except that `output` includes `reasoning`. */
export interface UsageParts extends Required<TokenParts> {
  /** Part of `output`, where the source tells it. */
  reasoning?: number;
}

/**
 * `incomplete`: the source never wrote the response's final count, so that the true output is this or more. `estimated`: the source
 * itself counted or split by rule of thumb.
 */
export type Confidence = 'exact' | 'incomplete' | 'estimated';

/** What a price depends on besides the model and the tokens, in the source's own words; absent is the usual. */
export interface Billing {
  /** Who bills, e.g. `anthropic`, `openai`, `google`; absent where the model's name tells. */
  provider?: string;
  /** e.g. `batch`, `priority`. */
  tier?: string;
  /** e.g. `fast`. */
  speed?: string;
  /** Where it was computed, e.g. `us`. */
  region?: string;
  /** USD, as the source itself stored it. */
  costUsd?: number;
}

/**
 * What one copy of a response says, or, after merging, what all its copies say together. A merged record has the place
 * (session, agent, directory, branch, `beganAt`) of the earliest copy and the value (model, parts, `at`, file, offset) of the
 * winning one.
 */
export interface UsageRecord {
  /** The reader's `source`. */
  source: string;
  /** The response's id; unique with `request`, within `source`. */
  key: string;
  /** Narrows `key`. Absent where the key alone decides: it then matches every `request`. */
  request?: string;
  /** The agent's own id of the session that holds this copy. */
  sessionId: string;
  /** The subagent's id, unique only within its session. */
  agentId?: string;
  /** Made by a subagent or beside the main conversation. */
  sidechain: boolean;
  /** As the source writes it; `unknown` where it does not. */
  model: string;
  /** Unix ms of the earliest copy seen. */
  beganAt: number;
  /** Unix ms of this copy. A reader has no clock: a time in the future is handed over as it stands. */
  at: number;
  cwd?: string;
  gitBranch?: string;
  parts: UsageParts;
  /** Searches of the web that are billed one by one. */
  webSearches?: number;
  billing?: Billing;
  confidence: Confidence;
  /** Absolute path of the file that the copy was read from. */
  file: string;
  /** Where in `file` the copy begins: bytes, or what the source counts in. */
  offset: number;
  /** Unix ms at which `file` came to be. A fork's copies have the times of their originals; only its file is younger. */
  fileBornAt: number;
}

/** Every reason for which something that may hold usage was not counted. */
export const skipReasons = [
  /** A line that is no JSON object: torn by a crash, overwritten, binary. */
  'malformed',
  /** A line over the reader's limit; it was passed over without being held in memory. */
  'line_too_long',
  /** A response whose usage is null or no object. */
  'no_usage',
  /** A response with nothing to tell its copies by. */
  'no_key',
  /** A response without a time that can be read. */
  'bad_time',
  /** A count that is negative, not a whole number, or larger than any response can be. */
  'bad_count',
  /** No permission, or an I/O error. */
  'unreadable',
  /** A directory, pipe or device where a file should be. */
  'not_a_file',
  /** Symbolic links that lead nowhere but to each other. */
  'symlink_loop',
  /** A database or an archive that is none, or of a version that cannot be read. */
  'unknown_format',
] as const;
export type SkipReason = (typeof skipReasons)[number];

/** Something that was not counted. The same thing met again is the same three values. */
export interface Skipped {
  file: string;
  offset: number;
  reason: SkipReason;
}

/**
 * What a part of a file tells of a session besides usage. Sightings of one session add up: its earliest `from`, its latest `until`,
 * the first title.
 */
export interface Sighting {
  source: string;
  sessionId: string;
  /** Told by the file of this subagent. */
  agentId?: string;
  /** Unix ms of the earliest and the latest line met that has a time. */
  from: number;
  until: number;
  cwd?: string;
  gitBranch?: string;
  /** The session's first prompt, or the title that the source gave it; plain text, not yet shortened. */
  title?: string;
  /** The agent's own id of the session that this one was forked from, where the source tells. */
  forkedFrom?: string;
}

/** How far a limit of the provider's is used, as the source wrote it down: official. */
export interface Limit {
  source: string;
  /** Length of the window: 300 for five hours, 10080 for a week. */
  windowMinutes: number;
  usedPercent: number;
  /** Unix ms at which the window begins anew, where the source tells. */
  resetsAt?: number;
  /** Unix ms at which this was so. */
  at: number;
}

/** A prompt or an answer, for the search. */
export interface Utterance {
  source: string;
  sessionId: string;
  agentId?: string;
  by: 'user' | 'agent';
  /** Unix ms. */
  at: number;
  text: string;
  /** The same utterance met again, in a fork or after a rewrite, has the same one within `source`. */
  key: string;
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Where reading a file goes on; for the reader only, to be stored as it is. */
export type Cursor = Json;

/** What a reader may know about its surroundings; nothing is taken from the process. */
export interface Surroundings {
  /** Home directory of the user who runs the agents. */
  home: string;
  env: Readonly<Record<string, string | undefined>>;
}

export interface Found {
  /** Absolute paths, sorted. */
  files: string[];
  /** Folders that could not be looked into. A folder that does not exist is not one of them. */
  skipped: Skipped[];
}

/** `end`: all of the file as it is now · `more`: the batch is full, call again · `vanished`: no file there any more ·
 * `unreadable`: there, but not to be read now; the reason is in `skipped`. */
export type ReadingStatus = 'end' | 'more' | 'vanished' | 'unreadable';

export interface Reading {
  /** Copies in the order of the file. A copy can come again, after a rewrite or for a last line without its newline. */
  records: UsageRecord[];
  /** One for each session that this part of the file tells of; absent where the reader was asked for usage alone. */
  sightings?: Sighting[];
  limits?: Limit[];
  skipped: Skipped[];
  /** For the next call. When the file is gone or cannot be read, the one that was given. */
  cursor: Cursor;
  status: ReadingStatus;
  /** The file is not the one that the cursor knew (truncated, rewritten, replaced): it is read from its beginning again. */
  restarted: boolean;
}

export interface Texts extends Omit<Reading, 'records' | 'sightings' | 'limits'> {
  utterances: Utterance[];
}

export interface Reader {
  /** Name of the source, e.g. `claude`. */
  readonly source: string;
  /** Folders under which the source keeps its files, whether they exist or not. */
  roots(surroundings: Surroundings): string[];
  /** Files of the sessions that work in `directory` (absolute), subagents included. Directories that the source itself cannot
   * tell apart share their files: compare `cwd`. */
  filesOf(directory: string, surroundings: Surroundings): Promise<Found>;
  /** Files of all sessions. */
  allFiles(surroundings: Surroundings): Promise<Found>;
  /**
   * Reads on from `cursor` (without one: from the beginning) for about one batch. Never throws for what the disk does or what
   * a file holds. Different files may be read at the same time; calls for one file come one after the other.
   */
  readFrom(file: string, cursor?: Cursor): Promise<Reading>;
  /**
   * Prompts and answers, with a cursor of its own; otherwise as `readFrom`. What tools printed is neither.
   */
  textsFrom?(file: string, cursor?: Cursor): Promise<Texts>;
}
