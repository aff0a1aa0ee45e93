import type { Schemas } from '../../sdk/index.ts';
import { ask, open } from '../api.ts';
import type { Client } from '../client.ts';
import { command, optional } from '../command.ts';
import { text } from '../parse.ts';
import { plain } from '../plain.ts';
import { momentWords, shortId } from '../session-words.ts';
import { tableText } from '../table.ts';
import type { Column } from '../table.ts';
import { chooseUser } from '../user-choice.ts';

type Token = Schemas['Token'];

export const tokenListCommand = command({
  about: 'Lists your access tokens, newest first; not the tokens themselves, which are kept as hashes.',
  args: {},
  options: { for: optional('--for <user>', 'those of this user (yours); the owner’s to ask', text) },
  examples: [
    ['', 'all of yours that are good now'],
    ['--for bo', 'bo’s'],
  ],
  exec: async ({ options, settings }) => {
    const client = await open(settings);
    const found = await tokensOf(client, options.for === undefined ? undefined : await chooseUser(client, options.for));
    return {
      value: found,
      text: (screen) =>
        tableText(screen, columns(Date.now()), found.tokens, 'No tokens. Make one with: stint token create NAME'),
    };
  },
});

/** Of a user, or one's own. */
export const tokensOf = (client: Client, user: { id: string } | undefined) =>
  ask(user ? client.GET('/api/users/{id}/tokens', { params: { path: { id: user.id } } }) : client.GET('/api/tokens'));

const columns = (now: number): Column<Token>[] => [
  { heading: 'ID', cell: ({ id }) => shortId(id), style: () => 'dim', weight: 4 },
  { heading: 'NAME', cell: ({ name }) => plain(name), weight: 5, shrinksTo: 12 },
  { heading: 'KIND', cell: ({ kind }) => kind, weight: 2 },
  { heading: 'RIGHTS', cell: ({ host }) => (host ? 'host' : ''), weight: 2 },
  { heading: 'CREATED', cell: ({ createdAt }) => momentWords(createdAt, now), style: () => 'dim', weight: 1 },
  {
    heading: 'EXPIRES',
    cell: ({ expiresAt }) => (expiresAt === undefined ? 'never' : momentWords(expiresAt, now)),
    style: () => 'dim',
    weight: 3,
  },
];
