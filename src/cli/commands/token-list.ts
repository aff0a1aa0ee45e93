import type { Schemas } from '../../sdk/index.ts';
import { ask, open } from '../api.ts';
import { command } from '../command.ts';
import { plain } from '../plain.ts';
import { momentWords, shortId } from '../session-words.ts';
import { tableText } from '../table.ts';
import type { Column } from '../table.ts';

type Token = Schemas['Token'];

export const tokenListCommand = command({
  about: 'Lists your access tokens, newest first; not the tokens themselves, which are kept as hashes.',
  args: {},
  options: {},
  examples: [['', 'all that are good now']],
  exec: async ({ settings }) => {
    const client = await open(settings);
    const found = await ask(client.GET('/api/tokens'));
    return { value: found, text: (screen) => tableText(screen, columns(Date.now()), found.tokens) };
  },
});

const columns = (now: number): Column<Token>[] => [
  { heading: 'ID', cell: ({ id }) => shortId(id), style: () => 'dim', weight: 4 },
  { heading: 'NAME', cell: ({ name }) => plain(name), weight: 5, shrinksTo: 12 },
  { heading: 'KIND', cell: ({ kind }) => kind, weight: 2 },
  { heading: 'CREATED', cell: ({ createdAt }) => momentWords(createdAt, now), style: () => 'dim', weight: 1 },
  {
    heading: 'EXPIRES',
    cell: ({ expiresAt }) => (expiresAt === undefined ? 'never' : momentWords(expiresAt, now)),
    style: () => 'dim',
    weight: 3,
  },
];
