import { Mismatch, Skipped } from './mismatch.ts';
import type { Check, Level, Suite, Workplace } from './check.ts';
import { Http } from './http.ts';
import type { Target } from './http.ts';

/** Runs checks against a server and says how each went. */

export type Verdict = 'passed' | 'failed' | 'skipped';

export interface Result {
  id: string;
  group: string;
  level: Level;
  rule: string;
  verdict: Verdict;
  ms: number;
  /** Why it was skipped, or what was expected and came, with the rule. */
  reason?: string;
  expected?: string;
  got?: string;
  /** Sessions that the check could not clear away. */
  left?: number;
}

export interface Choice {
  level: 'document' | 'all';
  /** Ids of checks, or names of groups; empty for all. */
  only: readonly string[];
}

/** Checks run at once: most wait for the clock, and a server that limits its callers is not run into. */
const atOnce = 6;

/** The suite with those checks alone. */
export const chosen = <W extends Workplace>(suite: Suite<W>, { level, only }: Choice): Suite<W> => ({
  ...suite,
  groups: suite.groups
    .map((group) => ({
      ...group,
      checks: group.checks.filter(
        (check) =>
          (level === 'all' || check.level === 'document') &&
          (only.length === 0 || only.includes(check.id) || only.includes(group.name)),
      ),
    }))
    .filter(({ checks }) => checks.length > 0),
});

/** Names that neither a check nor a group has. */
export const unknownNames = ({ groups }: Pick<Suite, 'groups'>, only: readonly string[]): string[] => {
  const known = new Set(groups.flatMap(({ name, checks }) => [name, ...checks.map(({ id }) => id)]));
  return only.filter((name) => !known.has(name));
};

export const runCheck = async <W extends Workplace>(
  { open }: Pick<Suite<W>, 'open'>,
  group: string,
  check: Check<W>,
  target: Target,
): Promise<Result> => {
  const from = performance.now();
  const { id, level, rule } = check;
  const missing = check.needs?.find((need) => target[need] === undefined);
  const head = { id, group, level, rule };
  if (missing) return { ...head, verdict: 'skipped', ms: 0, reason: needWords[missing] };
  const context = open(target);
  const outcome = await outcomeOf(check, context);
  const left = await context.close();
  return { ...head, ...outcome, ms: Math.round(performance.now() - from), ...(left > 0 ? { left } : {}) };
};

const needWords = {
  token: 'no token was given',
  viewerToken: 'no token of a viewer was given (--viewer-token)',
  memberToken: 'no token of a member was given (--member-token)',
  modelUrl: 'no model server was given (--model-url)',
} as const;

const outcomeOf = async <W extends Workplace>(
  check: Check<W>,
  context: W,
): Promise<Pick<Result, 'verdict' | 'reason' | 'expected' | 'got'>> => {
  try {
    await check.run(context);
    return { verdict: 'passed' };
  } catch (error) {
    if (error instanceof Skipped) return { verdict: 'skipped', reason: error.message };
    const { expected, got } =
      error instanceof Mismatch ? error : new Mismatch('the check to come to its end', String(error));
    const reason = `expected ${expected}, got ${got}; the rule: “${check.rule}”`;
    return { verdict: 'failed', reason, expected, got };
  }
};

/** What stands in the way of any check, before the first is run: no server there, or none that takes the token. */
export const obstacle = async (
  { probe }: Pick<Suite, 'probe'>,
  target: Target,
): Promise<{ kind: 'no_server' | 'unauthorized'; why: string } | undefined> => {
  const http = new Http(target);
  try {
    const { status } = await http.get(probe);
    return status === 401 ? { kind: 'unauthorized', why: 'it answers 401' } : undefined;
  } catch (error) {
    if (error instanceof Mismatch) return { kind: 'no_server', why: error.got };
    throw error;
  } finally {
    http.close();
  }
};

/** Runs all checks, some at once; `tell` hears of each result in the order of the list. */
export const runSuite = async <W extends Workplace>(
  suite: Suite<W>,
  target: Target,
  tell: (result: Result) => void = () => undefined,
): Promise<Result[]> => {
  const queue = suite.groups.flatMap(({ name, checks }) => checks.map((check) => ({ name, check })));
  const results: (Result | undefined)[] = queue.map(() => undefined);
  let next = 0;
  let told = 0;
  const work = async () => {
    for (let i = next++; i < queue.length; i = next++) {
      const { name, check } = queue[i]!;
      results[i] = await runCheck(suite, name, check, target);
      for (let result = results[told]; result; result = results[++told]) tell(result);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results.filter((result) => result !== undefined);
};

export const counted = (results: readonly Result[]): Record<Verdict, number> => {
  const count = (verdict: Verdict) => results.filter((result) => result.verdict === verdict).length;
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
};
