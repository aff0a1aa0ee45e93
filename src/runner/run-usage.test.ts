/** What is counted, of real transcripts that grow while commands run, read by the real reader. */
import { execFile } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { countChanges, summarize } from '../projections/summary.ts';
import { tempFolder } from '../readers/following.suite.ts';
import { startTime } from '../session/decider-specification.suite.ts';
import { SqliteStore } from '../stores/sqlite/store.ts';
import { a, b, handClock } from './runner.suite.ts';
import { Life, response, Workplace } from './run-usage.suite.ts';

const projector = { summarize, countChanges };
const newLife = () => Life.begin({ journal: new MemoryJournal(), projector });
const soon = startTime + 1000;

describe('a run', () => {
  it('is told of usage while its command runs', async () => {
    const work = new Workplace();
    const life = await newLife();
    await life.start(a, work.run);
    work.says(response('m-1', { at: soon, output: 200, input: 3, cacheWrite: 500, cacheRead: 9000 }));
    expect(await life.uses(a, 703)).toMatchObject({ status: 'active', facts: { cacheRead: 9000 } });
    work.says(response('m-2', { at: soon + 1, output: 7 }));
    await life.uses(a, 710);
    expect(await life.rows(a)).toMatchObject([
      {
        data: {
          tokensUsed: 703,
          cumulativeTotal: 703,
          source: 'transcript',
          operation: 'response',
          response: 'claude:m-1',
        },
      },
      { data: { tokensUsed: 7, cumulativeTotal: 710, model: 'claude-sonnet-4-5-20250929', output: 7 } },
    ]);
  });

  it('counts cache reads too when its budget counts all', async () => {
    const work = new Workplace();
    const life = await newLife();
    await life.start(a, work.run, { budgetCounts: 'all' });
    work.says(response('m-1', { at: soon, output: 200, input: 3, cacheWrite: 500, cacheRead: 9000 }));
    expect(await life.uses(a, 9703)).toMatchObject({ facts: { cacheRead: 9000 } });
  });

  it('has all that was written when it is completed, in the very answer', async () => {
    const work = new Workplace();
    const life = await newLife();
    await life.start(a, work.run);
    for (let n = 1; n <= 1000; n++) work.says(response(`m-${n}`, { at: soon + n, output: n }));
    const { status, facts } = await life.complete(a);
    expect([status, facts.tokensUsed]).toEqual(['completed', 500_500]);
  });

  it('does not wait for an agent that never stops writing when it is completed', async () => {
    const work = new Workplace();
    const life = await newLife();
    await life.start(a, work.run);
    let said = 0;
    life.runner.onPublished(() => work.says(response(`m-${++said}`, { at: soon })));
    work.says(response('m-0', { at: soon }));
    await life.uses(a, 100);
    expect(await life.complete(a)).toMatchObject({ status: 'completed' });
  });

  it('has nothing of the history of the file that its agent goes on with', async () => {
    const work = new Workplace();
    work.says(...Array.from({ length: 500 }, (_, n) => response(`old-${n}`, { at: startTime - 5000 + n, output: 99 })));
    const life = await newLife();
    await life.start(a, work.run);
    work.says(response('m-1', { at: soon, output: 5 }));
    expect((await life.complete(a)).facts.tokensUsed).toBe(5);
  });

  it('has its subagents’ usage, whose folders appear while it runs', async () => {
    const work = new Workplace();
    const life = await newLife();
    await life.start(a, work.run);
    work.says(response('m-1', { at: soon, output: 5 }));
    await life.uses(a, 5);
    const line = { isSidechain: true, agentId: 'a7' };
    work.saysIn(work.transcript('s-1', 'a7'), response('m-2', { at: soon + 1, output: 30, line }));
    await life.uses(a, 35);
    work.saysIn(work.transcript('s-1', 'a7'), response('m-3', { at: soon + 2, output: 400, line }));
    await life.uses(a, 435);
    expect(await life.rows(a)).toMatchObject([{}, { data: { operation: 'subagent response' } }, {}]);
  });

  it('is told late of a response that began before its end', async () => {
    const work = new Workplace();
    const life = await newLife();
    await life.start(a, work.run);
    life.clock.pass(60_000);
    const { facts } = await life.complete(a);
    expect(facts.tokensUsed).toBe(0);
    life.clock.pass(30_000);
    work.says(response('m-1', { at: soon, output: 8 }), response('m-2', { at: startTime + 60_001, output: 1 }));
    expect(await life.uses(a, 8)).toMatchObject({ status: 'completed' });
  });

  it('raises its budget’s alerts and is paused by what its agent has used', async () => {
    const work = new Workplace();
    const life = await newLife();
    await life.start(a, work.run, { tokenBudget: 100, onBudget: 'pause' });
    work.says(response('m-1', { at: soon, output: 80 }));
    expect(await life.uses(a, 80)).toMatchObject({ status: 'active', facts: { raised: ['budget_80'] } });
    work.says(response('m-2', { at: soon, output: 20 }));
    expect(await life.uses(a, 100)).toMatchObject({ status: 'paused', facts: { raised: ['budget_80', 'budget_100'] } });
    work.says(response('m-3', { at: soon, output: 1 }));
    expect(await life.uses(a, 101)).toMatchObject({ status: 'paused' });
  });

  it('takes no timestamp from a transcript whose clock is ahead', async () => {
    const work = new Workplace();
    const life = await newLife();
    await life.start(a, work.run);
    work.says(response('m-1', { at: startTime + 3_600_000, output: 8 }));
    await life.uses(a, 8);
    expect(await life.rows(a)).toMatchObject([{ data: { timestamp: startTime } }]);
  });

  it('has no trouble with a response that a clock ahead puts after its end', async () => {
    const work = new Workplace();
    const life = await newLife();
    await life.start(a, work.run);
    work.says(response('m-1', { at: startTime + 600_000, output: 5 }));
    await life.uses(a, 5);
    life.clock.pass(2000);
    await life.complete(a);
    work.says(response('m-1', { at: startTime + 600_000, output: 9 }), response('m-2', { at: soon, output: 20 }));
    await life.uses(a, 25);
    expect(life.errors).toEqual([]);
  });

  it('is completed by its time while usage is recorded, without trouble', async () => {
    const work = new Workplace();
    const life = await newLife();
    await life.start(a, work.run, { duration: 5000 });
    life.clock.pass(5000);
    work.says(
      response('m-1', { at: startTime + 4999, output: 5 }),
      response('m-2', { at: startTime + 5000, output: 20 }),
    );
    expect(await life.uses(a, 5)).toMatchObject({ status: 'completed', endTime: startTime + 5000 });
    expect(life.errors).toEqual([]);
  });

  it('that is deleted takes its late usage with it', async () => {
    const work = new Workplace();
    const life = await newLife();
    await life.start(a, work.run);
    await life.complete(a);
    await life.runner.remove(a);
    work.says(response('m-1', { at: startTime }));
    await life.start(b, work.run);
    await life.complete(b);
    expect(life.errors).toEqual([]);
  });
});

describe('two runs in one directory', () => {
  const both = async (one: Workplace['run'], other: Workplace['run'], work: Workplace, home = '/nowhere') => {
    const life = await Life.begin({ journal: new MemoryJournal(), projector, home });
    await life.start(a, one);
    life.clock.pass(1000);
    await life.start(b, other);
    work.says(response('m-1', { at: startTime + 1500, output: 3 }));
    await life.uses(a, 3);
    life.clock.pass(1000);
    expect((await life.complete(a)).facts.tokensUsed).toBe(3);
    work.says(
      response('m-2', { at: startTime + 2500, output: 50 }),
      response('m-3', { at: startTime + 1900, output: 600 }),
    );
    expect((await life.complete(b)).facts.tokensUsed).toBe(50);
    await life.uses(a, 603);
  };

  it('share by time: the earlier one has all until it ends', async () => {
    const work = new Workplace();
    await both(work.run, work.run, work);
  });

  it('are in one directory also where they name it differently', async () => {
    const work = new Workplace();
    mkdirSync(work.directory);
    symlinkSync(work.directory, `${work.directory}-link`);
    await both(
      { ...work.run, directory: `${work.directory}-link` },
      { ...work.run, directory: `${work.directory}/` },
      work,
    );
  });

  it('share also where only one names the agent’s usual folder', async () => {
    const work = new Workplace();
    await both({ directory: work.directory }, { ...work.run, agentConfigDir: `${work.configDir}/` }, work, work.home);
  });

  it('do not share when their agents keep their files apart', async () => {
    const [one, other] = [new Workplace('/w/shared'), new Workplace('/w/shared')];
    const life = await newLife();
    await life.start(a, one.run);
    await life.start(b, other.run);
    one.says(response('m-1', { at: soon, output: 3 }));
    other.says(response('m-2', { at: soon, output: 50 }));
    expect((await life.complete(a)).facts.tokensUsed).toBe(3);
    expect((await life.complete(b)).facts.tokensUsed).toBe(50);
  });
});

describe('a run in a directory', () => {
  it('has nothing of another one whose files are in the same folder', async () => {
    const [one, other] = [new Workplace('/w/my-app'), new Workplace('/w/my/app')];
    expect(other.projectFolder.endsWith('-w-my-app')).toBe(true);
    const life = await newLife();
    await life.start(a, one.run);
    one.says(response('m-1', { at: soon, output: 3 }));
    one.saysIn(one.transcript('s-2'), {
      ...response('m-2', { at: soon, output: 50 }),
      cwd: '/w/my/app',
      sessionId: 's-2',
    });
    expect((await life.complete(a)).facts.tokensUsed).toBe(3);
  });

  it('has what its agent used after it changed to another directory', async () => {
    const work = new Workplace();
    const life = await newLife();
    await life.start(a, work.run);
    work.says(response('m-1', { at: soon, output: 3 }), {
      ...response('m-2', { at: soon, output: 50 }),
      cwd: '/elsewhere',
    });
    expect((await life.complete(a)).facts.tokensUsed).toBe(53);
  });
});

const generator = fileURLToPath(new URL('../../../shared/tools/transcripts.mjs', import.meta.url));
const isMissing = !existsSync(generator);

interface Sums {
  input: number;
  output: number;
  cacheCreate5m: number;
  cacheCreate1h: number;
  cacheRead: number;
}

describe.skipIf(isMissing)(
  `a generated history${isMissing ? ` (no ${generator})` : ''} that grows during a run`,
  () => {
    const generate = async (seed: number) => {
      const folder = join(tempFolder(), 'transcripts');
      const sizes = ['--files', '160', '--mb', '3', '--seed', String(seed)];
      await promisify(execFile)(process.execPath, [generator, '--out', folder, ...sizes]);
      const { bySession } = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as {
        bySession: Record<string, Sums>;
      };
      const projects = readdirSync(join(folder, 'projects')).map((name) => {
        const files = readdirSync(join(folder, 'projects', name), { recursive: true, encoding: 'utf8' });
        return { name, files: files.filter((file) => file.endsWith('.jsonl')) };
      });
      const project = projects.reduce((most, one) => (one.files.length > most.files.length ? one : most));
      const sessions = Object.keys(bySession).filter((id) => project.files.includes(`${id}.jsonl`));
      const total = (part: keyof Sums) => sessions.reduce((sum, id) => sum + bySession[id]![part], 0);
      const truth = {
        new: total('input') + total('output') + total('cacheCreate5m') + total('cacheCreate1h'),
        cacheRead: total('cacheRead'),
      };
      return { folder: join(folder, 'projects', project.name), name: project.name, files: project.files, truth };
    };

    /** The files' bytes in pieces, those of a file in order, otherwise as chance has it. */
    const pieces = (folder: string, files: readonly string[], seed: number): [file: string, bytes: Buffer][] => {
      const cuts = fc.sample(fc.double({ min: 0, max: 1, noNaN: true }), { numRuns: files.length * 8, seed });
      return files
        .flatMap((file, i) => {
          const bytes = readFileSync(join(folder, file));
          const times = cuts.slice(i * 8, i * 8 + 8).toSorted((x, y) => x - y);
          const at = [0, ...times.map((time) => Math.floor(time * bytes.length)), bytes.length];
          return [...times, 1].map((time, n) => ({ time, file, bytes: bytes.subarray(at[n], at[n + 1]) }));
        })
        .toSorted((x, y) => x.time - y.time)
        .map(({ file, bytes }) => [file, bytes]);
    };

    it.each([
      ['new', 1],
      ['all', 42],
    ] as const)(
      'has the true total of what counts under %s, with forks and subagents (seed %i)',
      async (budgetCounts, seed) => {
        const { folder, name, files, truth } = await generate(seed);
        expect(files.some((file) => file.includes('subagents'))).toBe(true);
        const directory = `/${name.slice(1).replaceAll('-', '/')}`;
        const work = new Workplace(directory);
        expect(relative(join(work.configDir, 'projects'), work.projectFolder)).toBe(name);
        const store = await SqliteStore.open(join(work.home, 'stint.db'));
        // All that the generator writes happened after this.
        const clock = handClock();
        clock.pass(Date.UTC(2026, 8, 14) - clock.now());
        const life = await Life.begin({ journal: store, projector, clock });
        await life.start(a, work.run, { budgetCounts });
        clock.pass(100 * 86_400_000);
        for (const [file, bytes] of pieces(folder, files, seed)) {
          mkdirSync(dirname(join(work.projectFolder, file)), { recursive: true });
          appendFileSync(join(work.projectFolder, file), bytes);
          await nextTurn();
        }
        const { facts } = await life.complete(a);
        expect(facts.cacheRead).toBe(truth.cacheRead);
        expect(facts.tokensUsed).toBe(truth.new + (budgetCounts === 'all' ? truth.cacheRead : 0));
        expect(life.errors).toEqual([]);
        await life.stop();
        await store.close();
      },
    );
  },
);
