import { ask, open } from '../api.ts';
import { command } from '../command.ts';
import { pricesText } from '../prices-words.ts';

export const usagePricesCommand = command({
  about:
    'Shows which prices responses are reckoned by: those of the models that were used, which of them are your own, and the models that have none, with the kinds of tokens that want one. Your own stand in the file “prices.json” of the data folder.',
  args: {},
  options: {},
  examples: [
    ['', 'the prices in force'],
    ['--json', 'the same for scripts'],
  ],
  exec: async ({ settings }) => {
    const client = await open(settings);
    const [told, { rows }] = await Promise.all([
      ask(client.GET('/api/usage/prices')),
      ask(client.GET('/api/usage/models')),
    ]);
    const { ratedPrices } = await import('../../ledger/prices/rated-prices.ts');
    const rated = await ratedPrices(told, rows, Date.now());
    return { value: rated, text: (screen) => pricesText(screen, rated) };
  },
});
