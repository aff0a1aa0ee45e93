import { ask, open } from '../api.ts';
import { command, required } from '../command.ts';
import { label, text } from '../parse.ts';
import { plain } from '../plain.ts';
import { chooseUser, userHelp } from '../user-choice.ts';

export const teamAddCommand = command({
  about: 'Puts a user in a team, which comes to be with its first member.',
  args: { team: required('<team>', 'name in any case', label), user: required('<user>', userHelp, text) },
  options: {},
  examples: [['platform bo', 'bo is in the team platform']],
  exec: async ({ args, settings }) => {
    const client = await open(settings);
    const { id: userId } = await chooseUser(client, args.user);
    const path = { team: args.team, userId };
    const user = await ask(client.PUT('/api/teams/{team}/members/{userId}', { params: { path } }));
    return { value: user, text: () => `${plain(user.name)} is in ${plain(user.teams.join(', '))}` };
  },
});
