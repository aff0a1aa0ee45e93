import type { Schemas } from '../../sdk/index.ts';
import { ask, open } from '../api.ts';
import { command } from '../command.ts';
import { heardWords, targetOf } from '../hook-words.ts';
import { plain } from '../plain.ts';
import { shortId } from '../session-words.ts';
import { tableText } from '../table.ts';
import type { Column } from '../table.ts';

type Hook = Schemas['Hook'];

export const hookLsCommand = command({
  about: 'Lists your hooks, newest first.',
  args: {},
  options: {},
  examples: [['', 'all of them']],
  exec: async ({ settings }) => {
    const client = await open(settings);
    const found = await ask(client.GET('/api/hooks'));
    return {
      value: found,
      text: (screen) => tableText(screen, columns, found.hooks, 'No hooks. Add one with: stint hook add URL'),
    };
  },
});

const stateOf = ({ enabled, failingSince }: Hook): string =>
  enabled ? (failingSince === undefined ? 'on' : 'failing') : 'off';

const columns: Column<Hook>[] = [
  { heading: 'ID', cell: ({ id }) => shortId(id), style: () => 'dim', weight: 4 },
  { heading: 'NAME', cell: ({ name }) => plain(name ?? ''), weight: 2, shrinksTo: 8 },
  { heading: 'CALLS', cell: targetOf, weight: 5, shrinksTo: 20 },
  { heading: 'HEARS OF', cell: heardWords, weight: 1, shrinksTo: 12 },
  {
    heading: 'STATE',
    cell: stateOf,
    style: (hook) => (stateOf(hook) === 'on' ? 'green' : 'red'),
    weight: 3,
  },
];
