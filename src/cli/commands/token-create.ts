import { ask, open } from '../api.ts';
import { command, optional, required } from '../command.ts';
import { expiresOption, hostOption, tokenBody, tokenText, warnOfHost } from '../handing-on.ts';
import { label, text } from '../parse.ts';
import { chooseUser } from '../user-choice.ts';

export const tokenCreateCommand = command({
  about: 'Makes an access token. It is shown once; the server keeps a hash only.',
  args: { name: required('<name>', 'what it is for', label) },
  options: {
    for: optional('--for <user>', 'a token of this user’s, to be handed on (yourself)', text),
    expires: expiresOption,
    host: hostOption,
  },
  examples: [
    ['ci --expires 30d', 'for a month'],
    ['laptop', 'until it is revoked'],
    ['agents --for bo --host', 'for bo, who may start commands on the server with it'],
  ],
  exec: async ({ args, options, settings }) => {
    const client = await open(settings);
    const body = tokenBody(args.name, options);
    const user = options.for === undefined ? undefined : await chooseUser(client, options.for);
    const made = await ask(
      user
        ? client.POST('/api/users/{id}/tokens', { params: { path: { id: user.id } }, body })
        : client.POST('/api/tokens', { body }),
    );
    warnOfHost(options.host, settings);
    return { value: made, text: (screen) => tokenText(screen, made) };
  },
});
