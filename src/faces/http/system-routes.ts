import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { User } from '../../access/credentials.ts';
import { errorSchema, noQuery } from '../../contract/fields.ts';
import { healthSchema, statusSchema } from '../../contract/system.ts';
import type { OpenStatus } from '../../journal/sessions.ts';
import { seenBy } from '../rights.ts';
import { callerOf } from './guard.ts';
import type { BackupScheduleFacts, FaceParts } from './parts.ts';

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
    async (request) => ({
      version: server.version,
      pid: process.pid,
      startedAt: server.startedAt,
      uptime: uptimeMs(),
      url: server.url,
      store: storeHealth(),
      disk: parts.disk(),
      sessions: await counts(parts, callerOf(request).user),
      ...careOf(parts),
      recovered: [...server.recovered],
    }),
  );
};

/** What there is to tell of the data's care; nothing where all is quiet. */
const careOf = ({ dataCheck, backupSchedule }: FaceParts) => {
  const check = dataCheck();
  const backups = backupSchedule();
  return {
    ...(check === undefined ? {} : { check }),
    ...(backups === undefined ? {} : { backups: { dueAt: backups.dueAt, ...failureOf(backups) } }),
  };
};

const failureOf = ({ failure }: BackupScheduleFacts) => (failure === undefined ? {} : { failure });

/** Of those that the user may see. */
const counts = async ({ sessions }: FaceParts, user: User): Promise<Record<OpenStatus, number>> => {
  const count = async (status: OpenStatus) => (await sessions.list({ status, limit: 1, ...seenBy(user) })).total;
  return { active: await count('active'), paused: await count('paused'), completed: await count('completed') };
};
