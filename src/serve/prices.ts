import type { Logger } from 'pino';
import { CurrentPrices } from '../ledger/prices/current-prices.ts';
import { Reprice } from '../runner/reprice.ts';
import type { RepriceParts } from '../runner/reprice.ts';
import { pricesFile } from '../place.ts';

/** The prices of the data folder. Own ones that can't be used are told, and left out: the server starts all the same. */
export const openFolderPrices = async (folder: string, log: Logger): Promise<CurrentPrices> => {
  const prices = await CurrentPrices.open(pricesFile(folder));
  const { file, problem } = prices;
  if (problem !== undefined) log.error({ file }, `own prices are left out: ${problem.message}`);
  return prices;
};

/** Prices in the background what was priced by other prices, unless it is only that own ones can't be used at present. */
export const startReprice = (parts: RepriceParts & { prices: CurrentPrices }, log: Logger): Reprice => {
  const reprice = new Reprice(parts);
  if (parts.prices.problem !== undefined) return reprice;
  reprice.catchUp().then(
    ({ models: _, ...counts }) => {
      if (counts.repriced > 0) log.info(counts, 'prices have changed: responses were priced anew');
    },
    (error: unknown) => log.error({ err: error }, 'responses could not be priced anew'),
  );
  return reprice;
};
