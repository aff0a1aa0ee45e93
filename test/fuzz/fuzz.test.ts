/**
 * Requests that are made from openapi.json, most of them with something odd about them, sent to a real server. The same seed makes
 * the same requests: STINT_FUZZ_SEED sets it, STINT_FUZZ_REQUESTS how many there are.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ApiError } from '../../src/sdk/index.ts';
import { expectProblem, objections } from '../doorways/answers.ts';
import { newFolder } from '../faults/data-folder.ts';
import { record, recorded, startSession } from '../faults/operations.ts';
import { ServerProcess, token } from '../faults/server-process.ts';
import { anyRequest, ofOneSession, secretMark } from './requests.ts';
import type { FuzzRequest } from './requests.ts';
import { idMark } from './values.ts';
import { Wire } from './wire.ts';
import type { WireAnswer } from './wire.ts';

const seed = Number(process.env['STINT_FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const total = Number(process.env['STINT_FUZZ_REQUESTS'] ?? 21_000);
const batchSize = 500;
const connections = 6;
/** Of each batch so many more go to one session, one after the other, whose journal is looked at after each. */
const watchedPerBatch = 15;
const mostIds = 200;

/** Ids that the server has told; what is sent names one of them. */
class KnownIds {
  readonly #ids: string[] = [];

  learn(text: string): void {
    const id = /"id":"([0-9a-f-]{36})"/.exec(text)?.[1];
    if (id !== undefined) this.#ids[this.#ids.length % mostIds] = id;
  }

  pick(n: number): string {
    return this.#ids[n % this.#ids.length] ?? idMark;
  }
}

const withIds = (request: FuzzRequest, id: string): FuzzRequest => ({
  ...request,
  path: request.path.replaceAll(idMark, id),
  body: request.body?.replaceAll(idMark, id),
});

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** What is wrong with an answer; nothing, when all is well. */
const complaints = ({ method, path }: FuzzRequest, { status, headers, text }: WireAnswer): string[] => {
  const body = jsonIn(text);
  const isShed = status === 503 && (body as Partial<ApiError> | undefined)?.error === 'overloaded';
  if (status >= 500 && !isShed) return [`answered ${status} ${text}`];
  const isJson = headers.get('content-type')?.startsWith('application/json') ?? false;
  if (method === 'HEAD') return [];
  if (status >= 400 && !isJson) return [`refused with ${status} and no JSON: ${text.slice(0, 200)}`];
  if (!isJson) return [];
  if (body === undefined) return [`answered ${status} with what is no JSON: ${text.slice(0, 200)}`];
  const plainPath = path.split('?')[0] ?? '';
  if (status >= 400) expectProblem(status, headers, body, plainPath);
  return objections(method, plainPath, status, body);
};

const told = (request: FuzzRequest, words: string): string =>
  `${words}\n  seed ${seed}: ${JSON.stringify(request).slice(0, 3000)}`;

const checkedAnswer = async (wire: Wire, request: FuzzRequest): Promise<WireAnswer> => {
  let answer: WireAnswer;
  try {
    answer = await wire.send(request);
    const [complaint] = complaints(request, answer);
    if (complaint === undefined) return answer;
    throw new Error(complaint);
  } catch (error) {
    throw new Error(told(request, String(error)), { cause: error });
  }
};

it(
  `answers ${total} odd requests as its description says, and comes to no harm (seed ${seed})`,
  { timeout: 300_000 },
  async () => {
    // given
    const folder = newFolder();
    const server = await ServerProcess.start(folder, { args: ['--log-level', 'DEBUG', '--quiet'] });
    const witness = await startSession(server.client());
    await record(server.client(), witness, 'before');
    const ids = new KnownIds();
    ids.learn(`"id":"${witness}"`);
    const wires = Array.from({ length: connections }, () => new Wire(server.port));
    const [watched] = wires as [Wire, ...Wire[]];
    const statuses = new Map<number, number>();
    const journal = async () => (await checkedAnswer(watched, eventsOf(witness))).text;

    // when
    const sendAll = async (requests: readonly FuzzRequest[]): Promise<void> => {
      let next = 0;
      const work = async (wire: Wire) => {
        for (let n = next++; n < requests.length; n = next++) {
          const request = withIds(requests[n]!, ids.pick(n));
          const answer = await checkedAnswer(wire, request);
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          if (answer.status === 201) ids.learn(answer.text);
        }
      };
      await Promise.all(wires.map(work));
    };
    const watchRefusals = async (requests: readonly FuzzRequest[]): Promise<void> => {
      let before = await journal();
      for (const request of requests.map((one) => withIds(one, witness))) {
        const { status } = await checkedAnswer(watched, request);
        const after = await journal();
        if (status >= 400) expect(after, told(request, `${status}, and yet something changed`)).toBe(before);
        before = after;
      }
    };
    for (let sent = 0, batch = 0; sent < total; sent += batchSize, batch++) {
      await sendAll(fc.sample(anyRequest(token), { numRuns: batchSize, seed: seed + batch }));
      await watchRefusals(fc.sample(ofOneSession(token), { numRuns: watchedPerBatch, seed: seed + batch }));
    }
    for (const wire of wires) wire.close();

    // then
    const of = (family: number) =>
      [...statuses].reduce((n, [status, count]) => n + ((status / 100) >> 0 === family ? count : 0), 0);
    expect(of(2), 'requests that were taken').toBeGreaterThan(total / 20);
    expect(of(4), 'requests that were refused').toBeGreaterThan(total / 4);
    expect((await server.status()).store).toEqual({ state: 'writable' });
    const fresh = await startSession(server.client());
    await record(server.client(), fresh, 'afterwards');
    expect(await recorded(server.client(), fresh)).toEqual(['afterwards']);
    expect(await server.terminate()).toEqual({ code: 0, signal: null });
    const logs = readdirSync(join(folder, 'logs')).map((file) => readFileSync(join(folder, 'logs', file), 'utf8'));
    expect(logs.join('').includes(secretMark), 'a secret stands in the logs').toBe(false);
    expect(logs.join('').includes(token), 'the token stands in the logs').toBe(false);
    console.log(`seed ${seed}:`, Object.fromEntries([...statuses].toSorted()));
  },
);

const eventsOf = (id: string): FuzzRequest => ({
  method: 'GET',
  path: `/api/sessions/${id}/events?limit=1000`,
  headers: [
    ['host', 'localhost'],
    ['authorization', `Bearer ${token}`],
  ],
  body: undefined,
  isChunked: false,
});
