/** One request over HTTP, without `fetch`: what that is made of takes Node as long to load as all of the command line. */

export interface Question {
  method: string;
  url: string;
  token?: string;
  /** Sent as JSON. */
  body?: unknown;
  timeoutMs: number;
}

export interface Answer {
  status: number;
  statusText: string;
  text: string;
}

/** There was no answer, or not a whole one; the message says why in a word or a few. */
export class NoAnswer extends Error {
  /** Whom was asked: a scheme, name and port. */
  readonly origin: string;

  constructor({ code, message }: NodeJS.ErrnoException, url: string, timeoutMs: number) {
    super(code === 'ABORT_ERR' ? `not within ${timeoutMs / 1000} s` : (code ?? message));
    this.origin = new URL(url).origin;
  }
}

/** Resolves with any answer; rejects with a {@link NoAnswer}. */
export const send = ({ method, url, token, body, timeoutMs }: Question): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(new NoAnswer(error, url, timeoutMs));
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    };
    // An import would ask the module for all its names, and some of them load what fetch is made of.
    const { request } = process.getBuiltinModule(url.startsWith('https:') ? 'node:https' : 'node:http');
    const asked = request(url, { method, headers, signal: AbortSignal.timeout(timeoutMs) }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', fail);
      answer.on('end', () => {
        const { statusCode: status = 0, statusMessage: statusText = '' } = answer;
        resolve({ status, statusText, text: Buffer.concat(chunks).toString() });
      });
    });
    asked.on('error', fail);
    asked.end(text);
  });
