import { ask, open } from '../api.ts';
import { command } from '../command.ts';

export const tokenLinkCommand = command({
  about: 'Prints a new link that signs one browser in, once. It is good for 15 minutes.',
  args: {},
  options: {},
  examples: [
    ['', 'to be opened in the browser'],
    ['| xargs xdg-open', 'opens it at once'],
  ],
  exec: async ({ settings }) => {
    const client = await open(settings);
    const link = await ask(client.POST('/api/sign-in-links', { body: {} }));
    return { value: link, text: () => link.url };
  },
});
