import type { CommandOf, CommandType, SessionCommand } from '../contract/command.ts';
import type { EventOf, SessionEvent, TokensRecorded } from '../contract/event.ts';
import { entityId } from '../contract/ids.ts';
import { invalid, Problem } from '../contract/problem.ts';
import { alertsDue, countedTokens, hasCountedPart } from './budget.ts';
import { fold } from './evolve.ts';
import { nameOf, versionOf } from './state.ts';
import type { Active, Ended, Existing, Paused, SessionState, StateName, StateOf } from './state.ts';
import { dueAt, elapsedMs, endAt } from './time.ts';
import { addedTokens, reconciledOf } from './told.ts';

type Decision<S extends StateName, C extends CommandType> = (
  command: CommandOf<C>,
  state: StateOf[S],
) => SessionEvent[];

/** State × command, total: a new command or state does not compile until every pair is thought of. */
type Decisions = { [C in CommandType]: { [S in StateName]: Decision<S, C> } };

type Open = Active | Paused;

/** How far ahead of the server a reported timestamp may be, ms. */
const clockSkewMs = 60_000;
/** Anchors of the clock that are this close are one, ms: a clock is only anchored anew when it is further off. */
const sameAnchorMs = 2000;

/**
 * What happens when `command` meets a session in `state`: the events, possibly none, or a thrown {@link Problem}, and then
 * nothing has happened. Pure: the time and ids come with the command.
 */
export const decide = (command: SessionCommand, state: SessionState): SessionEvent[] => {
  // The table pairs each command and state with its own handler; the compiler cannot follow a lookup by two keys.
  const decision = decisions[command.type][nameOf(state)] as (c: SessionCommand, s: SessionState) => SessionEvent[];
  const events = decision(command, state);
  return events.length === 0 ? events : withConsequences(command, state, events);
};

/** The events, followed by the alerts they call for, the pause at the end of a budget, or the end of that pause. */
const withConsequences = (command: SessionCommand, before: SessionState, events: SessionEvent[]): SessionEvent[] => {
  const after = fold(events, before);
  if (after.status !== 'active' && after.status !== 'paused') return events;
  const { at } = command;
  const raised = alertsDue(after, at).map((alert, i): SessionEvent => ({
    type: 'alert_raised',
    at,
    data: { id: entityId(command.id, versionOf(after) + i), ...alert },
  }));
  return [...events, ...raised, ...budgetPause(command, after, raised)];
};

const budgetPause = (command: SessionCommand, state: Open, raised: SessionEvent[]): SessionEvent[] => {
  const { at } = command;
  const { onBudget, tokenBudget, tokensUsed } = state.facts;
  const usedUp = raised.some((event) => event.type === 'alert_raised' && event.data.threshold === 'budget_100');
  if (usedUp && onBudget === 'pause' && state.status === 'active')
    return [{ type: 'paused', at, data: { reason: 'budget' } }];
  const raisedBudget = command.type === 'change_budget' && tokenBudget !== undefined && tokensUsed < tokenBudget;
  if (raisedBudget && state.status === 'paused' && state.reason === 'budget' && state.budget === undefined) {
    return [{ type: 'resumed', at, data: { reason: 'budget' } }];
  }
  return [];
};

const nothing = (): SessionEvent[] => [];

const unknown = (): never => {
  throw new Problem('session_not_found', 'there is no such session');
};

const over = (): never => {
  throw new Problem('session_already_completed', 'the session is completed; what it holds can be read, not changed');
};

const running = (): never => {
  throw new Problem('session_not_finished', 'the session is still open; complete it first');
};

const taken = (): never => {
  throw new Problem('write_conflict', 'a session with this id was started already');
};

const start: Decision<'absent', 'start'> = ({ type: _, at, id: __, startedAt = at, ...data }) => [
  { type: 'started', at: Math.min(startedAt, at), data },
];

const pause = ({ at, budget }: CommandOf<'pause'>): SessionEvent[] => [
  { type: 'paused', at, data: budget === undefined ? { reason: 'request' } : { reason: 'budget', budget } },
];

const resume = ({ at, budget }: CommandOf<'resume'>, state: Paused): SessionEvent[] => {
  if (budget === undefined) return [{ type: 'resumed', at, data: { reason: 'request' } }];
  return state.budget === budget ? [{ type: 'resumed', at, data: { reason: 'budget' } }] : [];
};

/** A session that ran over its time is extended by what it overran before it ends. */
const ending = (state: Open, event: EventOf<'completed' | 'failed' | 'cancelled' | 'timed_out'>): SessionEvent[] => {
  const { at } = event;
  if (!state.facts.over) return [event];
  return [{ type: 'duration_changed', at, data: { duration: elapsedMs(state, at), reason: 'overrun' } }, event];
};

const complete = (command: CommandOf<'complete'>, state: Open): SessionEvent[] => {
  const { reason = 'request', duration } = command;
  const at = endAt(command, state);
  const event: SessionEvent = { type: 'completed', at, data: { reason } };
  if (duration === undefined || duration === state.facts.duration) return ending(state, event);
  return [{ type: 'duration_changed', at, data: { duration, reason: 'request' } }, event];
};

const fail = ({ at, message }: CommandOf<'fail'>, state: Open): SessionEvent[] =>
  ending(state, { type: 'failed', at, data: { message } });

const cancel = ({ at, message }: CommandOf<'cancel'>, state: Open): SessionEvent[] =>
  ending(state, { type: 'cancelled', at, data: message === undefined ? {} : { message } });

const timeOut = ({ at, message }: CommandOf<'time_out'>, state: Open): SessionEvent[] =>
  ending(state, { type: 'timed_out', at, data: message === undefined ? {} : { message } });

const reopen = ({ at, reopenedAt }: CommandOf<'reopen'>, { endTime }: Ended): SessionEvent[] => [
  { type: 'reopened', at: reopenedAt === undefined ? at : Math.max(endTime, Math.min(reopenedAt, at)), data: {} },
];

const rename = ({ at, name }: CommandOf<'rename'>, state: Open): SessionEvent[] =>
  name === state.facts.name ? [] : [{ type: 'renamed', at, data: { name } }];

const changeBudget = ({ at, tokenBudget }: CommandOf<'change_budget'>, state: Open): SessionEvent[] =>
  tokenBudget === state.facts.tokenBudget ? [] : [{ type: 'budget_changed', at, data: { tokenBudget } }];

const changeDuration = ({ at, duration }: CommandOf<'change_duration'>, state: Open): SessionEvent[] => {
  if (duration === state.facts.duration) return [];
  const change: SessionEvent = { type: 'duration_changed', at, data: { duration, reason: 'request' } };
  const unlimited = duration === 0;
  return unlimited || duration > elapsedMs(state, at) ? [change] : [change, timeUp(state, at)];
};

/** What the end of the time does: the session completes, or runs on marked over. */
const timeUp = (state: Open, at: number): SessionEvent =>
  state.facts.onDue === 'extend'
    ? { type: 'overran', at, data: {} }
    : { type: 'completed', at, data: { reason: 'due' } };

const fallDue = ({ at, id }: CommandOf<'fall_due'>, state: Active): SessionEvent[] => {
  const due = dueAt(state);
  if (due !== undefined && due <= at && !state.facts.over) return [timeUp(state, due)];
  return alertsDue(state, at).map((alert, i) => ({
    type: 'alert_raised',
    at,
    data: { id: entityId(id, versionOf(state) + i), ...alert },
  }));
};

/** What fell due before the clock was set ends at that moment, as the clock tells it now. */
const adjustClock = ({ at, by, offset }: CommandOf<'adjust_clock'>, state: Active): SessionEvent[] => {
  if (isTold(state, offset)) return [];
  const data = offset === undefined ? { by } : { by, offset };
  const set = (since: number): SessionEvent => ({ type: 'clock_adjusted', at: since, data });
  const due = dueAt(state);
  const missed = due !== undefined && due <= at - by && !state.facts.over;
  return missed ? [set(state.since + by), timeUp(state, due + by)] : [set(at)];
};

/** Whether the session knows this anchor of the clock already: a server that was killed while it told tells again. */
const isTold = ({ facts }: Active, offset: number | undefined): boolean =>
  offset !== undefined && facts.clockOffset !== undefined && Math.abs(offset - facts.clockOffset) <= sameAnchorMs;

/** A session that an agent left is written down after it happened: each response has the time that the agent gave it. */
const recordTokens = (command: CommandOf<'record_tokens'>, state: Existing): SessionEvent[] => {
  checkTokens(command, state);
  const { type: _, id, at, beganAt: __, timestamp = at, ...rest } = command;
  const { facts } = state;
  const shared = reconciledOf(facts.told, rest);
  const cumulativeTotal = facts.tokensUsed + addedTokens({ ...rest, ...shared });
  const data: TokensRecorded = { id: entityId(id, versionOf(state)), timestamp, cumulativeTotal, ...rest, ...shared };
  return [{ type: 'tokens_recorded', at: facts.agent ? Math.min(at, timestamp) : at, data }];
};

const checkTokens = (command: CommandOf<'record_tokens'>, state: Existing): void => {
  const { budgetCounts } = state.facts;
  const { at, timestamp = at, tokensUsed } = command;
  if (timestamp > at + clockSkewMs) {
    throw invalid([{ path: 'timestamp', message: 'is more than 60 s in the future' }]);
  }
  const sum = countedTokens(command, budgetCounts);
  if (hasCountedPart(command, budgetCounts) && sum !== tokensUsed) {
    throw invalid([{ path: 'tokensUsed', message: `is ${tokensUsed}, but the parts that count add up to ${sum}` }]);
  }
  if (!Number.isSafeInteger(state.facts.tokensUsed + tokensUsed)) {
    throw invalid([{ path: 'tokensUsed', message: 'would take the total past what can be counted exactly' }]);
  }
};

/** Usage of a response that began before the end may still be told by the server's own readers. */
const recordLate = (command: CommandOf<'record_tokens'>, state: Ended): SessionEvent[] => {
  const late = command.source !== 'api' && command.beganAt !== undefined && command.beganAt < state.endTime;
  return late ? recordTokens(command, state) : over();
};

const reachCheckpoint = (command: CommandOf<'reach_checkpoint'>, state: Open): SessionEvent[] => {
  const { type: _, at, id, ...rest } = command;
  const data = { id: entityId(id, versionOf(state)), tokensUsed: state.facts.tokensUsed, ...rest };
  return [{ type: 'checkpoint_reached', at, data }];
};

const raiseAlert = (command: CommandOf<'raise_alert'>, state: Existing): SessionEvent[] => {
  const { type: _, at, id, ...rest } = command;
  if (command.budget === undefined && state.facts.raised.includes(command.threshold)) return [];
  return [{ type: 'alert_raised', at, data: { id: entityId(id, versionOf(state)), ...rest } }];
};

/** Usage that is told late may take a budget across sessions over a threshold. */
const raiseLate = (command: CommandOf<'raise_alert'>, state: Ended): SessionEvent[] =>
  command.budget === undefined ? over() : raiseAlert(command, state);

const recordRepl = (command: CommandOf<'record_repl'>, { facts: { repl } }: Open): SessionEvent[] => {
  const { type: _, at, id: __, ...data } = command;
  const first = data.entries[0]?.seq;
  if (repl === undefined || first !== repl.nextSeq)
    throw new Problem(
      'write_conflict',
      `the session’s journal goes on at ${repl?.nextSeq ?? 'nothing'}, not at ${first}`,
    );
  return [{ type: 'repl_recorded', at, data }];
};

/** Notes are taken of what has ended, too, as comments are. */
const annotateRepl = (
  { type: _, at, id: __, ...data }: CommandOf<'annotate_repl'>,
  state: Existing,
): SessionEvent[] => {
  checkRepl(state);
  return [{ type: 'repl_annotated', at, data }];
};

const removeReplAnnotation = ({ at, seq }: CommandOf<'remove_repl_annotation'>, state: Existing): SessionEvent[] => {
  checkRepl(state);
  return [{ type: 'repl_annotation_removed', at, data: { seq } }];
};

const takeReplSnapshot = ({ at, snapshot }: CommandOf<'take_repl_snapshot'>, state: Existing): SessionEvent[] => {
  checkRepl(state);
  return [{ type: 'repl_snapshot_taken', at, data: snapshot }];
};

const removeReplSnapshot = ({ at, snapshot }: CommandOf<'remove_repl_snapshot'>, state: Existing): SessionEvent[] => {
  checkRepl(state);
  return [{ type: 'repl_snapshot_removed', at, data: { id: snapshot } }];
};

const checkRepl = ({ facts }: Existing): void => {
  if (facts.repl === undefined) unknown();
};

const comment = (command: CommandOf<'comment'>, state: Existing): SessionEvent[] => {
  const { type: _, at, id, ...rest } = command;
  return [{ type: 'commented', at, data: { id: entityId(id, versionOf(state)), ...rest } }];
};

/** A row of the table for what every session takes that there is, whether it has ended or not. */
const always = <D>(decision: D) => ({ absent: unknown, active: decision, paused: decision, ended: decision });

/** A row of the table for what an open session takes, whether it is paused or not, and an ended one refuses. */
const whileOpen = <D>(decision: D) => ({ absent: unknown, active: decision, paused: decision, ended: over });

const decisions: Decisions = {
  start: { absent: start, active: taken, paused: taken, ended: taken },
  pause: { absent: unknown, active: pause, paused: nothing, ended: over },
  resume: { absent: unknown, active: nothing, paused: resume, ended: over },
  complete: whileOpen(complete),
  fail: whileOpen(fail),
  cancel: whileOpen(cancel),
  time_out: whileOpen(timeOut),
  reopen: { absent: unknown, active: running, paused: running, ended: reopen },
  rename: whileOpen(rename),
  change_budget: whileOpen(changeBudget),
  change_duration: whileOpen(changeDuration),
  record_tokens: { absent: unknown, active: recordTokens, paused: recordTokens, ended: recordLate },
  reach_checkpoint: whileOpen(reachCheckpoint),
  raise_alert: { absent: unknown, active: raiseAlert, paused: raiseAlert, ended: raiseLate },
  record_repl: whileOpen(recordRepl),
  annotate_repl: always(annotateRepl),
  remove_repl_annotation: always(removeReplAnnotation),
  take_repl_snapshot: whileOpen(takeReplSnapshot),
  remove_repl_snapshot: always(removeReplSnapshot),
  comment: always(comment),
  fall_due: { absent: unknown, active: fallDue, paused: nothing, ended: nothing },
  adjust_clock: { absent: unknown, active: adjustClock, paused: nothing, ended: nothing },
};
