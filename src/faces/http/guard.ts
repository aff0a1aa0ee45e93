import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../access/access.ts';
import { Problem } from '../../contract/problem.ts';
import { sendProblem } from './problems.ts';
import type { FaceParts } from './parts.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null where no token is needed. */
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    /** Whether a token is needed (the default), looked at when given, or not looked at: no user's data without one. */
    token?: 'needed' | 'optional' | 'none';
    /** A socket: takes a one-use ticket in the query besides the header. */
    socket?: boolean;
  }
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** Every request passes here before anything else of it is read: Host → Origin → who → route. */
export const guard = (app: FastifyInstance, { access }: FaceParts): void => {
  app.decorateRequest('caller', null);
  app.addHook('onRequest', (request, _reply, done) => {
    const { host, origin, authorization } = request.headers;
    access.checkAddress({ host, origin });
    const { token = 'needed', socket = false } = request.routeOptions.config;
    if (token === 'needed' || (token === 'optional' && authorization !== undefined)) {
      request.caller = access.identify({ host, origin, authorization, ticket: socket ? ticketOf(request) : undefined });
    }
    done();
  });
  app.setNotFoundHandler((request, reply) => refuseRoute(app, request, reply));
};

const ticketOf = (request: FastifyRequest): string | undefined => {
  const { ticket } = request.query as { ticket?: unknown };
  return typeof ticket === 'string' ? ticket : undefined;
};

/** 405 where the path is there under other methods, else 404. */
const refuseRoute = (app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  const url = request.url.split('?')[0] ?? '/';
  const allowed = methods.filter((method) => app.findRoute({ method, url }) !== null);
  if (allowed.length === 0) return sendProblem(reply, new Problem('not_found', 'there is nothing at this path'));
  void reply.header('allow', allowed.join(', '));
  const message = `this path takes ${allowed.join(', ')}, not ${request.method}`;
  return sendProblem(reply, new Problem('method_not_allowed', message));
};

/** The caller of a route that is not public. */
export const callerOf = (request: FastifyRequest): Caller => {
  if (request.caller === null) throw new Error('a route that needs a caller was declared to need none');
  return request.caller;
};
