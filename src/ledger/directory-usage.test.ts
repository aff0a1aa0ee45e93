import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UsageRecord } from '../readers/reader.ts';
import { DirectoryUsage } from './directory-usage.ts';
import type { Advance, RunWindow } from './directory-usage.ts';

type Told = Partial<Omit<UsageRecord, 'parts' | 'request'>> & {
  output?: number;
  input?: number;
  request?: string | null;
};

/** A copy of a response that began at `at` and has `output` tokens, in the file of a main conversation unless told. */
const copy = (key: string, at: number, { output = 10, input = 0, request = 'r', ...rest }: Told = {}): UsageRecord => ({
  source: 'x',
  key,
  ...(request === null ? {} : { request }),
  sessionId: 's-1',
  sidechain: request === null,
  model: 'm',
  beganAt: at,
  at,
  cwd: '/code',
  parts: { input, output, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 },
  confidence: 'exact',
  file: '/f',
  offset: 0,
  fileBornAt: 1,
  ...rest,
});

const run = (session: string, startTime: number, endTime?: number): RunWindow => ({
  session,
  startTime,
  ...(endTime === undefined ? {} : { endTime }),
});

type Sums = Record<string, number>;

/** Output by session, of those that have any. */
const sums = (advances: readonly Advance[], from: Sums = {}): Sums => {
  const total = new Map(Object.entries(from));
  for (const { session, parts } of advances) total.set(session, (total.get(session) ?? 0) + parts.output);
  return Object.fromEntries([...total].filter(([, output]) => output !== 0).toSorted(([a], [b]) => (a < b ? -1 : 1)));
};

const usageOf = (windows: readonly RunWindow[], since = Math.min(...windows.map(({ startTime }) => startTime))) => {
  const usage = new DirectoryUsage(['/code', '/mnt/code'], since);
  for (const window of windows) usage.open(window);
  return usage;
};

/** Given runs, when copies are found, then this much output is to be recorded by session. */
const given = (...windows: RunWindow[]) => {
  const usage = usageOf(windows);
  const after = {
    when: (...copies: UsageRecord[]) => {
      usage.add(copies);
      return {
        thenRecord: (expected: Sums) => {
          expect(sums(usage.takeAdvances())).toEqual(expected);
          return after;
        },
      };
    },
  };
  return after;
};

describe('a response belongs to a run that was open when it began (U1)', () => {
  it('the only one', () => {
    given(run('a', 10)).when(copy('k', 10)).thenRecord({ a: 10 });
  });

  it('the earliest started of two in one directory', () => {
    given(run('b', 20), run('a', 10)).when(copy('k', 25)).thenRecord({ a: 10 });
  });

  it('the later one once the earlier has ended', () => {
    given(run('a', 10, 30), run('b', 20))
      .when(copy('k', 29), copy('l', 30, { output: 7 }))
      .thenRecord({ a: 10, b: 7 });
  });

  it('the one with the smaller id when both were started at the same moment', () => {
    given(run('b', 10), run('a', 10)).when(copy('k', 10)).thenRecord({ a: 10 });
  });

  it('none when it began before any', () => {
    given(run('a', 10)).when(copy('k', 9)).thenRecord({});
  });

  it('none when it began after all had ended', () => {
    given(run('a', 10, 20))
      .when(copy('k', 20))
      .thenRecord({});
  });

  it('none when it began before a run although it grew during it', () => {
    given(run('a', 10))
      .when(copy('k', 9))
      .thenRecord({})
      .when(copy('k', 11, { output: 50 }))
      .thenRecord({});
    given(run('a', 10))
      .when(copy('k', 11, { output: 50 }))
      .thenRecord({ a: 50 })
      .when(copy('k', 9))
      .thenRecord({ a: -50 });
  });

  it('that which it began in, although it ended after it', () => {
    given(run('a', 10, 20))
      .when(copy('k', 15), copy('k', 25, { output: 40 }))
      .thenRecord({ a: 40 });
  });

  it('a run that is told of after the response was found', () => {
    const usage = usageOf([run('a', 10, 20)]);
    usage.add([copy('k', 25)]);
    expect(usage.takeAdvances()).toEqual([]);
    usage.open(run('b', 24));
    expect(sums(usage.takeAdvances())).toEqual({ b: 10 });
  });
});

describe('a response counts once (U2)', () => {
  it('however many lines it has: they advance by the difference', () => {
    given(run('a', 0))
      .when(copy('k', 1, { output: 2 }))
      .thenRecord({ a: 2 })
      .when(copy('k', 2, { output: 9 }), copy('k', 3, { output: 350 }))
      .thenRecord({ a: 348 })
      .when(copy('k', 3, { output: 350 }))
      .thenRecord({});
  });

  it('in a fork’s file as well', () => {
    const fork = { sessionId: 's-2', file: '/g', fileBornAt: 2 };
    given(run('a', 0))
      .when(copy('k', 1), copy('k', 1, fork))
      .thenRecord({ a: 10 })
      .when(copy('k', 1, fork))
      .thenRecord({});
  });

  it('when a sidechain replays it, which has no request of its own', () => {
    given(run('a', 0))
      .when(copy('k', 1))
      .thenRecord({ a: 10 })
      .when(copy('k', 5, { request: null, output: 12 }))
      .thenRecord({ a: 2 });
  });

  it('once for each request, until a copy shows that they are one', () => {
    given(run('a', 0))
      .when(copy('k', 1, { request: 'r' }), copy('k', 2, { request: 'q' }))
      .thenRecord({ a: 20 })
      .when(copy('k', 3, { request: null, output: 11 }))
      .thenRecord({ a: -9 });
  });

  it('for the run in which it began, when an earlier copy comes to light', () => {
    given(run('a', 0, 10), run('b', 10))
      .when(copy('k', 12))
      .thenRecord({ b: 10 })
      .when(copy('k', 9))
      .thenRecord({ a: 10, b: -10 });
  });

  it('whole, with the time and model of the copy with most output', () => {
    const usage = usageOf([run('a', 0)]);
    usage.add([
      copy('k', 1, { output: 2, input: 900, model: 'small' }),
      copy('k', 3, { output: 9, input: 4, model: 'big' }),
    ]);
    expect(usage.takeAdvances()).toEqual([
      {
        session: 'a',
        response: 'x:k',
        parts: { input: 4, output: 9, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 },
        model: 'big',
        beganAt: 1,
        at: 3,
        subagent: false,
      },
    ]);
  });

  it('as a subagent’s when that is what it is', () => {
    const usage = usageOf([run('a', 0)]);
    usage.add([copy('k', 1, { request: null })]);
    expect(usage.takeAdvances()).toMatchObject([{ subagent: true }]);
  });
});

describe('what could not be recorded', () => {
  it('is asked for again', () => {
    const usage = usageOf([run('a', 0)]);
    usage.add([copy('k', 1)]);
    const [advance] = usage.takeAdvances();
    expect(usage.takeAdvances()).toEqual([]);
    usage.giveBack(advance!);
    expect(usage.takeAdvances()).toEqual([advance]);
  });

  it('is asked for with what came in since', () => {
    const usage = usageOf([run('a', 0)]);
    usage.add([copy('k', 1, { output: 3 })]);
    const [advance] = usage.takeAdvances();
    usage.add([copy('k', 2, { output: 8 })]);
    usage.giveBack(advance!);
    expect(sums(usage.takeAdvances())).toEqual({ a: 8 });
  });
});

describe('what was recorded before a restart (U3)', () => {
  const restarted = (recorded: readonly [session: string, key: string, output: number][], ...windows: RunWindow[]) => {
    const usage = usageOf(windows);
    for (const [session, key, output] of recorded) usage.noteRecorded(session, `x:${key}`, { output });
    return usage;
  };

  it('is not recorded again', () => {
    const usage = restarted(
      [
        ['a', 'k', 6],
        ['a', 'k', 4],
      ],
      run('a', 0),
    );
    usage.add([copy('k', 1), copy('l', 2)]);
    expect(usage.takeAdvances()).toMatchObject([{ response: 'x:l', parts: { output: 10 } }]);
  });

  it('stays when the copies that it came from are gone', () => {
    const usage = restarted([['a', 'k', 350]], run('a', 0));
    usage.add([copy('k', 1, { output: 2 })]);
    expect(usage.takeAdvances()).toEqual([]);
    usage.add([copy('k', 3, { output: 360 })]);
    expect(sums(usage.takeAdvances())).toEqual({ a: 10 });
  });

  it('stays with a run that has ended when only later copies are left', () => {
    const usage = restarted([['a', 'k', 10]], run('a', 0, 10), run('b', 5));
    usage.add([copy('k', 12, { output: 15 })]);
    expect(sums(usage.takeAdvances())).toEqual({ a: 5 });
  });

  it('is left alone when it began before the first run that is followed, since others may have been open then (U4)', () => {
    // Run z, 0 to 20, has ended too long ago to be known; a may not be given what was its.
    const usage = usageOf([run('a', 10, 40), run('b', 30)], 30);
    usage.add([copy('of z', 15), copy('of a', 35)]);
    expect(usage.takeAdvances()).toMatchObject([{ session: 'a', response: 'x:of a' }]);
    usage.noteRecorded('a', 'x:old', { output: 10 });
    usage.add([copy('k', 45), copy('old', 12)]);
    expect(sums(usage.takeAdvances())).toEqual({ b: 10 });
    usage.add([copy('k', 15), copy('old', 38, { output: 99 })]);
    expect(sums(usage.takeAdvances())).toEqual({ b: -10 });
  });
});

describe('directories that share their files', () => {
  it.each([['/code'], ['/code/src'], ['/mnt/code'], ['/mnt/code/src'], [undefined]])('count from %s', (cwd) => {
    const { cwd: _, ...rest } = copy('k', 1);
    given(run('a', 0))
      .when({ ...rest, ...(cwd === undefined ? {} : { cwd }) })
      .thenRecord({ a: 10 });
  });

  it.each([['/code-2'], ['/'], ['/other/code'], ['/codeshop/x']])('do not count from %s', (cwd) => {
    given(run('a', 0))
      .when(copy('k', 1, { cwd }))
      .thenRecord({});
  });

  it('go on counting when the agent changes to another directory', () => {
    given(run('a', 0))
      .when(copy('k', 1), copy('l', 2, { cwd: '/elsewhere' }), copy('m', 2, { cwd: '/elsewhere', sessionId: 's-2' }))
      .thenRecord({ a: 20 });
  });

  it('are told apart also where the directory is the root', () => {
    const usage = new DirectoryUsage(['/'], 0);
    usage.open(run('a', 0));
    usage.add([copy('k', 1, { cwd: '/etc' })]);
    expect(sums(usage.takeAdvances())).toEqual({ a: 10 });
  });
});

describe('any copies, found in any order, in any batches, with restarts in between', () => {
  const window = fc
    .tuple(fc.nat(20), fc.option(fc.nat(20), { nil: undefined }))
    .map(([from, length]) => [from, length === undefined ? undefined : from + length] as const);
  const windows = fc
    .array(window, { minLength: 1, maxLength: 4 })
    .map((times) => times.map(([from, to], i) => run(`run-${i}`, from, to)));
  /** A response: when it began, and its copies, each so much later, with so much output, in some file. */
  const told = fc.record({
    key: fc.constantFrom('k', 'l', 'm', 'n'),
    request: fc.constantFrom('r', 'r', 'q', null),
    at: fc.nat(40),
    output: fc.nat(5),
    fork: fc.nat(2),
  });
  const copies = fc.array(told, { maxLength: 20 }).map((all) =>
    all.map(({ key, at, request, output, fork }) => {
      const file = { sessionId: `s-${fork}`, file: `/f-${fork}`, fileBornAt: fork };
      return copy(key, at, { ...file, request, output, input: output + at });
    }),
  );
  /** What happens between two copies. */
  const step = fc.constantFrom('go on', 'go on', 'record', 'fail to record', 'restart');
  const stories = fc.tuple(windows, copies).chain(([runs, all]) =>
    fc.record({
      runs: fc.constant(runs),
      all: fc.constant(all),
      order: fc.shuffledSubarray(all, { minLength: all.length }),
      steps: fc.array(step, { minLength: all.length, maxLength: all.length }),
      /** The order in which files are read again after a restart. */
      again: fc.shuffledSubarray(all, { minLength: all.length }),
      /** Something is recorded before all files are read again. */
      early: fc.boolean(),
      most: fc.constantFrom(1, 2, Infinity),
    }),
  );

  it('come to what a single pass over all of them gives, for every run', () => {
    const property = fc.property(stories, ({ runs, all, order, steps, again, early, most }) => {
      const rows: Advance[] = [];
      let usage = usageOf(runs);
      const record = () => {
        while (usage.isWaiting) rows.push(...usage.takeAdvances(most));
      };
      for (const [i, found] of order.entries()) {
        usage.add([found]);
        if (steps[i] === 'record') record();
        if (steps[i] === 'fail to record') for (const advance of usage.takeAdvances(most)) usage.giveBack(advance);
        if (steps[i] !== 'restart') continue;
        usage = usageOf(runs);
        for (const { session, response, parts } of rows) usage.noteRecorded(session, response, parts);
        for (const one of again.filter((read) => order.indexOf(read) <= i)) {
          usage.add([one]);
          if (early) record();
        }
      }
      record();
      const once = usageOf(runs);
      once.add(all);
      const expected = once.takeAdvances();
      expect(sums(rows)).toEqual(sums(expected));
      expect(inputs(rows)).toEqual(inputs(expected));
    });
    fc.assert(property, { numRuns: 3000 });
  });

  it('record nothing more when everything is read once more', () => {
    const property = fc.property(stories, ({ runs, all, again }) => {
      const usage = usageOf(runs);
      usage.add(all);
      const rows = usage.takeAdvances();
      usage.add(again);
      expect(usage.takeAdvances()).toEqual([]);
      const restarted = usageOf(runs);
      for (const { session, response, parts } of rows) restarted.noteRecorded(session, response, parts);
      restarted.add(again);
      expect(restarted.takeAdvances()).toEqual([]);
    });
    fc.assert(property, { numRuns: 1000 });
  });

  const inputs = (advances: readonly Advance[]): number => advances.reduce((sum, { parts }) => sum + parts.input, 0);
});

describe('a clock that is set back to before a run’s start (U5)', () => {
  const setBack = () => {
    const usage = usageOf([run('a', 100)]);
    usage.add([copy('old', 40), copy('first', 110)]);
    expect(sums(usage.takeAdvances())).toEqual({ a: 10 });
    usage.setBack('a', 20);
    return usage;
  };

  it('leaves what was known by then where it was, and gives the run what comes', () => {
    const usage = setBack();
    usage.add([copy('old', 40, { output: 50 }), copy('new', 40, { output: 3 }), copy('too old', 19)]);
    expect(sums(usage.takeAdvances())).toEqual({ a: 3 });
  });

  it('does not give it what comes after its end', () => {
    const usage = setBack();
    usage.open(run('a', 100, 60));
    usage.add([copy('late', 59, { output: 4 }), copy('after', 60)]);
    expect(sums(usage.takeAdvances())).toEqual({ a: 4 });
  });

  it('takes nothing back over a restart, and adds nothing that may be older', () => {
    const usage = usageOf([run('a', 100)]);
    const parts = { output: 3 };
    usage.noteRecorded('a', 'x:new', parts);
    usage.noteSetBack('a', 20);
    usage.add([copy('new', 40, parts), copy('old', 40)]);
    expect(usage.takeAdvances()).toEqual([]);
  });
});
