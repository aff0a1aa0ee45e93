import { ask, open } from '../api.ts';
import type { Client } from '../client.ts';
import { command, flag, optional, required, withDefault } from '../command.ts';
import { usageFailure } from '../failure.ts';
import { expiresOption, hostOption, linkText, tokenBody, tokenText, warnOfHost } from '../handing-on.ts';
import { choice, label, text } from '../parse.ts';
import { userLine } from '../user-choice.ts';

export const userAddCommand = command({
  about:
    'Adds a user, and prints a link that signs their browser in (once, within 15 minutes), or a token for their command line. The ' +
    'owner adds users. A member has sessions of their own and sees no others; a viewer sees every session and changes nothing.',
  args: { name: required('<name>', 'no two users have one name', label) },
  options: {
    email: optional('--email <address>', 'their e-mail address', text),
    role: withDefault('--role <role>', 'member or viewer (member)', choice(['member', 'viewer']), 'member'),
    token: flag('--token', 'print a token instead of a link'),
    expires: expiresOption,
    host: hostOption,
  },
  examples: [
    ['bo', 'a member, and a link for their browser'],
    ['bo --email bo@example.org --token --expires 30d', 'with a token for a month'],
    ['wall --role viewer', 'who sees every session and changes none'],
  ],
  exec: async ({ args, options, settings }) => {
    const { email, role, host } = options;
    if (host && role === 'viewer') throw usageFailure('a viewer starts nothing; leave out --host, or add a member');
    const client = await open(settings);
    const body = { name: args.name, role, ...(email === undefined ? {} : { email }) };
    const user = await ask(client.POST('/api/users', { body }));
    const wantsToken = options.token || options.expires !== undefined;
    const given = wantsToken ? await newToken(client, user.id, options) : await newLink(client, user.id, host);
    warnOfHost(host, settings);
    return {
      value: { user, ...given },
      text: (screen) =>
        [userLine('added', user), 'link' in given ? linkText(screen, given.link) : tokenText(screen, given.token)].join(
          '\n',
        ),
    };
  },
});

const newToken = async (client: Client, id: string, wanted: { expires: number | undefined; host: boolean }) => {
  const body = tokenBody('command line', wanted);
  return { token: await ask(client.POST('/api/users/{id}/tokens', { params: { path: { id } }, body })) };
};

const newLink = async (client: Client, id: string, host: boolean) => {
  const body = host ? { host } : {};
  return { link: await ask(client.POST('/api/users/{id}/sign-in-links', { params: { path: { id } }, body })) };
};
