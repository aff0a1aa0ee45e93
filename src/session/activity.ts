import type { EventOf, SessionEvent } from '../contract/event.ts';
import { evolve } from './evolve.ts';
import { slotMs, slotOf } from './slot.ts';
import { addedTokens } from './told.ts';
import type { Active, Existing, SessionState, Span } from './state.ts';

/** What analytics reads: tokens by slots, and spans of active time. */

/** A step that the read model of activity takes; an entry's are taken in order. Times are Unix ms. */
export type ActivityStep =
  /** Tokens whose timestamp lies in the slot; `stray` where the session was at no time active in it, as far as is known. */
  | { do: 'tokens'; slot: number; tokens: number; stray: boolean }
  /** A span of active time that is closed; never empty. */
  | { do: 'span'; from: number; to: number }
  /** The open span ended earlier than was known: what it has so far from this slot on is stray. */
  | { do: 'strays'; from: number }
  /** Since when the session is active; null when it is not. */
  | { do: 'open'; since: number | null };

/** What events do to the read model, from the state before them. Pure, so that it can be made again from the journal. */
export const activityOf = (before: SessionState, events: readonly SessionEvent[]): ActivityStep[] => {
  const steps: ActivityStep[] = [];
  let state = before;
  // What comes after the last one that counts is not folded for it: a fork of a REPL session has megabytes of that.
  const last = events.findLastIndex(({ type }) => !neverActivity.has(type));
  for (const [i, event] of events.slice(0, last + 1).entries()) {
    steps.push(...activityOfEvent(state, event));
    if (i < last) state = evolve(state, event);
  }
  return steps;
};

/** Events in which a REPL session keeps what it did: of tokens and of time there are others. */
const neverActivity: ReadonlySet<SessionEvent['type']> = new Set<SessionEvent['type']>([
  'repl_recorded',
  'repl_annotated',
  'repl_annotation_removed',
  'repl_snapshot_taken',
  'repl_snapshot_removed',
]);

export const activityOfEvent = (before: SessionState, event: SessionEvent): ActivityStep[] => {
  switch (event.type) {
    case 'tokens_recorded':
      return before.status === 'absent' ? [] : [tokens(before, event)];
    case 'started':
    case 'resumed':
    case 'reopened':
      return [{ do: 'open', since: event.at }];
    case 'paused':
    case 'completed':
    case 'failed':
    case 'cancelled':
    case 'timed_out':
      return before.status === 'active' ? [...closed(before, event.at), { do: 'open', since: null }] : [];
    case 'clock_adjusted':
      return before.status === 'active'
        ? [...closed(before, event.at - event.data.by), { do: 'open', since: event.at }]
        : [];
    default:
      return [];
  }
};

/** The same span that `evolve` closes. */
const closed = ({ since, facts }: Active, until: number): ActivityStep[] => {
  const to = Math.max(since, until);
  const span: ActivityStep[] = to > since ? [{ do: 'span', from: since, to }] : [];
  // A clock that was set can end a span before what happened in it.
  return to < facts.updatedAt ? [...span, { do: 'strays', from: slotOf(to) }] : span;
};

const tokens = (state: Existing, { at, data }: EventOf<'tokens_recorded'>): ActivityStep => {
  const slot = slotOf(data.timestamp);
  // Those of a run count in the run's session.
  const counted = data.run === undefined ? addedTokens(data) : 0;
  return { do: 'tokens', slot, tokens: counted, stray: !wasActiveIn(slot, state, at) };
};

/** Spans that are too old to be kept are taken for none: a stray too many does no harm, since presence is a union. */
const wasActiveIn = (slot: number, state: Existing, at: number): boolean =>
  (state.status === 'active' && touches(slot, [state.since, at])) ||
  state.facts.spans.some((span) => touches(slot, span));

const touches = (slot: number, [from, to]: Span): boolean =>
  Math.max(from, slot * slotMs) < Math.min(to, (slot + 1) * slotMs);
