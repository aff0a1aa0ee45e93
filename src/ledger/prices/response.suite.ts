/** Responses to be priced, for tests. */
import type { UsageParts } from '../../readers/reader.ts';
import type { Priceable } from './prices.ts';

export const utc = (text: string): number => Date.parse(text);

/** What is not told is the usual: nothing used, the autumn of 2026, and whoever has models of such a name. */
export interface Told extends Partial<Omit<Priceable, 'parts'>>, Partial<UsageParts> {}

export const response = ({ model = 'claude-opus-4-5', at = utc('2026-10-01T12:00Z'), ...told }: Told): Priceable => {
  const { input = 0, output = 0, reasoning, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0, ...more } = told;
  const parts = { input, output, cacheRead, cacheWrite5m, cacheWrite1h, ...(reasoning !== undefined && { reasoning }) };
  return { source: 'test', beganAt: at, ...more, model, at, parts };
};
