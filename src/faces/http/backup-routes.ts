import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { backupListSchema, backupParams, backupSchema } from '../../contract/backup.ts';
import { errorSchema, noQuery } from '../../contract/fields.ts';
import { Problem } from '../../contract/problem.ts';
import { answerOf, secretOnce, sendAnswer, sendStream } from './answers.ts';
import type { FaceParts } from './parts.ts';

/** Backups are the owner's: each holds every session and every user's row. */

const tags = ['system'];
const config = { callers: 'owner' } as const;
const refusals = { '4XX': errorSchema, '5XX': errorSchema };

export const backupRoutes = (parts: FaceParts) => async (app: FastifyInstance) => {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { backups } = parts;
  // The receipt can't be in the backup that it is about: it is kept in memory.
  const once = secretOnce(parts);

  routes.post(
    '/api/backups',
    {
      config,
      schema: {
        tags,
        operationId: 'createBackup',
        summary: 'Back up all data; the answer comes when it is on the disk and was read back',
        body: z.strictObject({}).nullish(),
        querystring: noQuery,
        response: { 201: backupSchema, ...refusals },
      },
    },
    async (request, reply) => sendAnswer(reply, await once(request, async () => answerOf(201, await backups.create()))),
  );

  routes.get(
    '/api/backups',
    {
      config,
      schema: {
        tags,
        operationId: 'listBackups',
        summary: 'Backups that there are, newest first',
        querystring: noQuery,
        response: { 200: backupListSchema, ...refusals },
      },
    },
    async () => ({ backups: [...(await backups.list())] }),
  );

  routes.get(
    '/api/backups/:name',
    {
      config,
      schema: {
        tags,
        operationId: 'readBackup',
        summary: 'The backup itself: an SQLite database',
        params: backupParams,
        querystring: noQuery,
        produces: ['application/vnd.sqlite3'],
        response: { 200: z.any().describe('The file'), ...refusals },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const found = backups.read(name);
      if (found === undefined) throw unknownBackup();
      void reply.type('application/vnd.sqlite3').header('content-length', found.bytes);
      void reply.header('content-disposition', `attachment; filename="${name}"`);
      return sendStream(reply, request.method === 'HEAD' ? Readable.from([]) : found.open());
    },
  );

  routes.delete(
    '/api/backups/:name',
    {
      config,
      schema: {
        tags,
        operationId: 'removeBackup',
        summary: 'Remove a backup',
        params: backupParams,
        querystring: noQuery,
        response: { 204: z.null().describe('Removed'), ...refusals },
      },
    },
    async (request, reply) => {
      if (!(await backups.remove(request.params.name))) throw unknownBackup();
      return reply.code(204).send(null);
    },
  );
};

const unknownBackup = (): Problem => new Problem('not_found', 'there is no backup of this name');
