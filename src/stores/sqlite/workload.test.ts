/** After whatever was done, what the store reads quickly is what folding its whole journal gives. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SessionEvent } from '../../contract/event.ts';
import { sessionId } from '../../journal/author.suite.ts';
import { plainActivity, sumsOf } from '../../journal/plain-activity.suite.ts';
import { openStatus } from '../../journal/sessions.ts';
import type { SessionSummary } from '../../journal/sessions.ts';
import { countChanges, summarize } from '../../projections/summary.ts';
import { Runner } from '../../runner/runner.ts';
import { slotMs } from '../../session/slot.ts';
import { asked, askedAt, step } from '../../session/any-command.suite.ts';
import { startTime } from '../../session/decider-specification.suite.ts';
import { fold } from '../../session/evolve.ts';
import { absent } from '../../session/state.ts';
import type { Existing } from '../../session/state.ts';
import type { SqliteStore } from './store.ts';
import { checkFill } from './activity-fill.suite.ts';
import { openStore } from './store-folder.suite.ts';

const sessions = 4;
const everything = { limit: Number.MAX_SAFE_INTEGER };

const steps = fc.array(fc.tuple(fc.nat(sessions - 1), step, fc.nat(300)), { minLength: 900, maxLength: 1000 });
const starts = fc.array(asked.start, { minLength: sessions, maxLength: sessions });

/** Performs the steps in bursts of ten; a session is removed now and then. Returns how many commands had an effect. */
const work = async (
  store: SqliteStore,
  first: readonly object[],
  then: readonly [number, typeof step extends fc.Arbitrary<infer S> ? S : never, number][],
) => {
  let now = startTime;
  let ids = 0;
  const clock = { now: () => now };
  const newId = () => sessionId(1_000_000 + ids++);
  const runner = new Runner({ journal: store, projector: { summarize, countChanges }, clock, newId });
  const answer = () => ({ status: 200, body: '' });
  const begin = (n: number) => runner.execute(sessionId(n), [{ ...first[n], type: 'start' } as never], answer);

  await Promise.all(first.map((_, n) => begin(n)));
  const results: PromiseSettledResult<unknown>[] = [];
  for (let i = 0; i < then.length; i += 10) {
    const burst = then.slice(i, i + 10).map(async ([n, one, chance]) => {
      now += one.waitMs;
      const id = sessionId(n);
      if (chance === 0) return runner.remove(id);
      // Ended sessions get a new life, so that there is always something to do.
      const before = await runner.state(id);
      if (before === undefined) return begin(n);
      if (before.status !== 'active' && before.status !== 'paused' && chance < 150) {
        return runner.execute(id, [{ type: 'reopen' }], answer);
      }
      return runner.execute(id, [askedAt(one, now)], answer);
    });
    results.push(...(await Promise.allSettled(burst)));
  }
  for (const result of results) {
    if (result.status === 'rejected') expect(result.reason).toMatchObject({ name: 'Problem' });
  }
  return results.filter(({ status }) => status === 'fulfilled').length;
};

const byNewest = (a: SessionSummary, b: SessionSummary) => b.startTime - a.startTime || (a.id < b.id ? 1 : -1);

const check = async (store: SqliteStore): Promise<number> => {
  const folded: SessionSummary[] = [];
  const all = [];
  let longest = 0;
  for (let n = 0; n < sessions; n++) {
    const id = sessionId(n);
    const events = await store.read(id, everything);
    const history = await store.load(id);
    if (events.length === 0) {
      expect([history, store.get(id)]).toEqual([undefined, undefined]);
      continue;
    }
    const state = fold(events) as Existing;
    expect(fold(history?.events ?? [], history?.saved?.state ?? absent)).toEqual(state);
    expect(store.get(id)).toEqual(summarize(id, state));
    folded.push(summarize(id, state));
    all.push(...events);
    longest = Math.max(longest, events.length);
  }
  expect(await store.readAll({ after: 0, ...everything })).toEqual(all.toSorted((a, b) => a.position - b.position));
  expect((await store.list({ limit: 100 })).sessions).toEqual(folded.toSorted(byNewest));
  for (const status of ['active', 'paused', 'completed'] as const) {
    const expected = folded.filter(({ phase }) => openStatus(phase) === status).toSorted(byNewest);
    expect(await store.list({ limit: 100, status })).toEqual({
      sessions: expected,
      total: expected.length,
      more: false,
    });
  }
  const wakes = folded.flatMap(({ wakeAt }) => wakeAt ?? []);
  expect(await store.nextWake()).toBe(wakes.length === 0 ? undefined : Math.min(...wakes));
  return longest;
};

/** Activity is that of the events, whatever is asked of it; edges are rounded to slots as a calendar's are. */
const checkActivity = async (store: SqliteStore): Promise<void> => {
  const journal = new Map<string, readonly SessionEvent[]>();
  const events = await store.readAll({ after: 0, ...everything });
  for (const event of events) journal.set(event.session, [...(journal.get(event.session) ?? []), event]);
  const times = events.flatMap(({ at }) => at);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const slot = (time: number): number => Math.floor(time / slotMs) * slotMs;
  for (const [from, to, count] of [
    [slot(first) - slotMs, slot(last) + slotMs, 30],
    [slot((first + last) / 2), slot(last) + slotMs, 7],
    [slot(last) - 12 * slotMs, slot(last), 12],
  ] as const) {
    const between = Array.from({ length: count + 1 }, (_, i) => slot(from + ((to - from) * i) / count));
    const edges = [...new Set(between)];
    for (const narrowed of [
      {},
      { owner: 'owner' },
      { owner: 'nobody' },
      { sessions: [sessionId(0), sessionId(2), sessionId(77)] },
    ]) {
      const query = { edges, now: last + 1000, ...narrowed };
      expect(sumsOf(await store.activity(query), edges)).toEqual(plainActivity(journal, query));
    }
  }
};

it('the read models are what the journal folds to, whatever was done', async () => {
  let longest = 0;
  await fc.assert(
    fc.asyncProperty(starts, steps, async (first, then) => {
      const { store, file } = await openStore();
      expect(await work(store, first, then)).toBeGreaterThan(100);
      longest = Math.max(longest, await check(store));
      await checkActivity(store);
      await store.close();
      checkFill(file);
    }),
    { numRuns: 5, endOnFailure: true },
  );
  // Long enough for states to be saved.
  expect(longest).toBeGreaterThan(128);
});
