/**
 * The grammar of the domain's tests: `given(events).when(command).then(events)`, or `.thenRefused(kind)`. Times are minutes
 * since the session's start; the ids of what events bring into being are filled in, as they follow from the place in the journal.
 */
import { expect } from 'vitest';
import type { CommandOf, CommandType, SessionCommand } from '../contract/command.ts';
import type { AlertLevel, EventData, EventType, SessionEvent, Started, Threshold } from '../contract/event.ts';
import { entityId } from '../contract/ids.ts';
import { Problem } from '../contract/problem.ts';
import type { ProblemKind } from '../contract/problem.ts';
import { decide } from './decide.ts';
import { fold } from './evolve.ts';
import { versionOf } from './state.ts';
import type { Existing, SessionState } from './state.ts';

export const startTime = 1_790_000_000_000;
export const minutes = (n: number): number => n * 60_000;
export const at = (minute: number): number => startTime + minutes(minute);

const commandId = '019a8f5e-7c1b-7000-8000-3b5f00000000';

type Told<T extends EventType> = EventData[T] extends { id: string } ? Omit<EventData[T], 'id'> : EventData[T];
/** An event without the id of what it brings into being. */
export type ToldEvent = { [T in EventType]: { type: T; at: number; data: Told<T> } }[EventType];

export const event = <T extends EventType>(type: T, minute: number, data: Told<T>): ToldEvent =>
  ({ type, at: at(minute), data }) as ToldEvent;

type Asked<T extends CommandType> = Omit<CommandOf<T>, 'type' | 'at' | 'id'>;

export const command = <T extends CommandType>(type: T, minute: number, ...rest: [Asked<T>?]): SessionCommand =>
  ({ type, at: at(minute), id: commandId, ...rest[0] }) as SessionCommand;

// What happens most often, in short.

export const startedFacts: Started = {
  kind: 'timer',
  owner: '019a8f5e-0000-7000-8000-000000000001',
  duration: minutes(60),
  onBudget: 'warn',
  budgetCounts: 'new',
  onDue: 'complete',
};

/** An hour without a budget, unless told otherwise. */
export const started = (data: Partial<Started> = {}): ToldEvent => event('started', 0, { ...startedFacts, ...data });
export const paused = (minute: number, reason: 'request' | 'budget' = 'request'): ToldEvent =>
  event('paused', minute, { reason });
export const resumed = (minute: number, reason: 'request' | 'budget' = 'request'): ToldEvent =>
  event('resumed', minute, { reason });
export const completed = (minute: number, reason: 'request' | 'due' | 'run_lost' = 'request'): ToldEvent =>
  event('completed', minute, { reason });
export const reopened = (minute: number): ToldEvent => event('reopened', minute, {});

/** A row of usage; `total` is the total after it. */
export const tokens = (
  minute: number,
  tokensUsed: number,
  total: number,
  rest: Partial<Told<'tokens_recorded'>> = {},
): ToldEvent =>
  event('tokens_recorded', minute, {
    tokensUsed,
    cumulativeTotal: total,
    operation: 'work',
    source: 'api',
    timestamp: at(minute),
    ...rest,
  });

export const alert = (minute: number, threshold: Threshold, level: AlertLevel = 'warning'): ToldEvent =>
  event('alert_raised', minute, { threshold, level, message: expect.any(String) });

export const recordTokens = (
  minute: number,
  tokensUsed: number,
  rest: Partial<Asked<'record_tokens'>> = {},
): SessionCommand => command('record_tokens', minute, { tokensUsed, operation: 'work', source: 'api', ...rest });

const bringsIntoBeing: ReadonlySet<EventType> = new Set([
  'tokens_recorded',
  'checkpoint_reached',
  'alert_raised',
  'commented',
]);

/** The events as they are in a journal from `seq` on. */
const whole = (events: readonly ToldEvent[], seq: number): SessionEvent[] =>
  events.map((told, i) => {
    const id = bringsIntoBeing.has(told.type) ? { id: entityId(commandId, seq + i) } : {};
    return { ...told, data: { ...told.data, ...id } } as SessionEvent;
  });

export const stateAfter = (events: readonly ToldEvent[]): SessionState => fold(whole(events, 0));

/** The state after events of which the first is `started`. */
export const sessionAfter = (...events: readonly ToldEvent[]): Existing => {
  const state = stateAfter(events);
  if (state.status === 'absent') throw new Error('a session begins with started');
  return state;
};

const refusalOf = (decision: () => unknown): Problem => {
  try {
    decision();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('the command was not refused');
};

export const given = (...events: readonly ToldEvent[]) => {
  const state = stateAfter(events);
  return {
    when: (asked: SessionCommand) => ({
      /** Exactly these events, in this order. Returns the state after them. */
      // oxlint-disable-next-line unicorn/no-thenable -- never awaited
      then: (...expected: readonly ToldEvent[]): SessionState => {
        const decided = decide(asked, state);
        expect(decided).toEqual(whole(expected, versionOf(state)));
        return fold(decided, state);
      },
      thenNothing: (): void => {
        expect(decide(asked, state)).toEqual([]);
      },
      /** Returns the refusal, for what it says. */
      thenRefused: (kind: ProblemKind): Problem => {
        const refusal = refusalOf(() => decide(asked, state));
        expect(refusal.kind).toBe(kind);
        return refusal;
      },
    }),
  };
};
