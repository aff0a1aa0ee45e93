import type { Schemas } from '../../sdk/index.ts';
import { ask } from '../api.ts';
import type { Client } from '../client.ts';
import { exitCodes, Failure, usageFailure } from '../failure.ts';

export type ReplSession = Schemas['ReplSession'];
export type NewSession = Omit<Schemas['CreateReplSession'], 'name'>;

/** Undefined where there is none of that name or id. */
export const sessionNow = async (client: Client, name: string): Promise<ReplSession | undefined> => {
  try {
    return await ask(client.GET('/api/repl/sessions/{name}', { params: { path: { name } } }));
  } catch (error) {
    if (error instanceof Failure && error.exitCode === exitCodes.notFound) return undefined;
    throw error;
  }
};

/** The session, made with what was said of it where there is none. Throws where it is there and is otherwise. */
export const sessionWith = async (client: Client, name: string, wanted: NewSession): Promise<ReplSession> => {
  const met = await sessionNow(client, name);
  if (met === undefined) return ask(client.POST('/api/repl/sessions', { body: { name, ...wanted } }));
  if (wanted.language !== undefined && wanted.language !== met.language)
    throw usageFailure(
      `${name} is there already, and takes ${met.language}; leave --language out, or choose another name`,
    );
  if (wanted.llm)
    throw usageFailure(
      `${name} is there already: its model was chosen when it was made; leave --model out, or choose another name`,
    );
  return met;
};

/** What its user is to know before anything is typed; undefined where it takes commands. */
export const whyNot = ({ name, status, accessMode }: ReplSession): string | undefined => {
  if (status === 'paused') return resumeHint(name);
  if (accessMode === 'readonly') return `${name} is read-only: it runs no commands`;
  if (status === 'active') return undefined;
  return `${name} has ended: it runs no more commands; fork it to go on: :session fork <name>`;
};

export const resumeHint = (name: string): string =>
  `${name} is paused: go on with stint resume ${name}; where its budget paused it, raise that: stint change ${name} --budget <tokens>`;
