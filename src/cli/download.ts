import type { IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ask, toFailure } from './api.ts';
import type { Connection } from './connection.ts';
import { exitCodes, Failure } from './failure.ts';
import { NoAnswer } from './http.ts';

/** An answer too large to hold, as it comes. */

/** Nothing came for so long. */
const patienceMs = 60_000;
const tailLength = 4096;

export interface Downloaded {
  bytes: number;
  /** Its last few thousand characters. */
  tail: string;
}

/** Opens the answer to a GET. Throws the Failure that tells of a refusal, or that there is no answer. */
export const openDownload = async ({ url, token }: Connection, path: string): Promise<IncomingMessage> => {
  const answer = await answerTo(url + path, token).catch((error: unknown) => {
    throw toFailure(error);
  });
  const { statusCode: status = 0, statusMessage: statusText = '' } = answer;
  if (status === 200) return answer;
  const text = (await answer.toArray()).join('');
  return ask(Promise.resolve({ error: parsed(text), response: { ok: false, status, statusText } }));
};

/**
 * Writes what comes to `to`, which is ended unless it is stdout. Throws a Failure when it is not whole, and what `to` failed of as
 * it is.
 */
export const receive = async (answer: IncomingMessage, to: Writable): Promise<Downloaded> => {
  let bytes = 0;
  let tail = Buffer.alloc(0);
  const noting = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length;
      tail = Buffer.concat([tail, chunk]).subarray(-tailLength);
      done(null, chunk);
    },
  });
  let isOurFault = false;
  // Heard before the pipeline hears it, and ends the answer too.
  to.once('error', () => (isOurFault = answer.errored === null));
  await pipeline(answer, noting, to, { end: to !== process.stdout }).catch((error: unknown) => {
    if (isOurFault) throw error;
    throw new Failure(
      exitCodes.failed,
      'broken_off',
      'the server broke off: what came is not whole; look with: stint logs',
    );
  });
  return { bytes, tail: tail.toString() };
};

const answerTo = (url: string, token: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { get } = process.getBuiltinModule(url.startsWith('https:') ? 'node:https' : 'node:http');
    const asked = get(url, { headers: { authorization: `Bearer ${token}` }, timeout: patienceMs }, resolve);
    asked.on('timeout', () => asked.destroy(new Error(`nothing came for ${patienceMs / 1000} s`)));
    asked.on('error', (error) => reject(new NoAnswer(error, url, patienceMs)));
  });

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
