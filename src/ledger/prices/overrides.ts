import { z } from 'zod';

/** Prices that the user knows better, from their configuration; see own-rates.ts for how they are used. */

const usd = z.number().min(0).max(1_000_000);

const ownPrice = z
  .strictObject({
    /** USD a million tokens. */
    input: usd.optional(),
    output: usd.optional(),
    cacheRead: usd.optional(),
    cacheWrite5m: usd.optional(),
    cacheWrite1h: usd.optional(),
    /** USD a thousand. */
    webSearch: usd.optional(),
    /** The day, in UTC, from which on it holds. */
    from: z.iso.date().optional(),
  })
  .refine(({ from: _from, ...prices }) => Object.keys(prices).length > 0, { error: 'names no price' });

/** Models by id, or by a pattern in which `*` stands for anything. */
const priceOverrides = z.strictObject({ models: z.record(z.string().min(1), ownPrice) });

export type OwnPrice = z.infer<typeof ownPrice>;
/** `{"models": {"my-model": {"input": 1, "output": 4}, "claude-*": {"webSearch": 0}}}` */
export type PriceOverrides = z.infer<typeof priceOverrides>;

/** What of a configuration cannot be used, each with its place: `models["gpt-*"].input: …`. */
export class BadPrices extends Error {
  override readonly name = 'BadPrices';
}

/** Prices as they stand in a configuration that was parsed from JSON. Throws {@link BadPrices}. */
export const priceOverridesOf = (value: unknown): PriceOverrides => {
  const { success, data, error } = priceOverrides.safeParse(value);
  if (success) return data;
  throw new BadPrices(`prices: ${error.issues.map((issue) => `${placeOf(issue.path)}${issue.message}`).join('; ')}`);
};

const placeOf = (path: readonly PropertyKey[]): string =>
  path.length === 0 ? '' : `${path.map(stepOf).join('').replace(/^\./, '')}: `;

const stepOf = (step: PropertyKey): string => {
  const name = String(step);
  return /^[a-z]\w*$/i.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
};
