/** Whatever is asked of a session, in whatever order: what holds of every session at every moment. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionCommand } from '../contract/command.ts';
import { thresholds } from '../contract/event.ts';
import type { SessionEvent } from '../contract/event.ts';
import { entityId } from '../contract/ids.ts';
import { Problem } from '../contract/problem.ts';
import type { ProblemKind } from '../contract/problem.ts';
import { asked, askedAt, step } from './any-command.suite.ts';
import type { Step } from './any-command.suite.ts';
import { decide } from './decide.ts';
import { startTime } from './decider-specification.suite.ts';
import { fold } from './evolve.ts';
import { projectionOf } from './projection.ts';
import { absent, versionOf } from './state.ts';
import type { Existing, SessionState } from './state.ts';
import { elapsedMs, remainingMs, wakeAt } from './time.ts';
import { addedTokens } from './told.ts';

const refusals: readonly ProblemKind[] = [
  'session_not_found',
  'session_already_completed',
  'session_not_finished',
  'write_conflict',
  'invalid_request',
];

const idOf = (n: number) => `019a8f5e-7c1b-7000-8000-${n.toString(16).padStart(12, '0')}`;

const commandOf = (step: Step, at: number, n: number): SessionCommand => ({ ...askedAt(step, at), at, id: idOf(n) });

const walk = fc.tuple(asked.start, fc.array(step, { maxLength: 60 }));

interface Moment {
  command: SessionCommand;
  before: SessionState;
  state: Existing;
  events: readonly SessionEvent[];
}

/** Decides a command; a refusal is one of the closed set and no event. */
const perform = (command: SessionCommand, before: SessionState): readonly SessionEvent[] => {
  try {
    return decide(command, before);
  } catch (error) {
    if (error instanceof Problem) expect(refusals).toContain(error.kind);
    else throw error;
    return [];
  }
};

const play = (start: object, steps: readonly Step[], look: (moment: Moment) => void): readonly SessionEvent[] => {
  let state: SessionState = absent;
  let now = startTime;
  const journal: SessionEvent[] = [];
  const next = (command: SessionCommand): void => {
    const before = state;
    const events = perform(command, before);
    const after = fold(events, before) as Existing;
    state = after;
    journal.push(...events);
    look({ command, before, state: after, events });
  };
  next(commandOf({ type: 'start', data: start, waitMs: 0 }, now, 0));
  steps.forEach((one, i) => {
    const id = 2 * i + 1;
    now += one.waitMs;
    // As in the runner: what fell due comes before what is asked; only a clock that was set is told of before that.
    if (one.type === 'adjust_clock') now += (one.data as { by: number }).by;
    else next({ type: 'fall_due', at: now, id: idOf(id) });
    next(commandOf(one, now, id + 1));
  });
  return journal;
};

const holds = (
  look: (moment: Moment) => void,
  atTheEnd: (journal: readonly SessionEvent[], state: SessionState) => void,
) =>
  fc.assert(
    fc.property(walk, ([start, steps]) => {
      let last: SessionState = absent;
      const journal = play(start, steps, (moment) => {
        last = moment.state;
        look(moment);
      });
      atTheEnd(journal, last);
    }),
    { numRuns: 1000 },
  );

const ignored = (): void => undefined;

describe('whatever is asked of a session', () => {
  it('every command leads to events that fold, or to a refusal of the closed set', () => holds(ignored, ignored));

  it('the version counts the events, and an id tells the place of its event', () => {
    holds(({ command, before, state, events }) => {
      expect(versionOf(state)).toBe(versionOf(before) + events.length);
      events.forEach((event, i) => {
        if ('id' in event.data) expect(event.data.id).toBe(entityId(command.id, versionOf(before) + i));
      });
    }, ignored);
  });

  it('the totals are the sums of the rows', () => {
    holds(ignored, (journal, state) => {
      let total = 0;
      for (const event of journal) {
        if (event.type !== 'tokens_recorded') continue;
        total += addedTokens(event.data);
        expect(event.data.cumulativeTotal).toBe(total);
      }
      expect((state as Existing).facts).toMatchObject({
        tokensUsed: total,
        checkpoints: journal.filter(({ type }) => type === 'checkpoint_reached').length,
        comments: journal.filter(({ type }) => type === 'commented').length,
      });
    });
  });

  it('no alert is raised twice before what it warns of was changed', () => {
    holds(ignored, (journal) => {
      const raised = new Set<string>();
      for (const { type, data } of journal) {
        if (type === 'budget_changed') for (const one of thresholds) if (one.startsWith('budget')) raised.delete(one);
        if (type === 'duration_changed') for (const one of thresholds) if (one.startsWith('time')) raised.delete(one);
        if (type !== 'alert_raised' || data.budget !== undefined) continue;
        expect([...raised]).not.toContain(data.threshold);
        raised.add(data.threshold);
      }
    });
  });

  it('elapsed time never runs back, nor ahead of the clock, and a clock that is set does not move it', () => {
    let passed = 0;
    let elapsed = 0;
    let last = startTime;
    holds(({ command, before, state }) => {
      if (before.status === 'absent') [passed, elapsed, last] = [0, 0, command.at];
      const wait = command.at - last - (command.type === 'adjust_clock' ? command.by : 0);
      last = command.at;
      // Told to a session that is not active, a clock that is set moves nothing either.
      passed += wait;
      const now = elapsedMs(state, command.at);
      // Who had ended earlier has not had the time since.
      if (!('endedAt' in command)) expect(now).toBeGreaterThanOrEqual(elapsed);
      expect(now - elapsed).toBeLessThanOrEqual(wait);
      expect(now).toBeLessThanOrEqual(passed);
      elapsed = now;
    }, ignored);
  });

  it('nothing is left that should have fallen due', () => {
    holds(({ command: { at, id }, state }) => {
      const fallen = fold(perform({ type: 'fall_due', at, id }, state), state) as Existing;
      expect(wakeAt(fallen) ?? Infinity).toBeGreaterThan(at);
      expect(perform({ type: 'fall_due', at, id }, fallen)).toEqual([]);
      if (fallen.status === 'active' && fallen.facts.duration > 0 && !fallen.facts.over) {
        expect(remainingMs(fallen, at)).toBeGreaterThan(0);
      }
    }, ignored);
  });

  it('a projection is made of numbers', () => {
    holds(({ command, state }) => {
      const { currentRate, projectedTotal, timeToLimit, confidence } = projectionOf(state, command.at);
      for (const n of [currentRate, projectedTotal, timeToLimit ?? 0, confidence]) expect(n).toSatisfy(Number.isFinite);
      expect(confidence).toBeGreaterThanOrEqual(0);
      expect(confidence).toBeLessThanOrEqual(1);
    }, ignored);
  });

  it('the state is what its events fold to, also by way of a saved state', () => {
    fc.assert(
      fc.property(walk, fc.nat(), ([start, steps], cut) => {
        let state: SessionState = absent;
        const journal = play(start, steps, (moment) => (state = moment.state));
        expect(fold(journal)).toEqual(state);
        const at = cut % (journal.length + 1);
        const saved = JSON.parse(JSON.stringify(fold(journal.slice(0, at)))) as SessionState;
        expect(fold(JSON.parse(JSON.stringify(journal.slice(at))) as SessionEvent[], saved)).toEqual(state);
      }),
      { numRuns: 1000 },
    );
  });
});
