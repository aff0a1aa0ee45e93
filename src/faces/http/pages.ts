import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** The pages that a browser opens, without any user's data: they ask for it with the browser's own token. */
export const pages =
  (folder: URL) =>
  async (app: FastifyInstance): Promise<void> => {
    app.addHook('onRoute', (route) => {
      route.config = { ...route.config, token: 'none' };
      route.schema = { ...route.schema, hide: true };
    });
    await app.register(fastifyStatic, { root: fileURLToPath(folder), prefix: '/ui/', index: 'index.html' });
    app.get('/', (_request, reply) => reply.redirect('/ui/'));
    app.get('/sign-in', (_request, reply) => reply.sendFile('sign-in.html'));
  };
