import type { HookRow, Verdict } from './hook.ts';

/** What is worth a line of the log, with its fields. Neither where the hook leads nor what was said there is among them. */
type Trouble = [facts: object, sentence: string];

/**
 * Tells of a hook that begins to fail, once until it works again; of each alert that is given up; and of a hook that is switched
 * off. The attempts in between are no news.
 */
export const newTroubleWatch = () => {
  // Several attempts may fail at once before the first one's failure is stored.
  const failing = new Set<string>();
  return (hook: HookRow, { attempt, next, hook: { off } }: Verdict): Trouble | undefined => {
    if (attempt.ok) failing.delete(hook.id);
    if (attempt.ok || next.state === 'dropped') return undefined;
    const isFirst = hook.failingSince === undefined && !failing.has(hook.id);
    failing.add(hook.id);
    const { status, exitCode, error } = attempt;
    const facts = { hook: hook.id, name: hook.doc.name, kind: hook.doc.kind, status, exitCode, error };
    if (off) return [{ ...facts, reason: off.reason }, 'a hook is switched off'];
    if (next.state === 'failed') return [facts, 'an alert is given up: its hook kept failing'];
    return isFirst ? [facts, 'a hook fails; it is tried again'] : undefined;
  };
};
