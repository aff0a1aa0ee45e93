import type { Schemas } from '../sdk/index.ts';
import { ask } from './api.ts';
import type { Client } from './client.ts';
import { exitCodes, Failure, usageFailure } from './failure.ts';
import { plain } from './plain.ts';
import { shortId } from './session-words.ts';

/** Which user is meant. */

type User = Schemas['User'];

export const userHelp = 'name in any case, e-mail, or id or an end of it (4 characters or more)';
const shortestEnd = 4;

/** Throws a Failure when there is none, or an end of an id fits several. */
export const chooseUser = async (client: Client, asked: string): Promise<User> => {
  const { users } = await ask(client.GET('/api/users'));
  const same = (text: string | undefined): boolean => text?.toLowerCase() === asked.toLowerCase();
  const named = users.filter(({ name, email }) => same(name) || same(email));
  const found = named.length > 0 ? named : users.filter(({ id }) => asked.length >= shortestEnd && id.endsWith(asked));
  if (found.length > 1) {
    const known = found.map(({ id, name }) => `${plain(name)} (${shortId(id)})`).join(', ');
    throw usageFailure(`“${plain(asked)}” fits ${found.length} users; say which by id: ${known}`, found);
  }
  if (found[0]) return found[0];
  throw new Failure(
    exitCodes.notFound,
    'not_found',
    `there is no user “${plain(asked)}”; see them with: stint user ls`,
  );
};

/** `added bo · member · bo@example.org · 1b2c3d4e`. */
export const userLine = (done: string, { id, name, email, role }: User): string =>
  [`${done} ${plain(name)}`, role, ...(email === undefined ? [] : [plain(email)]), shortId(id)].join(' · ');
