/**
 * What every store promises (journal.ts, J1–J6), run against one. Damage (J6) needs to reach behind the store and is tested
 * beside it.
 */
import { describe, expect, it, vi } from 'vitest';
import type { Recorded } from '../contract/event.ts';
import { activitySuite } from './activity.suite.ts';
import { Author, commented, newYear, receiptOf, savedAt, sessionId } from './author.suite.ts';
import type { OpenJournal } from './author.suite.ts';
import { followSuite } from './follow.suite.ts';
import { sessionsSuite } from './sessions.suite.ts';

const [a, b, c] = [sessionId(1), sessionId(2), sessionId(3)];
const conflict = expect.objectContaining({ kind: 'write_conflict' }) as unknown;
const whole = { limit: 1000 };

const seqs = (events: readonly Recorded[]) => events.map(({ seq }) => seq);
const positions = (events: readonly Recorded[]) => events.map(({ position }) => position);
const isRising = (numbers: readonly number[]) => numbers.every((n, i) => i === 0 || n > numbers[i - 1]!);

export const journalSuite = (name: string, open: OpenJournal): void => {
  describe(`${name}: appending`, () => {
    it('gives each event its place: seq from 0 without gaps, positions rising over all sessions (J2)', async () => {
      const author = new Author(await open());
      const first = await author.start(a);
      const other = await author.start(b);
      const more = await author.append(author.change(a, [commented('one'), commented('two')]));
      expect([seqs(first), seqs(other), seqs(more)]).toEqual([[0], [0], [1, 2]]);
      expect(positions([...first, ...other, ...more])).toSatisfy(isRising);
    });

    it('keeps many sessions apart that are appended to at once (J2)', async () => {
      const author = new Author(await open());
      const ids = Array.from({ length: 40 }, (_, n) => sessionId(n));
      const write = async (id: string) => {
        await author.start(id);
        for (let n = 0; n < 10; n++) await author.comment(id, `${id} ${n}`);
      };
      await Promise.all(ids.map(write));
      const all = await author.journal.readAll({ after: 0, limit: 1000 });
      expect(all).toHaveLength(440);
      expect(positions(all)).toSatisfy(isRising);
      for (const id of ids) {
        const own = all.filter(({ session }) => session === id);
        expect(seqs(own)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        expect(own.slice(1).map(({ data }) => (data as { text: string }).text)).toEqual(
          Array.from({ length: 10 }, (_, n) => `${id} ${n}`),
        );
      }
    });

    it('performs the appends of a session in the order in which they are handed in', async () => {
      const author = new Author(await open());
      await author.start(a);
      const entries = [1, 2, 3].map((version) => ({
        ...author.change(a, [commented(`${version}`)]),
        expectedVersion: version,
      }));
      const appended = await Promise.all(entries.map((entry) => author.journal.append(entry)));
      expect(appended.flatMap(seqs)).toEqual([1, 2, 3]);
    });

    it('lets one of many win that expect the same version (J3)', async () => {
      const author = new Author(await open());
      await author.start(a);
      const entries = Array.from({ length: 20 }, (_, n) => author.change(a, [commented(`${n}`)]));
      const results = await Promise.allSettled(entries.map((entry) => author.journal.append(entry)));
      const winners = results.flatMap((result, n) => (result.status === 'fulfilled' ? n : []));
      const reasons = results.flatMap((result) => (result.status === 'rejected' ? (result.reason as unknown) : []));
      expect(winners).toHaveLength(1);
      expect(reasons).toEqual(Array.from({ length: 19 }, () => conflict));
      const [, event] = await author.journal.read(a, whole);
      expect(event).toMatchObject({ seq: 1, data: { text: `${winners[0]}` } });
    });

    it('changes nothing when the version is another one (J3)', async () => {
      const author = new Author(await open());
      const { journal } = author;
      await author.start(a, { name: 'before' });
      await author.comment(a, 'one', { saved: savedAt(2) });
      const heard: unknown[] = [];
      journal.onCommitted((events) => heard.push(events));
      const before = await everything(author);
      const rename = author.change(a, [{ type: 'renamed', at: newYear, data: { name: 'after' } }], {
        name: 'after',
        phase: 'completed',
      });
      const extras = { receipt: receiptOf('refused'), saved: savedAt(3) };
      for (const expectedVersion of [0, 1, 3]) {
        await expect(journal.append({ ...rename, ...extras, expectedVersion })).rejects.toEqual(conflict);
      }
      await expect(journal.append({ ...author.beginning(b), ...extras, expectedVersion: 1 })).rejects.toEqual(conflict);
      expect(await everything(author)).toEqual(before);
      expect(await journal.receipt(receiptOf('refused'))).toBeUndefined();
      expect(heard).toEqual([]);
    });

    it('is all or nothing (J1)', async () => {
      const author = new Author(await open());
      await author.start(a);
      const before = await everything(author);
      const unwritable = {
        ...commented('never'),
        get data(): never {
          throw new Error('cannot be read');
        },
      };
      const entry = { ...author.change(a, [commented('one'), unwritable]), receipt: receiptOf('refused') };
      await expect(author.journal.append(entry)).rejects.toThrow('cannot be read');
      expect(await everything(author)).toEqual(before);
      expect(await author.journal.receipt(receiptOf('refused'))).toBeUndefined();
      await author.comment(a, 'and on');
    });

    it('is seen whole or not at all while it is under way (J4)', async () => {
      const author = new Author(await open());
      await author.start(a);
      const events = Array.from({ length: 20 }, (_, n) => commented(`${n}`));
      const append = author.append(author.change(a, events, { name: 'after' }));
      const seen = await author.journal.read(a, whole);
      expect([1, 21]).toContain(seen.length);
      await append;
      expect(await author.journal.read(a, whole)).toHaveLength(21);
    });

    it('is settled before the journal is closed', async () => {
      const author = new Author(await open());
      const starts = Array.from({ length: 50 }, (_, n) => author.start(sessionId(n)));
      const settled = Promise.all(starts);
      await author.journal.close();
      await expect(settled).resolves.toHaveLength(50);
    });
  });

  describe(`${name}: reading`, () => {
    const data = {
      id: 'checkpoint',
      phase: 'ünïcödé ✓ 日本 "quoted" \\ \u0000 \u2028',
      promptCount: Number.MAX_SAFE_INTEGER,
      tokensUsed: -0.5,
      metadata: { list: [1, null, { deep: [true, ''] }], 'a|b': '|', nothing: null, small: 1e-300 },
    };

    it('gives back what was appended, as it was given and as it was answered (J4)', async () => {
      const author = new Author(await open());
      const [started] = await author.start(a, { name: 'größer' });
      const [reached] = await author.append(author.change(a, [{ type: 'checkpoint_reached', at: newYear + 1, data }]));
      expect(reached).toMatchObject({ session: a, seq: 1, type: 'checkpoint_reached', at: newYear + 1, data });
      expect(await author.journal.read(a, whole)).toEqual([started, reached]);
      expect(await author.journal.readAll({ after: 0, limit: 1000 })).toEqual([started, reached]);
      expect(await author.journal.load(a)).toEqual({ events: [started, reached] });
    });

    it('is not changed by what becomes of the entry afterwards', async () => {
      const author = new Author(await open());
      const entry = author.beginning(a, { name: 'as given' });
      await author.append(entry);
      entry.summary.name = 'changed';
      (entry.events[0]!.data as { name?: string }).name = 'changed';
      expect(await author.journal.get(a)).toMatchObject({ name: 'as given' });
      expect(await author.journal.read(a, whole)).toMatchObject([{ data: { name: 'as given' } }]);
    });

    it.each([10, 5000])('pages by seq and by type, oldest first (limit %i)', async (limit) => {
      const author = new Author(await open());
      await author.start(a);
      await author.start(b);
      for (let n = 1; n <= 6; n++) await (n % 3 === 0 ? author.rename(a, `${n}`) : author.comment(a, `${n}`));
      const read = async (page: object) => seqs(await author.journal.read(a, { limit, ...page }));
      expect(await read({})).toEqual([0, 1, 2, 3, 4, 5, 6]);
      expect(await read({ after: -1 })).toEqual([0, 1, 2, 3, 4, 5, 6]);
      expect(await read({ after: 4 })).toEqual([5, 6]);
      expect(await read({ after: 6 })).toEqual([]);
      expect(await read({ before: 2 })).toEqual([0, 1]);
      expect(await read({ after: 1, before: 4 })).toEqual([2, 3]);
      expect(await read({ types: ['renamed'] })).toEqual([3, 6]);
      expect(await read({ types: ['started', 'renamed'], before: 6 })).toEqual([0, 3]);
      expect(await read({ types: ['checkpoint_reached'] })).toEqual([]);
      expect(seqs(await author.journal.read(a, { limit: 2, types: ['commented'], after: 1 }))).toEqual([2, 4]);
      expect(await read({ latest: true, limit: 2 })).toEqual([5, 6]);
      expect(await read({ latest: true, limit: 1, types: ['renamed'] })).toEqual([6]);
      expect(await read({ latest: true, limit: 2, types: ['commented'], before: 5 })).toEqual([2, 4]);
      expect(await read({ latest: true, before: 2 })).toEqual([0, 1]);
      expect(await author.journal.read(c, { limit })).toEqual([]);
    });

    it('reads a session in pages of so many bytes, of one event at least', async () => {
      const author = new Author(await open());
      await author.start(a);
      for (const text of ['x', 'y', 'z']) await author.comment(a, text.repeat(1000));
      const read = async (page: object) => seqs(await author.journal.read(a, { ...whole, ...page }));
      expect(await read({ bytes: 1 })).toEqual([0]);
      expect(await read({ bytes: 1, after: 0 })).toEqual([1]);
      expect(await read({ bytes: 2500, after: 0 })).toEqual([1, 2]);
      expect(await read({ bytes: 2500, latest: true })).toEqual([2, 3]);
      expect(await read({ bytes: 1e6, types: ['commented'] })).toEqual([1, 2, 3]);
    });

    it.each([2, 5000])('goes through all sessions by position (limit %i)', async (limit) => {
      const author = new Author(await open());
      for (const id of [a, b, c]) await author.start(id);
      for (const id of [b, a]) await author.comment(id, 'one');
      const met: Recorded[] = [];
      for (let after = 0; ;) {
        const page = await author.journal.readAll({ after, limit });
        met.push(...page);
        if (page.length < limit) break;
        after = page.at(-1)!.position;
      }
      expect(met.map(({ session, seq }) => [session, seq])).toEqual([
        [a, 0],
        [b, 0],
        [c, 0],
        [b, 1],
        [a, 1],
      ]);
      const all = { after: 0, limit };
      const said = await author.journal.readAll({ ...all, types: ['commented'] });
      expect(said).toEqual(met.filter(({ type }) => type === 'commented').slice(0, limit));
      const later = await author.journal.readAll({ after: said[0]!.position, limit, types: ['commented', 'renamed'] });
      expect(later.map(({ session }) => session)).toEqual([a]);
    });

    it('loads the latest saved state and the events since', async () => {
      const author = new Author(await open());
      expect(await author.journal.load(a)).toBeUndefined();
      await author.start(a);
      expect(await author.journal.load(a)).toMatchObject({ events: [{ seq: 0 }] });
      await author.comment(a, 'one', { saved: savedAt(2) });
      expect(await author.journal.load(a)).toEqual({ saved: savedAt(2), events: [] });
      await author.comment(a, 'two');
      expect(await author.journal.load(a)).toMatchObject({ saved: savedAt(2), events: [{ seq: 2 }] });
      await author.comment(a, 'three', { saved: savedAt(4, 7) });
      await author.comment(a, 'four');
      expect(await author.journal.load(a)).toMatchObject({ saved: savedAt(4, 7), events: [{ seq: 4 }] });
    });
  });

  describe(`${name}: listening`, () => {
    it('hears of each commit once, in order of position, before the append resolves (J5)', async () => {
      const author = new Author(await open());
      const heard: Recorded[] = [];
      author.journal.onCommitted((events) => heard.push(...events));
      const start = async (n: number) => {
        const [event] = await author.start(sessionId(n));
        expect(heard).toContainEqual(event);
      };
      await Promise.all(Array.from({ length: 60 }, (_, n) => start(n)));
      expect(heard).toEqual(await author.journal.readAll({ after: 0, limit: 1000 }));
    });

    it('ends when it is told to', async () => {
      const author = new Author(await open());
      const [first, second]: [unknown[], unknown[]] = [[], []];
      const stop = author.journal.onCommitted((events) => first.push(...events));
      author.journal.onCommitted((events) => second.push(...events));
      await author.start(a);
      stop();
      await author.start(b);
      expect([first.length, second.length]).toEqual([1, 2]);
    });

    it('does not let one listener that fails harm the append or the others', async () => {
      const author = new Author(await open());
      const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
      const heard: unknown[] = [];
      author.journal.onCommitted(() => {
        throw new Error('a listener failed');
      });
      author.journal.onCommitted((events) => heard.push(...events));
      await expect(author.start(a)).resolves.toHaveLength(1);
      expect(heard).toHaveLength(1);
      expect(warn).toHaveBeenCalledWith(new Error('a listener failed'));
    });
  });

  describe(`${name}: receipts`, () => {
    it('are found by caller, route and key', async () => {
      const author = new Author(await open());
      const receipt = receiptOf('k', { body: '{"näme":"✓"}' });
      await author.start(a, {}, { receipt });
      expect(await author.journal.receipt({ caller: 'ada', route: 'POST /api/sessions', key: 'k' })).toEqual(receipt);
      for (const other of [{ caller: 'bob' }, { route: 'POST /api/other' }, { key: 'K' }]) {
        expect(await author.journal.receipt({ ...receipt, ...other })).toBeUndefined();
      }
    });

    it('are replaced by a later one of the same name', async () => {
      const author = new Author(await open());
      await author.start(a, {}, { receipt: receiptOf('k') });
      await author.comment(a, 'a day later', { receipt: receiptOf('k', { body: 'later', at: newYear + 1 }) });
      expect(await author.journal.receipt(receiptOf('k'))).toMatchObject({ body: 'later' });
    });

    it('are forgotten when they are older than asked', async () => {
      const author = new Author(await open());
      for (const n of [1, 2, 3])
        await author.start(sessionId(n), {}, { receipt: receiptOf(`${n}`, { at: newYear + n }) });
      await author.journal.forgetReceipts(newYear + 2);
      const left = await Promise.all([1, 2, 3].map((n) => author.journal.receipt(receiptOf(`${n}`))));
      expect(left.map((receipt) => receipt?.key)).toEqual([undefined, '2', '3']);
    });
  });

  describe(`${name}: removing`, () => {
    it('leaves nothing of the session and all of the others', async () => {
      const author = new Author(await open());
      const { journal } = author;
      await author.start(a, { name: 'gone', wakeAt: newYear, run: { directory: '/' } });
      await author.start(b, { name: 'stays' });
      const others = await everything(author, b);
      await author.comment(a, 'one', { saved: savedAt(2) });
      await author.remove(a);
      expect([await journal.load(a), await journal.get(a), await journal.nextWake()]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      expect([await journal.read(a, whole), await journal.openRuns()]).toEqual([[], []]);
      expect(await everything(author, b)).toMatchObject({ ...others, list: { total: 1, sessions: [{ id: b }] } });
      expect(await journal.readAll({ after: 0, limit: 10 })).toMatchObject([{ session: b }]);
    });

    it('does not take the last position back', async () => {
      const author = new Author(await open());
      expect(await author.journal.lastPosition()).toBe(0);
      await author.start(a);
      const last = await author.journal.lastPosition();
      expect((await author.journal.readAll({ after: 0, limit: 10 })).at(-1)?.position).toBe(last);
      await author.remove(a);
      expect(await author.journal.lastPosition()).toBe(last);
    });

    it('is refused when the version is another one, or there is no such session', async () => {
      const author = new Author(await open());
      await author.start(a);
      await author.comment(a, 'one');
      const before = await everything(author);
      for (const version of [0, 1, 3]) await expect(author.journal.remove(a, version)).rejects.toEqual(conflict);
      await expect(author.journal.remove(b, 1)).rejects.toEqual(conflict);
      expect(await everything(author)).toEqual(before);
    });

    it('refuses what comes after it, and gives no position twice (J2)', async () => {
      const author = new Author(await open());
      await author.start(a);
      const late = author.change(a, [commented('late')]);
      const [last] = await author.comment(a, 'one');
      await author.remove(a);
      await expect(author.journal.append(late)).rejects.toEqual(conflict);
      const [next] = await author.start(b);
      expect(next!.position).toBeGreaterThan(last!.position);
    });
  });

  describe(`${name}: health`, () => {
    it('says that appends are taken', async () => {
      expect((await open()).health()).toEqual({ state: 'writable' });
    });
  });

  followSuite(name, open);
  activitySuite(name, open);
  sessionsSuite(name, open);
};

/** All that can be read of a session and of the lists it is in. */
const everything = async ({ journal }: Author, id = a) => ({
  events: await journal.read(id, whole),
  history: await journal.load(id),
  summary: await journal.get(id),
  list: await journal.list({ limit: 10 }),
  completed: await journal.list({ limit: 10, status: 'completed' }),
});
