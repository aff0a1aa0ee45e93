/** Activity worked out from the events themselves, in the plainest way: what a store's answer is held against. */
import type { SessionEvent } from '../contract/event.ts';
import { slotMs } from '../session/slot.ts';
import type { Activity, ActivityQuery } from './activity.ts';
import { addedTokens } from '../session/told.ts';

interface Sums {
  sessions: number[];
  activeMs: number[];
  tokens: number[];
  wholeSessions: number;
  wholeActiveMs: number;
}

export const plainActivity = (
  journal: ReadonlyMap<string, readonly SessionEvent[]>,
  { edges, now, owner, sessions }: ActivityQuery,
): Sums => {
  const buckets = edges.slice(1).map((to, i) => [edges[i] ?? 0, to] as const);
  const lives = [...journal].flatMap(([id, events]) => {
    const isMeant = (sessions === undefined || sessions.includes(id)) && (owner ?? ownerOf(events)) === ownerOf(events);
    return isMeant ? [{ spans: spansOf(events, now), rows: rowsOf(events) }] : [];
  });
  const inBucket = (from: number, to: number) =>
    lives.map(({ spans, rows }) => {
      const ms = total(spans.map((span) => Math.max(0, Math.min(to, span.to) - Math.max(from, span.from))));
      const there = rows.filter(({ at }) => at >= from && at < to);
      return { ms, tokens: total(there.map(({ tokens }) => tokens)), isThere: ms > 0 || there.length > 0 };
    });
  const byBucket = buckets.map(([from, to]) => inBucket(from, to));
  const whole = inBucket(edges[0] ?? 0, edges.at(-1) ?? 0);
  return {
    sessions: byBucket.map((all) => all.filter(({ isThere }) => isThere).length),
    activeMs: byBucket.map((all) => total(all.map(({ ms }) => ms))),
    tokens: byBucket.map((all) => total(all.map(({ tokens }) => tokens))),
    wholeSessions: whole.filter(({ isThere }) => isThere).length,
    wholeActiveMs: total(whole.map(({ ms }) => ms)),
  };
};

/** A store's answer in the same form. */
export const sumsOf = ({ buckets, whole, slots, tokens }: Activity, edges: readonly number[]): Sums => ({
  sessions: buckets.map(({ sessions }) => sessions),
  activeMs: buckets.map(({ activeMs }) => activeMs),
  tokens: buckets.map((_, i) =>
    total([...tokens].filter((_count, n) => isIn(slots[n]! * slotMs, edges[i] ?? 0, edges[i + 1] ?? 0))),
  ),
  wholeSessions: whole.sessions,
  wholeActiveMs: whole.activeMs,
});

const isIn = (time: number, from: number, to: number): boolean => time >= from && time < to;

const total = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0);

const ownerOf = (events: readonly SessionEvent[]): string | undefined =>
  events.flatMap((event) => (event.type === 'started' ? [event.data.owner] : []))[0];

const rowsOf = (events: readonly SessionEvent[]) =>
  events.flatMap((event) =>
    event.type === 'tokens_recorded' ? [{ at: event.data.timestamp, tokens: addedTokens(event.data) }] : [],
  );

const begins = new Set(['started', 'resumed', 'reopened']);
const ends = new Set(['paused', 'completed', 'failed', 'cancelled', 'timed_out']);

const spansOf = (events: readonly SessionEvent[], now: number): { from: number; to: number }[] => {
  const spans: { from: number; to: number }[] = [];
  let since: number | undefined;
  const close = (to: number): void => {
    if (since !== undefined && to > since) spans.push({ from: since, to });
  };
  for (const event of events) {
    if (event.type === 'clock_adjusted') close(event.at - event.data.by);
    if (ends.has(event.type)) close(event.at);
    if (ends.has(event.type)) since = undefined;
    if (begins.has(event.type) || event.type === 'clock_adjusted') since = event.at;
  }
  close(now);
  return spans;
};
