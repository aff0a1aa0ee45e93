import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { PriceOverrides } from './overrides.ts';
import { openPrices } from './prices.ts';
import type { Priceable, Priced, Prices } from './prices.ts';

/** The user's own prices from a file; none where there is no such file. Throws {@link BadPrices}, naming file and field. */
export const readOwnPrices = async (file: string): Promise<PriceOverrides> => {
  const text = await textOf(file);
  // Most have none, and need not load what checks them.
  if (text === undefined) return { models: {} };
  const { BadPrices, priceOverridesOf } = await import('./overrides.ts');
  if (text instanceof Error) throw new BadPrices(`${basename(file)}: can’t be read (${text.code ?? text.message})`);
  const value = valueOf(text);
  if (value instanceof Error) throw new BadPrices(`${basename(file)}: is not JSON: ${value.message}`);
  try {
    return priceOverridesOf(value);
  } catch (error) {
    if (!(error instanceof BadPrices)) throw error;
    throw new BadPrices(`${basename(file)}: ${error.message.replace(/^prices: /, '')}`);
  }
};

const textOf = async (file: string): Promise<string | NodeJS.ErrnoException | undefined> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : (error as NodeJS.ErrnoException);
  }
};

const valueOf = (text: string): unknown => {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return error;
  }
};

/** Prices that everybody may hold on to while they are read anew: those of the data, and the user's own from a file. */
export class CurrentPrices implements Prices {
  readonly file: string;
  #prices: Prices;
  #overrides: PriceOverrides = { models: {} };
  #problem: Error | undefined;

  private constructor(file: string, prices: Prices) {
    this.file = file;
    this.#prices = prices;
  }

  /** A file that can't be used is left out, and stays a {@link problem}. */
  static async open(file: string): Promise<CurrentPrices> {
    const prices = new CurrentPrices(file, await openPrices());
    await prices.renew().catch(() => undefined);
    return prices;
  }

  /** Reads the file again. Throws where it can't be used, and then all stays as it was. */
  async renew(): Promise<void> {
    try {
      const overrides = await readOwnPrices(this.file);
      this.#prices = await openPrices(overrides);
      this.#overrides = overrides;
      this.#problem = undefined;
    } catch (error) {
      this.#problem = error as Error;
      throw error;
    }
  }

  get version(): string {
    return this.#prices.version;
  }

  price(response: Priceable): Priced | undefined {
    return this.#prices.price(response);
  }

  /** The user's own that are in force. */
  get overrides(): PriceOverrides {
    return this.#overrides;
  }

  /** Why the file, as it was last read, can't be used. */
  get problem(): Error | undefined {
    return this.#problem;
  }
}
