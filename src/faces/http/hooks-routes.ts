import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { errorSchema, noQuery } from '../../contract/fields.ts';
import {
  changeHookRequest,
  deliveriesQuery,
  deliveryListSchema,
  hookListSchema,
  hookSchema,
  madeHookSchema,
  newHookRequest,
  testedHookSchema,
} from '../../contract/hooks.ts';
import { invalid, Problem } from '../../contract/problem.ts';
import type { HookDoc } from '../../hooks/hook.ts';
import { toDelivery, toHook } from '../hooks-view.ts';
import { changesNothing, mayAllowPrivate, mayHaveHooks, mayRunCommands } from '../rights.ts';
import { answerOf, secretOnce, sendAnswer } from './answers.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';
import { visibleSession } from './session-of-caller.ts';

/** Hooks on alerts. A hook belongs to its maker; another's is answered like one that is not there. */

const tags = ['hooks'];
const refusals = { '4XX': errorSchema, '5XX': errorSchema };
const params = z.object({ id: z.string() });
const emptyBody = z.strictObject({}).nullish();
const defaultDeliveries = 50;

export const hooksRoutes = (parts: FaceParts) => async (app: FastifyInstance) => {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { hooks } = parts;
  const once = secretOnce(parts);

  routes.get(
    '/api/hooks',
    {
      schema: {
        tags,
        operationId: 'listHooks',
        summary: 'Your hooks, newest first',
        querystring: noQuery,
        response: { 200: hookListSchema, ...refusals },
      },
    },
    async (request, reply) =>
      sendAnswer(reply, answerOf(200, { hooks: hooks.of(callerOf(request).user.id).map(toHook) })),
  );

  routes.post(
    '/api/hooks',
    {
      schema: {
        tags,
        operationId: 'createHook',
        summary: 'Have a webhook called, or a command run, when an alert is raised',
        description: 'It hears of alerts that are raised from now on, in sessions that you may see.',
        body: newHookRequest,
        querystring: noQuery,
        response: { 201: madeHookSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const answer = await once(request, async () => {
        // zod leaves optional fields out when they are absent, which its types (`| undefined`) do not say.
        const doc = request.body as HookDoc;
        checkRights(request, doc);
        await checkSession(parts, request, doc);
        const { user } = callerOf(request);
        const made = await hooks.make(user.id, doc, mayAllowPrivate(user));
        return answerOf(201, { ...toHook(made), ...(doc.kind === 'webhook' ? { secret: made.secret } : {}) });
      });
      return sendAnswer(reply, answer);
    },
  );

  routes.get(
    '/api/hooks/:id',
    {
      schema: {
        tags,
        operationId: 'getHook',
        summary: 'A hook of yours',
        params,
        querystring: noQuery,
        response: { 200: hookSchema, ...refusals },
      },
    },
    async (request, reply) =>
      sendAnswer(reply, answerOf(200, toHook(hooks.find(callerOf(request).user.id, request.params.id)))),
  );

  routes.patch(
    '/api/hooks/:id',
    {
      schema: {
        tags,
        operationId: 'changeHook',
        summary: 'Switch a hook off, or on again',
        params,
        body: changeHookRequest,
        querystring: noQuery,
        response: { 200: hookSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { user } = callerOf(request);
      const { id, doc } = hooks.find(user.id, request.params.id);
      if (request.body.enabled) checkRights(request, doc);
      return sendAnswer(reply, answerOf(200, toHook(await hooks.change(user.id, id, request.body))));
    },
  );

  routes.delete(
    '/api/hooks/:id',
    {
      schema: {
        tags,
        operationId: 'deleteHook',
        summary: 'Delete a hook with its deliveries',
        params,
        querystring: noQuery,
        response: { 204: z.null().describe('Deleted'), ...refusals },
      },
    },
    async (request, reply) => {
      await hooks.remove(callerOf(request).user.id, request.params.id);
      return reply.code(204).send(null);
    },
  );

  routes.post(
    '/api/hooks/:id/test',
    {
      schema: {
        tags,
        operationId: 'testHook',
        summary: 'Try a hook at once, with an alert that is none',
        params,
        body: emptyBody,
        querystring: noQuery,
        response: { 200: testedHookSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const answer = await once(request, async () => {
        const { user } = callerOf(request);
        const { id, doc } = hooks.find(user.id, request.params.id);
        checkRights(request, doc);
        return answerOf(200, await hooks.test(user.id, id));
      });
      return sendAnswer(reply, answer);
    },
  );

  routes.get(
    '/api/hooks/:id/deliveries',
    {
      schema: {
        tags,
        operationId: 'listHookDeliveries',
        summary: 'What a hook was to be told and how that went, newest first',
        description: 'Settled ones are kept for 30 days.',
        params,
        querystring: deliveriesQuery,
        response: { 200: deliveryListSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { limit = defaultDeliveries, cursor } = request.query;
      const page = { limit: limit + 1, ...(cursor === undefined ? {} : { before: Number(cursor) }) };
      const found = hooks.deliveries(callerOf(request).user.id, request.params.id, page);
      const shown = found.slice(0, limit);
      const last = shown.at(-1);
      return sendAnswer(
        reply,
        answerOf(200, {
          deliveries: shown.map(toDelivery),
          ...(found.length > limit && last ? { cursor: `${last.key}` } : {}),
        }),
      );
    },
  );
};

/** Throws `forbidden` where the caller may not have such a hook. */
const checkRights = (request: FastifyRequest, doc: HookDoc): void => {
  const { user } = callerOf(request);
  if (!mayHaveHooks(user)) throw changesNothing();
  if (doc.kind === 'command' && !mayRunCommands(user)) {
    throw new Problem('forbidden', 'commands run as the server’s own user: only the owner may have them run');
  }
  if (doc.kind === 'webhook' && doc.allowPrivate && !mayAllowPrivate(user)) {
    throw new Problem('forbidden', 'only the owner may have private addresses called');
  }
};

const checkSession = async (parts: FaceParts, request: FastifyRequest, { session }: HookDoc): Promise<void> => {
  if (session === undefined) return;
  try {
    await visibleSession(parts, request, session);
  } catch (error) {
    if (!(error instanceof Problem) || error.kind !== 'session_not_found') throw error;
    throw invalid([{ path: 'session', message: 'there is no such session' }]);
  }
};
