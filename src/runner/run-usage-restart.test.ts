/** Runs whose server stops, is killed and starts again: nothing is lost, nothing counts twice. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sessionId } from '../journal/author.suite.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { countChanges, summarize } from '../projections/summary.ts';
import { startTime } from '../session/decider-specification.suite.ts';
import { openStore, tamper } from '../stores/sqlite/store-folder.suite.ts';
import { a, b, handClock, hour } from './runner.suite.ts';
import type { Intent } from './runner.ts';
import { Life, mortal, ok, response, Workplace } from './run-usage.suite.ts';

const projector = { summarize, countChanges };
const c = sessionId(3);
const soon = startTime + 1000;

/** Lives one after the other on one journal, by one clock. */
const livesOn = (journal: MemoryJournal = new MemoryJournal()) => {
  const clock = handClock();
  return { journal, clock, next: () => Life.begin({ journal, projector, clock }) };
};

describe('a run whose server is stopped and started', () => {
  it('has what was written before, meanwhile and after', async () => {
    const work = new Workplace();
    const file = join(work.home, 'stint.db');
    const first = await openStore(file);
    const before = await Life.begin({ journal: first.store, projector });
    await before.start(a, work.run);
    work.says(response('m-1', { at: soon, output: 1 }), response('m-2', { at: soon, output: 20 }));
    await before.uses(a, 21);
    await before.stop();
    await first.store.close();
    work.says(response('m-2', { at: soon + 1, output: 25 }), response('m-3', { at: soon + 2, output: 300 }));
    const second = await openStore(file);
    const after = await Life.begin({ journal: second.store, projector });
    await after.uses(a, 326);
    work.says(response('m-3', { at: soon + 3, output: 300 }), response('m-4', { at: soon + 4, output: 4000 }));
    expect((await after.complete(a)).facts.tokensUsed).toBe(4326);
    expect(await after.rows(a)).toHaveLength(5);
    expect([...before.errors, ...after.errors]).toEqual([]);
    await after.stop();
    await second.store.close();
  });

  it('has what was written late while no server ran', async () => {
    const work = new Workplace();
    const { clock, next } = livesOn();
    const before = await next();
    await before.start(a, work.run);
    clock.pass(2000);
    await before.complete(a);
    await before.stop();
    work.says(response('m-1', { at: soon, output: 8 }), response('m-2', { at: soon + 5000, output: 50 }));
    clock.pass(30_000);
    await (await next()).uses(a, 8);
  });

  it('has what was written until it ended while no server ran, and nothing of that puts off its end', async () => {
    const work = new Workplace();
    const { journal, clock } = livesOn();
    const before = await Life.begin({ journal, projector, clock });
    await before.start(a, work.run);
    await before.stop();
    work.says(response('m-1', { at: soon, output: 8 }), response('m-2', { at: soon + 5000, output: 50 }));
    clock.pass(12 * hour);
    // As serve/loops.ts has it.
    const life = new Life({ journal, projector, clock });
    await life.usage.open();
    await life.runner.execute(a, [{ type: 'complete', endedAt: soon + 1000 }], ok);
    await life.usage.start();
    expect(await life.uses(a, 8)).toMatchObject({ status: 'completed', endTime: soon + 1000 });
  });

  it('has what was written until its time was up while no server ran', async () => {
    const work = new Workplace();
    const { journal, clock, next } = livesOn();
    const before = await next();
    await before.start(a, work.run, { duration: hour });
    await before.stop();
    work.says(
      response('m-1', { at: startTime + hour - 1, output: 8 }),
      response('m-2', { at: startTime + hour, output: 50 }),
    );
    clock.pass(3 * hour);
    const after = new Life({ journal, projector, clock });
    await after.usage.open();
    await after.runner.execute(a, [{ type: 'fall_due' }], ok);
    expect(await after.runner.state(a)).toMatchObject({ status: 'completed', endTime: startTime + hour });
    await after.usage.start();
    await after.uses(a, 8);
    await after.start(b, work.run);
    await after.complete(b);
    expect(await after.runner.state(a)).toMatchObject({ facts: { tokensUsed: 8 } });
  });

  it('keeps what was counted when the transcripts are gone', async () => {
    const work = new Workplace();
    const { next } = livesOn();
    const before = await next();
    await before.start(a, work.run);
    const fork = { sessionId: 's-2' };
    work.says(response('m-1', { at: soon, output: 80 }), response('m-2', { at: soon, output: 300 }));
    work.saysIn(work.transcript('s-2'), response('m-2', { at: soon, output: 2, line: fork }));
    await before.uses(a, 380);
    await before.stop();
    rmSync(work.transcript());
    const after = await next();
    work.saysIn(work.transcript('s-2'), response('m-3', { at: soon + 1, output: 5, line: fork }));
    expect((await after.complete(a)).facts.tokensUsed).toBe(385);
  });
});

describe('runs beside each other in one directory, whose server is started again', () => {
  it('keep what is theirs, though some have ended before', async () => {
    const work = new Workplace();
    const { clock, next } = livesOn();
    const before = await next();
    // a: 0–3 h, b: 2–5 h, c: 4 h and on.
    await before.start(a, work.run);
    work.says(
      response('m-1', { at: startTime + hour, output: 1 }),
      response('m-2', { at: startTime + 2.5 * hour, output: 20 }),
    );
    clock.pass(2 * hour);
    await before.start(b, work.run);
    clock.pass(hour);
    expect((await before.complete(a)).facts.tokensUsed).toBe(21);
    work.says(
      response('m-3', { at: startTime + 3.5 * hour, output: 300 }),
      response('m-4', { at: startTime + 4.5 * hour, output: 4000 }),
    );
    clock.pass(hour);
    await before.start(c, work.run);
    clock.pass(hour);
    expect((await before.complete(b)).facts.tokensUsed).toBe(4300);
    clock.pass(hour);
    await before.stop();
    work.says(response('m-5', { at: startTime + 5.5 * hour, output: 50_000 }));
    const after = await next();
    expect((await after.complete(c)).facts.tokensUsed).toBe(50_000);
    const total = async (session: string) => (await after.runner.state(session))?.facts.tokensUsed;
    expect([await total(a), await total(b)]).toEqual([21, 4300]);
  });

  it('are told late of what was theirs, also when a later one ran on', async () => {
    const work = new Workplace();
    const { clock, next } = livesOn();
    const before = await next();
    await before.start(a, work.run);
    clock.pass(hour);
    await before.start(b, work.run);
    clock.pass(hour);
    await before.complete(a);
    await before.stop();
    clock.pass(50_000);
    work.says(
      response('m-1', { at: startTime + 1.5 * hour, output: 8 }),
      response('m-2', { at: startTime + 2 * hour, output: 50 }),
    );
    const after = await next();
    await Promise.all([after.uses(a, 8), after.uses(b, 50)]);
  });
});

describe('a run whose server is killed at any moment', () => {
  const stillHere: Intent = { type: 'comment', author: 'ada', text: 'still here' };

  /** A response of some lines, the last of which counts. */
  const growing = (id: string, outputs: readonly number[]) =>
    outputs.map((output, i) => response(id, { at: soon + i, output }));

  it('has everything once', async () => {
    const outputs = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 4 });
    const stories = fc.record({
      said: fc.array(outputs, { minLength: 1, maxLength: 40 }),
      /** After how many commits each server is killed. */
      lives: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 5 }),
    });
    const property = fc.asyncProperty(stories, async ({ said, lives }) => {
      const work = new Workplace();
      const { journal, clock, next } = livesOn();
      const first = await next();
      await first.start(a, work.run);
      await first.stop();
      const lines = said.flatMap((own, n) => growing(`m-${n}`, own));
      const part = Math.ceil(lines.length / (lives.length + 1));
      const dead: (() => Promise<void>)[] = [];
      for (const [n, commits] of lives.entries()) {
        const { killed, bury, ...dying } = mortal(journal, commits);
        const life = await Life.begin({ ...dying, projector, clock });
        dead.push(() => {
          bury();
          return life.usage.stop();
        });
        for (const line of lines.slice(n * part, (n + 1) * part)) work.says(line);
        // What it dies of at the latest.
        for (let i = 0; i <= commits; i++) life.runner.execute(a, [stillHere], ok).catch(() => undefined);
        await killed;
      }
      work.says(...lines.slice(lives.length * part));
      const last = await next();
      const { facts } = await last.complete(a);
      await Promise.all([last.stop(), ...dead.map((end) => end())]);
      const truth = said.map((own) => Math.max(...own));
      expect(facts.tokensUsed).toBe(truth.reduce((sum, output) => sum + output, 0));
    });
    await fc.assert(property, { numRuns: 30 });
  });
});

describe('a session that is set aside', () => {
  it('keeps neither the server from starting nor other runs from being counted', async () => {
    const work = new Workplace();
    const { store, file } = await openStore();
    const before = await Life.begin({ journal: store, projector });
    await before.start(a, work.run);
    work.says(response('m-1', { at: soon, output: 8 }));
    await before.uses(a, 8);
    const other = new Workplace();
    await before.start(b, other.run);
    await before.stop();
    tamper(file, "UPDATE events SET data = replace(data, 'm-1', 'm-x') WHERE type = 'tokens_recorded'");
    work.says(response('m-2', { at: soon, output: 100 }));
    other.says(response('m-3', { at: soon, output: 5 }));
    const after = await Life.begin({ journal: store, projector });
    await after.uses(b, 5);
    await after.reports('set aside');
    await after.stop();
  });
});

describe('a run during which the clock is set back to before its start', () => {
  it('has what its agent uses from then on, nothing that is older, and keeps it over a restart', async () => {
    const work = new Workplace();
    const { clock, next } = livesOn();
    const before = await next();
    work.says(response('older', { at: startTime - hour / 2, output: 9000 }));
    await before.start(a, work.run);
    work.says(response('m-1', { at: startTime + 1000, output: 5 }));
    await before.uses(a, 5);
    clock.pass(-hour);
    await before.runner.execute(a, [{ type: 'adjust_clock', by: -hour }], ok);
    // What is written while the server still reads what was there before is taken for a part of that.
    let said = 0;
    const nextOne = () => work.says(response(`again-${++said}`, { at: clock.now() + 1000, output: 1 }));
    const used = async () => (await before.runner.state(a))?.facts.tokensUsed ?? 0;
    await expect.poll(async () => (nextOne(), used())).toBeGreaterThan(5);
    work.says(response('m-2', { at: clock.now() + 2000, output: 100 }));
    await before.until(a, ({ facts }) => facts.tokensUsed >= 105);
    const counted = (await before.until(a, ({ facts }) => facts.tokensUsed < 9000)).facts.tokensUsed;
    expect(counted).toBeLessThanOrEqual(105 + said);
    await before.stop();

    const after = await next();
    clock.pass(2 * hour);
    work.says(response('m-3', { at: clock.now(), output: 1000 }));
    const whole = await after.complete(a);
    expect(whole.facts.tokensUsed).toBeGreaterThanOrEqual(counted + 1000);
    expect(whole.facts.tokensUsed).toBeLessThanOrEqual(1105 + said);
  });
});
