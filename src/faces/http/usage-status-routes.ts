import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { TimedCell } from '../../contract/usage.ts';
import { errorSchema, noQuery } from '../../contract/fields.ts';
import { usageHoursQuery, usageHoursSchema, usageStatusSchema } from '../../contract/usage-status.ts';
import type { UsageHours } from '../../contract/usage-status.ts';
import { toldSums } from '../../ledger/report/groups.ts';
import { noUsage } from '../../ledger/sum.ts';
import { seenBy } from '../rights.ts';
import { answerOf, sendAnswer } from './answers.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';

/** What a live view of usage needs besides the reports: how far the reading is, and the hours. */

type Parts = Pick<FaceParts, 'usage' | 'usageReading' | 'clock'>;

const tags = ['usage'];
const refusals = { '4XX': errorSchema, '5XX': errorSchema };
const hourMs = 3_600_000;
const usualHours = 24;

export const usageStatusRoutes = (parts: Parts) => async (app: FastifyInstance) => {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { usage, usageReading, clock } = parts;

  routes.get(
    '/api/usage/status',
    {
      schema: {
        tags,
        operationId: 'getUsageStatus',
        summary: 'How far the reading of what agents left on the server’s machine has come',
        querystring: noQuery,
        response: { 200: usageStatusSchema, ...refusals },
      },
    },
    async (request, reply) => {
      // What is read here is the owner’s: its size is no member’s business.
      const isShown = seenBy(callerOf(request).user).owner === undefined;
      return sendAnswer(reply, answerOf(200, isShown ? usageReading() : { state: 'off', sources: [] }));
    },
  );

  routes.get(
    '/api/usage/hours',
    {
      schema: {
        tags,
        operationId: 'getUsageHours',
        summary: 'What agents used in each of the last hours',
        description:
          'Of the sessions that the caller may see, each response counted once. Hours begin as they do in UTC.',
        querystring: usageHoursQuery,
        response: { 200: usageHoursSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const edges = lastHours(request.query.hours ?? usualHours, clock.now());
      const cells = await usage.cells({ by: [], edges, ...seenBy(callerOf(request).user) });
      return sendAnswer(reply, answerOf(200, toHours(edges, cells)));
    },
  );
};

/** Where they begin, and where the last one ends. */
const lastHours = (count: number, now: number): number[] => {
  const end = (Math.floor(now / hourMs) + 1) * hourMs;
  return Array.from({ length: count + 1 }, (_, i) => end - (count - i) * hourMs);
};

const toHours = (edges: readonly number[], cells: readonly TimedCell[]): UsageHours => {
  const byHour = new Map(cells.map((cell) => [cell.begin, cell]));
  return {
    hours: edges.slice(0, -1).map((begin) => ({
      start: new Date(begin).toISOString(),
      ...toldSums(byHour.get(begin) ?? noUsage),
    })),
  };
};
