import type { SearchTerm } from '../contract/search-terms.ts';
import type { ReadFile } from '../contract/usage.ts';

/** Prompts and answers of agents' sessions, to be searched: the store's port. Times are Unix ms. */

/** What was said, as a reader found it. */
export interface SaidText {
  source: string;
  /** The agent's own id of the session. */
  sessionId: string;
  agentId?: string;
  by: SpokenBy;
  at: number;
  text: string;
  /** The same said again, in a fork or a copy that was rewritten, has the same one within `source`. */
  key: string;
}

export type SpokenBy = 'user' | 'agent';

export interface TextQuery {
  /** At least one of them is not excluded. */
  terms: readonly SearchTerm[];
  limit: number;
  walk: TextWalk;
  /** Only what was said in sessions of this user. */
  owner?: string;
  source?: string;
  /** Only in sessions that began in this directory or below it. */
  project?: string;
  /** The session's id, here or the agent's own. */
  session?: string;
  /** Only what was said at or after it. */
  since?: number;
  /** Only what was said before it. */
  until?: number;
  by?: SpokenBy;
}

/** Where in the answer to a question a page begins. What is kept after its first page is not in the others. */
export interface TextWalk {
  /** When it was asked: what is recent is told by it. */
  now: number;
  offset: number;
  /** Absent on the first page. */
  upTo?: number;
}

/** What fits best comes first, what is recent before what fits as well. */
export interface TextsFound {
  texts: readonly FoundText[];
  /** How many fit; of very many only so many of the latest are looked at. */
  total: number;
  /** Absent at the end. */
  next?: TextWalk;
}

export interface FoundText {
  /** The session's id here. */
  session: string;
  source: string;
  /** The agent's own id of the session. */
  sessionId: string;
  agentId?: string;
  project?: string;
  title?: string;
  by: SpokenBy;
  at: number;
  /** The part of the text that fits best. */
  snippet: string;
  /** What fits in it, in units of UTF-16 from its beginning, in order. */
  marks: readonly { start: number; end: number }[];
  /** The text was too long: what lies beyond its first `keptBytes` is not searched. */
  isCut: boolean;
}

/** What there is to be searched, and what of it is still to come. */
export interface SearchIndex {
  find(query: TextQuery): Promise<TextsFound>;
  state(): SearchState;
}

/** While it is `reading` some of what was said may not be found yet; `files` of those to be read are done. */
export type SearchState = { is: 'off' } | { is: 'ready' } | { is: 'reading'; files: number; of: number };

/** Of a longer text only so much is kept. */
export const keptBytes = 65_536;

export interface Texts {
  /**
   * Keeps texts, each once, and how far files were read; all or nothing, durable when it resolves. The session that is met first
   * with a text has it; told again in the same session it takes the place of what was told before. Appends wait meanwhile:
   * callers bring little at a time.
   */
  keepTexts(owner: string, texts: readonly SaidText[], places: readonly ReadFile[]): Promise<void>;
  textPlaces(source: string): Promise<readonly ReadFile[]>;
  find(query: TextQuery): Promise<TextsFound>;
  /** Takes away what was said in sessions that were deleted; it is not found any more as soon as they are. */
  sweepTexts(): Promise<void>;
  /** Forgets all. When it resolves nothing is found any more; `gone` resolves when it is gone from the tables too. */
  forgetTexts(): Promise<{ hadSome: boolean; gone: Promise<void> }>;
}
