/** The user's own prices, as they stand in a file. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../../readers/following.suite.ts';
import { CurrentPrices, readOwnPrices } from './current-prices.ts';
import { BadPrices } from './overrides.ts';
import type { Priceable } from './prices.ts';

const fileOf = (text?: string): string => {
  const file = join(tempFolder(), 'prices.json');
  if (text !== undefined) writeFileSync(file, text);
  return file;
};

const response: Priceable = {
  source: 'claude',
  model: 'in-house',
  at: 0,
  beganAt: 0,
  parts: { input: 10, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 },
};

describe('a file of own prices', () => {
  it('may be missing, and may begin as Windows has it', async () => {
    expect(await readOwnPrices(fileOf())).toEqual({ models: {} });
    const own = { models: { 'in-house': { input: 1 } } };
    expect(await readOwnPrices(fileOf(`\uFEFF${JSON.stringify(own)}`))).toEqual(own);
  });

  it.each([
    ['{"models": ', /^prices\.json: is not JSON: /],
    ['', /^prices\.json: is not JSON: /],
    ['[]', /^prices\.json: Invalid input/],
    ['{}', /^prices\.json: models: /],
    ['{"models": {"gpt-*": {"input": "1"}}}', /^prices\.json: models\["gpt-\*"\]\.input: /],
    ['{"models": {"x": {"input": -1}}}', /^prices\.json: models\.x\.input: /],
    ['{"models": {"x": {"price": 1}}}', /^prices\.json: models\.x: .*price/],
    ['{"models": {"x": {}}}', /^prices\.json: models\.x: names no price$/],
    ['{"models": {"x": {"input": 1, "from": "soon"}}}', /^prices\.json: models\.x\.from: /],
    ['{"models": {}, "model": {}}', /^prices\.json: .*model/],
  ])('%s is refused with its place', async (text, sentence) => {
    const refusal: unknown = await readOwnPrices(fileOf(text)).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(BadPrices);
    expect((refusal as BadPrices).message).toMatch(sentence);
  });

  it('may not be a folder', async () => {
    const file = fileOf();
    mkdirSync(file);
    await expect(readOwnPrices(file)).rejects.toThrow('prices.json: can’t be read (EISDIR)');
  });
});

describe('current prices', () => {
  it('are others once the file was read again, for all that hold them', async () => {
    const file = fileOf();
    const prices = await CurrentPrices.open(file);
    const { version } = prices;
    expect(prices.price(response)).toBeUndefined();
    writeFileSync(file, '{"models": {"in-house": {"input": 2}}}');
    expect(prices.version).toBe(version);
    await prices.renew();
    expect(prices.version).not.toBe(version);
    expect(prices.price(response)).toEqual({ costPico: 20_000_000 });
    expect(prices.overrides).toEqual({ models: { 'in-house': { input: 2 } } });
  });

  it('stay as they are where the file can’t be used, and say why', async () => {
    const file = fileOf('{"models": {"in-house": {"input": 2}}}');
    const prices = await CurrentPrices.open(file);
    const { version } = prices;
    writeFileSync(file, '{"models": {"in-house": 2}}');
    await expect(prices.renew()).rejects.toThrow('prices.json: models["in-house"]: ');
    expect([prices.version, prices.price(response)?.costPico]).toEqual([version, 20_000_000]);
    expect(prices.problem?.message).toContain('models["in-house"]');
    const others = await CurrentPrices.open(file);
    expect([others.overrides, others.problem?.message]).toEqual([{ models: {} }, prices.problem?.message]);
    writeFileSync(file, '{"models": {}}');
    await prices.renew();
    expect([prices.problem, prices.price(response)]).toEqual([undefined, undefined]);
  });
});
