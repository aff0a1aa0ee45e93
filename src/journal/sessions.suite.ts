/** What every store reads of its sessions: lists, totals, the clock's list and the runs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Author, newYear, sessionId } from './author.suite.ts';
import type { OpenJournal } from './author.suite.ts';
import { openStatus } from './sessions.ts';
import type { OpenStatus, SessionQuery, SessionSummary } from './sessions.ts';

export const sessionsSuite = (name: string, open: OpenJournal): void => {
  const begin = async () => {
    const author = new Author(await open());
    const ids = async (query: Partial<SessionQuery> = {}) =>
      (await author.journal.list({ limit: 100, ...query })).sessions.map(({ id }) => Number.parseInt(id.slice(24), 16));
    const total = async (query: Partial<SessionQuery> = {}) =>
      (await author.journal.list({ limit: 1, ...query })).total;
    return { author, ids, total };
  };

  describe(`${name}: a session`, () => {
    it('is read as it was last written', async () => {
      const { author } = await begin();
      const { journal } = author;
      expect(await journal.get(sessionId(1))).toBeUndefined();
      await author.start(sessionId(1), { name: 'one' });
      expect(await journal.get(sessionId(1))).toEqual(author.summaries.get(sessionId(1)));
      await author.rename(sessionId(1), 'another');
      expect(await journal.get(sessionId(1))).toEqual(author.summaries.get(sessionId(1)));
      expect(await journal.get(sessionId(1))).toMatchObject({ name: 'another', version: 2 });
    });
  });

  describe(`${name}: a list`, () => {
    it('is empty at first', async () => {
      const { author } = await begin();
      expect(await author.journal.list({ limit: 10 })).toEqual({ sessions: [], total: 0, more: false });
    });

    it('has the newest first, ties by id', async () => {
      const { author, ids } = await begin();
      for (const [n, startTime] of [
        [3, 1],
        [1, 5],
        [4, 1],
        [2, 5],
        [5, 0],
      ] as const) {
        await author.start(sessionId(n), { startTime: newYear + startTime });
      }
      expect(await ids()).toEqual([2, 1, 4, 3, 5]);
    });

    it('has a page, and says how many there are and whether more follow', async () => {
      const { author, ids } = await begin();
      for (let n = 1; n <= 5; n++) await author.start(sessionId(n));
      expect(await ids({ limit: 2 })).toEqual([5, 4]);
      expect(await ids({ limit: 2, offset: 2 })).toEqual([3, 2]);
      expect(await ids({ limit: 2, offset: 5000 })).toEqual([]);
      const page = async (query: SessionQuery) => {
        const { total, more } = await author.journal.list(query);
        return { total, more };
      };
      expect(await page({ limit: 4 })).toEqual({ total: 5, more: true });
      expect(await page({ limit: 5 })).toEqual({ total: 5, more: false });
      expect(await page({ limit: 2, offset: 3 })).toEqual({ total: 5, more: false });
      expect(await page({ limit: 2, after: { startTime: newYear, id: sessionId(4) } })).toEqual({
        total: 5,
        more: true,
      });
      expect(await page({ limit: 3, after: { startTime: newYear, id: sessionId(4) } })).toEqual({
        total: 5,
        more: false,
      });
    });

    it('goes on after a place, also when the session there is gone', async () => {
      const { author, ids } = await begin();
      for (let n = 1; n <= 5; n++) await author.start(sessionId(n));
      const after = { startTime: newYear, id: sessionId(3) };
      expect(await ids({ after })).toEqual([2, 1]);
      await author.remove(sessionId(3));
      expect(await ids({ after })).toEqual([2, 1]);
      expect(await ids({ after, offset: 1 })).toEqual([1]);
      expect(await ids({ after: { startTime: newYear - 1, id: sessionId(9) } })).toEqual([]);
    });

    it('is filtered by status, kind and owner, alone and together, with totals to match', async () => {
      const { author, ids, total } = await begin();
      const kinds = ['timer', 'repl'] as const;
      for (let n = 0; n < 24; n++) {
        const id = sessionId(n);
        await author.start(id, { owner: n % 2 ? 'ada' : 'bob', kind: kinds[n % 3 ? 0 : 1] });
        if (n % 4 === 1) await author.enter(id, 'paused');
        if (n % 4 === 2) await author.enter(id, n % 8 === 2 ? 'failed' : 'completed');
      }
      const all = [...author.summaries.values()].toReversed();
      const combinations = [undefined, 'active', 'paused', 'completed'].flatMap((status) =>
        [undefined, ...kinds, 'agent'].flatMap((kind) =>
          [undefined, 'ada', 'bob', 'eve'].map((owner) => ({
            ...(status === undefined ? {} : { status: status as OpenStatus }),
            ...(kind === undefined ? {} : { kind: kind as 'timer' }),
            ...(owner === undefined ? {} : { owner }),
          })),
        ),
      );
      for (const query of combinations) {
        const expected = all.filter((summary) =>
          Object.entries({ ...summary, status: openStatus(summary.phase) }).every(
            ([key, value]) => !(key in query) || query[key as 'owner'] === value,
          ),
        );
        expect([query, await ids(query)]).toEqual([query, expected.map(({ id }) => Number.parseInt(id.slice(24), 16))]);
        expect([query, await total(query)]).toEqual([query, expected.length]);
      }
    });

    it('is filtered by what a name contains, case ignored in every script, nothing in it special', async () => {
      const { author, ids, total } = await begin();
      const names = ['Äpfel & Birnen', 'ПРИВЕТ мир', '100% done_now', 'it\'s "quoted"', 'ÇA et là', undefined, 'İzmir'];
      for (const [n, one] of names.entries()) {
        await author.start(sessionId(n), one === undefined ? {} : { name: one });
      }
      const found: [string, number[]][] = [
        ['äPFEL', [0]],
        ['привет МИР', [1]],
        ['0%', [2]],
        ['%', [2]],
        ['_', [2]],
        ["'", [3]],
        ['"quo', [3]],
        ['ça', [4]],
        ['LÀ', [4]],
        ['İZ', [6]],
        ['nowhere', []],
        ['', [6, 5, 4, 3, 2, 1, 0]],
      ];
      for (const [nameContains, expected] of found) {
        expect([nameContains, await ids({ nameContains })]).toEqual([nameContains, expected]);
        expect([nameContains, await total({ nameContains })]).toEqual([nameContains, expected.length]);
      }
      await author.rename(sessionId(5), 'named at last');
      expect(await ids({ nameContains: 'LAST' })).toEqual([5]);
      expect(await ids({ nameContains: 'last', status: 'paused' })).toEqual([]);
      expect(await ids({ nameContains: 'a', owner: 'ada', kind: 'timer', status: 'active', limit: 2 })).toEqual([5, 4]);
    });

    it('is counted by kind and status', async () => {
      const { author } = await begin();
      expect(await author.journal.counts()).toEqual([]);
      for (let n = 1; n <= 3; n++) await author.start(sessionId(n));
      expect(await author.journal.counts()).toEqual([{ kind: 'timer', status: 'active', count: 3 }]);
      for (let n = 1; n <= 3; n++) await author.enter(sessionId(n), 'completed');
      expect(await author.journal.counts()).toEqual([{ kind: 'timer', status: 'completed', count: 3 }]);
    });

    it('keeps its totals as sessions change and go', async () => {
      const { author, total } = await begin();
      for (let n = 0; n < 5; n++) await author.start(sessionId(n));
      await author.enter(sessionId(0), 'paused');
      await author.enter(sessionId(1), 'completed');
      const totals = async () =>
        Promise.all([
          total(),
          total({ status: 'active' }),
          total({ status: 'paused' }),
          total({ status: 'completed' }),
        ]);
      expect(await totals()).toEqual([5, 3, 1, 1]);
      await author.remove(sessionId(1));
      await author.enter(sessionId(0), 'active');
      await author.comment(sessionId(0), 'no change');
      expect(await totals()).toEqual([4, 4, 0, 0]);
    });
  });

  describe(`${name}: a walk through a list by its places`, () => {
    interface Change {
      do: 'add' | 'remove' | 'rename' | 'complete';
      pick: number;
      startTime: number;
    }
    const change: fc.Arbitrary<Change> = fc.record({
      do: fc.constantFrom('add', 'remove', 'rename', 'complete'),
      pick: fc.nat(),
      startTime: fc.nat(6),
    });
    const walks = fc.record({
      starts: fc.array(fc.nat(3), { minLength: 1, maxLength: 25 }),
      limit: fc.integer({ min: 1, max: 7 }),
      changes: fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 12 }),
    });

    it('meets each session that is there all the while exactly once', async () => {
      await fc.assert(
        fc.asyncProperty(walks, async ({ starts, limit, changes }) => {
          const author = new Author(await open());
          const ids = () => [...author.summaries.keys()];
          const add = (startTime: number) =>
            author.start(sessionId(ids().length + gone), { startTime: newYear + startTime });
          let gone = 0;
          for (const startTime of starts) await add(startTime);
          const atTheStart = ids();

          const perform = async ({ do: what, pick, startTime }: Change) => {
            const id = ids()[pick % Math.max(1, ids().length)];
            if (what === 'add' || id === undefined) await add(startTime);
            else if (what === 'rename') await author.rename(id, `${pick}`);
            else if (what === 'complete') await author.enter(id, 'completed');
            else {
              gone++;
              await author.remove(id);
            }
          };

          const met: SessionSummary[] = [];
          for (let step = 0; step < 100; step++) {
            const last = met.at(-1);
            const page = await author.journal.list({ limit, ...(last ? { after: last } : {}) });
            met.push(...page.sessions);
            if (!page.more) break;
            for (const one of changes[step] ?? []) await perform(one);
          }
          const metIds = met.map(({ id }) => id);
          expect(new Set(metIds).size).toBe(metIds.length);
          expect(metIds).toEqual(expect.arrayContaining(atTheStart.filter((id) => author.summaries.has(id))));
          await author.journal.close();
        }),
        { numRuns: 15 },
      );
    });
  });

  describe(`${name}: what waits for the clock`, () => {
    it('is given when its time has come, earliest first', async () => {
      const { author } = await begin();
      const { journal } = author;
      expect(await journal.nextWake()).toBeUndefined();
      for (const [n, wake] of [
        [1, 30],
        [2, 10],
        [3, 20],
      ] as const) {
        await author.start(sessionId(n), { wakeAt: newYear + wake });
      }
      await author.start(sessionId(4));
      const waking = async (ms: number, limit = 10) =>
        (await journal.waking(newYear + ms, limit)).map(({ id }) => Number.parseInt(id.slice(24), 16));
      expect(await journal.nextWake()).toBe(newYear + 10);
      expect(await waking(9)).toEqual([]);
      expect(await waking(10)).toEqual([2]);
      expect(await waking(1000)).toEqual([2, 3, 1]);
      expect(await waking(1000, 2)).toEqual([2, 3]);
    });

    it('waits no more when it no longer has a time, and for another when that changed', async () => {
      const { author } = await begin();
      const { journal } = author;
      for (const n of [1, 2]) await author.start(sessionId(n), { wakeAt: newYear + n });
      const { wakeAt: _, ...rest } = author.change(sessionId(1), []).summary;
      const paused = author.change(sessionId(1), [{ type: 'paused', at: newYear, data: { reason: 'request' } }]);
      await author.append({ ...paused, summary: { ...rest, phase: 'paused', version: 2 } });
      expect(await journal.nextWake()).toBe(newYear + 2);
      await author.append(
        author.change(sessionId(2), [{ type: 'renamed', at: newYear, data: { name: 'x' } }], { wakeAt: newYear + 9 }),
      );
      expect(await journal.nextWake()).toBe(newYear + 9);
      expect(await journal.waking(newYear + 8, 10)).toEqual([]);
    });
  });

  describe(`${name}: runs that ended`, () => {
    it('are given from a moment on', async () => {
      const { author } = await begin();
      for (const n of [1, 2, 3, 4]) await author.start(sessionId(n), n === 4 ? {} : { run: { directory: '/work' } });
      const completed = { type: 'completed', at: newYear, data: { reason: 'request' } } as const;
      for (const [n, endTime] of [
        [1, 10],
        [2, 20],
        [4, 30],
      ] as const) {
        const ended = { phase: 'completed', endTime: newYear + endTime } as const;
        await author.append(author.change(sessionId(n), [completed], ended));
      }
      const since = async (ms: number) =>
        (await author.journal.runsEndedSince(newYear + ms)).map(({ id }) => id).toSorted();
      expect(await since(0)).toEqual([sessionId(1), sessionId(2)]);
      expect(await since(20)).toEqual([sessionId(2)]);
      expect(await since(21)).toEqual([]);
    });
  });

  describe(`${name}: runs`, () => {
    it('are those of sessions that are open', async () => {
      const { author } = await begin();
      const run = { directory: '/work', pid: 7 };
      for (const n of [1, 2, 3]) await author.start(sessionId(n), { run });
      await author.start(sessionId(4));
      await author.enter(sessionId(2), 'paused');
      await author.enter(sessionId(3), 'failed');
      const open = await author.journal.openRuns();
      expect(Object.fromEntries(open.map(({ id, run }) => [id, run]))).toEqual({
        [sessionId(1)]: run,
        [sessionId(2)]: run,
      });
    });
  });
};
