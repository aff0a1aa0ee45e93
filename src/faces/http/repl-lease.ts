import type { FastifyRequest } from 'fastify';
import { invalid } from '../../contract/problem.ts';
import { clientPattern, longestClientId } from '../../contract/repl-access.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';

/** Which of the caller's clients asks, where it says so. */
export const clientOf = ({ headers }: FastifyRequest): string | undefined => {
  const client = headers['x-client-id'];
  if (client === undefined) return undefined;
  if (typeof client === 'string' && clientPattern.test(client) && client.length <= longestClientId) return client;
  throw invalid([{ path: 'X-Client-Id', message: `must have 1 to ${longestClientId} characters, all of ASCII` }]);
};

/**
 * Does what changes the state that a session is in, or adds to its journal: that is what a lease to write is for. Throws where another
 * client holds one, or this one holds a lease to read.
 */
export const leased = <T>(
  parts: FaceParts,
  request: FastifyRequest,
  session: string,
  write: () => Promise<T>,
): Promise<T> => {
  const client = clientOf(request);
  const { id: user } = callerOf(request).user;
  return parts.repl.leases.write(session, { user, ...(client !== undefined && { client }) }, write);
};
