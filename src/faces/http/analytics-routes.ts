import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { analyticsQuery, analyticsSchema } from '../../contract/analytics.ts';
import { errorSchema } from '../../contract/fields.ts';
import { invalid } from '../../contract/problem.ts';
import { analyticsOf } from '../../projections/analytics.ts';
import { bucketEdges, hoursOfDay, timeZoneNamed } from '../../projections/calendar.ts';
import { seenBy } from '../rights.ts';
import { answerOf, sendAnswer } from './answers.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';
import { visibleSession } from './session-of-caller.ts';

/** Usage over time, in the words of the timer contract. */

const tags = ['timer'];
const warmUpAfterMs = 200;
const refusals = { '4XX': errorSchema, '5XX': errorSchema };

export const analyticsRoutes = (parts: FaceParts) => async (app: FastifyInstance) => {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { activity, clock } = parts;
  warmUp(app);

  routes.get(
    '/api/analytics/usage',
    {
      schema: {
        tags,
        operationId: 'getAnalytics',
        summary: 'Tokens, sessions and active time, bucket by bucket',
        description: 'Of the sessions that the caller may see. Active time of those that are open counts up to now.',
        querystring: analyticsQuery,
        response: { 200: analyticsSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { period, tz = 'UTC', sessions } = request.query;
      const timeZone = knownTimeZone(tz);
      await checkVisible(parts, request, sessions ?? []);
      const now = clock.now();
      const edges = bucketEdges(period, now, timeZone);
      const chosen = { ...seenBy(callerOf(request).user), ...(sessions === undefined ? {} : { sessions }) };
      const found = await activity.activity({ edges, now, ...chosen });
      const hourOf = hoursOfDay(edges[0] ?? now, edges.at(-1) ?? now, timeZone);
      return sendAnswer(reply, answerOf(200, { ...analyticsOf(found, edges, hourOf), period, tz: timeZone }));
    },
  );
};

/** The first question about a time zone takes a process 20 ms: it is asked when nobody waits. */
const warmUp = (app: FastifyInstance): void => {
  let timer: NodeJS.Timeout | undefined;
  app.addHook('onListen', async () => {
    timer = setTimeout(() => bucketEdges('day', Date.UTC(2026), 'Europe/Berlin'), warmUpAfterMs).unref();
  });
  app.addHook('onClose', async () => clearTimeout(timer));
};

/** As the IANA database spells it; throws a Problem where there is none of this name. */
export const knownTimeZone = (name: string): string => {
  const timeZone = timeZoneNamed(name);
  if (timeZone !== undefined) return timeZone;
  throw invalid([{ path: 'tz', message: 'is not an IANA time zone such as Europe/Berlin' }]);
};

/** Each is there and the caller may see it (else 404). */
export const checkVisible = async (
  parts: FaceParts,
  request: FastifyRequest,
  ids: readonly string[],
): Promise<void> => {
  for (const id of ids) await visibleSession(parts, request, id);
};
