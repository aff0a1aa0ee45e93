import { exitCodes, Failure, usageFailure } from './failure.ts';
import { plain } from './plain.ts';
import { isPartOf, shortId } from './session-words.ts';

/** What there is few of, so that all are listed to find the one that is meant: hooks, tokens, users. */

interface Listed {
  id: string;
  name?: string;
}

interface Kind<T> {
  /** In the singular, for example `hook`. */
  what: string;
  /** The command that shows them all. */
  list: string;
  /** Whether one is called what was asked for; by its name as it is spelled, unless told otherwise. */
  isNamed?: (one: T) => boolean;
}

const shortestPart = 4;

/** The one of this name, else the one whose id has it as a part. Throws a Failure where none is meant, or several are. */
export const oneOf = <T extends Listed>(all: readonly T[], asked: string, { what, list, isNamed }: Kind<T>): T => {
  const named = all.filter(isNamed ?? (({ name }) => name === asked));
  const found = named.length > 0 ? named : all.filter(({ id }) => asked.length >= shortestPart && isPartOf(id, asked));
  if (found.length > 1) {
    const known = found.map(({ id, name = '' }) => `${plain(name)} (${shortId(id)})`.trimStart()).join(', ');
    throw usageFailure(`“${plain(asked)}” fits ${found.length} ${what}s; say which by id: ${known}`, found);
  }
  if (found[0]) return found[0];
  throw new Failure(exitCodes.notFound, 'not_found', `there is no ${what} “${plain(asked)}”; see them with: ${list}`);
};
