import type { HookAttempt } from '../contract/hooks.ts';
import type { HookDoc, HookRow, Verdict } from './hook.ts';

/** When a delivery that failed is tried again, when it is given up, and when its hook is switched off. Pure. */

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Waits before the next attempts: a little over a day in all for a webhook, some minutes for a command. */
const waits: Record<HookDoc['kind'], readonly number[]> = {
  webhook: [10 * second, minute, 5 * minute, 15 * minute, hour, 2 * hour, 4 * hour, 6 * hour, 6 * hour, 6 * hour],
  command: [10 * second, minute, 5 * minute],
};
/** Each wait is this much shorter or longer at random, so that what failed together does not come again together. */
const jitter = 0.2;
/** The longest that a receiver may ask for. */
const longestHold = day;
export const patienceDays = 5;

/** How one try ended, but for how long it took. */
export type Ending = Omit<HookAttempt, 'ms'>;

/** What came of one try, with what the receiver asked for. */
export interface Outcome<A = HookAttempt> {
  attempt: A;
  /** ms from now, by `Retry-After`. */
  retryAfter?: number;
  /** The receiver is gone for good (410). */
  gone?: boolean;
}

interface Moment {
  hook: HookRow;
  /** Before this one. */
  attempts: number;
  now: number;
  /** From 0 up to 1. */
  random: number;
}

export const verdictOf = ({ attempt, retryAfter, gone }: Outcome, { hook, attempts, now, random }: Moment): Verdict => {
  if (attempt.ok) return { at: now, attempt, next: { state: 'delivered' }, hook: {} };
  const failingSince = hook.failingSince ?? now;
  const off = offReason(failingSince, now, gone);
  const held = retryAfter === undefined ? undefined : now + Math.min(retryAfter, longestHold);
  const wait = waits[hook.doc.kind][attempts];
  const nextAt = wait === undefined ? undefined : now + Math.round(wait * (1 - jitter + 2 * jitter * random));
  return {
    at: now,
    attempt,
    next: nextAt === undefined || off ? { state: 'failed' } : { state: 'pending', nextAt: Math.max(nextAt, held ?? 0) },
    hook: {
      failingSince,
      ...(held === undefined ? {} : { heldUntil: held }),
      ...(off === undefined ? {} : { off: { at: now, reason: off } }),
    },
  };
};

const offReason = (failingSince: number, now: number, gone = false): string | undefined => {
  if (gone) return 'the receiver said that it is gone (410)';
  return now - failingSince >= patienceDays * day ? `nothing but failures for ${patienceDays} days` : undefined;
};

/** ms from now that a `Retry-After` asks for, in seconds or as a date; undefined where it makes no sense. */
export const retryAfterMs = (header: string | undefined, now: number): number | undefined => {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * second;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
};
