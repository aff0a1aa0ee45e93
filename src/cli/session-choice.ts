import type { Session } from '../sdk/index.ts';
import type { Client } from './client.ts';
import { ask } from './api.ts';
import { optional } from './command.ts';
import { exitCodes, Failure, usageFailure } from './failure.ts';
import { text } from './parse.ts';
import { cut, plain } from './plain.ts';
import { isPartOf, shortId } from './session-words.ts';

/** Which session is meant: an id, a part of one, a name, or `-` for the latest that is open. */

export type Status = Session['status'];

/** The help of every argument that names a session. */
export const sessionHelp =
  'id as stint ls shows it, or a beginning or end of it (4 characters or more), or name; - or nothing: the latest that is open';

/** For commands whose other words stand before or after the session. */
export const sessionOption = optional('-s, --session <session>', 'the same as [session]', text);

/** The one that was said, as a word or by the option. Throws a Failure when both were. */
export const oneSession = (word: string | undefined, option: string | undefined): string | undefined => {
  if (word !== undefined && option !== undefined) throw usageFailure('say the session once: as a word or by --session');
  return option ?? word;
};

const page = 200;
const farthest = 5000;
const longestName = 200;
const fragment = /^[0-9a-f-]{4,36}$/;
const wholeId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The session that is meant. Among several of a name, those in one of the statuses `preferred` come first; without a name only
 * they are meant, or else one in the statuses `otherwise`.
 */
export const chooseSession = async (
  client: Client,
  asked: string | undefined,
  preferred: readonly Status[],
  otherwise: readonly Status[] = [],
): Promise<Session> => {
  if (asked === undefined || asked === '-') return latest(client, [preferred, otherwise]);
  if (asked === '') throw usageFailure('a session is named by its id or name, not by nothing');
  if (wholeId.test(asked)) return ask(client.GET('/api/sessions/{id}', { params: { path: { id: asked } } }));
  for (const statuses of asked.length > longestName ? [] : [preferred, undefined]) {
    const found = matching(asked, await listed(client, statuses, asked));
    if (found.length > 1) throw ambiguous(asked, found);
    if (found[0]) return found[0];
  }
  throw new Failure(
    exitCodes.notFound,
    'session_not_found',
    `there is no session “${cut(plain(asked), 40)}”; see them with: stint ls`,
  );
};

/** Those that `asked` names: by name if there are any, else by an end of the id. */
export const matching = (asked: string, sessions: readonly Session[]): Session[] => {
  const named = sessions.filter(({ name }) => name === asked);
  if (named.length > 0 || !fragment.test(asked)) return named;
  return sessions.filter(({ id }) => isPartOf(id, asked));
};

const latest = async (client: Client, choices: readonly (readonly Status[])[]): Promise<Session> => {
  for (const statuses of choices) {
    const first = await latestOf(client, statuses);
    if (first) return first;
  }
  const what = choices.flat().join(' or ');
  throw new Failure(exitCodes.notFound, 'session_not_found', `no session is ${what}; see all with: stint ls`);
};

/** What somebody started here comes before what agents left: those come by themselves, and are meant by name. */
const latestOf = async (client: Client, statuses: readonly Status[]): Promise<Session | undefined> => {
  const queries = statuses.flatMap((status) => [
    { status, kind: 'timer' as const, limit: 1 },
    { status, limit: page },
  ]);
  const answers = queries.map((query) => ask(client.GET('/api/sessions', { params: { query } })));
  const found = (await Promise.all(answers)).flatMap(({ sessions }) => sessions);
  return found.toSorted(
    (a, b) => Number(a.kind === 'agent') - Number(b.kind === 'agent') || b.startTime - a.startTime,
  )[0];
};

/** Sessions that may be meant. The server finds names; an end of an id is looked for among the latest. */
const listed = async (client: Client, statuses: readonly Status[] | undefined, asked: string): Promise<Session[]> => {
  const byId = fragment.test(asked);
  const lists = await Promise.all([
    walk(client, { q: asked }),
    ...(byId ? (statuses ?? [undefined]).map((status) => walk(client, status ? { status } : {})) : []),
  ]);
  const all = new Map(lists.flat().map((session) => [session.id, session]));
  return [...all.values()].filter(({ status }) => statuses === undefined || statuses.includes(status));
};

const walk = async (client: Client, query: { q?: string; status?: Status }): Promise<Session[]> => {
  const met: Session[] = [];
  for (let cursor: string | undefined; met.length < farthest;) {
    const more = cursor === undefined ? {} : { cursor };
    const answer = await ask(client.GET('/api/sessions', { params: { query: { ...query, ...more, limit: page } } }));
    met.push(...answer.sessions);
    cursor = answer.cursor;
    if (cursor === undefined) break;
  }
  return met;
};

const shown = 10;

const ambiguous = (asked: string, found: readonly Session[]): Failure => {
  const lines = found
    .slice(0, shown)
    .map(({ id, name, status }) => `  ${shortId(id)}  ${status.padEnd(9)}  ${plain(name ?? '')}`);
  const rest = found.length > shown ? [`  and ${found.length - shown} more`] : [];
  const candidates = found.map(({ id, name, status }) => ({ id, ...(name === undefined ? {} : { name }), status }));
  return usageFailure(
    [`“${plain(asked)}” fits ${found.length} sessions; say which by id:`, ...lines, ...rest].join('\n'),
    candidates,
  );
};
