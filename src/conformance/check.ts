import type { Target } from './http.ts';

/** A check is data: what it is called, the sentence of the contract that it holds a server to, and how. */

/** Who fixed the sentence: the document that the contract was made from, or a decision of the contract where that is silent. */
export type Level = 'document' | 'decision';

/** What a check cannot do without, besides a URL. */
export type Need = 'token' | 'viewerToken' | 'memberToken' | 'modelUrl';

/** What a check works with. */
export interface Workplace {
  /** Clears it away; resolves to how many sessions are left behind. */
  close(): Promise<number>;
}

export interface Check<W extends Workplace> {
  /** `group.what`, unique in its suite. */
  id: string;
  level: Level;
  /** A sentence of the contract. */
  rule: string;
  needs?: readonly Need[];
  /** Passes by coming to its end; throws a `Mismatch` where the server does not keep the rule. */
  run(context: W): Promise<void>;
}

export interface Group<W extends Workplace> {
  name: string;
  title: string;
  checks: readonly Check<W>[];
}

/** A contract, check by check. */
export interface Suite<W extends Workplace = Workplace> {
  name: string;
  groups: readonly Group<W>[];
  /** What is asked for before all else, to see that there is a server. */
  probe: string;
  open(target: Target): W;
}

type Rest = Pick<Check<Workplace>, 'needs'>;

/** A check of what the document itself says. */
export const ofDocument = <W extends Workplace>(
  id: string,
  rule: string,
  run: Check<W>['run'],
  rest: Rest = {},
): Check<W> => ({
  id,
  level: 'document',
  rule,
  run,
  ...rest,
});

/** A check of what the contract decided where the document is silent. */
export const ofDecision = <W extends Workplace>(
  id: string,
  rule: string,
  run: Check<W>['run'],
  rest: Rest = {},
): Check<W> => ({
  id,
  level: 'decision',
  rule,
  run,
  ...rest,
});
