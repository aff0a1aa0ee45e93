import { ask, open } from '../api.ts';
import { command, required } from '../command.ts';
import { label, text } from '../parse.ts';
import { plain } from '../plain.ts';
import { chooseUser, userHelp } from '../user-choice.ts';

export const teamRmCommand = command({
  about: 'Takes a user out of a team, which goes with its last member. The user stays.',
  args: { team: required('<team>', 'name in any case', label), user: required('<user>', userHelp, text) },
  options: {},
  examples: [['platform bo', 'bo is no more in the team platform']],
  exec: async ({ args, settings }) => {
    const client = await open(settings);
    const { id: userId, name } = await chooseUser(client, args.user);
    const path = { team: args.team, userId };
    await ask(client.DELETE('/api/teams/{team}/members/{userId}', { params: { path } }));
    return {
      value: { team: args.team, removed: userId },
      text: () => `${plain(name)} is no more in ${plain(args.team)}`,
    };
  },
});
