import type { FastifyRequest } from 'fastify';
import { isId } from '../../contract/ids.ts';
import { checkedName } from '../../runner/repl/repl-names.ts';
import type { ReplSummary } from '../repl-view.ts';
import { changesNothing, mayChange } from '../rights.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';
import { unknownSession, visibleSession } from './session-of-caller.ts';

/** A REPL session as far as the caller of a request may see or change it: one's own by name, others by id. */

export const visibleRepl = async (parts: FaceParts, request: FastifyRequest, name: string): Promise<ReplSummary> => {
  const id = isId(name) ? name : parts.repl.names.find(callerOf(request).user.id, checkedName(name));
  if (id === undefined) throw unknownSession();
  const { repl, ...summary } = await visibleSession(parts, request, id);
  if (repl === undefined) throw unknownSession();
  return { ...summary, repl };
};

export const changeableRepl = async (parts: FaceParts, request: FastifyRequest, name: string): Promise<ReplSummary> => {
  const summary = await visibleRepl(parts, request, name);
  if (!mayChange(callerOf(request).user)) throw changesNothing();
  return summary;
};
