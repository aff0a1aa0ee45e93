/** Our arithmetic against that of the package whose data it is. */
import { calcPrice, waitForUpdate } from '@pydantic/genai-prices';
import type { ModelInfo, Usage } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { UsageParts } from '../../readers/reader.ts';
import { openPrices } from './prices.ts';
import { response, utc } from './response.suite.ts';

const prices = await openPrices();
const providers = (await waitForUpdate())!;

/** Names that the data says a model has, without those that only begin like it. */
const namesIn = (match: ModelInfo['match']): string[] => {
  if ('or' in match) return match.or.flatMap(namesIn);
  return 'equals' in match ? [match.equals] : 'starts_with' in match ? [match.starts_with] : [];
};

const named = providers.flatMap(({ id: provider, models }) =>
  models.flatMap(({ match }) => namesIn(match).map((model) => ({ provider, model }))),
);

const autumn = utc('2026-10-01T12:00Z');

const usageOf = (parts: UsageParts, webSearches: number): Usage => ({
  input_tokens: parts.input + parts.cacheRead + parts.cacheWrite5m + parts.cacheWrite1h,
  output_tokens: parts.output,
  output_reasoning_tokens: parts.reasoning,
  cache_read_tokens: parts.cacheRead,
  cache_write_tokens: parts.cacheWrite5m + parts.cacheWrite1h,
  cache_write_1h_tokens: parts.cacheWrite1h,
  web_searches: webSearches,
});

const count = fc.oneof(fc.nat(10), fc.nat(150_000), fc.nat(1_500_000));
const used = fc.record({
  input: count,
  output: count,
  cacheRead: count,
  cacheWrite5m: count,
  cacheWrite1h: count,
  webSearches: fc.nat(5),
});
/** What the data says in its comments and cannot say in its prices begins before. */
const at = fc.integer({ min: utc('2026-08-17T00:00Z'), max: utc('2027-06-01T00:00Z') });

it('comes to the same, for every model', () => {
  let compared = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...named),
      used,
      at,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (name, use, at, share) => {
        const { model, provider } = name;
        const theirs = calcPrice({}, model, { providerId: provider, timestamp: new Date(at) });
        const list = theirs?.model_price ?? {};
        // A part without a price of its own is unpriced with us, and part of another with them.
        const parts = {
          input: 'input_mtok' in list ? use.input : 0,
          output: 'output_mtok' in list ? use.output : 0,
          reasoning: Math.floor(share * use.output) * Number('output_mtok' in list),
          cacheRead: 'cache_read_mtok' in list ? use.cacheRead : 0,
          cacheWrite5m: 'cache_write_mtok' in list ? use.cacheWrite5m : 0,
          cacheWrite1h: 'cache_write_1h_mtok' in list ? use.cacheWrite1h : 0,
        };
        const webSearches = 'web_searches_kcount' in list ? use.webSearches : 0;
        const options = { providerId: provider, timestamp: new Date(at) };
        const expected = calcPrice(usageOf(parts, webSearches), model, options)?.total_price;
        const ours = prices.price(response({ model, at, ...parts, webSearches, billing: { provider } }));
        if (ours === undefined) return;
        compared += 1;
        expect(Math.abs(ours.costPico / 1e12 - expected!)).toBeLessThan(1e-9 * Math.max(1, expected!));
      },
    ),
    { numRuns: 4000 },
  );
  expect(compared).toBeGreaterThan(3000);
});

it('finds every model under each of its names', () => {
  const lost = named.filter(({ model, provider }) => {
    const theirs = calcPrice({ input_tokens: 1e6 }, model, { providerId: provider, timestamp: new Date(autumn) })!;
    const ours = prices.price(response({ model, input: 1_000_000, at: autumn, billing: { provider } }));
    if (ours === undefined) return 'input_mtok' in theirs.model_price;
    expect([model, provider, ours.costPico]).toEqual([model, provider, Math.round(theirs.total_price * 1e12)]);
    return false;
  });
  expect(lost).toEqual([]);
});

it('finds no model under a name that only begins like one of its own', () => {
  const known = new Set(named.map(({ model }) => model.toLowerCase()));
  const others = ['-mini', '-lite', '-5', '.5', '0', '-8b', '-fast', '-pro', '-tts', '-x', 'x'];
  const found = named.flatMap(({ model, provider }) =>
    others
      .filter((more) => !known.has((model + more).toLowerCase()))
      .filter((more) => prices.price(response({ model: model + more, input: 1, billing: { provider } })) !== undefined)
      .map((more) => `${provider}: ${model}${more}`),
  );
  // The one is a model, the other has a date for the data.
  expect(found).toEqual(['google: anthropic/claude-sonnet-4-5', 'google: gemini-3.5-flash-5']);
});
