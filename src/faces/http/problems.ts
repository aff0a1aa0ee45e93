import type { Socket } from 'node:net';
import type { ConnectionError, FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { ApiError } from '../../contract/fields.ts';
import { invalid, Problem } from '../../contract/problem.ts';
import type { FieldProblem, ProblemKind } from '../../contract/problem.ts';
import type { ReplError } from '../../contract/repl-calls.ts';
import type { Clock } from '../../runner/clock.ts';
import { pathOf } from './paths.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The server's time, for contracts whose refusals tell it. */
    clock: Clock;
  }
}

/**
 * The one place that turns whatever went wrong into the error shape of a contract: that with the longest prefix of the path,
 * else the timer's.
 */

const retryAfterSeconds = 1;
const passedOverMs = 1000;
/** The same of a body that is refused because there are many. */
const passedOverUnderLoadMs = 10_000;

const shapeOf = (problem: Problem): ApiError => ({
  error: problem.kind,
  message: problem.message,
  code: problem.status,
  ...(problem.details === undefined ? {} : { details: problem.details }),
});

/** Where the research contract has a word of its own. */
const researchWords: Partial<Record<ProblemKind, string>> = { forbidden: 'session_not_accessible' };

const researchShape = (problem: Problem, now: number) => ({
  ...shapeOf(problem),
  error: researchWords[problem.kind] ?? problem.kind,
  timestamp: new Date(now).toISOString(),
});

/** The repl contract tells what is wrong in `error` itself. */
const replShape = ({ kind, message, status, details }: Problem): ReplError => ({
  error: message,
  kind,
  code: status,
  ...(details === undefined ? {} : { details }),
});

const isRepl = (url: string): boolean => /^\/api\/repl(\/|$)/.test(pathOf(url));

const isResearch = (url: string): boolean => /^\/api\/v1(\/|$)/.test(pathOf(url));

/** The beginning of a path by which its contract is known; empty for the timer's. */
export const prefixOf = (url: string): string => (isResearch(url) ? '/api/v1' : isRepl(url) ? '/api/repl' : '');

const bodyOf = (problem: Problem, { url, server }: FastifyRequest): object => {
  if (isRepl(url)) return replShape(problem);
  return isResearch(url) ? researchShape(problem, server.clock.now()) : shapeOf(problem);
};

export const sendProblem = (reply: FastifyReply, problem: Problem): FastifyReply => {
  if (problem.status === 429 || problem.status === 503) void reply.header('retry-after', retryAfterOf(problem));
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
  passOverBody(reply, problem.kind === 'overloaded' ? passedOverUnderLoadMs : passedOverMs);
  return reply
    .code(problem.status)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(bodyOf(problem, reply.request)));
};

/**
 * A body that is still coming is passed over: cut off at once, its sender would lose the refusal unread. One that goes on and
 * on is cut off after all.
 */
const passOverBody = (reply: FastifyReply, mostMs: number): void => {
  const { raw, headers } = reply.request;
  if (raw.complete || (headers['transfer-encoding'] === undefined && headers['content-length'] === undefined)) return;
  // Who asked for the connection to be closed is told that it will be (RFC 9112, 9.6).
  if (!/\bclose\b/i.test(headers.connection ?? '')) reply.removeHeader('connection');
  const cut = setTimeout(() => raw.socket.destroy(), mostMs).unref();
  raw.once('close', () => clearTimeout(cut));
};

/** Seconds. */
const retryAfterOf = ({ details }: Problem): number =>
  (details as { retryAfter?: number } | undefined)?.retryAfter ?? retryAfterSeconds;

export const onError = (
  error: FastifyError | Problem | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply => {
  const problem = toProblem(error);
  // Who sheds load tells of it, once for many.
  if (problem.status >= 500 && problem.kind !== 'overloaded')
    request.log.error({ err: problem.cause ?? error, kind: problem.kind }, 'a request failed');
  return sendProblem(reply, problem);
};

/** Whatever was thrown as one of the closed set. What is not known is an internal error, and tells the outside nothing. */
export const toProblem = (error: unknown): Problem => {
  if (error instanceof Problem) return error;
  if (hasZodFastifySchemaValidationErrors(error)) return invalid(error.validation.flatMap(fieldProblems));
  const status = statusOf(error);
  const known = fromFramework[status]?.();
  if (known) return known;
  return status >= 400 && status < 500 ? unreadable() : internal(error);
};

const internal = (cause: unknown): Problem =>
  new Problem('internal_error', 'something went wrong inside the server', { cause });

const statusOf = (error: unknown): number => (error as FastifyError | undefined)?.statusCode ?? 500;

const fromFramework: Record<number, () => Problem> = {
  404: () => new Problem('not_found', 'there is nothing at this path'),
  413: () => new Problem('payload_too_large', 'the body is larger than this path takes'),
  415: () => new Problem('unsupported_media_type', 'send application/json'),
};

const unreadable = () => invalid([{ path: '', message: 'the request could not be read' }]);

/**
 * What is no HTTP, or too long in coming, has no request to answer: the refusal is written on the bare socket, in the same shape.
 */
export const refuseUnreadable = (error: ConnectionError, socket: Socket): void => {
  if (socket.writable && error.code !== 'ECONNRESET') {
    const body = JSON.stringify(shapeOf(unreadable()));
    const head = ['HTTP/1.1 400 Bad Request', 'content-type: application/json; charset=utf-8', 'connection: close'];
    socket.write(`${head.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }
  socket.destroy();
};

interface Issue {
  keyword: string;
  instancePath: string;
  message?: string | undefined;
  params: object;
}

/** The path of each bad field, dotted. An unknown field is named itself, not only the object that has it. */
const fieldProblems = ({ keyword, instancePath, message = 'is not valid', params }: Issue): FieldProblem[] => {
  const path = instancePath.split('/').filter(Boolean).join('.');
  if (keyword !== 'unrecognized_keys') return [{ path, message }];
  const { keys } = params as { keys: string[] };
  return keys.map((key) => ({ path: [path, key].filter(Boolean).join('.'), message: 'is not a known field' }));
};
