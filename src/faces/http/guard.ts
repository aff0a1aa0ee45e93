import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../access/access.ts';
import { Problem } from '../../contract/problem.ts';
import { checkCall } from '../rights.ts';
import type { Callers } from '../rights.ts';
import { answerOrigin } from './cors.ts';
import { exportTypeOf } from './otlp-body.ts';
import { sendProblem } from './problems.ts';
import type { FaceParts } from './parts.ts';
import { collectMethods } from './paths.ts';
import type { MethodsAt } from './paths.ts';
import { countRequest } from './rate.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null where no token is needed. */
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    /** Whether a token is needed (the default), looked at when given, or not looked at: no user's data without one. */
    token?: 'needed' | 'optional' | 'none';
    /** Whom it is for; see rights.ts. */
    callers?: Callers;
    /** A socket: takes a one-use ticket in the query besides the header. */
    socket?: boolean;
    /** What its bodies may be besides JSON. */
    bodyType?: RegExp;
  }
}

/**
 * Every request passes here before anything else of it is read: Host → Origin → who → how often → route; and again when it is
 * all there and makes sense, before anything is done: may they?
 */
export const guard = (app: FastifyInstance, { access }: FaceParts): void => {
  const methodsAt = collectMethods(app);
  app.decorateRequest('caller', null);
  app.addHook('onRequest', (request, reply, done) => {
    const { host, origin, authorization } = request.headers;
    access.checkAddress({ host, origin, target: request.raw.url });
    if (answerOrigin(access, request, reply)) return;
    const { token = 'needed', socket = false } = request.routeOptions.config;
    if (token === 'needed' || (token === 'optional' && authorization !== undefined)) {
      request.caller = access.identify({ host, origin, authorization, ticket: socket ? ticketOf(request) : undefined });
      countRequest(access, request.caller, reply);
    }
    if (request.is404) throw noRoute(methodsAt, request, reply);
    withoutOddType(request);
    done();
  });
  app.addHook('preValidation', (request, _reply, done) => {
    // What came after its headers was sent by whoever may still ask by now.
    if (request.caller) request.caller = access.confirm(request.caller);
    done();
  });
  app.addHook('preHandler', (request, _reply, done) => {
    const { caller, routeOptions, method } = request;
    if (caller) checkCall(caller.user, routeOptions.config.callers ?? 'usual', method);
    done();
  });
  // A file that a page's folder does not have.
  app.setNotFoundHandler((request, reply) => sendProblem(reply, noRoute(methodsAt, request, reply)));
};

const ticketOf = (request: FastifyRequest): string | undefined => {
  const { ticket } = request.query as { ticket?: unknown };
  return typeof ticket === 'string' ? ticket : undefined;
};

/** 405 where the path is there under other methods, else 404. */
const noRoute = (methodsAt: MethodsAt, request: FastifyRequest, reply: FastifyReply): Problem => {
  const allowed = methodsAt(request.url);
  if (allowed.length === 0 || allowed.includes(request.method)) {
    return new Problem('not_found', 'there is nothing at this path');
  }
  void reply.header('allow', allowed.join(', '));
  return new Problem('method_not_allowed', `this path takes ${allowed.join(', ')}, not ${request.method}`);
};

const json = 'application/json';
const jsonPattern = /^application\/json\s*(?:;|$)/i;

/**
 * A type that is not JSON's counts as none: whether it is refused turns on there being a body, which fastify would not look at
 * where it can't make sense of the type.
 */
const withoutOddType = ({ headers, routeOptions }: FastifyRequest): void => {
  const type = headers['content-type'];
  if (type === undefined || type === json || jsonPattern.test(type)) return;
  if (routeOptions.config.telemetry !== undefined && exportTypeOf(type) !== undefined) return;
  if (routeOptions.config.bodyType?.test(type)) return;
  delete headers['content-type'];
};

/** The caller of a route that is not public. */
export const callerOf = (request: FastifyRequest): Caller => {
  if (request.caller === null) throw new Error('a route that needs a caller was declared to need none');
  return request.caller;
};
