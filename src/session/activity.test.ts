/** What events do to the read model of activity, held against the states that they fold to. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionCommand } from '../contract/command.ts';
import type { SessionEvent } from '../contract/event.ts';
import { activityOf, activityOfEvent } from './activity.ts';
import { slotMs, slotOf } from './slot.ts';
import { asked, askedAt, step } from './any-command.suite.ts';
import { decide } from './decide.ts';
import { startTime } from './decider-specification.suite.ts';
import { fold } from './evolve.ts';
import { absent } from './state.ts';
import type { Existing, SessionState } from './state.ts';
import { addedTokens } from './told.ts';

const idOf = (n: number) => `019a8f5e-7c1b-7000-8000-${n.toString(16).padStart(12, '0')}`;

/** A journal of whatever was asked and not refused. */
const journals = fc
  .tuple(asked.start, fc.array(step, { maxLength: 60 }))
  .map(([start, steps]): readonly SessionEvent[] => {
    const events: SessionEvent[] = [];
    let state: SessionState = absent;
    let now = startTime;
    const next = (command: SessionCommand): void => {
      try {
        const decided = decide(command, state);
        state = fold(decided, state);
        events.push(...decided);
      } catch {
        // Refused: nothing happened.
      }
    };
    next({ ...start, type: 'start', at: now, id: idOf(0) });
    steps.forEach((one, i) => {
      now += one.waitMs;
      if (one.type === 'adjust_clock') now += (one.data as { by: number }).by;
      else next({ type: 'fall_due', at: now, id: idOf(2 * i + 1) });
      next({ ...askedAt(one, now), at: now, id: idOf(2 * i + 2) });
    });
    return events;
  });

const eachEvent = (events: readonly SessionEvent[]) => {
  const steps = [];
  let state: SessionState = absent;
  for (const event of events) {
    steps.push(...activityOfEvent(state, event));
    state = fold([event], state);
  }
  return { steps, state: state as Existing };
};

describe('activity', () => {
  it('closes the spans that the state has, and is open when the state is', () => {
    fc.assert(
      fc.property(journals, (events) => {
        const { steps, state } = eachEvent(events);
        const spans = steps.flatMap((one) => (one.do === 'span' ? [[one.from, one.to]] : []));
        expect(spans).toEqual(state.facts.spans.filter(([from, to]) => to > from));
        expect(spans.reduce((sum, [from = 0, to = 0]) => sum + to - from, 0)).toBe(state.facts.activeMs);
        const open = steps.findLast((one) => one.do === 'open');
        expect(open?.since ?? undefined).toBe(state.status === 'active' ? state.since : undefined);
      }),
    );
  });

  it('has every token in the slot of its timestamp', () => {
    fc.assert(
      fc.property(journals, (events) => {
        const rows = events.flatMap((event) => (event.type === 'tokens_recorded' ? [event.data] : []));
        const steps = activityOf(absent, events).filter((one) => one.do === 'tokens');
        expect(steps.map(({ slot, tokens }) => [slot, tokens])).toEqual(
          rows.map((row) => [Math.floor(row.timestamp / 300_000), addedTokens(row)]),
        );
      }),
    );
  });

  it('is the same however many events come at once', () => {
    fc.assert(
      fc.property(journals, (events) => {
        expect(activityOf(absent, events)).toEqual(eachEvent(events).steps);
      }),
    );
  });

  it('calls stray whatever lies in a slot without active time in the end', () => {
    fc.assert(
      fc.property(journals, fc.nat(600_000), (events, later) => {
        const { steps, state } = eachEvent(events);
        const now = Math.max(state.facts.updatedAt, startTime) + later + 1;
        const spans = steps.flatMap((one) => (one.do === 'span' ? [[one.from, one.to] as const] : []));
        const all = state.status === 'active' ? [...spans, [state.since, now] as const] : spans;
        const strays = new Set<number>();
        const seen = new Set<number>();
        for (const one of steps) {
          if (one.do === 'tokens') seen.add(one.slot);
          if (one.do === 'tokens' && one.stray) strays.add(one.slot);
          if (one.do === 'strays') for (const slot of seen) if (slot >= one.from) strays.add(slot);
        }
        for (const slot of seen) {
          const [begin, end] = [slot * slotMs, (slot + 1) * slotMs];
          if (!all.some(([from, to]) => Math.max(from, begin) < Math.min(to, end))) expect([...strays]).toContain(slot);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('makes no stray of what is reported while it is active, as nearly all is', () => {
    const at = startTime + 1000;
    const started = fold(activeSession);
    const [one] = activityOfEvent(started, report(at));
    expect(one).toEqual({ do: 'tokens', slot: slotOf(at), tokens: 1, stray: false });
    const paused = fold([{ type: 'paused', at, data: { reason: 'request' } }], started);
    expect(activityOfEvent(paused, report(at + slotMs * 2))).toMatchObject([{ stray: true }]);
  });
});

const activeSession: readonly SessionEvent[] = [
  {
    type: 'started',
    at: startTime,
    data: { kind: 'timer', owner: 'ada', duration: 0, onBudget: 'warn', budgetCounts: 'new', onDue: 'complete' },
  },
];

const report = (at: number): SessionEvent => ({
  type: 'tokens_recorded',
  at,
  data: { id: idOf(1), tokensUsed: 1, operation: 'work', timestamp: at, cumulativeTotal: 1, source: 'api' },
});
