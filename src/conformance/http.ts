import * as plain from 'node:http';
import * as secure from 'node:https';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as wait } from 'node:timers/promises';
import { Mismatch } from './mismatch.ts';

/** Plain HTTP, spelled as a check wants it: any method, any header (Host and Origin too), any bytes. */

export interface Answer {
  /** The request in words, for what is said of the answer. */
  asked: string;
  status: number;
  headers: plain.IncomingHttpHeaders;
  text: string;
  /** Undefined when it is no JSON. */
  body: unknown;
}

export interface Asking {
  /** The target's when absent, none when empty. */
  token?: string;
  headers?: Record<string, string>;
  json?: unknown;
  /** Sent as it is. */
  raw?: string;
  /** How long an answer is waited for; {@link usualPatienceMs} when absent. */
  patienceMs?: number;
}

export interface Target {
  /** Without a slash at its end. */
  url: string;
  /** Undefined for a server that asks for none. */
  token?: string | undefined;
  /** Of a user that may read everything and change nothing. */
  viewerToken?: string | undefined;
  /** Of a user that has sessions of their own. */
  memberToken?: string | undefined;
  /** Of a model server that speaks OpenAI’s chat completions, as the server reaches it: http://127.0.0.1:11434/v1. */
  modelUrl?: string | undefined;
  /** The model to ask there. */
  model?: string | undefined;
}

const usualPatienceMs = 20_000;
const mostConnections = 16;
/** No answer to a check is near as long. */
const mostAnswerBytes = 16 * 1024 * 1024;
/** A server that limits its callers is asked again as it says, so often, and no longer than this. */
const mostRefusedForNow = 8;
const longestWaitS = 30;

/**
 * A client that keeps its connections and waits where a server says so.
 *
 *  C1  At most {@link mostConnections} requests are under way.
 *  C2  429 and 503 with `Retry-After` are no answer to a check: the request is sent again when the server said.
 *  C3  A kept connection that the server let go of meanwhile is no answer either.
 *  C4  Of an answer no more than {@link mostAnswerBytes} are read.
 */
export class Http {
  readonly target: Target;
  readonly #agent: plain.Agent;
  readonly #request: typeof plain.request;
  readonly #prefix: string;

  constructor(target: Target) {
    this.target = target;
    const isSecure = target.url.startsWith('https:');
    this.#agent = new (isSecure ? secure : plain).Agent({ keepAlive: true, maxSockets: mostConnections }); // C1
    this.#prefix = new URL(target.url).pathname.replace(/\/$/, '');
    this.#request = isSecure ? secure.request : plain.request;
  }

  close(): void {
    this.#agent.destroy();
  }

  async ask(method: string, path: string, asking: Asking = {}): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#once(method, path, asking);
      const seconds = Number(answer.headers['retry-after']);
      const isForNow = (answer.status === 429 || answer.status === 503) && seconds <= longestWaitS;
      if (!isForNow || attempt === mostRefusedForNow) return answer;
      await wait(seconds * 1000); // C2
    }
  }

  get(path: string, asking?: Asking): Promise<Answer> {
    return this.ask('GET', path, asking);
  }

  post(path: string, json: unknown, asking?: Asking): Promise<Answer> {
    return this.ask('POST', path, { ...asking, json });
  }

  patch(path: string, json: unknown, asking?: Asking): Promise<Answer> {
    return this.ask('PATCH', path, { ...asking, json });
  }

  /** The status with which a handshake of a WebSocket is answered: 101 when it is let in. */
  handshake(path: string, asking: Asking = {}): Promise<number> {
    const handshake = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    };
    return new Promise((resolve, reject) => {
      const headers = { ...handshake, ...asking.headers };
      const request = this.#open('GET', path, { ...asking, headers }, false);
      request.on('upgrade', (answer, socket) => {
        socket.destroy();
        resolve(answer.statusCode ?? 0);
      });
      request.on('response', (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      request.on('error', (error) => reject(noAnswer(`the handshake at ${path}`, error)));
      request.end();
    });
  }

  /** Reads a stream until `enough` of its text, then hangs up. */
  stream(path: string, headers: Record<string, string>, enough: (text: string) => boolean): Promise<Answer> {
    return this.#send('GET', path, { headers }, enough);
  }

  #once(method: string, path: string, asking: Asking): Promise<Answer> {
    return this.#send(method, path, asking, () => false);
  }

  #send(method: string, path: string, asking: Asking, enough: (text: string) => boolean): Promise<Answer> {
    const asked = `${method} ${path}`;
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => reject(noAnswer(asked, error, asking.patienceMs));
      const request = this.#open(method, path, asking);
      // C3
      const isStale = ({ code }: NodeJS.ErrnoException) => request.reusedSocket && code === 'ECONNRESET';
      request.on('error', (error) => {
        if (isStale(error)) resolve(this.#send(method, path, asking, enough));
        else fail(error);
      });
      request.on('response', (answer) => {
        const decoder = new StringDecoder('utf8');
        let text = '';
        let bytes = 0;
        const done = () => resolve(toAnswer(asked, answer, text));
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          text += decoder.write(chunk);
          // C4
          if (bytes > mostAnswerBytes) return void request.destroy(new Error(`more than ${mostAnswerBytes} bytes`));
          if (!enough(text)) return;
          done();
          request.destroy();
        });
        answer.on('error', fail);
        answer.on('end', done);
      });
      request.end(asking.raw ?? (asking.json === undefined ? undefined : JSON.stringify(asking.json)));
    });
  }

  #open(
    method: string,
    path: string,
    { token = this.target.token, headers, json, raw, patienceMs = usualPatienceMs }: Asking,
    agent: plain.Agent | false = this.#agent,
  ) {
    const body = raw ?? (json === undefined ? undefined : JSON.stringify(json));
    return this.#request(this.target.url, {
      method,
      // As it is: a URL would resolve the dots in it.
      path: this.#prefix + path,
      agent,
      signal: AbortSignal.timeout(patienceMs),
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
        ...headers,
      },
    });
  }
}

const toAnswer = (asked: string, answer: plain.IncomingMessage, text: string): Answer => ({
  asked,
  status: answer.statusCode ?? 0,
  headers: answer.headers,
  text,
  body: jsonIn(text),
});

/** Undefined when it is no JSON. */
export const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

const noAnswer = (asked: string, { code, message }: NodeJS.ErrnoException, patienceMs = usualPatienceMs): Mismatch =>
  new Mismatch(
    `an answer to ${asked}`,
    code === 'ABORT_ERR' ? `none within ${patienceMs / 1000} s` : (code ?? message),
  );
