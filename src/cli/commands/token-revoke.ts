import { ask, open } from '../api.ts';
import { command, optional, required } from '../command.ts';
import { oneOf } from '../one-of.ts';
import { text } from '../parse.ts';
import { plain } from '../plain.ts';
import { shortId } from '../session-words.ts';
import { chooseUser } from '../user-choice.ts';
import { tokensOf } from './token-list.ts';

export const tokenRevokeCommand = command({
  about: 'Revokes an access token: it is good for nothing from now on, and its live views end.',
  args: { token: required('<token>', 'id, an end of it (4 characters or more), or name', text) },
  options: { for: optional('--for <user>', 'one of this user’s (yours); the owner’s to revoke', text) },
  examples: [
    ['ci', 'the one called ci'],
    ['7d1e', 'the one whose id ends in 7d1e'],
    ['laptop --for bo', 'bo’s, called laptop'],
  ],
  exec: async ({ args, options, settings }) => {
    const client = await open(settings);
    const user = options.for === undefined ? undefined : await chooseUser(client, options.for);
    const { tokens } = await tokensOf(client, user);
    const { id, name } = oneOf(tokens, args.token, { what: 'token', list: 'stint token list' });
    await ask(
      user
        ? client.DELETE('/api/users/{id}/tokens/{tokenId}', { params: { path: { id: user.id, tokenId: id } } })
        : client.DELETE('/api/tokens/{id}', { params: { path: { id } } }),
    );
    return { value: { revoked: id }, text: () => `revoked ${plain(name)} · ${shortId(id)}` };
  },
});
