import { ask, open } from '../api.ts';
import { command, flag, required } from '../command.ts';
import { confirm } from '../confirm.ts';
import { exitCodes, Failure } from '../failure.ts';
import { text } from '../parse.ts';
import { plain } from '../plain.ts';
import { chooseUser, userHelp, userLine } from '../user-choice.ts';

export const userRmCommand = command({
  about:
    'Removes a user: their tokens are good for nothing from now on, their live views end, and their hooks go. Their sessions stay, for the owner to ' +
    'see and change. Asks first.',
  args: { user: required('<user>', userHelp, text) },
  options: { yes: flag('-y, --yes', 'do not ask') },
  examples: [
    ['bo', 'the one called bo'],
    ['bo@example.org --yes', 'the one with this address, without a question'],
  ],
  exec: async ({ args, options, settings }) => {
    const client = await open(settings);
    const user = await chooseUser(client, args.user);
    if (user.role === 'owner')
      throw new Failure(exitCodes.refused, 'owner_required', 'the owner can’t be removed: a server always has one');
    if (!options.yes) {
      await confirm({
        ask: `Remove ${plain(user.name)} (${user.role}) with all their tokens, and keep their sessions?`,
        yesMeans: 'remove without a question',
        ifNot: 'nobody was removed',
      });
    }
    await ask(client.DELETE('/api/users/{id}', { params: { path: { id: user.id } } }));
    return { value: { removed: user.id }, text: () => userLine('removed', user) };
  },
});
