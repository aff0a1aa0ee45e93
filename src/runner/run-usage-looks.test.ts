/** How directories are looked at: when, what is read, and what happens when it cannot be. */
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { Problem } from '../contract/problem.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { countChanges, summarize } from '../projections/summary.ts';
import { claudeReader } from '../readers/claude/reader.ts';
import type { Reader } from '../readers/reader.ts';
import { startTime } from '../session/decider-specification.suite.ts';
import { a, b, HeldJournal } from './runner.suite.ts';
import { Life, response, Workplace } from './run-usage.suite.ts';

const projector = { summarize, countChanges };
const soon = startTime + 1000;
const begin = (parts: Partial<ConstructorParameters<typeof Life>[0]> = {}) =>
  Life.begin({ journal: new MemoryJournal(), projector, ...parts });

/** The regular look comes only when it is asked for. */
const stopTheTimers = () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  const lookRegularly = () => void vi.advanceTimersByTime(1000);
  const lookUntil = async (isDone: () => Promise<boolean>) => {
    for (; !(await isDone()); await nextTurn()) lookRegularly();
  };
  return { lookRegularly, lookUntil, [Symbol.dispose]: () => void vi.useRealTimers() };
};

/** How many folders are watched. */
const watches = async () => {
  // A watcher that was closed goes in the next turn.
  await nextTurn();
  return process.getActiveResourcesInfo().filter((name) => name === 'FSEventWrap').length;
};

describe('watchers', () => {
  /** Puts what an agent has said in its place at once, so that whoever looks finds all of it. */
  const appear = (work: Workplace, path: string, ...lines: object[]) => {
    const staged = join(work.home, 'staged');
    work.saysIn(join(staged, path), ...lines);
    renameSync(join(staged, path.split('/')[0]!), join(work.projectFolder, path.split('/')[0]!));
  };

  it('tell of what is written, of new files and of new folders, without a regular look', async () => {
    using _timers = stopTheTimers();
    const work = new Workplace();
    mkdirSync(dirname(work.projectFolder), { recursive: true });
    const life = await begin();
    await life.start(a, work.run);
    const staged = join(work.home, 'project');
    work.saysIn(join(staged, 's-1.jsonl'), response('m-1', { at: soon, output: 1 }));
    renameSync(staged, work.projectFolder);
    await life.uses(a, 1);
    work.says(response('m-2', { at: soon, output: 20 }));
    await life.uses(a, 21);
    appear(work, 's-2.jsonl', response('m-3', { at: soon, output: 300 }));
    await life.uses(a, 321);
    appear(work, 's-1/subagents/agent-a7.jsonl', response('m-4', { at: soon, output: 4000 }));
    await life.uses(a, 4321);
    work.saysIn(work.transcript('s-1', 'a7'), response('m-5', { at: soon, output: 50_000 }));
    await life.uses(a, 54_321);
  });

  it('go on when a folder is removed and another one takes its place', async () => {
    using _timers = stopTheTimers();
    const work = new Workplace();
    work.says(response('m-1', { at: soon, output: 1 }));
    const life = await begin();
    await life.start(a, work.run);
    await life.uses(a, 1);
    rmSync(work.projectFolder, { recursive: true });
    const staged = join(work.home, 'project');
    work.saysIn(join(staged, 's-2.jsonl'), response('m-2', { at: soon, output: 20 }));
    renameSync(staged, work.projectFolder);
    await life.uses(a, 21);
    work.saysIn(work.transcript('s-2'), response('m-3', { at: soon, output: 300 }));
    await life.uses(a, 321);
  });

  it('are none any more a minute after the last run is over', async () => {
    using timers = stopTheTimers();
    const work = new Workplace();
    work.says(response('m-1', { at: soon, output: 1 }));
    const life = await begin();
    await life.start(a, work.run);
    await life.start(b, work.run);
    await life.uses(a, 1);
    expect(await watches()).toBeGreaterThan(0);
    await life.complete(a);
    life.clock.pass(61_000);
    timers.lookRegularly();
    await life.complete(b);
    life.clock.pass(59_000);
    timers.lookRegularly();
    expect(await watches()).toBeGreaterThan(0);
    life.clock.pass(2000);
    await timers.lookUntil(async () => (await watches()) === 0);
  });

  it('are none any more after a stop', async () => {
    const work = new Workplace();
    work.says(response('m-1', { at: soon, output: 1 }));
    const life = await begin();
    await life.start(a, work.run);
    await life.uses(a, 1);
    expect(await watches()).toBeGreaterThan(0);
    await life.stop();
    expect(await watches()).toBe(0);
  });
});

describe('the regular look', () => {
  it('finds what no watcher tells of', async () => {
    using timers = stopTheTimers();
    const work = new Workplace();
    const { reader, firstLook } = overheard();
    const life = await begin({ reader });
    await life.start(a, work.run);
    await firstLook;
    // Its folder was not there to be watched.
    work.says(response('m-1', { at: soon, output: 7 }));
    timers.lookRegularly();
    await life.uses(a, 7);
  });

  it('reads nothing that has not changed', async () => {
    using timers = stopTheTimers();
    const work = new Workplace();
    work.says(response('m-1', { at: soon, output: 1 }));
    work.saysIn(work.transcript('s-2'), response('m-2', { at: soon, output: 20 }));
    const { reader, reads } = overheard();
    const life = await begin({ reader });
    await life.start(a, work.run);
    await life.uses(a, 21);
    work.says(response('m-3', { at: soon, output: 300 }));
    timers.lookRegularly();
    await life.uses(a, 321);
    await life.complete(a);
    expect(reads.filter((file) => file === work.transcript('s-2'))).toHaveLength(1);
  });

  it('passes over the history of a directory that was last changed before the run', async () => {
    const work = new Workplace();
    const old = Array.from({ length: 200 }, (_, n) => work.transcript(`old-${n}`));
    for (const file of old) work.saysIn(file, response('m-0', { at: soon, output: 1 }));
    for (const file of old) utimesSync(file, new Date(startTime - 90_000), new Date(startTime - 90_000));
    const { reader, reads } = overheard();
    const life = await begin({ reader });
    await life.start(a, work.run);
    // One of them is gone on with.
    work.saysIn(old[7]!, response('m-1', { at: soon, output: 5 }));
    expect((await life.complete(a)).facts.tokensUsed).toBe(6);
    expect(new Set(reads)).toEqual(new Set([old[7]]));
  });
});

describe('what cannot be read', () => {
  it('is reported once, and the rest is counted', async () => {
    const work = new Workplace();
    work.says(response('m-1', { at: soon, output: 1 }));
    appendFileSync(work.transcript(), 'torn\n{"also":\n');
    mkdirSync(work.transcript('folder'));
    symlinkSync(work.transcript('loop'), work.transcript('loop'));
    const life = await begin();
    await life.start(a, work.run);
    work.says(response('m-2', { at: soon, output: 20 }));
    expect((await life.complete(a)).facts.tokensUsed).toBe(21);
    const inFile = (name: string, reason: string) => expect.stringMatching(new RegExp(`/${name}.jsonl .*${reason}`));
    expect(life.errors.toSorted()).toEqual([
      inFile('folder', 'not_a_file'),
      inFile('loop', 'symlink_loop'),
      inFile('s-1', 'malformed'),
    ]);
  });

  it('is read when it can be', async () => {
    const work = new Workplace();
    work.says(response('m-1', { at: soon, output: 1 }));
    symlinkSync(work.transcript('s-2'), work.transcript('s-2'));
    const life = await begin();
    await life.start(a, work.run);
    await life.reports('symlink_loop');
    rmSync(work.transcript('s-2'));
    work.saysIn(work.transcript('s-2'), response('m-2', { at: soon, output: 20 }));
    await life.uses(a, 21);
  });

  it('is read when it can be also where nothing else has changed', async () => {
    const work = new Workplace();
    work.says(response('m-1', { at: soon, output: 1 }));
    const reader = claudeReader();
    let fails = true;
    const failing: Reader = {
      ...reader,
      readFrom: async (file, cursor = null) => {
        if (!fails) return reader.readFrom(file, cursor);
        fails = false;
        const skipped = [{ file, offset: 0, reason: 'unreadable' as const }];
        return { records: [], skipped, cursor, status: 'unreadable', restarted: false };
      },
    };
    const life = await begin({ reader: failing });
    await life.start(a, work.run);
    await life.reports('unreadable');
    expect((await life.complete(a)).facts.tokensUsed).toBe(1);
  });

  it('because the reader fails does not end the looks', async () => {
    const work = new Workplace();
    work.says(response('m-1', { at: soon, output: 1 }));
    const reader = claudeReader();
    let fails = 2;
    using timers = stopTheTimers();
    const failing: Reader = {
      ...reader,
      filesOf: async (...place) => {
        if (fails-- > 0) throw new Error('out of luck');
        return reader.filesOf(...place);
      },
    };
    const life = await begin({ reader: failing });
    await life.start(a, work.run);
    await timers.lookUntil(async () => (await life.runner.state(a))?.facts.tokensUsed === 1);
    expect(life.errors).toEqual(['out of luck']);
  });

  it('because it was rewritten from the beginning counts once', async () => {
    const work = new Workplace();
    const life = await begin();
    await life.start(a, work.run);
    work.says(response('m-1', { at: soon, output: 1 }), response('m-2', { at: soon, output: 20 }));
    await life.uses(a, 21);
    writeFileSync(work.transcript(), '');
    work.says(response('m-2', { at: soon, output: 20 }), response('m-3', { at: soon, output: 300 }));
    expect((await life.complete(a)).facts.tokensUsed).toBe(321);
  });
});

describe('what cannot be recorded', () => {
  const full = new Problem('store_full', 'the disk is full');

  it('is reported once and recorded when it can be', async () => {
    using timers = stopTheTimers();
    const work = new Workplace();
    const journal = new HeldJournal();
    const life = await begin({ journal });
    await life.start(a, work.run);
    journal.failNext(full, full);
    work.says(response('m-1', { at: soon, output: 7 }));
    await timers.lookUntil(async () => (await life.runner.state(a))?.facts.tokensUsed === 7);
    expect(life.errors).toEqual(['the disk is full']);
    expect(await life.rows(a)).toHaveLength(1);
  });

  it('is still recorded when the run has been over for long', async () => {
    using timers = stopTheTimers();
    const work = new Workplace();
    const journal = new HeldJournal();
    const life = await begin({ journal });
    await life.start(a, work.run);
    life.clock.pass(2000);
    await life.complete(a);
    journal.failNext(full);
    work.says(response('m-1', { at: soon, output: 7 }));
    timers.lookRegularly();
    await life.reports('the disk is full');
    life.clock.pass(61_000);
    await timers.lookUntil(async () => (await life.runner.state(a))?.facts.tokensUsed === 7);
  });
});

/** A reader that tells when it was first asked for files, and which it was asked to read. */
function overheard() {
  const reader = claudeReader();
  const reads: string[] = [];
  const { promise: firstLook, resolve } = Promise.withResolvers<void>();
  const overhearing: Reader = {
    ...reader,
    filesOf: async (...place) => {
      const found = await reader.filesOf(...place);
      resolve();
      return found;
    },
    readFrom: (file, cursor) => {
      reads.push(file);
      return reader.readFrom(file, cursor);
    },
  };
  return { reader: overhearing, reads, firstLook };
}
