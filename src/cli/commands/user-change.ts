import { ask, open } from '../api.ts';
import { command, flag, optional, required } from '../command.ts';
import { usageFailure } from '../failure.ts';
import { choice, label, text } from '../parse.ts';
import { chooseUser, userHelp, userLine } from '../user-choice.ts';

export const userChangeCommand = command({
  about: 'Changes a user’s name, e-mail or role. With a new role their live views end and begin again with its rights.',
  args: { user: required('<user>', userHelp, text) },
  options: {
    name: optional('--name <name>', 'a new name', label),
    email: optional('--email <address>', 'a new e-mail address', text),
    withoutEmail: flag('--without-email', 'no e-mail address any more'),
    role: optional('--role <role>', 'member or viewer', choice(['member', 'viewer'])),
  },
  examples: [
    ['bo --role viewer', 'who changes nothing from now on'],
    ['bo --email bo@example.org', 'with another address'],
  ],
  exec: async ({ args, options, settings }) => {
    const { name, role } = options;
    if (options.withoutEmail && options.email !== undefined)
      throw usageFailure('say --email or --without-email, not both');
    const email = options.withoutEmail ? null : options.email;
    const given = Object.entries({ name, email, role }).filter(([, value]) => value !== undefined);
    if (given.length === 0) throw usageFailure('say what to change: --name, --email, --without-email or --role');
    const client = await open(settings);
    const { id } = await chooseUser(client, args.user);
    const body = Object.fromEntries(given);
    const user = await ask(client.PATCH('/api/users/{id}', { params: { path: { id } }, body }));
    return { value: user, text: () => userLine('changed', user) };
  },
});
