import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { errorSchema, noQuery } from '../../contract/fields.ts';
import { pricesSchema, repricedSchema } from '../../contract/prices.ts';
import { invalid } from '../../contract/problem.ts';
import { ledgerRowsQuery, ledgerRowsSchema, pushRequest, pushedSchema, usualPage } from '../../contract/usage-push.ts';
import type { PushUsage } from '../../contract/usage-push.ts';
import { BadPrices } from '../../ledger/prices/overrides.ts';
import { toLedgerRows } from '../ledger-view.ts';
import { toRepriced, unpricedAmong } from '../prices-view.ts';
import { isOwner, seenBy } from '../rights.ts';
import { answerOf, secretOnce, sendAnswer } from './answers.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';

/** The ledger itself: the prices that it is reckoned by, and its way to another server. */

const tags = ['usage'];
const refusals = { '4XX': errorSchema, '5XX': errorSchema };
const owners = { callers: 'owner' } as const;
/** By so much another machine's clock may be ahead. */
const aheadMs = 86_400_000;

export const usageAdminRoutes = (parts: FaceParts) => async (app: FastifyInstance) => {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { usage, ledger, prices, reprice, push, sessions, clock } = parts;
  // Neither is an event: what was answered under a key is kept in memory. Done again, both do nothing.
  const once = secretOnce(parts);

  routes.get(
    '/api/usage/prices',
    {
      schema: {
        tags,
        operationId: 'getUsagePrices',
        summary: 'The prices that responses are reckoned by, and the models that have none',
        querystring: noQuery,
        response: { 200: pricesSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { user } = callerOf(request);
      const cells = await usage.cells({ by: ['model', 'source'], ...seenBy(user) });
      const { version, overrides, file, problem } = prices;
      return sendAnswer(
        reply,
        answerOf(200, {
          version,
          overrides: overrides.models,
          unpriced: unpricedAmong(cells),
          // Names of files on the server's machine.
          ...(isOwner(user) ? { file, ...(problem === undefined ? {} : { problem: problem.message }) } : {}),
        }),
      );
    },
  );

  routes.post(
    '/api/usage/reprice',
    {
      config: owners,
      schema: {
        tags,
        operationId: 'repriceUsage',
        summary: 'Price all responses anew whose prices have changed',
        description:
          'Reads the server’s own prices again first; where they can’t be used it is 400, and nothing is changed. What was ' +
          'reported with its cost keeps that.',
        body: z.strictObject({}).nullish(),
        querystring: noQuery,
        response: { 200: repricedSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const answer = await once(request, async () => {
        try {
          return answerOf(200, toRepriced(await reprice.run()));
        } catch (error) {
          throw error instanceof BadPrices ? invalid([{ path: '', message: error.message }]) : error;
        }
      });
      return sendAnswer(reply, answer);
    },
  );

  routes.get(
    '/api/usage/rows',
    {
      config: owners,
      schema: {
        tags,
        operationId: 'listLedgerRows',
        summary: 'Your ledger row by row, as another server takes it',
        description:
          'Responses of your own that transcripts told of. A walk through all goes from `next` to `next`; the next one begins ' +
          '`since` the `upTo` of this one’s first page.',
        querystring: ledgerRowsQuery,
        response: { 200: ledgerRowsSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { since, after = 0, limit = usualPage } = request.query;
      const owner = callerOf(request).user.id;
      const found = await ledger.transcribed({ owner, ...(since === undefined ? {} : { since }), after, limit });
      const ids = [...new Set(found.rows.flatMap(({ session }) => session ?? []))];
      const those = (await Promise.all(ids.map(async (id) => sessions.get(id)))).filter((one) => one !== undefined);
      return sendAnswer(reply, answerOf(200, toLedgerRows(found, { now: clock.now(), limit, sessions: those })));
    },
  );

  routes.post(
    '/api/usage/push',
    {
      schema: {
        tags,
        operationId: 'pushUsage',
        summary: 'Take what agents used on another machine',
        description:
          'It is yours, by whom the token is. A response that is known, from this machine or another, is not counted again; it is ' +
          'priced by this server’s prices.',
        body: pushRequest,
        querystring: noQuery,
        response: { 200: pushedSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const answer = await once(request, async () => {
        checkTimes(request.body, clock.now());
        return answerOf(200, await push.take(callerOf(request).user.id, request.body));
      });
      return sendAnswer(reply, answer);
    },
  );
};

/** Throws `invalid_request` for times that have not come yet. */
const checkTimes = ({ rows, sessions = [] }: PushUsage, now: number): void => {
  const latest = now + aheadMs;
  const wrong = [
    ...rows.flatMap(({ at, beganAt }, i) => [
      ...(at > latest ? [`rows.${i}.at`] : []),
      ...(beganAt > latest ? [`rows.${i}.beganAt`] : []),
    ]),
    ...sessions.flatMap(({ startedAt = 0 }, i) => (startedAt > latest ? [`sessions.${i}.startedAt`] : [])),
  ];
  if (wrong.length > 0) throw invalid(wrong.map((path) => ({ path, message: 'lies in the future' })));
};
