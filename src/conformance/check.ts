import type { Context } from './context.ts';

/** A check is data: what it is called, the sentence of the contract that it holds a server to, and how. */

/** Who fixed the sentence: the document that the contract was made from, or a decision of the contract where that is silent. */
export type Level = 'document' | 'decision';

/** What a check cannot do without, besides a URL. */
export type Need = 'token' | 'viewerToken' | 'memberToken';

export interface Check {
  /** `group.what`, unique in its suite. */
  id: string;
  level: Level;
  /** A sentence of the contract. */
  rule: string;
  needs?: readonly Need[];
  /** Passes by coming to its end; throws a `Mismatch` where the server does not keep the rule. */
  run(context: Context): Promise<void>;
}

export interface Group {
  name: string;
  title: string;
  checks: readonly Check[];
}

type Run = Check['run'];
type Rest = Pick<Check, 'needs'>;

/** A check of what the document itself says. */
export const ofDocument = (id: string, rule: string, run: Run, rest: Rest = {}): Check => ({
  id,
  level: 'document',
  rule,
  run,
  ...rest,
});

/** A check of what the contract decided where the document is silent. */
export const ofDecision = (id: string, rule: string, run: Run, rest: Rest = {}): Check => ({
  id,
  level: 'decision',
  rule,
  run,
  ...rest,
});
