import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { errorSchema, noQuery } from '../../contract/fields.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import type { FaceParts } from './parts.ts';

/** The server in figures, as Prometheus reads them. */

const format = 'text/plain; version=0.0.4; charset=utf-8';

export const metricsRoutes =
  ({ metrics }: FaceParts) =>
  async (app: FastifyInstance): Promise<void> => {
    app.withTypeProvider<ZodTypeProvider>().get(
      '/metrics',
      {
        config: { callers: 'owner' },
        schema: {
          tags: ['system'],
          operationId: 'getMetrics',
          summary: 'The server in figures, in Prometheus’s text format',
          description: 'For the owner alone: the figures are those of everybody’s work.',
          querystring: noQuery,
          response: {
            200: { description: 'Figures', content: { 'text/plain': { schema: z.string() } } },
            '4XX': errorSchema,
            '5XX': errorSchema,
          },
        },
      },
      async (_request, reply) => reply.type(format).send(await metrics.text()),
    );
  };

/**
 * Tells the metrics of every request that is answered. Sockets and event streams, which last as long as their reader likes,
 * are counted while they are open instead.
 */
export const measureRequests = (app: FastifyInstance, metrics: Metrics): void => {
  app.addHook('onResponse', (request, reply, done) => {
    const { config, url } = request.routeOptions;
    const isStream = String(reply.getHeader('content-type')).startsWith('text/event-stream');
    if (!isStream && !(config.socket && reply.statusCode < 400)) {
      const route = request.is404 ? 'none' : (url ?? 'none');
      metrics.answered({ route, method: request.method, status: reply.statusCode, tookMs: reply.elapsedTime });
    }
    done();
  });
};
