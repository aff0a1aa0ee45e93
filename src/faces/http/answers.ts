import { hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { invalid } from '../../contract/problem.ts';
import type { ReceiptName } from '../../journal/journal.ts';
import { Once } from '../../runner/once.ts';
import type { Answer, ReceiptStub } from '../../runner/runner.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';
import { SecretReceipts } from './secret-receipts.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Hash of the body as it came, where the request has a key under which it may come again. */
    fingerprint: string;
  }
}

const longestKey = 255;

export const sendAnswer = (reply: FastifyReply, { status, body }: Answer): FastifyReply =>
  reply.code(status).type('application/json; charset=utf-8').send(body);

/** The schema is that of what the stream spells out. */
export const sendStream = (reply: FastifyReply, stream: Readable): FastifyReply => reply.send(stream);

export const answerOf = (status: number, value: unknown): Answer => ({ status, body: JSON.stringify(value) });

/** Performs a POST once per `Idempotency-Key`; without one, as often as it comes. */
export const once = (
  { once: receipts }: FaceParts,
  request: FastifyRequest,
  perform: (receipt?: ReceiptStub) => Promise<Answer>,
): Promise<Answer> => {
  const name = receiptName(request, () => callerOf(request).user.id);
  return name ? receipts.answer(name, request.fingerprint, perform) : perform();
};

/** The same for what is no event, and for answers that hold a secret: their receipts are on no disk. */
export const secretOnce = ({ clock }: FaceParts) => {
  const kept = new SecretReceipts();
  const receipts = new Once(kept, clock);
  return (request: FastifyRequest, perform: () => Promise<Answer>): Promise<Answer> => {
    // A secret is given again to the very token that got it. Who signs in is nobody yet, but for where they are.
    const name = receiptName(request, () => request.caller?.token.id ?? request.ip);
    if (name === undefined) return perform();
    return receipts.answer(name, request.fingerprint, async (stub) => {
      const answer = await perform();
      kept.keep({ ...stub, ...answer, at: clock.now() });
      return answer;
    });
  };
};

/** The key belongs to the caller and the route, however its URL is spelled. */
const receiptName = (
  { headers, method, routeOptions, params }: FastifyRequest,
  caller: () => string,
): ReceiptName | undefined => {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || key.length === 0 || key.length > longestKey) {
    throw invalid([{ path: 'Idempotency-Key', message: `must have 1 to ${longestKey} characters` }]);
  }
  return { caller: caller(), route: `${method} ${routeOptions.url} ${JSON.stringify(params)}`, key };
};

export const fingerprintOf = (body: Buffer): string => (body.length === 0 ? '' : hash('sha256', body, 'hex'));
