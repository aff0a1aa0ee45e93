import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { budgetListSchema, budgetSchema, changeBudgetRequest, setBudgetRequest } from '../../contract/budgets.ts';
import type { SetBudget } from '../../contract/budgets.ts';
import { errorSchema, noQuery } from '../../contract/fields.ts';
import { invalid, Problem } from '../../contract/problem.ts';
import { timeZoneNamed } from '../../projections/calendar.ts';
import { toBudget } from '../budgets-view.ts';
import { isOwner } from '../rights.ts';
import { answerOf, secretOnce, sendAnswer } from './answers.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';
import { visibleSession } from './session-of-caller.ts';

/**
 * Budgets across sessions. A budget belongs to its maker and counts what they may see; the server's owner sees and changes all,
 * and to everyone else another's is answered like one that is not there.
 */

const tags = ['usage'];
const refusals = { '4XX': errorSchema, '5XX': errorSchema };
const params = z.object({ id: z.string() });

export const budgetsRoutes = (parts: FaceParts) => async (app: FastifyInstance) => {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { budgets } = parts;
  // A budget is no event: what was answered under a key is kept in memory.
  const once = secretOnce(parts);

  routes.get(
    '/api/usage/budgets',
    {
      schema: {
        tags,
        operationId: 'listBudgets',
        summary: 'Your budgets across sessions, newest first',
        description: 'The server’s owner sees those of all users.',
        querystring: noQuery,
        response: { 200: budgetListSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const found = await budgets.list(whose(request));
      return sendAnswer(reply, answerOf(200, { budgets: found.map(toBudget) }));
    },
  );

  routes.post(
    '/api/usage/budgets',
    {
      schema: {
        tags,
        operationId: 'setBudget',
        summary: 'Set a budget across sessions',
        description:
          'Makes one (201), or changes the one of yours with the same filter, period and measure (200): what is not said stays as ' +
          'it was. Alerts are raised at 80, 95 and 100 % and when the period would end over the limit, once each in a period.',
        body: setBudgetRequest,
        querystring: noQuery,
        response: { 200: budgetSchema, 201: budgetSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const answer = await once(request, async () => {
        const wanted = withTimeZone(request.body);
        await checkSession(parts, request, wanted.only?.session);
        const { told, isNew } = await budgets.set(callerOf(request).user.id, wanted);
        return answerOf(isNew ? 201 : 200, toBudget(told));
      });
      return sendAnswer(reply, answer);
    },
  );

  routes.get(
    '/api/usage/budgets/:id',
    {
      schema: {
        tags,
        operationId: 'getBudget',
        summary: 'A budget with how it stands',
        params,
        querystring: noQuery,
        response: { 200: budgetSchema, ...refusals },
      },
    },
    async (request, reply) =>
      sendAnswer(reply, answerOf(200, toBudget(await budgets.get(request.params.id, whose(request))))),
  );

  routes.patch(
    '/api/usage/budgets/:id',
    {
      schema: {
        tags,
        operationId: 'changeBudget',
        summary: 'Change a budget’s limit, name or action',
        description: 'Another limit raises its alerts again; one over what is used resumes what the budget paused.',
        params,
        body: changeBudgetRequest,
        querystring: noQuery,
        response: { 200: budgetSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const changed = await budgets.change(request.params.id, whose(request), request.body);
      return sendAnswer(reply, answerOf(200, toBudget(changed)));
    },
  );

  routes.delete(
    '/api/usage/budgets/:id',
    {
      schema: {
        tags,
        operationId: 'deleteBudget',
        summary: 'Delete a budget, and resume what it paused',
        params,
        querystring: noQuery,
        response: { 204: z.null().describe('Deleted'), ...refusals },
      },
    },
    async (request, reply) => {
      await budgets.remove(request.params.id, whose(request));
      return reply.code(204).send(null);
    },
  );
};

/** Whose budgets the caller sees; undefined for all. */
const whose = (request: FastifyRequest): string | undefined => {
  const { user } = callerOf(request);
  return isOwner(user) ? undefined : user.id;
};

/** As the IANA database spells it. */
const withTimeZone = (wanted: SetBudget): SetBudget => {
  if (wanted.timeZone === undefined) return wanted;
  const timeZone = timeZoneNamed(wanted.timeZone);
  if (timeZone !== undefined) return { ...wanted, timeZone };
  throw invalid([{ path: 'timeZone', message: 'is not an IANA time zone such as Europe/Berlin' }]);
};

const checkSession = async (parts: FaceParts, request: FastifyRequest, session: string | undefined): Promise<void> => {
  if (session === undefined) return;
  try {
    await visibleSession(parts, request, session);
  } catch (error) {
    if (!(error instanceof Problem) || error.kind !== 'session_not_found') throw error;
    throw invalid([{ path: 'only.session', message: 'there is no such session' }]);
  }
};
