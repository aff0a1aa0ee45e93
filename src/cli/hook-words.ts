import type { Schemas } from '../sdk/index.ts';
import { ask } from './api.ts';
import type { Client } from './client.ts';
import { exitCodes, Failure, usageFailure } from './failure.ts';
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

const shortestEnd = 4;

export const chooseHook = async (client: Client, asked: string): Promise<Hook> => {
  const { hooks } = await ask(client.GET('/api/hooks'));
  const named = hooks.filter(({ name }) => name === asked);
  const ended = hooks.filter(({ id }) => asked.length >= shortestEnd && id.endsWith(asked));
  const found = named.length > 0 ? named : ended;
  if (found.length > 1) {
    const ids = found.map(({ id }) => shortId(id)).join(', ');
    throw usageFailure(`“${plain(asked)}” fits ${found.length} hooks; say which by id: ${ids}`);
  }
  if (found[0]) return found[0];
  throw new Failure(
    exitCodes.notFound,
    'not_found',
    `there is no hook “${plain(asked)}”; see them with: stint hook ls`,
  );
};
