import { describe, expect, it } from 'vitest';
import type { CommandType, SessionCommand } from '../contract/command.ts';
import type { EventType } from '../contract/event.ts';
import type { ProblemKind } from '../contract/problem.ts';
import { Problem } from '../contract/problem.ts';
import { decide } from './decide.ts';
import {
  at,
  command,
  completed,
  event,
  given,
  minutes,
  paused,
  recordTokens,
  reopened,
  resumed,
  started,
  stateAfter,
} from './decider-specification.suite.ts';
import { fold } from './evolve.ts';
import type { SessionState, StateName } from './state.ts';

const states: Record<StateName, SessionState> = {
  absent: stateAfter([]),
  active: stateAfter([started()]),
  paused: stateAfter([started(), paused(10)]),
  ended: stateAfter([started(), completed(10)]),
};

const commands: { [C in CommandType]: SessionCommand } = {
  start: command('start', 20, {
    kind: 'timer',
    owner: 'owner',
    duration: minutes(5),
    onBudget: 'warn',
    budgetCounts: 'new',
    onDue: 'complete',
  }),
  pause: command('pause', 20),
  resume: command('resume', 20),
  complete: command('complete', 20),
  fail: command('fail', 20, { message: 'it broke' }),
  cancel: command('cancel', 20, { message: 'no longer wanted' }),
  time_out: command('time_out', 20, { message: 'took too long' }),
  reopen: command('reopen', 20),
  rename: command('rename', 20, { name: 'another' }),
  change_budget: command('change_budget', 20, { tokenBudget: 500 }),
  change_duration: command('change_duration', 20, { duration: minutes(90) }),
  record_tokens: recordTokens(20, 7),
  reach_checkpoint: command('reach_checkpoint', 20, { phase: 'design', promptCount: 3 }),
  raise_alert: command('raise_alert', 20, { threshold: 'budget_80', level: 'warning', message: 'look' }),
  record_repl: command('record_repl', 20, { entries: [], images: 0, imageBytes: 0 }),
  annotate_repl: command('annotate_repl', 20, { seq: 2, label: 'l', description: '', tags: [] }),
  remove_repl_annotation: command('remove_repl_annotation', 20, { seq: 2 }),
  take_repl_snapshot: command('take_repl_snapshot', 20, {
    snapshot: { id: 's', seq: 2, image: 1, description: '', tags: [] },
  }),
  remove_repl_snapshot: command('remove_repl_snapshot', 20, { snapshot: 's' }),
  comment: command('comment', 20, { author: 'ada', text: 'well done' }),
  fall_due: command('fall_due', 20),
  adjust_clock: command('adjust_clock', 20, { by: 5000 }),
};

const unknown = 'session_not_found';
const over = 'session_already_completed';
const open = (events: EventType[]) => ({ absent: unknown, active: events, paused: events, ended: over }) as const;

/** The rules of the contract as a table: the events that a command brings about in a state, or the refusal. */
const table: { [C in CommandType]: { [S in StateName]: readonly EventType[] | ProblemKind } } = {
  start: { absent: ['started'], active: 'write_conflict', paused: 'write_conflict', ended: 'write_conflict' },
  pause: { absent: unknown, active: ['paused'], paused: [], ended: over },
  resume: { absent: unknown, active: [], paused: ['resumed'], ended: over },
  complete: open(['completed']),
  fail: open(['failed']),
  cancel: open(['cancelled']),
  time_out: open(['timed_out']),
  reopen: { absent: unknown, active: 'session_not_finished', paused: 'session_not_finished', ended: ['reopened'] },
  rename: open(['renamed']),
  change_budget: open(['budget_changed']),
  change_duration: open(['duration_changed']),
  record_tokens: open(['tokens_recorded']),
  reach_checkpoint: open(['checkpoint_reached']),
  raise_alert: open(['alert_raised']),
  // Of a REPL session alone; see repl.test.ts.
  record_repl: { absent: unknown, active: 'write_conflict', paused: 'write_conflict', ended: over },
  annotate_repl: { absent: unknown, active: unknown, paused: unknown, ended: unknown },
  remove_repl_annotation: { absent: unknown, active: unknown, paused: unknown, ended: unknown },
  take_repl_snapshot: { absent: unknown, active: unknown, paused: unknown, ended: over },
  remove_repl_snapshot: { absent: unknown, active: unknown, paused: unknown, ended: unknown },
  comment: { absent: unknown, active: ['commented'], paused: ['commented'], ended: ['commented'] },
  fall_due: { absent: unknown, active: [], paused: [], ended: [] },
  adjust_clock: { absent: unknown, active: ['clock_adjusted'], paused: [], ended: [] },
};

const outcome = (asked: SessionCommand, state: SessionState): readonly EventType[] | ProblemKind => {
  try {
    const events = decide(asked, state);
    fold(events, state);
    return events.map(({ type }) => type);
  } catch (error) {
    if (error instanceof Problem) return error.kind;
    throw error;
  }
};

describe('the table of states and commands', () => {
  const rows = Object.entries(table).flatMap(([type, row]) =>
    Object.entries(row).map(([name, expected]) => [type as CommandType, name as StateName, expected] as const),
  );

  it.each(rows)('%s on a session that is %s: %j', (type, name, expected) => {
    expect(outcome(commands[type], states[name])).toEqual(expected);
  });

  it.each(['completed', 'failed', 'cancelled', 'timed_out'] as const)(
    'takes a session that %s as ended, whatever the command',
    (ending) => {
      const data = ending === 'completed' ? { reason: 'request' as const } : { message: 'so' };
      const ended = stateAfter([started(), event(ending, 10, data as never)]);
      for (const type of Object.keys(table) as CommandType[]) {
        expect([type, outcome(commands[type], ended)]).toEqual([type, table[type].ended]);
      }
    },
  );

  it('leaves the state it was given as it was', () => {
    const before = structuredClone(states);
    for (const asked of Object.values(commands)) for (const state of Object.values(states)) outcome(asked, state);
    expect(states).toEqual(before);
  });
});

describe('what a command says is kept in its event', () => {
  it('starts with all that was asked for', () => {
    const data = {
      kind: 'agent',
      owner: 'ada',
      name: 'refactor',
      duration: 0,
      tokenBudget: 1000,
      onBudget: 'pause',
      budgetCounts: 'all',
      onDue: 'extend',
      run: { directory: '/work', pid: 42 },
    } as const;
    given()
      .when(command('start', 0, data))
      .then(event('started', 0, data));
  });

  it('ends when it is said to have ended, not before what happened last and not after now', () => {
    const ended = (endedAt: number) => command('complete', 20, { endedAt: at(endedAt) });
    given(started()).when(ended(7)).then(completed(7));
    given(started()).when(ended(30)).then(completed(20));
    given(started(), paused(5)).when(ended(7)).then(completed(7));
    given(started(), paused(9)).when(ended(7)).then(completed(9));
    given(started({ duration: minutes(4), onDue: 'extend' }), event('overran', 4, {}))
      .when(ended(7))
      .then(event('duration_changed', 7, { duration: minutes(7), reason: 'overrun' }), completed(7));
  });

  it('ends with the reason', () => {
    given(started())
      .when(commands.fail)
      .then(event('failed', 20, { message: 'it broke' }));
    given(started())
      .when(commands.cancel)
      .then(event('cancelled', 20, { message: 'no longer wanted' }));
    given(started())
      .when(command('cancel', 20))
      .then(event('cancelled', 20, {}));
    given(started())
      .when(commands.time_out)
      .then(event('timed_out', 20, { message: 'took too long' }));
    given(started())
      .when(command('time_out', 20))
      .then(event('timed_out', 20, {}));
    given(started())
      .when(command('complete', 20, { reason: 'run_lost' }))
      .then(completed(20, 'run_lost'));
  });

  it('marks a checkpoint with the tokens used so far', () => {
    const row = recordTokens(5, 120);
    const state = given(started())
      .when(row)
      .then(
        event('tokens_recorded', 5, {
          tokensUsed: 120,
          cumulativeTotal: 120,
          operation: 'work',
          source: 'api',
          timestamp: at(5),
        }),
      );
    const asked = command('reach_checkpoint', 20, { phase: 'design', promptCount: 3, metadata: { files: ['a'] } });
    expect(decide(asked, state)).toMatchObject([
      { data: { phase: 'design', promptCount: 3, metadata: { files: ['a'] }, tokensUsed: 120 } },
    ]);
  });

  it('gives an alert that is asked for once', () => {
    given(started(), event('alert_raised', 5, { threshold: 'budget_80', level: 'warning', message: 'look' }))
      .when(commands.raise_alert)
      .thenNothing();
  });
});

describe('a change to what is already so', () => {
  it.each([
    ['the name', event('renamed', 5, { name: 'another' }), commands.rename],
    ['the budget', event('budget_changed', 5, { tokenBudget: 500 }), commands.change_budget],
    [
      'the duration',
      event('duration_changed', 5, { duration: minutes(90), reason: 'request' }),
      commands.change_duration,
    ],
  ])('of %s is no event', (_, before, asked) => {
    given(started(), before).when(asked).thenNothing();
  });

  it('is no event on a session that runs on over its time either', () => {
    given(started({ onDue: 'extend' }), event('overran', 60, {}))
      .when(command('change_duration', 70, { duration: minutes(60) }))
      .thenNothing();
  });
});

describe('an ended session', () => {
  it('can be reopened, paused, resumed and ended again', () => {
    given(started(), completed(10)).when(command('reopen', 30)).then(reopened(30));
    given(started(), completed(10), reopened(30)).when(command('pause', 31)).then(paused(31));
    given(started(), completed(10), reopened(30), paused(31)).when(command('resume', 32)).then(resumed(32));
    given(started(), completed(10), reopened(30)).when(command('complete', 33)).then(completed(33));
  });
});

describe('a journal that tells what cannot have happened', () => {
  const impossible: [string, Parameters<typeof stateAfter>[0]][] = [
    ['an event before the start', [paused(0)]],
    ['a second start', [started(), started()]],
    ['a pause in a pause', [started(), paused(1), paused(2)]],
    ['a resume without a pause', [started(), resumed(1)]],
    ['a second end', [started(), completed(1), completed(2)]],
    ['a reopening of an open session', [started(), reopened(1)]],
    ['a change after the end', [started(), completed(1), event('renamed', 2, { name: 'late' })]],
    ['a clock set in a pause', [started(), paused(1), event('clock_adjusted', 2, { by: 3_600_000 })]],
  ];

  it.each(impossible)('is not folded: %s', (_, events) => {
    expect(() => stateAfter(events)).toThrow(/the journal has/);
  });
});
