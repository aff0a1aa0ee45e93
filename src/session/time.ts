import type { Active, Existing, Span } from './state.ts';

/** Spans kept to place late reports; a report from before the oldest counts at its beginning. */
const keptSpans = 256;

const tenMinutesMs = 10 * 60_000;

export const withSpan = (spans: readonly Span[], span: Span): readonly Span[] => [...spans, span].slice(-keptSpans);

/** Active time so far, pauses left out, ms. */
export const elapsedMs = (state: Existing, now: number): number =>
  state.status === 'active' ? state.facts.activeMs + Math.max(0, now - state.since) : state.facts.activeMs;

/** Time left, ms; 0 when the time is up, and for a session without a limit. */
export const remainingMs = (state: Existing, now: number): number =>
  Math.max(0, state.facts.duration - elapsedMs(state, now));

/** When the time of an active session is up, Unix ms; undefined without a limit. */
export const dueAt = (state: Active): number | undefined =>
  state.facts.duration === 0 ? undefined : state.since + Math.max(0, state.facts.duration - state.facts.activeMs);

/** Whether the alert before the end is still to come: only sessions longer than ten minutes have one. */
export const awaitsTenMinutes = (state: Existing): boolean =>
  state.facts.duration > tenMinutesMs && !state.facts.raised.includes('time_10m') && !state.facts.over;

export const tenMinutesLeft = (state: Existing, now: number): boolean =>
  awaitsTenMinutes(state) && remainingMs(state, now) <= tenMinutesMs;

/** The next moment at which the clock alone changes something (an alert, the end); undefined when there is none. */
export const wakeAt = (state: Existing): number | undefined => {
  if (state.status !== 'active' || state.facts.over) return undefined;
  const due = dueAt(state);
  return due === undefined || !awaitsTenMinutes(state) ? due : due - tenMinutesMs;
};

/** When a session ends that is told of its end at `at`: not before what happened last, and not after now, Unix ms. */
export const endAt = ({ at, endedAt = at }: { at: number; endedAt?: number }, { facts }: Existing): number =>
  Math.min(at, Math.max(endedAt, facts.updatedAt));

/** The active time that had passed at a moment of the wall clock, ms: what places a late report among the others. */
export const activeMsAt = (state: Existing, time: number): number => {
  let active = state.facts.activeMs;
  if (state.status === 'active' && time >= state.since) return active + (time - state.since);
  for (const [from, to] of state.facts.spans.toReversed()) {
    if (time >= to) return active;
    if (time >= from) return active - (to - time);
    active -= to - from;
  }
  return Math.max(0, active);
};
