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
  'id as stint ls shows it or the agent’s own, or a beginning or end of one (4 characters or more), or name; - or nothing: the latest that is open';

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
/** Agents' own ids are not all made alike: `ses_3f2c…`. */
const agentFragment = /^[\w.:-]{4,200}$/;
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
  if (wholeId.test(asked)) return ofWholeId(client, asked);
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

/** Those that `asked` names: by name if there are any, else by the agent's whole id, else by an end of an id. */
export const matching = (asked: string, sessions: readonly Session[]): Session[] => {
  const named = sessions.filter(({ name }) => name === asked);
  if (named.length > 0 || !agentFragment.test(asked)) return named;
  const whole = sessions.filter(({ agent }) => agent?.sessionId === asked);
  if (whole.length > 0) return whole;
  return sessions.filter(
    ({ id, agent }) =>
      (fragment.test(asked) && isPartOf(id, asked)) || (agent !== undefined && isPartOf(agent.sessionId, asked)),
  );
};

/** It may be the server's or the agent's; what is neither fails as the server says. */
const ofWholeId = async (client: Client, id: string): Promise<Session> => {
  try {
    return await ask(client.GET('/api/sessions/{id}', { params: { path: { id } } }));
  } catch (error) {
    if (!(error instanceof Failure) || error.exitCode !== exitCodes.notFound) throw error;
    const found = (await walk(client, { kind: 'agent' })).filter(({ agent }) => agent?.sessionId === id);
    if (found.length > 1) throw ambiguous(id, found);
    if (found[0]) return found[0];
    throw error;
  }
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

/** Sessions that may be meant. The server finds names; an end of an id is looked for among the latest where none has the name. */
const listed = async (client: Client, statuses: readonly Status[] | undefined, asked: string): Promise<Session[]> => {
  const isMeant = ({ status }: Session): boolean => statuses === undefined || statuses.includes(status);
  const named = (await walk(client, { q: asked })).filter(isMeant);
  if (named.some(({ name }) => name === asked) || !agentFragment.test(asked)) return named;
  const kind = fragment.test(asked) ? {} : { kind: 'agent' as const };
  const walks = (statuses ?? [undefined]).map((status) => walk(client, { ...kind, ...(status ? { status } : {}) }));
  const all = new Map([...named, ...(await Promise.all(walks)).flat()].map((session) => [session.id, session]));
  return [...all.values()].filter(isMeant);
};

interface Walked {
  q?: string;
  status?: Status;
  kind?: Session['kind'];
}

const walk = async (client: Client, query: Walked): Promise<Session[]> => {
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
