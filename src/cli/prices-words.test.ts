/** Which rates are shown, and what an unpriced model is said to need: what is suggested must price it. */
import { describe, expect, it } from 'vitest';
import { priceOverridesOf } from '../ledger/prices/overrides.ts';
import { priceList } from '../ledger/prices/price-list.ts';
import { ratedPrices } from '../ledger/prices/rated-prices.ts';
import { pricesText } from './prices-words.ts';
import type { Screen } from './screen.ts';

const now = Date.parse('2026-11-20T10:00:00Z');
const screen: Screen = { isTerminal: false, columns: 200, rows: 24, colors: false };
const parts = { input: 1, output: 2, cacheRead: 3, cacheWrite5m: 4, cacheWrite1h: 0 };

type Overrides = Record<string, Record<string, number>>;

const rated = async (overrides: Overrides, model = 'in-house-1', version?: string) => {
  const unpriced = [{ model, sources: ['claude'], unpriced: 1, responses: 1, tokens: 10 }];
  const told = {
    version: version ?? (await priceList({ models: overrides })).version,
    overrides,
    unpriced,
    file: '/p',
  };
  return ratedPrices(
    told,
    [
      { model, ...parts },
      { ...parts, model: 'claude-opus-4-5-20251101' },
    ],
    now,
  );
};

const priceOf = async (file: string, model = 'in-house-1') =>
  (await priceList(priceOverridesOf(JSON.parse(file)))).price({
    source: 'claude',
    model,
    at: now,
    beganAt: now,
    parts,
  });

describe('a model without a price', () => {
  it('needs one for each kind that it used', async () => {
    const prices = await rated({});
    expect(prices.unpriced[0]?.needs).toEqual(['input', 'output', 'cacheRead', 'cacheWrite5m']);
    expect(await priceOf(prices.example ?? '')).toEqual({ costPico: 14_300_000 });
  });

  it('that has them in part is said to need the others too', async () => {
    const prices = await rated({ 'in-house-1': { input: 7, output: 8, cacheRead: 9 } });
    expect(prices.unpriced[0]?.needs).toEqual(['cacheWrite5m']);
    expect(pricesText(screen, prices)).toContain('\nin-house-1 needs cacheWrite5m too\n');
    const example = prices.example ?? '';
    expect(JSON.parse(example)).toEqual({
      models: { 'in-house-1': { input: 7, output: 8, cacheRead: 9, cacheWrite5m: 1.25 } },
    });
    expect(await priceOf(example)).toBeDefined();
  });

  it('keeps what a pattern says of it, and the file what it says of others', async () => {
    const prices = await rated({ 'in-house-*': { input: 7, output: 8, cacheRead: 9 }, 'gpt-5': { webSearch: 0 } });
    const example = prices.example ?? '';
    expect(Object.keys((JSON.parse(example) as { models: object }).models)).toEqual([
      'in-house-*',
      'gpt-5',
      'in-house-1',
    ]);
    expect(await priceOf(example)).toBeDefined();
  });

  it('that is listed, but not on the terms that it was used on, needs all of its kinds', async () =>
    expect((await rated({}, 'claude-sonnet-4-5')).unpriced[0]?.needs).toContain('output'));

  it('that nobody named can be given none', async () => expect((await rated({}, '')).example).toBeUndefined());
});

describe('rates', () => {
  it('are those of the models that were used, in US dollars a million tokens', async () => {
    const prices = await rated({ 'claude-opus-*': { output: 30 } });
    expect(prices.rates).toEqual([
      { model: 'claude-opus-4-5-20251101', input: 5, output: 30, cacheRead: 0.5, cacheWrite5m: 6.25, cacheWrite1h: 10 },
    ]);
    expect(pricesText(screen, prices)).toMatch(
      /\nMODEL +INPUT +OUTPUT +CACHE READ +WRITE 5M +WRITE 1H\nclaude-opus-4-5-20251101 +\$5 +\$30 +\$0\.5 +\$6\.25 +\$10\n/,
    );
  });

  it('are not shown where the server has others', async () => {
    const prices = await rated({}, 'in-house-1', 'genai-prices-9');
    expect(prices.rates).toBeUndefined();
    expect(prices.unpriced[0]?.needs).toEqual(['input', 'output', 'cacheRead', 'cacheWrite5m']);
    expect(pricesText(screen, prices)).toContain('other prices than this stint knows');
  });
});
