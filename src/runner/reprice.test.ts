/** Pricing anew, over the real store: what it comes to, and that it is in nobody's way. */
import { describe, expect, it } from 'vitest';
import type { LedgerRow, UsageStep } from '../contract/usage.ts';
import { CurrentPrices } from '../ledger/prices/current-prices.ts';
import type { Pricing } from '../ledger/settle.ts';
import { openStore } from '../stores/sqlite/store-folder.suite.ts';
import { Reprice } from './reprice.ts';

const at = Date.UTC(2026, 5, 1);

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
  beganAt: at,
  at,
  bornAt: at,
  input: 1,
  output: 10,
  reasoning: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  webSearches: 0,
  confidence: 'exact',
  billing: '',
  toldBy: 'transcript',
  costPico: 10,
  priceVersion: '1',
  ...over,
});
const put = (over: Partial<LedgerRow> = {}): UsageStep => ({ do: 'put', row: row(over) });

/** So much a token of output, by model; others have no price. */
const pricesOf = (version: string, rates: Record<string, number>) => ({
  version,
  price: ({ model, parts }: Parameters<Pricing['price']>[0]) =>
    rates[model] === undefined ? undefined : { costPico: parts.output * rates[model] },
  renew: async () => {},
});

const newReprice = async (prices: ReturnType<typeof pricesOf>, steps: readonly UsageStep[]) => {
  const { store } = await openStore();
  await store.keepUsage(steps);
  const heard = { changes: 0 };
  const reprice = new Reprice({ ledger: store, prices, onChanged: () => heard.changes++ });
  return { store, heard, reprice };
};

describe('pricing anew', () => {
  it('has each row cost what it would if it came in now, and says what has changed', async () => {
    const { store, heard, reprice } = await newReprice(pricesOf('2', { opus: 3, haiku: 1 }), [
      put(),
      put({ key: 'b', model: 'haiku', costPico: null }),
      put({ key: 'c', model: 'gone', costPico: 7 }),
      put({ key: 'd', model: 'never', costPico: null }),
      put({ key: 'e', model: 'haiku', costPico: 10 }),
      put({ key: 'f', priceVersion: '2', costPico: 30 }),
    ]);
    expect(await reprice.run()).toEqual({
      version: '2',
      repriced: 5,
      changed: 3,
      unpriced: 2,
      beforePico: 27,
      afterPico: 50,
      models: [
        { model: 'opus', responses: 1, beforePico: 10, afterPico: 30 },
        { model: 'haiku', responses: 1, beforePico: 0, afterPico: 10 },
        { model: 'gone', responses: 1, beforePico: 7, afterPico: 0 },
      ],
    });
    expect(await store.cells({ by: [] })).toMatchObject([{ costPico: 80, unpriced: 2, responses: 6 }]);
    expect(heard.changes).toBe(1);
    expect(await reprice.run()).toMatchObject({ repriced: 0, changed: 0, beforePico: 0, afterPico: 0 });
    expect(heard.changes).toBe(1);
  });

  it('keeps what was reported with its cost, and what the source itself stored where no price is known', async () => {
    const { store } = await openStore();
    const reported = put({ key: 'api:1', toldBy: 'api', costPico: 5e12, priceVersion: '' });
    const stored = put({ key: 'b', model: 'nobody-knows-it', billing: '{"costUsd":0.5}', costPico: 1 });
    const priced = put({ key: 'c', model: 'claude-opus-4-5', billing: '{"costUsd":0.5}', costPico: 1 });
    await store.keepUsage([reported, stored, priced]);
    const prices = await CurrentPrices.open('/nowhere/prices.json');
    await new Reprice({ ledger: store, prices, onChanged: () => {} }).run();
    const costs = await store.responses('ada', 'claude', ['api:1', 'b', 'c']);
    const costOf = (key: string) => costs.find((one) => one.key === key)?.costPico;
    expect([costOf('api:1'), costOf('b'), costOf('c')]).toEqual([5e12, 5e11, 255_000_000]);
  });

  it('reads own prices again first, and changes nothing where they can’t be used', async () => {
    const { store, reprice, heard } = await newReprice(
      { ...pricesOf('2', {}), renew: () => Promise.reject(new Error('bad')) },
      [put()],
    );
    await expect(reprice.run()).rejects.toThrow('bad');
    expect([heard.changes, await store.pricedOtherwise('1', 0, 1)]).toEqual([0, []]);
    expect(await reprice.catchUp()).toMatchObject({ repriced: 1, unpriced: 1 });
  });

  it('loses nothing of what comes in meanwhile', async () => {
    const many = Array.from({ length: 1200 }, (_, i) => put({ key: `k${i}` }));
    const { store, reprice } = await newReprice(pricesOf('2', { opus: 2 }), many);
    const running = reprice.run();
    // Each grows while it is priced, or before, or after.
    for (let i = 0; i < 1200; i += 100) {
      const grown = Array.from({ length: 100 }, (_, j) =>
        put({ key: `k${i + j}`, output: 11, costPico: 22, priceVersion: '2' }),
      );
      await store.keepUsage(grown);
    }
    await running;
    expect(await store.cells({ by: [] })).toMatchObject([{ output: 13_200, costPico: 26_400, responses: 1200 }]);
  });

  it('prices 100,000 responses in a few seconds, while others have their turn', { timeout: 60_000 }, async () => {
    const { store, reprice } = await newReprice(pricesOf('2', { opus: 2 }), []);
    for (let i = 0; i < 100; i++) {
      await store.keepUsage(
        Array.from({ length: 1000 }, (_, j) => put({ key: `k${i} ${j}`, at: at + i * 900_000, sessionId: `s${i}` })),
      );
    }
    const from = performance.now();
    let longest = 0;
    const running = { is: true };
    const others = (async () => {
      while (running.is) {
        const asked = performance.now();
        await store.keepSetting('x', 'y');
        longest = Math.max(longest, performance.now() - asked);
      }
    })();
    expect(await reprice.run()).toMatchObject({ repriced: 100_000, changed: 100_000, afterPico: 2_000_000 });
    const took = performance.now() - from;
    running.is = false;
    await others;
    expect(took).toBeLessThan(20_000);
    expect(longest).toBeLessThan(took / 5);
  });
});
