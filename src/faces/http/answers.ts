import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { invalid } from '../../contract/problem.ts';
import type { Answer, ReceiptStub } from '../../runner/runner.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Hash of the body as it came, where the request has a key under which it may come again. */
    fingerprint: string;
  }
}

const longestKey = 255;

export const sendAnswer = (reply: FastifyReply, { status, body }: Answer): FastifyReply =>
  reply.code(status).type('application/json; charset=utf-8').send(body);

export const answerOf = (status: number, value: unknown): Answer => ({ status, body: JSON.stringify(value) });

/** Performs a POST once per `Idempotency-Key`; without one, as often as it comes. */
export const once = (
  { once: receipts }: FaceParts,
  request: FastifyRequest,
  perform: (receipt?: ReceiptStub) => Promise<Answer>,
): Promise<Answer> => {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return perform();
  if (typeof key !== 'string' || key.length === 0 || key.length > longestKey) {
    throw invalid([{ path: 'Idempotency-Key', message: `must have 1 to ${longestKey} characters` }]);
  }
  const name = { caller: callerOf(request).user.id, route: `${request.method} ${request.url}`, key };
  return receipts.answer(name, request.fingerprint, perform);
};

export const fingerprintOf = (body: Buffer): string => hash('sha256', body, 'hex');
