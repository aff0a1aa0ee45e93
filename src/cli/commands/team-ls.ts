import type { Schemas } from '../../sdk/index.ts';
import { ask, open } from '../api.ts';
import { command } from '../command.ts';
import { plain } from '../plain.ts';
import { tableText } from '../table.ts';
import type { Column } from '../table.ts';

export const teamLsCommand = command({
  about: 'Lists teams by name, with their members. The owner sees them.',
  args: {},
  options: {},
  examples: [['', 'all of them']],
  exec: async ({ settings }) => {
    const client = await open(settings);
    const found = await ask(client.GET('/api/teams'));
    return {
      value: found,
      text: (screen) => tableText(screen, columns, found.teams, 'No teams. Make one with: stint team add TEAM USER'),
    };
  },
});

const columns: Column<Schemas['Team']>[] = [
  { heading: 'TEAM', cell: ({ name }) => plain(name), weight: 2, shrinksTo: 12 },
  {
    heading: 'MEMBERS',
    cell: ({ members }) => plain(members.map(({ name }) => name).join(', ')),
    weight: 1,
    shrinksTo: 20,
  },
];
