import { describe, expect, it } from 'vitest';
import { BadPrices, priceOverridesOf } from './overrides.ts';
import { openPrices } from './prices.ts';
import { response, utc } from './response.suite.ts';
import type { Told } from './response.suite.ts';

const pico = async (models: object, told: Told): Promise<number | undefined> => {
  const prices = await openPrices(priceOverridesOf({ models }));
  return prices.price(response(told))?.costPico;
};

describe("the user's own prices", () => {
  it('stand for models that are not known', async () => {
    const models = { 'my-model': { input: 1, output: 2.5, cacheRead: 0.1, cacheWrite5m: 1.25, cacheWrite1h: 2 } };
    const parts = { input: 1, output: 1, cacheRead: 1, cacheWrite5m: 1, cacheWrite1h: 1 };
    expect(await pico(models, { model: 'my-model', ...parts })).toBe(6_850_000);
    expect(await pico(models, { model: 'my-model', ...parts, webSearches: 1 })).toBeUndefined();
    expect(await pico(models, { model: 'my-other-model', ...parts })).toBeUndefined();
  });

  it('may be nothing', async () =>
    expect(await pico({ 'llama*': { input: 0, output: 0 } }, { model: 'llama3:8b', input: 5, output: 5 })).toBe(0));

  it('win over the data, which keeps what they do not name', async () => {
    const models = { 'claude-opus-4-5': { output: 20, webSearch: 0 } };
    expect(await pico(models, { output: 1 })).toBe(20_000_000);
    expect(await pico(models, { input: 1 })).toBe(5_000_000);
    expect(await pico(models, { webSearches: 9 })).toBe(0);
  });

  it('hold whatever the terms and the context', async () => {
    const models = { 'claude-opus-4-6': { input: 4 } };
    const at = utc('2026-03-01T00:00Z');
    const model = 'claude-opus-4-6';
    expect(await pico(models, { model, at, input: 300_000 })).toBe(1.2e12);
    expect(await pico(models, { model, input: 1, billing: { region: 'us' } })).toBe(4_000_000);
    expect(await pico(models, { model, input: 1, billing: { tier: 'priority' } })).toBe(4_000_000);
    expect(await pico(models, { model, output: 1, billing: { region: 'us' } })).toBe(27_500_000);
    expect(await pico(models, { model, output: 1, billing: { tier: 'priority' } })).toBeUndefined();
  });

  it('win over what the source reckoned', async () =>
    expect(await pico({ m: { input: 1 } }, { model: 'm', input: 1, billing: { costUsd: 1 } })).toBe(1_000_000));

  it('bill reasoning as output', async () => {
    const deep = { model: 'sonar-deep-research', billing: { provider: 'perplexity' }, output: 2, reasoning: 1 };
    expect(await pico({}, deep)).toBe(11_000_000);
    expect(await pico({ 'sonar-deep-research': { output: 10 } }, deep)).toBe(20_000_000);
  });

  it('begin on a day, in UTC', async () => {
    const models = { 'claude-opus-4-5': { input: 4, from: '2026-10-02' } };
    expect(await pico(models, { input: 1, at: utc('2026-10-01T23:59:59.999Z') })).toBe(5_000_000);
    expect(await pico(models, { input: 1, at: utc('2026-10-02T00:00Z') })).toBe(4_000_000);
    const fresh = { 'my-model': { input: 4, from: '2026-10-02' } };
    expect(await pico(fresh, { model: 'my-model', input: 1, at: utc('2026-10-01T00:00Z') })).toBeUndefined();
  });

  it('of an id come before those of a pattern, a longer pattern before a shorter', async () => {
    const models = {
      '*': { input: 1 },
      'claude-*': { input: 2 },
      'claude-opus-*': { input: 3 },
      'claude-opus-5': { input: 4 },
    };
    expect(await pico(models, { model: 'claude-opus-5', input: 1 })).toBe(4_000_000);
    expect(await pico(models, { model: 'claude-opus-5-5', input: 1 })).toBe(3_000_000);
    expect(await pico(models, { model: 'claude-haiku-4-5', input: 1 })).toBe(2_000_000);
    expect(await pico(models, { model: 'my-model', input: 1 })).toBe(1_000_000);
  });

  it.each([
    'claude-opus-4-5',
    'CLAUDE-OPUS-4-5-20251101[1m]',
    'anthropic/claude-opus-4-5',
    'us.anthropic.claude-opus-4-5-20251101-v1:0',
    'claude-opus-4-5@20251101',
    'claude-opus-4-5-thinking',
  ])('of claude-opus-4-5 are those of %s', async (model) =>
    expect(await pico({ 'Claude-Opus-4-5': { input: 9 } }, { model, input: 1 })).toBe(9_000_000),
  );

  it.each(['claude-opus-4-55', 'my-claude-opus-4-5', 'claude-opus-4-5-mini'])('are not those of %s', async (model) =>
    expect(await pico({ 'claude-opus-4-5': { input: 9 } }, { model, input: 1 })).toBeUndefined(),
  );

  it('take all but * in a pattern as it stands', async () => {
    expect(await pico({ 'a.b*': { input: 1 } }, { model: 'a.b-c', input: 1 })).toBe(1_000_000);
    expect(await pico({ 'a.b*': { input: 1 } }, { model: 'a-b-c', input: 1 })).toBeUndefined();
  });
});

describe('a configuration that cannot be used', () => {
  it.each([
    [
      { models: { 'gpt-*': { input: '1' } } },
      'prices: models["gpt-*"].input: Invalid input: expected number, received string',
    ],
    [{ models: { m: { input: -1 } } }, 'prices: models.m.input: Too small: expected number to be >=0'],
    [{ models: { m: { from: '2026-02-30', input: 1 } } }, 'prices: models.m.from: Invalid ISO date'],
    [{ models: { m: { price: 1 } } }, 'prices: models.m: Unrecognized key: "price"; models.m: names no price'],
    [{ models: { m: { from: '2026-02-03' } } }, 'prices: models.m: names no price'],
    [{ models: [] }, 'prices: models: Invalid input: expected record, received array'],
    [{ model: {} }, 'prices: models: Invalid input: expected record, received undefined; Unrecognized key: "model"'],
    [7, 'prices: Invalid input: expected object, received number'],
  ])('%j', (value, message) => expect(() => priceOverridesOf(value)).toThrow(new BadPrices(message)));
});

describe('the version of prices', () => {
  const version = async (models: object) => (await openPrices(priceOverridesOf({ models }))).version;

  it('names the data', async () => {
    expect((await openPrices()).version).toMatch(/^genai-prices-0\.1\.8\.\d+$/);
    expect(await version({})).toBe((await openPrices()).version);
  });

  it("changes with the user's own prices, and not with their order", async () => {
    const one = await version({ a: { input: 1, output: 2 }, b: { input: 3 } });
    expect(await version({ b: { input: 3 }, a: { output: 2, input: 1 } })).toBe(one);
    const others = [{ a: { input: 1, output: 2 } }, { a: { input: 1, output: 2 }, b: { input: 4 } }, {}];
    for (const other of others) expect(await version(other)).not.toBe(one);
  });
});
