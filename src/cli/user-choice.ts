import type { Schemas } from '../sdk/index.ts';
import { ask } from './api.ts';
import type { Client } from './client.ts';
import { oneOf } from './one-of.ts';
import { plain } from './plain.ts';
import { shortId } from './session-words.ts';

/** Which user is meant. */

type User = Schemas['User'];

export const userHelp = 'name in any case, e-mail, or id or an end of it (4 characters or more)';

/** Throws a Failure when there is none, or an end of an id fits several. */
export const chooseUser = async (client: Client, asked: string): Promise<User> => {
  const { users } = await ask(client.GET('/api/users'));
  const same = (text: string | undefined): boolean => text?.toLowerCase() === asked.toLowerCase();
  const isNamed = ({ name, email }: User) => same(name) || same(email);
  return oneOf(users, asked, { what: 'user', list: 'stint user ls', isNamed });
};

/** `added bo · member · bo@example.org · 1b2c3d4e`. */
export const userLine = (done: string, { id, name, email, role }: User): string =>
  [`${done} ${plain(name)}`, role, ...(email === undefined ? [] : [plain(email)]), shortId(id)].join(' · ');
