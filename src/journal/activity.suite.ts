/** The read model of activity, run against one store: what `activity` answers of what was appended. */
import { describe, expect, it } from 'vitest';
import { slotMs, slotOf } from '../session/slot.ts';
import type { ActivityStep } from '../session/activity.ts';
import type { ActivityQuery } from './activity.ts';
import { Author, commented, newYear, sessionId } from './author.suite.ts';
import type { OpenJournal } from './author.suite.ts';

const [a, b, c] = [sessionId(1), sessionId(2), sessionId(3)];
const minute = 60_000;
const at = (minutes: number): number => newYear + minutes * minute;
const slot = (minutes: number): number => slotOf(at(minutes));

const tokens = (minutes: number, count: number, stray = false): ActivityStep => ({
  do: 'tokens',
  slot: slot(minutes),
  tokens: count,
  stray,
});
const span = (from: number, to: number): ActivityStep => ({ do: 'span', from: at(from), to: at(to) });
const open = (minutes: number | null): ActivityStep => ({ do: 'open', since: minutes === null ? null : at(minutes) });

const inTwoBuckets: ActivityQuery = { edges: [at(0), at(10), at(20)], now: at(20) };

const read = async ({ journal }: Author, query: Partial<ActivityQuery> = {}) => {
  const { buckets, whole, slots, tokens: sums } = await journal.activity({ ...inTwoBuckets, ...query });
  const bySlot = Array.from(slots, (n, i) => [(n * slotMs - newYear) / minute, sums[i]]);
  return { buckets: buckets.map(({ sessions, activeMs }) => [sessions, activeMs / minute]), whole, bySlot };
};

const none = { sessions: 0, activeMs: 0 };

export const activitySuite = (name: string, openJournal: OpenJournal): void => {
  const begin = async () => new Author(await openJournal());
  const start = (author: Author, id: string, activity: readonly ActivityStep[], owner = 'ada') =>
    author.start(id, { owner }, { activity });
  const add = (author: Author, id: string, activity: readonly ActivityStep[]) =>
    author.comment(id, 'does something', { activity });

  describe(`${name}: activity`, () => {
    it('is nothing where nothing was', async () => {
      const nothing = {
        buckets: [
          [0, 0],
          [0, 0],
        ],
        whole: none,
        bySlot: [],
      };
      expect(await read(await begin())).toEqual(nothing);
      expect(await read(await begin(), { sessions: [a], owner: 'ada' })).toEqual(nothing);
    });

    it('divides a span among the buckets it lies in, and leaves out what lies outside', async () => {
      const author = await begin();
      await start(author, a, [span(-5, 3), span(8, 14), span(18, 40), span(-9, 0), span(20, 21)]);
      expect(await read(author)).toMatchObject({
        buckets: [
          [1, 5],
          [1, 6],
        ],
        whole: { sessions: 1, activeMs: 11 * minute },
      });
    });

    it('counts a session once a bucket and once over all', async () => {
      const author = await begin();
      await start(author, a, [span(0, 1), span(2, 3), tokens(4, 1, true), tokens(15, 1, true)]);
      await start(author, b, [span(3, 4)]);
      expect(await read(author)).toMatchObject({
        buckets: [
          [2, 3],
          [1, 0],
        ],
        whole: { sessions: 2 },
      });
    });

    it('counts what is open up to now, and no more once it is closed', async () => {
      const author = await begin();
      await start(author, a, [open(4)]);
      expect(await read(author, { now: at(12) })).toMatchObject({
        buckets: [
          [1, 6],
          [1, 2],
        ],
      });
      expect(await read(author, { now: at(4) })).toMatchObject({ whole: none });
      await add(author, a, [span(4, 6), open(null)]);
      expect(await read(author, { now: at(12) })).toMatchObject({
        buckets: [
          [1, 2],
          [0, 0],
        ],
      });
      await add(author, a, [open(11)]);
      await add(author, a, [span(11, 12), open(13)]);
      expect(await read(author, { now: at(14) })).toMatchObject({
        buckets: [
          [1, 2],
          [1, 2],
        ],
      });
    });

    it('adds tokens up by slot, those of late reports and corrections too', async () => {
      const author = await begin();
      await start(author, a, [tokens(0, 5), tokens(6, 10), tokens(0, 2)]);
      await Promise.all([start(author, b, [tokens(0, 1)]), add(author, a, [tokens(6, -4)])]);
      await add(author, b, [tokens(-1, 100), tokens(20, 100)]);
      expect(await read(author)).toMatchObject({
        bySlot: [
          [0, 8],
          [5, 6],
        ],
        whole: none,
      });
    });

    it('adds up more tokens than a whole number holds exactly', async () => {
      const author = await begin();
      const most = Number.MAX_SAFE_INTEGER;
      await Promise.all([start(author, a, [tokens(0, most)]), start(author, b, [tokens(0, most)])]);
      await start(author, c, [tokens(0, most)]);
      for (const query of [{}, { owner: 'ada' }, { sessions: [a, b, c] }]) {
        expect(await read(author, query)).toMatchObject({ bySlot: [[0, 3 * most]] });
      }
    });

    it('counts a session with tokens at no active time, and one whose span ended before them', async () => {
      const author = await begin();
      await start(author, a, [tokens(1, 5, true), tokens(2, 5, true)]);
      await start(author, b, [open(0), tokens(1, 1), tokens(6, 1), tokens(12, 1)]);
      expect(await read(author, { now: at(0) })).toMatchObject({
        buckets: [
          [1, 0],
          [0, 0],
        ],
      });
      await add(author, b, [span(0, 1), { do: 'strays', from: slot(6) }, open(null), tokens(17, 1)]);
      expect(await read(author)).toMatchObject({
        buckets: [
          [2, 1],
          [1, 0],
        ],
        whole: { sessions: 2 },
      });
    });

    it('is narrowed to an owner, to sessions, and to both', async () => {
      const author = await begin();
      await start(author, a, [span(0, 1), tokens(0, 1)], 'ada');
      await start(author, b, [span(0, 2), tokens(0, 2), open(3)], 'bob');
      await start(author, c, [span(0, 4), tokens(5, 4)], 'ada');
      const sums = async (query: Partial<ActivityQuery>) => {
        const { whole, bySlot } = await read(author, { now: at(11), ...query });
        return [whole.sessions, whole.activeMs / minute, bySlot];
      };
      expect(await sums({})).toEqual([
        3,
        15,
        [
          [0, 3],
          [5, 4],
        ],
      ]);
      expect(await sums({ owner: 'ada' })).toEqual([
        2,
        5,
        [
          [0, 1],
          [5, 4],
        ],
      ]);
      expect(await sums({ owner: 'eve' })).toEqual([0, 0, []]);
      expect(await sums({ sessions: [b, c] })).toEqual([
        2,
        14,
        [
          [0, 2],
          [5, 4],
        ],
      ]);
      expect(await sums({ sessions: [b, c], owner: 'ada' })).toEqual([1, 4, [[5, 4]]]);
      expect(await sums({ sessions: [] })).toEqual([0, 0, []]);
    });

    it('is committed with the events: a refused append leaves it as it was', async () => {
      const author = await begin();
      await start(author, a, [span(0, 1), tokens(0, 1)]);
      const before = await read(author);
      const late = { ...author.change(a, [commented('late')]), activity: [span(1, 2), tokens(0, 1, true)] };
      await expect(author.journal.append({ ...late, expectedVersion: 7 })).rejects.toMatchObject({
        kind: 'write_conflict',
      });
      expect(await read(author)).toEqual(before);
    });

    it('goes with its session, and is counted anew for the others', async () => {
      const author = await begin();
      await start(author, a, [span(0, 1), tokens(0, 1), tokens(15, 1, true)]);
      const before = await read(author);
      await start(author, b, [span(0, 2), tokens(0, 2), tokens(16, 3, true), open(3)]);
      expect(await read(author)).not.toEqual(before);
      await author.remove(b);
      const { bySlot, ...rest } = await read(author);
      expect({ ...rest, bySlot: bySlot.filter(([, sum]) => sum !== 0) }).toEqual(before);
      await start(author, c, [span(0, 1)]);
      expect(await read(author)).toMatchObject({
        buckets: [
          [2, 2],
          [1, 0],
        ],
      });
    });

    it('answers about an earlier time than it was asked about before', async () => {
      const author = await begin();
      await start(author, a, [span(0, 1), span(30, 31), tokens(0, 1, true)]);
      const late = { edges: [at(30), at(40)], now: at(40) };
      expect(await read(author, late)).toMatchObject({ buckets: [[1, 1]] });
      expect(await read(author)).toMatchObject({
        buckets: [
          [1, 1],
          [0, 0],
        ],
      });
      expect(await read(author, late)).toMatchObject({ buckets: [[1, 1]] });
    });
  });
};
