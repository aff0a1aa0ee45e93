import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openPrices } from './prices.ts';
import { response, utc } from './response.suite.ts';
import type { Told } from './response.suite.ts';
import { usdText } from './usd.ts';

const prices = await openPrices();
const usd = (told: Told): string | undefined => {
  const priced = prices.price(response(told));
  return priced && usdText(priced.costPico);
};
/** USD a million tokens of input of a model, in a request of a thousand. */
const input = (model: string, provider?: string, more: Told = {}): string | undefined => {
  const told = { model, input: 1000, ...(provider !== undefined && { billing: { provider } }), ...more };
  const priced = prices.price(response(told));
  return priced && usdText(priced.costPico * 1000);
};

describe('a response costs', () => {
  it('nothing where no provider was asked', () =>
    expect(prices.price(response({ model: '<synthetic>' }))).toEqual({ costPico: 0 }));

  it('what its parts cost, writes to the cache by how long they live', () => {
    expect(usd({ input: 1000 })).toBe('0.005');
    expect(usd({ output: 1000 })).toBe('0.025');
    expect(usd({ cacheRead: 1000 })).toBe('0.0005');
    expect(usd({ cacheWrite5m: 1000 })).toBe('0.00625');
    expect(usd({ cacheWrite1h: 1000 })).toBe('0.01');
    const parts = { input: 1, output: 2, cacheRead: 3, cacheWrite5m: 4, cacheWrite1h: 5 };
    expect(prices.price(response(parts))).toEqual({ costPico: 5e6 + 50e6 + 1.5e6 + 25e6 + 50e6 });
  });

  it('no more for its reasoning, which is output', () =>
    expect(usd({ output: 1000, reasoning: 900 })).toBe(usd({ output: 1000 })));

  it('a cent for each search', () => expect(usd({ input: 1000, webSearches: 3 })).toBe('0.035'));

  it('parts of a pico-dollar rounded half up, once', () => {
    const half = { model: 'google/gemini-2.5-flash-lite', billing: { provider: 'openrouter' } };
    expect(prices.price(response({ ...half, cacheWrite5m: 1 }))).toEqual({ costPico: 83_333 });
    expect(prices.price(response({ ...half, cacheWrite5m: 3 }))).toEqual({ costPico: 250_000 });
  });
});

describe('what is not known is unpriced', () => {
  it.each([
    'unknown',
    '',
    'claude',
    'my-model',
    'claude-opus',
    'gpt',
    '*',
    'constructor',
    '__proto__',
    '/',
    'anthropic/',
  ])('of the model %j', (model) => expect(usd({ model, input: 1 })).toBeUndefined());

  it('when a part that was used has no price', () => {
    const model = 'gpt-5-pro';
    expect(usd({ model, input: 1000, output: 1000 })).toBe('0.135');
    expect(usd({ model, input: 1000, cacheRead: 1 })).toBeUndefined();
    expect(usd({ model, input: 1000, cacheWrite5m: 1 })).toBeUndefined();
    expect(usd({ model: 'claude-3-opus-20240229', input: 1, webSearches: 1 })).toBeUndefined();
  });

  it('when an empty list of prices may be a free model or an unknown one', () => {
    expect(input('moderation', 'openai')).toBeUndefined();
    expect(input('qwen/qwen3-coder:free', 'openrouter')).toBe('0');
  });
});

describe('the source that stored a cost', () => {
  const told = (model: string, costUsd: number) => usd({ model, input: 1000, billing: { costUsd } });

  it('is asked where no price is known', () => expect(told('my-model', 0.0123)).toBe('0.0123'));
  it('is not asked where one is', () => expect(told('claude-opus-4-5', 7)).toBe('0.005'));
  it.each([0, -1, NaN, Infinity, 1e300])('knows nothing with %d', (usd) =>
    expect(told('my-model', usd)).toBeUndefined(),
  );
});

describe('the time of a response', () => {
  it.each([
    ['2026-07-29T23:59:59.999Z', '1'],
    ['2026-07-30T00:00Z', '0.2'],
    ['2020-01-01T00:00Z', '1'],
  ])('decides which price is in force: %s', (at, usd) =>
    expect(input('gpt-5.6-luna', undefined, { at: utc(at) })).toBe(usd),
  );

  it.each([
    ['2026-09-01T00:59:59.999Z', '0.22'],
    ['2026-09-01T01:00Z', '0.44'],
    ['2026-09-01T04:00Z', '0.22'],
    ['2026-09-01T09:59Z', '0.44'],
    // Hours of the day were told apart from August 2026 on.
    ['2026-08-01T09:59Z', '0.14'],
  ])('may be at a dear hour: %s', (at, usd) =>
    expect(input('deepseek-v4-flash', undefined, { at: utc(at) })).toBe(usd),
  );

  it('counts, not when its first copy was written', () => {
    const beganAt = utc('2026-07-29T12:00Z');
    expect(input('gpt-5.6-luna', undefined, { at: utc('2026-07-30T12:00Z'), beganAt })).toBe('0.2');
  });
});

describe('a long context', () => {
  const model = 'claude-sonnet-4-5-20250929';
  const at = utc('2026-02-01T00:00Z');

  it('has its price from one token more than the threshold, cached ones included', () => {
    expect(usd({ model, at, input: 1000, cacheRead: 199_000 })).toBe('0.0627');
    expect(usd({ model, at, input: 1001, cacheRead: 199_000 })).toBe('0.125406');
  });

  it('has it for all of the request', () => {
    const parts = { input: 1, output: 1000, cacheRead: 100_000, cacheWrite5m: 50_000, cacheWrite1h: 50_000 };
    expect(usd({ model, at, ...parts })).toBe(usdText(6e6 + 22.5e9 + 0.6e11 + 7.5e6 * 50_000 + 12e6 * 50_000));
  });

  it('costs as much as any where a model has one price for all', () => {
    expect(usd({ model: 'claude-opus-5', input: 900_000 })).toBe('4.5');
    expect(usd({ model: 'claude-opus-4-6', at, input: 201_000 })).toBe('2.01');
    expect(usd({ model: 'claude-opus-4-6', at: utc('2026-03-13T00:00Z'), input: 201_000 })).toBe('1.005');
  });
});

describe('a model is known by', () => {
  it.each([
    ['claude-opus-4-5', '5'],
    ['claude-opus-4-5-20251101', '5'],
    ['Claude-Opus-4-5-20251101', '5'],
    ['claude-opus-4-5@20251101', '5'],
    ['claude-opus-4-5-20251101[1m]', '5'],
    ['claude-opus-4.5', '5'],
    ['claude-opus-4-6@default', '5'],
    ['claude-opus-4@20250514', '15'],
    ['claude-sonnet-4-20250514', '3'],
    ['claude-sonnet-4-5-20250929-thinking', '3'],
    ['claude-3-5-sonnet-v2@20241022', '3'],
    ['claude-3-5-haiku-latest', '0.8'],
    ['claude-opus-5-20260724', '5'],
    ['claude-opus-5-5', '4'],
    ['anthropic/claude-opus-4.5', '5'],
    ['openrouter/anthropic/claude-opus-4.5', '5'],
    ['a-gateway/anthropic/claude-opus-4.5', '5'],
    ['a-gateway/claude-opus-4-5', '5'],
    ['projects/p/locations/global/publishers/anthropic/models/claude-opus-4-5@20251101', '5'],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', '3.3'],
    ['global.anthropic.claude-sonnet-4-5-20250929-v1:0', '3'],
    ['anthropic.claude-3-5-haiku-20241022-v1:0', '0.8'],
    ['bedrock/us.anthropic.claude-opus-4-6-v1', '5.5'],
    ['arn:aws:bedrock:us-east-1:123456789012:inference-profile/eu.anthropic.claude-opus-4-6-v1', '5.5'],
    ['gpt-5', '1.25'],
    ['gpt-5-2025-08-07', '1.25'],
    ['openai/gpt-5-codex', '1.25'],
    ['gpt-5.6-sol-20260801', '4'],
    ['gpt-5-nano-2025-08-07', '0.05'],
    ['gemini-2.5-pro', '1.25'],
    ['models/gemini-2.5-pro-preview-05-06', '1.25'],
    ['google/gemini-2.5-pro', '1.25'],
    ['kimi-k2.5', '0.6'],
    ['accounts/fireworks/models/kimi-k2p6', '0.95'],
  ])('%s', (model, usd) => expect(input(model)).toBe(usd));

  it.each([
    'claude-opus-4-55',
    'claude-opus-4-10',
    'claude-opus-4-5-mini',
    'claude-opus-4-8-fast',
    'claude-sonnet-5-5',
    'claude-sonnet-5-5-20261001',
    'claude-sonnet-5.5',
    'claude-fable-5-2',
    'us.anthropic.claude-sonnet-5-5-v1:0',
    'anthropic/claude-sonnet-5-5',
    'not-claude-opus-4-5',
    'gpt-5-codex-mini-fake',
    'gpt-6.1-sol',
    'gemini-1.5-flash-8b',
    'gemini-3.6-flash-lite',
    'gemini-3.6-flash-tts',
    'deepseek-r1-distill-llama-70b',
  ])('not by %s, which is another', (model) => expect(input(model)).toBeUndefined());
});

describe('the provider that billed', () => {
  it.each([
    ['anthropic/claude-opus-4.5', 'openrouter', '5'],
    ['claude-sonnet-4-5-20250929', 'amazon-bedrock', '3.3'],
    ['claude-opus-4-5@20251101', 'google-vertex', '5'],
    ['claude-opus-4-5@20251101', 'google-vertex-anthropic', '5'],
    ['gpt-5', 'azure', '1.25'],
    ['openai/gpt-5', 'openai', '1.25'],
    ['grok-code-fast-1', 'xai', '0.2'],
    ['claude-opus-4.8-fast', 'github-copilot', '10'],
    ['openai/gpt-oss-120b', 'openrouter', '0.039'],
  ])('has a price of its own: %s at %s', (model, provider, usd) => expect(input(model, provider)).toBe(usd));

  it.each([
    ['claude-opus-4-5', 'opencode', '5'],
    ['openai/gpt-5', 'vercel', '1.25'],
  ])('passes the only one on: %s at %s', (model, provider, usd) => expect(input(model, provider)).toBe(usd));

  it.each([
    ['gpt-oss:20b', 'ollama'],
    ['openai/gpt-oss-20b', 'lmstudio'],
    ['deepseek-chat', 'my-own-server'],
    ['deepseek/deepseek-chat', 'vercel'],
    ['claude-opus-4-5', 'groq'],
    ['deepseek-chat', 'constructor'],
    ['deepseek-chat', '__proto__'],
    ['deepseek-chat', ''],
  ])('is not known to sell %s: %s', (model, provider) => expect(input(model, provider)).toBeUndefined());

  it('is not guessed for what anyone may run', () => expect(input('openai/gpt-oss-20b')).toBeUndefined());
});

describe('terms of service', () => {
  const on = (model: string, billing: Told['billing'], more: Told = {}) =>
    usd({ model, input: 1000, billing: billing!, ...more });

  it.each([
    ['claude-opus-4-5', { tier: 'batch' }, '0.0025'],
    ['claude-opus-4-6', { speed: 'fast' }, '0.03'],
    ['claude-opus-5', { speed: 'fast' }, '0.01'],
    ['claude-opus-5', { region: 'us' }, '0.0055'],
    ['claude-opus-4-6', { region: 'us' }, '0.0055'],
    ['claude-opus-4-6', { region: 'us', speed: 'fast' }, '0.033'],
    ['claude-haiku-4-5', { region: 'us' }, '0.001'],
    ['claude-opus-4-5', { region: 'global', tier: 'standard', speed: 'standard' }, '0.005'],
    ['gpt-5', { tier: 'flex' }, '0.000625'],
    ['gpt-5', { provider: 'openai', tier: 'priority' }, '0.0025'],
    ['gpt-5.5', { provider: 'openai', tier: 'fast' }, '0.0125'],
    ['gpt-5.5', { provider: 'openai', tier: 'priority', speed: 'fast' }, '0.0125'],
  ])('%s, %j', (model, billing, usd) => expect(on(model, billing)).toBe(usd));

  it.each([
    ['claude-opus-4-5', { tier: 'priority' }],
    ['claude-opus-5-5', { speed: 'fast' }],
    ['claude-sonnet-4-6', { speed: 'fast' }],
    ['claude-opus-5', { speed: 'ludicrous' }],
    ['claude-opus-5', { region: 'eu' }],
    ['gpt-6-astra', { tier: 'fast' }],
    ['gpt-5', { tier: 'ultrafast' }],
    ['gpt-5', { region: 'eu' }],
    ['gemini-2.5-pro', { tier: 'batch' }],
    ['gpt-5', { provider: 'azure', tier: 'priority' }],
  ])('without a published factor: %s, %j', (model, billing) => expect(on(model, billing)).toBeUndefined());

  it('change every part but the fee of a search', () => {
    const parts = { input: 1000, cacheWrite1h: 1000, webSearches: 1 };
    expect(on('claude-opus-5', { region: 'us' }, parts)).toBe('0.0265');
  });

  it('hold with a long context too', () => {
    const at = utc('2026-03-01T00:00Z');
    expect(on('claude-opus-4-6', { speed: 'fast' }, { at, input: 201_000 })).toBe('12.06');
  });

  it('that are not known leave it to the source', () =>
    expect(on('claude-opus-4-5', { tier: 'priority', costUsd: 0.5 })).toBe('0.5'));
});

it('does not depend on what was priced before', async () => {
  const models = fc.constantFrom(
    'claude-opus-5',
    'gpt-5',
    'gpt-5.6-luna',
    'my-model',
    'us.anthropic.claude-opus-4-6-v1',
  );
  const billing = fc.record(
    {
      provider: fc.constantFrom('anthropic', 'openai', 'azure'),
      tier: fc.constantFrom('batch', 'priority'),
      speed: fc.constant('fast'),
      region: fc.constant('us'),
    },
    { requiredKeys: [] },
  );
  const at = fc.integer({ min: utc('2026-01-01T00:00Z'), max: utc('2026-12-31T00:00Z') });
  const told = fc.record({ model: models, at, billing, input: fc.nat(300_000), output: fc.nat(10_000) });
  await fc.assert(
    fc.asyncProperty(fc.array(told, { maxLength: 20 }), async (all) => {
      const fresh = await openPrices();
      for (const one of all) expect(prices.price(response(one))).toEqual(fresh.price(response(one)));
    }),
    { numRuns: 30 },
  );
});

it('is not held up by a model that is called oddly', () => {
  const began = process.cpuUsage().user;
  for (const more of [':1234', '-2025', '-v1', ':thinking', '-preview-01-02', '/a', '*', '.1', '@20250101'])
    for (const times of [16, 20_000]) expect(input(`claude-opus-4-5${more.repeat(times)}!`)).toBeUndefined();
  expect(process.cpuUsage().user - began).toBeLessThan(1_000_000);
});

it('forgets models when there are too many, and knows them again', () => {
  for (let i = 0; i < 10_000; i++) expect(usd({ model: `model-${i}`, input: 1 })).toBeUndefined();
  expect(usd({ input: 1000 })).toBe('0.005');
});

it('prices 30,000 responses in less than 60 ms', () => {
  const models = ['claude-opus-4-5-20251101', 'claude-sonnet-4-5-20250929', 'claude-haiku-4-5-20251001', 'unknown'];
  const all = Array.from({ length: 30_000 }, (_, i) =>
    response({ model: models[i % 4]!, input: i % 13, output: i % 997, cacheRead: i * 7, cacheWrite1h: i % 5003 }),
  );
  const run = (): number => {
    const before = process.cpuUsage();
    for (const one of all) prices.price(one);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  expect(Math.min(run(), run(), run())).toBeLessThan(60);
});
