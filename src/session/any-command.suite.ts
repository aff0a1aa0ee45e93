/** Commands of every kind, at random, for property tests. */
import fc from 'fast-check';
import type { CommandOf, CommandType, SessionCommand } from '../contract/command.ts';
import { sessionKinds, thresholds } from '../contract/event.ts';
import { minutes } from './decider-specification.suite.ts';

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const none = fc.constant({});
const message = fc.record({ message: fc.string() });
const perhapsMessage = fc.record({ message: fc.string() }, { requiredKeys: [] });
const budget = { budget: fc.constantFrom('one', 'another') };
const perhapsBudget = fc.record(budget, { requiredKeys: [] });
const few = fc.nat(2000);

/** What each command may be given; the compiler sees to it that none is left out. */
export const asked: { [C in CommandType]: fc.Arbitrary<Omit<CommandOf<C>, 'type' | 'at' | 'id'>> } = {
  start: fc.record({
    kind: fc.constantFrom(...sessionKinds),
    owner: fc.constant('owner'),
    duration: fc.constantFrom(0, minutes(3), minutes(10), minutes(12), minutes(300)),
    onBudget: fc.constantFrom('warn', 'pause'),
    budgetCounts: fc.constantFrom('new', 'all'),
    onDue: fc.constantFrom('complete', 'extend'),
  }),
  pause: perhapsBudget,
  resume: perhapsBudget,
  complete: fc
    .record({ lateMs: optional(fc.integer({ min: -minutes(1), max: minutes(60) })) })
    .map(({ lateMs }) => (lateMs === undefined ? {} : { endedAt: -lateMs })),
  fail: message,
  cancel: perhapsMessage,
  time_out: perhapsMessage,
  reopen: none,
  rename: fc.record({ name: fc.constantFrom('a', 'b') }),
  change_budget: fc.record({ tokenBudget: fc.integer({ min: 1, max: 5000 }) }),
  change_duration: fc.record({ duration: fc.constantFrom(0, minutes(3), minutes(12), minutes(300)) }),
  record_tokens: fc
    .record({
      n: few,
      input: optional(few),
      lateMs: fc.integer({ min: -90_000, max: 900_000 }),
      transcript: fc.boolean(),
    })
    .map(({ n, input, lateMs, transcript }) => ({
      tokensUsed: n,
      operation: 'work',
      source: transcript ? 'transcript' : 'api',
      ...(input === undefined ? {} : { input, tokensUsed: input }),
      timestamp: -lateMs,
      ...(transcript ? { beganAt: -lateMs } : {}),
    })),
  // Of a REPL session alone; see repl.test.ts.
  record_repl: fc.constant({ entries: [], images: 0, imageBytes: 0 }),
  annotate_repl: fc.constant({ seq: 2, label: '', description: '', tags: [] }),
  remove_repl_annotation: fc.constant({ seq: 2 }),
  take_repl_snapshot: fc.constant({ snapshot: { id: 's', seq: 2, image: 1, description: '', tags: [] } }),
  remove_repl_snapshot: fc.constant({ snapshot: 's' }),
  reach_checkpoint: fc.record({ phase: fc.string(), promptCount: fc.nat() }),
  raise_alert: fc.record(
    {
      threshold: fc.constantFrom(...thresholds),
      level: fc.constantFrom('warning', 'error'),
      message: fc.string(),
      ...budget,
    },
    { requiredKeys: ['threshold', 'level', 'message'] },
  ),
  comment: fc.record({ author: fc.string(), text: fc.string() }),
  fall_due: none,
  adjust_clock: fc.record({ by: fc.constantFrom(-minutes(60), -5000, 5000, minutes(60)) }),
};

/** Commands that end a session are rarer, so that walks are long. */
const weights: Partial<Record<CommandType, number>> = {
  complete: 1,
  fail: 1,
  cancel: 1,
  time_out: 1,
  record_tokens: 12,
};

/** A command yet to be stamped; `timestamp`, `beganAt` and `endedAt` in it are seen from the moment at which it is asked. */
export interface Step {
  type: CommandType;
  data: object;
  waitMs: number;
}

export const step: fc.Arbitrary<Step> = fc.oneof(
  ...(Object.keys(asked) as CommandType[]).map((type) => ({
    weight: weights[type] ?? 3,
    arbitrary: fc.record({
      type: fc.constant(type),
      data: asked[type] as fc.Arbitrary<object>,
      waitMs: fc.oneof(fc.constant(0), fc.nat(30_000), fc.nat(minutes(8))),
    }),
  })),
);
type Unstamped<C = SessionCommand> = C extends SessionCommand ? Omit<C, 'at' | 'id'> : never;

/** What is asked at the moment `at`. */
export const askedAt = ({ type, data }: Step, at: number): Unstamped => {
  const absolute = Object.entries(data).map(([key, value]) =>
    ['timestamp', 'beganAt', 'endedAt'].includes(key) ? [key, at + Number(value)] : [key, value as unknown],
  );
  return { type, ...Object.fromEntries(absolute) } as Unstamped;
};
