import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from '@fastify/helmet';
import websocket from '@fastify/websocket';
import Fastify, { LogController } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';
import { Problem } from '../../contract/problem.ts';
import { isHandshake } from '../socket/handshake.ts';
import type { Hub } from '../socket/hub.ts';
import { socketRoutes } from '../socket/socket-routes.ts';
import { accessRoutes } from './access-routes.ts';
import { analyticsRoutes } from './analytics-routes.ts';
import { fingerprintOf } from './answers.ts';
import { budgetsRoutes } from './budgets-routes.ts';
import { commentsRoutes } from './comments-routes.ts';
import { connectionTimes, limitConnections } from './connections.ts';
import { exportRoutes } from './export-routes.ts';
import { backupRoutes } from './backup-routes.ts';
import { describeApi, docsRoutes } from './docs-routes.ts';
import { guard } from './guard.ts';
import { historyRoutes } from './history-routes.ts';
import { hooksRoutes } from './hooks-routes.ts';
import { parseJson } from './json-body.ts';
import { measureRequests, metricsRoutes } from './metrics-routes.ts';
import { pages } from './pages.ts';
import type { FaceParts } from './parts.ts';
import { onError, prefixOf, refuseUnreadable } from './problems.ts';
import { replAccessRoutes } from './repl-access-routes.ts';
import { replCompleteRoutes } from './repl-complete-routes.ts';
import { replImportRoutes } from './repl-import-routes.ts';
import { replNotesRoutes } from './repl-notes-routes.ts';
import { replRoutes } from './repl-routes.ts';
import { searchRoutes } from './search-routes.ts';
import { shedding } from './shedding.ts';
import { systemRoutes } from './system-routes.ts';
import { teamsRoutes } from './teams-routes.ts';
import { telemetryRoutes } from './telemetry-routes.ts';
import { timerRoutes } from './timer-routes.ts';
import { usageAdminRoutes } from './usage-admin-routes.ts';
import { usageRoutes } from './usage-routes.ts';
import { usageStatusRoutes } from './usage-status-routes.ts';
import { usersRoutes } from './users-routes.ts';
import { windowsRoutes } from './windows-routes.ts';

const largestBody = 1024 * 1024;
/** A request that is not all there by then is refused; what Node does unless told otherwise, and fastify turns off. */
const requestTimeoutMs = 300_000;
/** A client that does not answer a farewell is cut off after two seconds. */
const socketOptions = { maxPayload: 64 * 1024, closeTimeout: 2000 };
/** When the server stops, requests under way get this long to come to their end. */
const lastAnswersMs = 3000;
const lookForIdleMs = 50;

export interface AppOptions {
  log: FastifyBaseLogger;
  hub: Hub;
  /** Folder of the pages' files. */
  pages: URL;
  /** The nearest proxy's word counts for where a request comes from. */
  behindProxy: boolean;
}

/** Every doorway over HTTP, behind the one guard. */
export const newApp = async (parts: FaceParts, options: AppOptions): Promise<FastifyInstance> => {
  const { log, hub, pages: folder, behindProxy } = options;
  // What has no path that can be read has no route; the guard has its say first, as for every other.
  const routeNowhere = (_path: string, request: IncomingMessage, response: ServerResponse) =>
    app.routing(Object.assign(request, { url: `${prefixOf(request.url ?? '')}/not-a-path` }), response);
  const app: FastifyInstance = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: largestBody,
    requestTimeout: requestTimeoutMs,
    trustProxy: behindProxy && ((_address, hop) => hop === 0),
    // The guard looks at the Host, also where it is missing or given twice; what is given twice is no longer one.
    http: {
      ...connectionTimes,
      requireHostHeader: false,
      joinDuplicateHeaders: true,
      shouldUpgradeCallback: isHandshake,
    },
    routerOptions: { maxParamLength: 500, onBadUrl: routeNowhere, onMaxParamLength: routeNowhere },
    clientErrorHandler: refuseUnreadable,
    return503OnClosing: false,
  });
  // An expectation that is not known is passed over (RFC 9110, 10.1.1): Node's own refusal would come before the guard's.
  app.server.on('checkExpectation', (request, response) => app.routing(request, response));
  app.setValidatorCompiler(validatorCompiler);
  // Answers are made by typed code from the same schemas; what a test checks is not checked again at each request.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.decorate('clock', parts.clock);
  app.setErrorHandler(onError);
  bodies(app);
  // Before the guard: only then is the connection of a handshake that the guard refuses let go.
  await app.register(websocket, {
    options: socketOptions,
    errorHandler: (error, _socket, request) => request.log.debug({ err: error }, 'a socket failed'),
  });
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(headersOfAnswers);
    done();
  });
  measureRequests(app, parts.metrics);
  guard(app, parts);
  shedding(app, log);
  limitConnections(app, log);
  endInTime(app);
  describeApi(app, parts.server.version);
  await app.register(socketRoutes(parts, hub));
  for (const routes of [
    timerRoutes,
    historyRoutes,
    analyticsRoutes,
    exportRoutes,
    usageRoutes,
    usageStatusRoutes,
    usageAdminRoutes,
    windowsRoutes,
    searchRoutes,
    budgetsRoutes,
    telemetryRoutes,
    replRoutes,
    replNotesRoutes,
    replCompleteRoutes,
    replAccessRoutes,
    replImportRoutes,
    commentsRoutes,
    hooksRoutes,
    accessRoutes,
    usersRoutes,
    teamsRoutes,
    backupRoutes,
    systemRoutes,
    metricsRoutes,
  ])
    await app.register(routes(parts));
  await app.register(async (site) => {
    site.addHook('onRequest', (_request, reply, done) => {
      for (const name of Object.keys(headersOfAnswers)) reply.removeHeader(name);
      done();
    });
    await site.register(helmet, headersOfPages);
    await site.register(docsRoutes);
    await site.register(pages(folder));
  });
  return app;
};

/**
 * When the server stops, connections are closed as their requests come to an end; who reads too slowly, or does not finish
 * asking, does not keep it from stopping.
 */
const endInTime = (app: FastifyInstance): void => {
  const timers: NodeJS.Timeout[] = [];
  app.addHook('preClose', async () => {
    timers.push(setInterval(() => app.server.closeIdleConnections(), lookForIdleMs));
    timers.push(setTimeout(() => app.server.closeAllConnections(), lastAnswersMs));
  });
  app.addHook('onClose', async () => timers.forEach(clearTimeout));
};

/** Only JSON has a parser; exports of telemetry have their own. An empty body is no body, whatever its type. */
const bodies = (app: FastifyInstance): void => {
  app.decorateRequest('fingerprint', '');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    /^application\/json\s*(;|$)/i,
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      if (request.headers['idempotency-key'] !== undefined) request.fingerprint = fingerprintOf(body);
      return body.length === 0 ? undefined : parseJson(body);
    },
  );
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) => {
    if (body.length > 0) throw new Problem('unsupported_media_type', 'send application/json');
    return undefined;
  });
};

/** Of what is read by programs: nothing in it is to be run, framed or kept. */
const headersOfAnswers = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

/** Of what a browser shows. Behind TLS a proxy adds what concerns TLS. */
const headersOfPages = {
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
