import type { Logger } from 'pino';
import { CurrentPrices } from '../ledger/prices/current-prices.ts';
import { Reprice } from '../runner/reprice.ts';
import type { RepriceParts } from '../runner/reprice.ts';
import { pricesFile } from '../place.ts';
import type { SqliteStore } from '../stores/sqlite/store.ts';

/** The prices of the data folder. Own ones that can't be used are told, and left out: the server starts all the same. */
export const openFolderPrices = async (folder: string, log: Logger): Promise<CurrentPrices> => {
  const prices = await CurrentPrices.open(pricesFile(folder));
  const { file, problem } = prices;
  if (problem !== undefined) log.error({ file }, `own prices are left out: ${problem.message}`);
  return prices;
};

/** The version of the prices that all rows were last brought to. */
const pricedSetting = 'priced_by';

/** Prices in the background what was priced by other prices, unless it is only that own ones can't be used at present. */
export const startReprice = (
  parts: RepriceParts & { prices: CurrentPrices },
  { store, log }: { store: SqliteStore; log: Logger },
): Reprice => {
  const reprice = new Reprice(parts);
  const { problem, version } = parts.prices;
  const keep = (version: string) => store.keepSetting(pricedSetting, version);
  const onError = (error: unknown) => log.error({ err: error }, 'responses could not be priced anew');
  if (problem !== undefined) {
    // What comes now is priced by others than those of the next start.
    keep('').catch(onError);
    return reprice;
  }
  // Which rows have other prices is a look at all of them.
  if (store.setting(pricedSetting) === version) return reprice;
  const hasRows = store.rows('SELECT 1 FROM responses LIMIT 1').length > 0;
  const caughtUp = hasRows ? reprice.catchUp() : undefined;
  Promise.resolve(caughtUp).then(async (done) => {
    await keep(version);
    if (done === undefined || done.repriced === 0) return;
    const { models: _, ...counts } = done;
    log.info(counts, 'prices have changed: responses were priced anew');
  }, onError);
  return reprice;
};
