import { lookup } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { checkedAddresses, checkedUrl, RefusedAddress } from './address.ts';
import type { Resolve } from './address.ts';
import type { Webhook } from './hook.ts';
import { retryAfterMs } from './schedule.ts';
import type { Ending, Outcome } from './schedule.ts';
import { signedHeaders } from './signature.ts';

/** One call of a webhook: signed, in time, to the very address that was checked, and nowhere that it is sent on to. */

export interface CallParts {
  resolve: Resolve;
  timeoutMs: number;
  userAgent: string;
}

export const machineResolve: Resolve = (name) => lookup(name, { all: true });

export interface Call {
  webhook: Webhook;
  secret: string;
  id: string;
  body: string;
  /** Unix ms. */
  now: number;
  signal: AbortSignal;
}

/** Of an answer no more than this is taken before the connection is cut: nothing in it but its head is of use. */
const mostAnswerBytes = 16 * 1024;

/** Resolves whatever happens, but for an abort by `signal`, which rejects. */
export const callWebhook = async (parts: CallParts, call: Call): Promise<Outcome<Ending>> => {
  const tooLong = new AbortController();
  const timer = setTimeout(() => tooLong.abort(), parts.timeoutMs);
  try {
    const response = await within(AbortSignal.any([tooLong.signal, call.signal]), (signal) =>
      post(parts, call, signal),
    );
    return judged(response, call.now);
  } catch (error) {
    if (call.signal.aborted) throw error;
    const why = tooLong.signal.aborted ? `no answer within ${parts.timeoutMs / 1000} s` : reasonOf(error);
    return { attempt: { ok: false, error: why } };
  } finally {
    clearTimeout(timer);
  }
};

/** A name may take its time to resolve, and nothing can call that back: it is not waited for. */
const within = async <T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(new Error('aborted'));
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([work(signal), aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
};

interface Response {
  status: number;
  retryAfter: string | undefined;
}

const post = async (
  { resolve, userAgent, timeoutMs }: CallParts,
  call: Call,
  signal: AbortSignal,
): Promise<Response> => {
  const { webhook, secret, id, body, now } = call;
  const { allowPrivate = false } = webhook;
  const url = checkedUrl(webhook.url, allowPrivate);
  const addresses = await checkedAddresses(url, allowPrivate, resolve);
  const options: RequestOptions = {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': userAgent,
      ...signedHeaders(secret, id, now, body),
    },
    // A connection of its own: none that was opened to another address is used again.
    agent: false,
    lookup: pinned(addresses),
    signal,
  };
  return new Promise((settle, refuse) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, (response) => {
      settle({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] });
      drain(response, timeoutMs);
    });
    request.on('error', refuse);
    request.end(body);
  });
};

/** Answers with what was checked, whatever is asked. */
const pinned =
  (addresses: readonly LookupAddress[]): LookupFunction =>
  (_name, { all }, answer) => {
    const [first] = addresses;
    if (all) answer(null, [...addresses]);
    else answer(null, first?.address ?? '', first?.family);
  };

/** The attempt does not wait for it, so that it has an end of its own: an answer can go on for ever, a byte at a time. */
const drain = (response: IncomingMessage, timeoutMs: number): void => {
  let bytes = 0;
  const patience = setTimeout(() => response.destroy(), timeoutMs);
  response.on('close', () => clearTimeout(patience));
  response.on('error', () => undefined);
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > mostAnswerBytes) response.destroy();
  });
};

const judged = ({ status, retryAfter }: Response, now: number) => {
  const after = status === 429 || status === 503 ? retryAfterMs(retryAfter, now) : undefined;
  return {
    attempt: { ok: status >= 200 && status < 300, status, ...(redirects(status) ? { error: notFollowed } : {}) },
    ...(after === undefined ? {} : { retryAfter: after }),
    ...(status === 410 ? { gone: true } : {}),
  };
};

const redirects = (status: number): boolean => status >= 300 && status < 400;
const notFollowed = 'it leads on to elsewhere, where it is not followed';

/** The system's word, without addresses: what a name led to is not told. */
const reasonOf = (error: unknown): string => {
  if (error instanceof RefusedAddress) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? 'it could not be called' : `it could not be called (${code})`;
};
