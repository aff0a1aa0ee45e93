import type { FastifyRequest } from 'fastify';
import { isId } from '../../contract/ids.ts';
import { Problem } from '../../contract/problem.ts';
import type { SessionSummary } from '../../journal/sessions.ts';
import { changesNothing, mayChange, maySee } from '../rights.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';

/** A session by its id, as far as the caller of a request may see or change it. */

export const unknownSession = (): Problem => new Problem('session_not_found', 'there is no such session');

/** The session, if it is there and the caller may see it; both answer alike when not. */
export const visibleSession = async (
  { runner, sessions, summarize }: FaceParts,
  request: FastifyRequest,
  id: string,
): Promise<SessionSummary> => {
  const { user } = callerOf(request);
  const state = runner.inMemory(id);
  const summary = state ? summarize(id, state) : isId(id) ? await sessions.get(id) : undefined;
  if (summary === undefined || !maySee(user, summary)) throw unknownSession();
  return summary;
};

/** The session, if the caller may see it (else 404) and change it (else 403). */
export const changeableSession = async (
  parts: FaceParts,
  request: FastifyRequest,
  id: string,
): Promise<SessionSummary> => {
  const summary = await visibleSession(parts, request, id);
  if (!mayChange(callerOf(request).user)) throw changesNothing();
  return summary;
};
