import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { noQuery } from '../../contract/fields.ts';
import { accessParams, accessRequest } from '../../contract/repl-access.ts';
import { replErrorSchema, replParams, successSchema } from '../../contract/repl-calls.ts';
import { AccessMode } from '../../contract/session-server.ts';
import { changesNothing, mayChange } from '../rights.ts';
import { answerOf, secretOnce, sendAnswer } from './answers.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';
import { visibleRepl } from './repl-of-caller.ts';

/** Leases of REPL sessions; see {@link ReplLeases}. */

const tags = ['repl'];
const refusals = { '4XX': replErrorSchema, '5XX': replErrorSchema };
const querystring = noQuery;

export const replAccessRoutes = (parts: FaceParts) => async (app: FastifyInstance) => {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const once = secretOnce(parts);

  routes.post(
    '/api/repl/sessions/:name/access',
    {
      config: { callers: 'everyone' },
      schema: {
        tags,
        operationId: 'takeReplAccess',
        summary: 'Take or renew a lease of a session for one of your clients',
        description:
          'It is over 30 s after its client last used it, and lasts as long as a command of its client. While a client holds a lease to ' +
          'write (`readwrite`), what others would write is refused with 409 `session_locked`, whose `details` say who writes and until ' +
          'when at the least. A lease to read (`readonly`) keeps its own client from writing, with 403, and nobody else. Without a lease ' +
          'a client writes where no other one holds one.',
        params: replParams,
        body: accessRequest,
        querystring,
        response: { 200: successSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const answer = await once(request, async () => {
        const { id } = await visibleRepl(parts, request, request.params.name);
        const { clientId: client, mode } = request.body;
        const { user } = callerOf(request);
        if (mode === AccessMode.ReadWrite && !mayChange(user)) throw changesNothing();
        parts.repl.leases.take(id, { user: user.id, client }, mode);
        return answerOf(200, { success: true });
      });
      return sendAnswer(reply, answer);
    },
  );

  routes.delete(
    '/api/repl/sessions/:name/access/:clientId',
    {
      config: { callers: 'everyone' },
      schema: {
        tags,
        operationId: 'freeReplAccess',
        summary: 'Give a lease of one of your clients back, if it has one',
        params: accessParams,
        querystring,
        response: { 200: successSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { name, clientId: client } = request.params;
      const { id } = await visibleRepl(parts, request, name);
      parts.repl.leases.free(id, { user: callerOf(request).user.id, client });
      return sendAnswer(reply, answerOf(200, { success: true }));
    },
  );
};
