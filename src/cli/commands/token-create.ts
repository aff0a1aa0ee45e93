import { ask, open } from '../api.ts';
import { command, optional, required } from '../command.ts';
import { parseDuration } from '../duration.ts';
import { label } from '../parse.ts';

export const tokenCreateCommand = command({
  about: 'Makes an access token. It is shown once; the server keeps a hash only.',
  args: { name: required('<name>', 'what it is for', label) },
  options: { expires: optional('-e, --expires <duration>', 'good for so long: 12h, 30d (for ever)', parseDuration) },
  examples: [
    ['ci --expires 30d', 'for a month'],
    ['laptop', 'until it is revoked'],
  ],
  exec: async ({ args, options, settings }) => {
    const client = await open(settings);
    const expiry = options.expires === undefined ? {} : { expiresIn: options.expires };
    const made = await ask(client.POST('/api/tokens', { body: { name: args.name, ...expiry } }));
    // The token alone, so that a script can take it as it is.
    return { value: made, text: () => made.token };
  },
});
