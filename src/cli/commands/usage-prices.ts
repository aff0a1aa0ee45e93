import { ask, open } from '../api.ts';
import { command } from '../command.ts';
import { pricesText } from '../prices-words.ts';

export const usagePricesCommand = command({
  about:
    'Shows which prices responses are reckoned by, which of them are your own, and the models that have none. Your own stand in the file “prices.json” of the data folder.',
  args: {},
  options: {},
  examples: [
    ['', 'the prices in force'],
    ['--json', 'the same as the API answers it'],
  ],
  exec: async ({ settings }) => {
    const client = await open(settings);
    const told = await ask(client.GET('/api/usage/prices'));
    return { value: told, text: (screen) => pricesText(screen, told) };
  },
});
