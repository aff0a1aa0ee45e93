import { ask } from '../api.ts';
import { clientOf } from '../client.ts';
import { command } from '../command.ts';
import { connect } from '../connection.ts';
import { repricedText } from '../prices-words.ts';
import { during } from '../progress.ts';

const patienceMs = 3600_000;

export const usageRepriceCommand = command({
  about:
    'Prices all responses anew whose prices have changed, and says what they cost before and cost now. Reads your own prices again first. No transcript is needed for it. A server does so by itself when it starts.',
  args: {},
  options: {},
  examples: [
    ['', 'after “prices.json” was changed'],
    ['--json', 'for scripts'],
  ],
  exec: async ({ settings }) => {
    const client = clientOf(await connect(settings), patienceMs);
    const told = await during('pricing anew', ask(client.POST('/api/usage/reprice')));
    return { value: told, text: (screen) => repricedText(screen, told) };
  },
});
