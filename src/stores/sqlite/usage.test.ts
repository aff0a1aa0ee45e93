import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LedgerKey, LedgerRow, TimedCell, UsageQuery, UsageStep } from '../../contract/usage.ts';
import { MemoryUsage } from '../../ledger/memory-usage.ts';
import { recordOf } from '../../ledger/settle.ts';
import type { UsageRecord } from '../../readers/reader.ts';
import { auditUsage } from './audit-usage.ts';
import { openForReading } from './reading.ts';
import { openStore } from './store-folder.suite.ts';

const newYear = Date.UTC(2026, 0, 1);
const minute = 60_000;

const row = (over: Partial<LedgerRow> = {}): LedgerRow => ({
  owner: 'ada',
  source: 'claude',
  key: 'msg_1',
  request: '',
  sessionId: 's1',
  agentId: '',
  sidechain: false,
  model: 'opus',
  project: '/home/ada/work',
  beganAt: newYear,
  at: newYear,
  bornAt: newYear,
  input: 1,
  output: 2,
  reasoning: 0,
  cacheRead: 100,
  cacheWrite5m: 10,
  cacheWrite1h: 20,
  webSearches: 0,
  confidence: 'exact',
  billing: '',
  toldBy: 'transcript',
  costPico: 1_000_000,
  priceVersion: '1',
  ...over,
});
const put = (over: Partial<LedgerRow> = {}): UsageStep => ({ do: 'put', row: row(over) });

/** A few rows that meet in keys, sessions and quarters. */
const rows = fc
  .record({
    owner: fc.constantFrom('ada', 'bob'),
    source: fc.constantFrom('claude', 'codex'),
    key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    request: fc.constantFrom('', 'r'),
    sessionId: fc.constantFrom('s1', 's2'),
    agentId: fc.constantFrom('', 'x'),
    model: fc.constantFrom('opus', 'haiku'),
    project: fc.constantFrom('/p', '/q'),
    // On quarters, and next to them.
    at: fc.tuple(fc.nat(8), fc.constantFrom(-1, 0, 1)).map(([q, by]) => newYear + minute * 60 + q * 15 * minute + by),
    output: fc.nat(1000),
    costPico: fc.option(fc.nat(1000)),
    confidence: fc.constantFrom('exact' as const, 'incomplete' as const),
  })
  .map((over) => row({ ...over, beganAt: over.at }));
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: rows.map((of): UsageStep => ({ do: 'put', row: of })) },
    {
      weight: 1,
      arbitrary: rows.map(({ owner, source, key, request }): UsageStep => ({
        do: 'drop',
        key: { owner, source, key, request },
      })),
    },
  ),
  { maxLength: 30 },
);
const names = ['source', 'model', 'project', 'sessionId', 'agentId'] as const;
const quarters = fc
  .uniqueArray(fc.nat(12), { minLength: 2, maxLength: 5 })
  .map((some) => some.toSorted((a, b) => a - b).map((q) => newYear + q * 15 * minute));
const queries: fc.Arbitrary<UsageQuery> = fc.record(
  {
    by: fc.uniqueArray(fc.constantFrom(...names)),
    edges: fc.oneof(fc.constant('slots' as const), quarters, fc.constant([newYear + 1, newYear + 7_200_001])),
    from: fc.constantFrom(newYear, newYear + 60 * minute, newYear + 61 * minute + 1),
    until: fc.constantFrom(newYear + 90 * minute, newYear + 90 * minute + 1, newYear + 240 * minute),
    owner: fc.constantFrom('ada', 'bob', 'eve'),
    only: fc.record(
      {
        source: fc.constant('claude'),
        model: fc.constant('opus'),
        sessionId: fc.constant('s1'),
        agentId: fc.constant('x'),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['by'] },
);

const keyOf = ({ owner, source, key, request }: LedgerKey): string => [owner, source, key, request].join();

/** The same answers in the plainest way. */
const plainly = (rows: readonly LedgerRow[]): MemoryUsage => {
  const costs = new Map(rows.map((of) => [recordOf(of), of.costPico]));
  const price = (record: UsageRecord) => {
    const costPico = costs.get(record);
    return costPico == null ? undefined : { costPico };
  };
  return new MemoryUsage(costs.keys(), { version: '1', price });
};

const inOrder = (cells: readonly TimedCell[]) =>
  cells.map((cell) => JSON.stringify(Object.entries(cell).toSorted(([a], [b]) => (a < b ? -1 : 1)))).toSorted();

describe('the ledger in SQLite', () => {
  it('answers every question as a plain sum over the responses does', async () => {
    const { store, file } = await openStore();
    const db = openForReading(file);
    onTestFinished(() => db.close());
    await fc.assert(
      fc.asyncProperty(
        fc.array(steps, { maxLength: 4 }),
        fc.array(queries, { maxLength: 6 }),
        async (batches, asked) => {
          const held = new Map<string, LedgerRow>();
          await store.run(
            ['responses', 'usage_slots', 'usage_sessions'].map((table) => ({
              sql: `DELETE FROM ${table}`,
              params: [],
            })),
          );
          for (const batch of batches) {
            await store.keepUsage(batch);
            for (const step of batch) {
              if (step.do === 'put') held.set(keyOf(step.row), step.row);
              if (step.do === 'drop') held.delete(keyOf(step.key));
            }
          }
          expect(auditUsage(db)).toEqual([]);
          for (const query of asked) {
            const plain = plainly([...held.values()].filter(({ owner }) => owner === (query.owner ?? owner)));
            const { edges: _edges, by: _by, ...chosen } = query;
            expect(inOrder(await store.cells(query))).toEqual(inOrder(await plain.cells(query)));
            expect(await store.extent(chosen)).toEqual(await plain.extent(chosen));
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('sums what has other prices now as though it had always had them', async () => {
    const { store } = await openStore();
    const costs = fc.array(fc.option(fc.nat(1000)), { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.array(rows, { maxLength: 12 }), costs, fc.array(queries), async (some, prices, asked) => {
        await store.run(
          ['responses', 'usage_slots', 'usage_sessions'].map((table) => ({ sql: `DELETE FROM ${table}`, params: [] })),
        );
        await store.keepUsage(some.map((of): UsageStep => ({ do: 'put', row: of })));
        const placed = await store.pricedOtherwise('2', 0, 100);
        const priced = placed.map(({ row: of }, i) => ({
          ...of,
          costPico: prices[i % prices.length] ?? null,
          priceVersion: '2',
        }));
        await store.keepUsage(
          placed.map(({ id, revision, row: { costPico: was } }, i) => ({
            do: 'price',
            id,
            revision,
            was,
            costPico: priced[i]!.costPico,
            priceVersion: '2',
          })),
        );
        expect(await store.pricedOtherwise('2', 0, 100)).toEqual([]);
        for (const query of asked) {
          const plain = plainly(priced.filter(({ owner }) => owner === (query.owner ?? owner)));
          expect(inOrder(await store.cells(query))).toEqual(inOrder(await plain.cells(query)));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('leaves the price of a row alone that is another by now, and of what was reported', async () => {
    const { store } = await openStore();
    await store.keepUsage([put({ priceVersion: '1' }), put({ key: 'told', toldBy: 'api', priceVersion: '' })]);
    const [read, ...more] = await store.pricedOtherwise('2', 0, 10);
    expect([read?.row.key, more]).toEqual(['msg_1', []]);
    await store.keepUsage([put({ output: 9, costPico: 77, priceVersion: '2' })]);
    const { id, revision } = read!;
    await store.keepUsage([{ do: 'price', id, revision, was: 1_000_000, costPico: 5, priceVersion: '3' }]);
    const [cell] = await store.cells({ by: [] });
    expect(cell).toMatchObject({ costPico: 1_000_077, responses: 2 });
  });

  it('tells what was put or changed since a revision, other than in its price', async () => {
    const { store } = await openStore();
    const since = async (revision?: number, after = 0) => {
      const found = await store.transcribed({ owner: 'ada', ...(revision && { since: revision }), after, limit: 2 });
      return { ...found, keys: found.rows.map(({ row: { key, request } }) => key + request) };
    };
    expect(await since()).toEqual({ rows: [], upTo: 0, keys: [] });
    await store.keepUsage([put({ key: 'a' }), put({ key: 'b' }), put({ key: 'c' }), put({ key: 'd', owner: 'bob' })]);
    await store.keepUsage([put({ key: 'e', toldBy: 'telemetry' }), { do: 'adopt', agent: row(), session: 'mine' }]);
    const first = await since();
    expect([first.keys, first.rows[0]?.session, first.rows[0]?.row]).toEqual([
      'ab'.split(''),
      'mine',
      row({ key: 'a' }),
    ]);
    const second = await since(undefined, first.rows.at(-1)?.id);
    expect(second.keys).toEqual(['c']);
    expect((await since(second.upTo)).keys).toEqual([]);
    const { id, revision } = first.rows[0]!;
    await store.keepUsage([{ do: 'price', id, revision, was: 1_000_000, costPico: 5, priceVersion: '2' }]);
    expect((await since(second.upTo)).keys).toEqual([]);
    await store.keepUsage([put({ key: 'b', output: 7 })]);
    const third = await since(second.upTo);
    expect([third.keys, third.upTo > second.upTo]).toEqual([['b'], true]);
    // The place of one that was dropped may be another's.
    await store.keepUsage([{ do: 'drop', key: row({ key: 'c' }) }, put({ key: 'f' })]);
    expect((await since(third.upTo)).keys).toEqual(['f']);
  });

  it('changes nothing when a step of several fails', async () => {
    const { store } = await openStore();
    await store.keepUsage([put()]);
    const failing = store.keepUsage([
      put({ key: 'msg_2' }),
      { do: 'put', row: { ...row(), input: null as unknown as number } },
    ]);
    await expect(failing).rejects.toThrow();
    expect(await store.cells({ by: [] })).toMatchObject([{ responses: 1, input: 1 }]);
    await store.keepUsage([put({ key: 'msg_2' })]);
    expect(await store.cells({ by: [] })).toMatchObject([{ responses: 2, input: 2 }]);
  });

  it('finds rows by their keys, each as it was put', async () => {
    const { store } = await openStore();
    const two = [row({ request: 'r1' }), row({ request: 'r2', agentId: 'x', sidechain: true, costPico: null })];
    await store.keepUsage([
      ...two.map((of): UsageStep => ({ do: 'put', row: of })),
      put({ key: 'msg_2' }),
      put({ owner: 'bob' }),
    ]);
    expect(await store.responses('ada', 'claude', ['msg_1', 'msg_3'])).toEqual(two);
  });

  it('has the oldest of what others told make room for what the transcript says', async () => {
    const { store } = await openStore();
    const told = (key: string, at: number) =>
      put({ key, at, toldBy: 'api', input: 60, output: 40, cacheWrite5m: 0, cacheWrite1h: 0 });
    await store.keepUsage([
      told('one', newYear),
      told('two', newYear + 1),
      { do: 'adopt', agent: row(), session: 'mine' },
    ]);
    await store.keepUsage([{ do: 'absorb', session: 'mine', tokens: 150, cacheRead: 130 }]);
    expect(await store.responses('ada', 'claude', ['one', 'two'])).toMatchObject([
      { key: 'two', input: 30, output: 20, cacheRead: 70, costPico: 500_000 },
    ]);
    expect(await store.cells({ by: [] })).toMatchObject([
      { responses: 1, input: 30, output: 20, firstAt: newYear + 1 },
    ]);
  });

  it('tells what sessions used and what they have in common with others', async () => {
    const { store } = await openStore();
    const fork = { ...row(), sessionId: 's2' };
    await store.keepUsage([
      put(),
      put({ key: 'msg_2', model: 'haiku', costPico: null }),
      { do: 'adopt', agent: row(), session: 'mine' },
      { do: 'adopt', agent: fork, session: 'fork' },
      { do: 'share', agent: fork, key: row() },
    ]);
    const both = await store.sessionUsage(['mine', 'fork', 'none']);
    expect(
      both
        .map((one) => ({ ...one, models: one.models.toSorted() }))
        .toSorted((a, b) => (a.session < b.session ? 1 : -1)),
    ).toEqual([
      {
        session: 'mine',
        costPico: 1_000_000,
        responses: 2,
        unpriced: 1,
        incomplete: 0,
        models: ['haiku', 'opus'],
        shared: 0,
      },
      { session: 'fork', costPico: 0, responses: 0, unpriced: 0, incomplete: 0, models: [], shared: 1 },
    ]);
    // The copy turns out to be the first.
    await store.keepUsage([put({ sessionId: 's2' })]);
    expect(await store.sessionUsage(['fork'])).toMatchObject([{ responses: 1, shared: 0 }]);
    expect(await store.adopted(fork)).toBe('fork');
  });
});
