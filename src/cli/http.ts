/** One request over HTTP, without `fetch`: what that is made of takes Node as long to load as all of the command line. */

export interface Question {
  method: string;
  url: string;
  token?: string;
  /** Sent as JSON; bytes as they are, with their type among the headers. */
  body?: unknown;
  headers?: Record<string, string>;
  timeoutMs: number;
}

export interface Answer {
  status: number;
  statusText: string;
  text: string;
  /** By their names in lower case. */
  headers: NodeJS.Dict<string | string[]>;
}

/** There was no answer, or not a whole one; the message says why in a word or a few. */
export class NoAnswer extends Error {
  /** Whom was asked: a scheme, name and port. */
  readonly origin: string;
  /** Nobody can have heard the question. */
  readonly isUnasked: boolean;

  constructor({ code, message }: NodeJS.ErrnoException, url: string, timeoutMs: number) {
    super(code === 'ABORT_ERR' ? `not within ${timeoutMs / 1000} s` : (code ?? message));
    this.origin = new URL(url).origin;
    this.isUnasked = code === 'ECONNREFUSED' || code === 'ENOTFOUND';
  }
}

/** Resolves with any answer; rejects with a {@link NoAnswer}. */
export const send = ({ method, url, token, body, headers: more, timeoutMs }: Question): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(new NoAnswer(error, url, timeoutMs));
    const isRaw = body instanceof Uint8Array;
    const text = body === undefined || isRaw ? body : JSON.stringify(body);
    const headers = {
      ...more,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(text === undefined ? {} : { 'content-length': Buffer.byteLength(text) }),
      ...(text === undefined || isRaw ? {} : { 'content-type': 'application/json' }),
    };
    // An import would ask the module for all its names, and some of them load what fetch is made of.
    const { request } = process.getBuiltinModule(url.startsWith('https:') ? 'node:https' : 'node:http');
    const asked = request(url, { method, headers, signal: AbortSignal.timeout(timeoutMs) }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', fail);
      answer.on('end', () => {
        const { statusCode: status = 0, statusMessage: statusText = '', headers: told } = answer;
        resolve({ status, statusText, text: Buffer.concat(chunks).toString(), headers: told });
      });
    });
    asked.on('error', fail);
    asked.end(text);
  });
