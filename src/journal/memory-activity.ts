import { slotMs, slotOf } from '../session/slot.ts';
import type { ActivityStep } from '../session/activity.ts';
import type { Span } from '../session/state.ts';
import { Tally } from './activity.ts';
import type { Activity, ActivityQuery } from './activity.ts';

interface Kept {
  owner: string;
  since: number | null;
  spans: Span[];
  slots: Map<number, { tokens: number; stray: boolean }>;
}

/** The read model of activity in its plainest form. */
export class MemoryActivity {
  readonly #sessions = new Map<string, Kept>();

  take(session: string, owner: string, steps: readonly ActivityStep[]): void {
    let kept = this.#sessions.get(session);
    if (!kept) this.#sessions.set(session, (kept = { owner, since: null, spans: [], slots: new Map() }));
    for (const step of steps) takeStep(kept, step);
  }

  remove(session: string): void {
    this.#sessions.delete(session);
  }

  read({ edges, now, owner, sessions }: ActivityQuery): Activity {
    const asked = [...this.#sessions].flatMap(([id, kept]) =>
      (owner === undefined || kept.owner === owner) && (sessions === undefined || sessions.includes(id)) ? [kept] : [],
    );
    const tally = new Tally(edges, asked.length);
    asked.forEach(({ spans, since, slots }, i) => {
      for (const [from, to] of spans) tally.add(i, from, to);
      if (since !== null && since < now) tally.add(i, since, now);
      for (const [slot, { stray }] of slots) if (stray) tally.add(i, slot * slotMs, slot * slotMs);
    });
    const bySlot = tokensBySlot(asked, slotOf(edges[0] ?? 0), slotOf(edges.at(-1) ?? 0));
    return {
      buckets: tally.buckets(),
      whole: tally.whole(),
      slots: Float64Array.from(bySlot, ([slot]) => slot),
      tokens: Float64Array.from(bySlot, ([, tokens]) => tokens),
    };
  }
}

const takeStep = (kept: Kept, step: ActivityStep): void => {
  switch (step.do) {
    case 'tokens': {
      const { tokens = 0, stray = false } = kept.slots.get(step.slot) ?? {};
      kept.slots.set(step.slot, { tokens: tokens + step.tokens, stray: stray || step.stray });
      return;
    }
    case 'span':
      kept.spans.push([step.from, step.to]);
      return;
    case 'strays':
      for (const [slot, there] of kept.slots) if (slot >= step.from) there.stray = true;
      return;
    case 'open':
      kept.since = step.since;
  }
};

const tokensBySlot = (sessions: readonly Kept[], from: number, to: number): [slot: number, tokens: number][] => {
  const sums = new Map<number, number>();
  for (const { slots } of sessions) {
    for (const [slot, { tokens }] of slots) {
      if (slot >= from && slot < to) sums.set(slot, (sums.get(slot) ?? 0) + tokens);
    }
  }
  return [...sums].toSorted(([a], [b]) => a - b);
};
