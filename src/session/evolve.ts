import { replAfter, replAtStart } from './repl.ts';
import type { ReplNotes } from '../contract/repl.ts';
import type { EventOf, EventType, SessionEvent } from '../contract/event.ts';
import { armedForBudget, armedForTime } from './budget.ts';
import { noPace, withRow } from './pace.ts';
import { absent, nameOf } from './state.ts';
import type { Active, Ended, Ending, Existing, Facts, Paused, SessionState, StateName, StateOf } from './state.ts';
import { activeMsAt, elapsedMs, withSpan } from './time.ts';
import { addedTokens, withTold } from './told.ts';

type Transition<S extends StateName, E extends EventType> = (state: StateOf[S], event: EventOf<E>) => Existing;

/** Marks a pair that no decision brings about: met in a journal, it is damage. */
const never = null;

/** State × event, total: a new event or state does not compile until every pair is thought of. */
type Transitions = { [S in StateName]: { [E in EventType]: Transition<S, E> | typeof never } };

/** The state after an event. Throws where the journal tells something that cannot have happened. */
export const evolve = (state: SessionState, event: SessionEvent): Existing => {
  // The table pairs each state with its own handlers; the compiler cannot follow a lookup by two keys.
  const transition = transitions[nameOf(state)][event.type] as ((s: SessionState, e: SessionEvent) => Existing) | null;
  if (transition === null) throw new Error(`the journal has '${event.type}' on a session that is ${state.status}`);
  return transition(state, event);
};

export const fold = (events: Iterable<SessionEvent>, from: SessionState = absent): SessionState => {
  let state = from;
  for (const event of events) state = evolve(state, event);
  return state;
};

/** Facts with one more event behind them. */
const changed = (facts: Facts, event: SessionEvent, change: Partial<Facts> = {}): Facts => ({
  ...facts,
  ...change,
  version: facts.version + 1,
  updatedAt: Math.max(facts.updatedAt, event.at),
});

const same = <S extends Existing>(state: S, event: SessionEvent, change?: Partial<Facts>): S => ({
  ...state,
  facts: changed(state.facts, event, change),
});

/** The facts with the open span of active time closed at `until`. */
const closed = (state: Active, until: number): Partial<Facts> => ({
  activeMs: elapsedMs(state, until),
  spans: withSpan(state.facts.spans, [state.since, Math.max(state.since, until)]),
});

const start = (_: SessionState, { at, data: { repl, ...data } }: EventOf<'started'>): Active => ({
  status: 'active',
  since: at,
  facts: {
    ...data,
    ...(repl && { repl: replAtStart(repl) }),
    version: 1,
    startTime: at,
    updatedAt: at,
    tokensUsed: 0,
    cacheRead: 0,
    told: {},
    activeMs: 0,
    spans: [],
    pace: noPace,
    raised: [],
    checkpoints: 0,
    comments: 0,
    over: false,
  },
});

const pause = (state: Active, event: EventOf<'paused'>): Paused => ({
  status: 'paused',
  ...event.data,
  facts: changed(state.facts, event, closed(state, event.at)),
});

const resume = (state: Paused, event: EventOf<'resumed'>): Active => ({
  status: 'active',
  since: event.at,
  facts: changed(state.facts, event),
});

const end = (state: Active | Paused, event: EventOf<Ending>): Ended => ({
  status: event.type,
  endTime: event.at,
  facts: changed(state.facts, event, state.status === 'active' ? closed(state, event.at) : {}),
});

const reopen = (state: Ended, event: EventOf<'reopened'>): Active => ({
  status: 'active',
  since: event.at,
  facts: changed(state.facts, event),
});

const adjustClock = (state: Active, event: EventOf<'clock_adjusted'>): Active => ({
  status: 'active',
  since: event.at,
  facts: changed(state.facts, event, {
    ...closed(state, event.at - event.data.by),
    ...(event.data.offset === undefined ? {} : { clockOffset: event.data.offset }),
  }),
});

/** Notes on a REPL session: rows of their own hold them. */
const noted = <S extends Existing>(state: S, event: EventOf<keyof ReplNotes>): S => same(state, event);
const ofNotes = {
  repl_annotated: noted,
  repl_annotation_removed: noted,
  repl_snapshot_taken: noted,
  repl_snapshot_removed: noted,
};

/** What happens to the facts alone, the same in every state that lets it happen. */
const onFacts = {
  renamed: <S extends Existing>(state: S, event: EventOf<'renamed'>): S =>
    same(state, event, { name: event.data.name }),
  budget_changed: <S extends Existing>(state: S, event: EventOf<'budget_changed'>): S =>
    same(state, event, { tokenBudget: event.data.tokenBudget, raised: armedForBudget(state.facts.raised) }),
  duration_changed: <S extends Existing>(state: S, event: EventOf<'duration_changed'>): S =>
    same(
      state,
      event,
      event.data.reason === 'overrun'
        ? { duration: event.data.duration }
        : { duration: event.data.duration, over: false, raised: armedForTime(state.facts.raised) },
    ),
  tokens_recorded: <S extends Existing>(state: S, event: EventOf<'tokens_recorded'>): S => {
    const { cacheRead = 0, cacheReconciled = 0, timestamp } = event.data;
    const tokens = addedTokens(event.data);
    return same(state, event, {
      tokensUsed: state.facts.tokensUsed + tokens,
      cacheRead: state.facts.cacheRead + cacheRead - cacheReconciled,
      told: withTold(state.facts.told, event.data),
      pace: withRow(state.facts.pace, { place: activeMsAt(state, timestamp), timestamp, tokens }),
    });
  },
  checkpoint_reached: <S extends Existing>(state: S, event: EventOf<'checkpoint_reached'>): S =>
    same(state, event, { checkpoints: state.facts.checkpoints + 1 }),
  alert_raised: <S extends Existing>(state: S, event: EventOf<'alert_raised'>): S =>
    same(
      state,
      event,
      // Those of budgets across sessions are not the session's to remember.
      event.data.budget === undefined ? { raised: [...state.facts.raised, event.data.threshold] } : {},
    ),
  commented: <S extends Existing>(state: S, event: EventOf<'commented'>): S =>
    same(state, event, { comments: state.facts.comments + 1 }),
  repl_recorded: <S extends Existing>(state: S, event: EventOf<'repl_recorded'>): S =>
    same(state, event, state.facts.repl && { repl: replAfter(state.facts.repl, event.data) }),
  ...ofNotes,
  overran: <S extends Existing>(state: S, event: EventOf<'overran'>): S => same(state, event, { over: true }),
};

const transitions: Transitions = {
  absent: {
    started: start,
    paused: never,
    resumed: never,
    completed: never,
    failed: never,
    cancelled: never,
    timed_out: never,
    reopened: never,
    renamed: never,
    budget_changed: never,
    duration_changed: never,
    tokens_recorded: never,
    checkpoint_reached: never,
    alert_raised: never,
    commented: never,
    repl_recorded: never,
    repl_annotated: never,
    repl_annotation_removed: never,
    repl_snapshot_taken: never,
    repl_snapshot_removed: never,
    overran: never,
    clock_adjusted: never,
  },
  active: {
    ...onFacts,
    started: never,
    paused: pause,
    resumed: never,
    completed: end,
    failed: end,
    cancelled: end,
    timed_out: end,
    reopened: never,
    clock_adjusted: adjustClock,
  },
  paused: {
    ...onFacts,
    started: never,
    paused: never,
    resumed: resume,
    completed: end,
    failed: end,
    cancelled: end,
    timed_out: end,
    reopened: never,
    clock_adjusted: never,
  },
  ended: {
    started: never,
    paused: never,
    resumed: never,
    completed: never,
    failed: never,
    cancelled: never,
    timed_out: never,
    reopened: reopen,
    renamed: never,
    budget_changed: never,
    duration_changed: never,
    tokens_recorded: onFacts.tokens_recorded,
    checkpoint_reached: never,
    alert_raised: onFacts.alert_raised,
    commented: onFacts.commented,
    repl_recorded: never,
    ...ofNotes,
    overran: never,
    clock_adjusted: never,
  },
};
