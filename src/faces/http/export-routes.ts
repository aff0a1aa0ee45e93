import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { exportQuery, exportSchema } from '../../contract/analytics.ts';
import { errorSchema } from '../../contract/fields.ts';
import { seenBy } from '../rights.ts';
import { checkVisible } from './analytics-routes.ts';
import { sendStream } from './answers.ts';
import { exportRows } from './export-rows.ts';
import type { Exported } from './export-rows.ts';
import { csvOfTable, csvText, jsonText } from './export-text.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';

/** Everything that the caller may see, to take away. */

const tags = ['timer'];
const refusals = { '4XX': errorSchema, '5XX': errorSchema };

export const exportRoutes = (parts: FaceParts) => async (app: FastifyInstance) => {
  const routes = app.withTypeProvider<ZodTypeProvider>();

  routes.get(
    '/api/analytics/export',
    {
      schema: {
        tags,
        operationId: 'export',
        summary: 'Sessions, usage and checkpoints as a file',
        description:
          'Of the sessions that the caller may see. Where rows are missing since the journal is damaged, the file says so; ' +
          'one table alone breaks off there.',
        querystring: exportQuery,
        response: {
          200: {
            description: 'The file, as it is read',
            content: { 'application/json': { schema: exportSchema }, 'text/csv': { schema: z.string() } },
          },
          ...refusals,
        },
      },
    },
    async (request, reply) => {
      const { format = 'json', table, sessions } = request.query;
      await checkVisible(parts, request, sessions ?? []);
      const now = parts.clock.now();
      const exported: Exported = {
        now,
        ...seenBy(callerOf(request).user),
        ...(sessions === undefined ? {} : { sessions }),
      };
      const rowsOf: Parameters<typeof jsonText>[0] = (of, onDamage) => exportRows(parts, of, exported, onDamage);
      const csv = () => (table === undefined ? csvText(rowsOf) : csvOfTable(rowsOf, table));
      const text = format === 'json' ? jsonText(rowsOf) : csv();
      void reply
        .type(format === 'json' ? 'application/json; charset=utf-8' : 'text/csv; charset=utf-8; header=present')
        .header('content-disposition', `attachment; filename="${fileName(now, table ?? 'export', format)}"`);
      return sendStream(reply, Readable.from(request.method === 'HEAD' ? [] : text));
    },
  );
};

/** `stint-export-2026-11-20.json`, by the date in UTC. */
const fileName = (now: number, what: string, format: string): string =>
  `stint-${what}-${new Date(now).toISOString().slice(0, 10)}.${format}`;
