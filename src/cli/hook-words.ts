import type { Schemas } from '../sdk/index.ts';
import { ask } from './api.ts';
import type { Client } from './client.ts';
import { oneOf } from './one-of.ts';
import { plain } from './plain.ts';
import { shortId } from './session-words.ts';

/** A hook in words, and which one is meant. */

type Hook = Schemas['Hook'];
type Attempt = Schemas['HookAttempt'];

/** The help of every argument that names a hook. */
export const hookHelp = 'id, an end of it (4 characters or more), or name';

/** What it calls or runs. */
export const targetOf = ({ url, argv = [] }: Hook): string => plain(url ?? argv.join(' '));

export const hookName = ({ id, name }: Hook): string => plain(name ?? shortId(id));

/** What it hears of. */
export const heardWords = ({ thresholds, levels, session }: Hook): string =>
  [
    ...(thresholds ?? ['all alerts']),
    ...(levels === undefined ? [] : [`${levels.join(' or ')} only`]),
    ...(session === undefined ? [] : [`of ${shortId(session)}`]),
  ].join(', ');

/** `204 in 12 ms`, `exit code 1 in 3 ms`, or what went wrong. */
export const attemptWords = ({ status, exitCode, error, ms }: Attempt): string => {
  const told = error ?? (status === undefined ? `exit code ${exitCode ?? '?'}` : `answered ${status}`);
  return `${plain(told)} in ${ms} ms`;
};

/** Throws a Failure when there is none, or several fit. */
export const chooseHook = async (client: Client, asked: string): Promise<Hook> => {
  const { hooks } = await ask(client.GET('/api/hooks'));
  return oneOf(hooks, asked, { what: 'hook', list: 'stint hook ls' });
};
