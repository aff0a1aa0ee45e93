import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { errorSchema, noQuery } from '../../contract/fields.ts';
import { healthSchema, statusSchema } from '../../contract/system.ts';
import type { OpenStatus } from '../../journal/sessions.ts';
import type { FaceParts } from './parts.ts';

/** Whether the server is well, for machines (`/health`) and for its users (`/api/status`). */

const retryAfterSeconds = 5;
const refusals = { '4XX': errorSchema, '5XX': errorSchema };

export const systemRoutes = (parts: FaceParts) => async (app: FastifyInstance) => {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { server, clock, storeHealth } = parts;

  const uptimeMs = () => clock.now() - server.startedAt;

  routes.get(
    '/health',
    {
      config: { token: 'optional' },
      schema: {
        tags: ['system'],
        operationId: 'getHealth',
        summary: 'Whether the server is up; more with a token',
        security: [{}, { token: [] }],
        response: { 200: healthSchema, '4XX': errorSchema, 503: healthSchema },
      },
    },
    async (request, reply) => {
      const status = server.state;
      const details = {
        version: server.version,
        uptime_seconds: uptimeMs() / 1000,
        services: { store: storeHealth().state === 'writable' ? ('running' as const) : ('failed' as const) },
      };
      const data = { status, ...(request.caller === null ? {} : details) };
      if (status === 'draining') void reply.header('retry-after', retryAfterSeconds);
      return reply
        .code(status === 'draining' ? 503 : 200)
        .send({ success: true, data, error: null, timestamp: clock.now() / 1000, ...data });
    },
  );

  routes.get(
    '/api/status',
    {
      schema: {
        tags: ['system'],
        operationId: 'getStatus',
        summary: 'How the server is doing',
        querystring: noQuery,
        response: { 200: statusSchema, ...refusals },
      },
    },
    async () => ({
      version: server.version,
      pid: process.pid,
      startedAt: server.startedAt,
      uptime: uptimeMs(),
      url: server.url,
      store: storeHealth(),
      sessions: await countsOf(parts),
      recovered: [...server.recovered],
    }),
  );
};

const countsOf = async ({ sessions }: FaceParts): Promise<Record<OpenStatus, number>> => {
  const counts = { active: 0, paused: 0, completed: 0 };
  for (const { status, count } of await sessions.counts()) counts[status] += count;
  return counts;
};
