import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from '../../access/access.ts';

/** What a browser is told of an origin that may ask (`--cors-origin`); without one, nothing. */

const allowedMethods = 'GET, POST, PUT, PATCH, DELETE';
const allowedHeaders = 'Authorization, Content-Type, Idempotency-Key, X-Client-Id, Last-Event-ID';
const exposedHeaders = 'RateLimit, RateLimit-Policy, Retry-After, X-Stint-Outcome';
const preflightKeptSeconds = 600;

/** To be called when the Origin was found to be allowed. True when the request was a preflight, which is answered by this. */
export const answerOrigin = (access: Access, request: FastifyRequest, reply: FastifyReply): boolean => {
  if (access.hasCorsOrigins) void reply.header('vary', 'Origin');
  const { origin } = request.headers;
  if (origin === undefined || !access.isCorsOrigin(origin)) return false;
  void reply.header('access-control-allow-origin', origin);
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) {
    void reply.header('access-control-expose-headers', exposedHeaders);
    return false;
  }
  void reply
    .code(204)
    .headers({
      'access-control-allow-methods': allowedMethods,
      'access-control-allow-headers': allowedHeaders,
      'access-control-max-age': preflightKeptSeconds,
    })
    .send();
  return true;
};
