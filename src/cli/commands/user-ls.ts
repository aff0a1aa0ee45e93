import type { Schemas } from '../../sdk/index.ts';
import { ask, open } from '../api.ts';
import { command } from '../command.ts';
import { plain } from '../plain.ts';
import { momentWords, shortId } from '../session-words.ts';
import { tableText } from '../table.ts';
import type { Column } from '../table.ts';

type User = Schemas['User'];

export const userLsCommand = command({
  about: 'Lists the server’s users, newest first. The owner sees them.',
  args: {},
  options: {},
  examples: [['', 'all of them, with their teams']],
  exec: async ({ settings }) => {
    const client = await open(settings);
    const found = await ask(client.GET('/api/users'));
    return { value: found, text: (screen) => tableText(screen, columns(Date.now()), found.users) };
  },
});

const columns = (now: number): Column<User>[] => [
  { heading: 'ID', cell: ({ id }) => shortId(id), style: () => 'dim', weight: 4 },
  { heading: 'NAME', cell: ({ name }) => plain(name), weight: 6, shrinksTo: 12 },
  { heading: 'ROLE', cell: ({ role }) => role, weight: 5 },
  { heading: 'E-MAIL', cell: ({ email = '' }) => plain(email), weight: 2 },
  { heading: 'TEAMS', cell: ({ teams }) => plain(teams.join(', ')), weight: 3, shrinksTo: 10 },
  { heading: 'ADDED', cell: ({ createdAt }) => momentWords(createdAt, now), style: () => 'dim', weight: 1 },
];
