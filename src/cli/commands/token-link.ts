import { ask, open } from '../api.ts';
import { command, optional } from '../command.ts';
import { hostOption, linkText, warnOfHost } from '../handing-on.ts';
import { text } from '../parse.ts';
import { chooseUser } from '../user-choice.ts';

export const tokenLinkCommand = command({
  about: 'Prints a new link that signs one browser in, once. It is good for 15 minutes.',
  args: {},
  options: { for: optional('--for <user>', 'signs in this user (yourself), to be handed on', text), host: hostOption },
  examples: [
    ['', 'to be opened in the browser'],
    ['--for bo', 'for bo’s browser'],
    ['| xargs xdg-open', 'opens it at once'],
  ],
  exec: async ({ options, settings }) => {
    const client = await open(settings);
    const body = options.host ? { host: true } : {};
    const user = options.for === undefined ? undefined : await chooseUser(client, options.for);
    const link = await ask(
      user
        ? client.POST('/api/users/{id}/sign-in-links', { params: { path: { id: user.id } }, body })
        : client.POST('/api/sign-in-links', { body }),
    );
    warnOfHost(options.host, settings);
    return { value: link, text: (screen) => linkText(screen, link) };
  },
});
