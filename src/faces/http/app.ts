import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import websocket from '@fastify/websocket';
import Fastify, { LogController } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';
import { Problem } from '../../contract/problem.ts';
import type { Hub } from '../socket/hub.ts';
import { socketRoutes } from '../socket/socket-routes.ts';
import { accessRoutes } from './access-routes.ts';
import { fingerprintOf } from './answers.ts';
import { describeApi, docsRoutes } from './docs-routes.ts';
import { guard } from './guard.ts';
import { historyRoutes } from './history-routes.ts';
import { parseJson } from './json-body.ts';
import { pages } from './pages.ts';
import type { FaceParts } from './parts.ts';
import { onError, sendProblem, toProblem } from './problems.ts';
import { systemRoutes } from './system-routes.ts';
import { timerRoutes } from './timer-routes.ts';

const largestBody = 1024 * 1024;
const largestFrame = 64 * 1024;

export interface AppOptions {
  log: FastifyBaseLogger;
  hub: Hub;
  /** Folder of the pages' files. */
  pages: URL;
}

/** Every doorway over HTTP, behind the one guard. */
export const newApp = async (parts: FaceParts, { log, hub, pages: folder }: AppOptions): Promise<FastifyInstance> => {
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: largestBody,
    routerOptions: {
      maxParamLength: 500,
      // A path that cannot be decoded has no route; the guard has its say first, as for every other.
      onBadUrl: (_path, request, response) => app.routing(Object.assign(request, { url: '/not-a-path' }), response),
    },
    frameworkErrors: (error, _request, reply) => void sendProblem(reply as never, toProblem(error)),
  });
  app.setValidatorCompiler(validatorCompiler);
  // Answers are made by typed code from the same schemas; what a test checks is not checked again at each request.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler(onError);
  bodies(app);
  guard(app, parts);
  await app.register(helmet, headers);
  await app.register(rateLimit, { global: false, errorResponseBuilder: tooMany });
  await app.register(websocket, { options: { maxPayload: largestFrame } });
  describeApi(app);
  await app.register(socketRoutes(parts, hub));
  for (const routes of [timerRoutes, historyRoutes, accessRoutes, systemRoutes]) await app.register(routes(parts));
  await app.register(docsRoutes);
  await app.register(pages(folder));
  return app;
};

/** Only JSON has a parser. An empty body is no body, whatever its type. */
const bodies = (app: FastifyInstance): void => {
  app.decorateRequest('fingerprint', '');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(/^application\/json\s*(;|$)/i, { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    if (request.headers['idempotency-key'] !== undefined) request.fingerprint = fingerprintOf(body);
    return body.length === 0 ? undefined : parseJson(body);
  });
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) => {
    if (body.length > 0) throw new Problem('unsupported_media_type', 'send application/json');
    return undefined;
  });
};

const tooMany = (): Problem => new Problem('rate_limited', 'too many attempts; try again in a minute');

/** Behind TLS a proxy adds what concerns TLS. */
const headers = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  hsts: false,
  crossOriginEmbedderPolicy: false,
} as const;
