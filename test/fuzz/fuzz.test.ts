/**
 * Requests that are made from openapi.json, most of them with something odd about them, sent to a real server. The same seed makes
 * the same requests: STINT_FUZZ_SEED sets it, STINT_FUZZ_REQUESTS how many there are.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expectProblem, objections, problemIn } from '../doorways/answers.ts';
import { newFolder } from '../faults/data-folder.ts';
import { contentsOf, expectWhole } from '../faults/journal-audit.ts';
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
const mostIds = 100;

/** Answers of a family: 2 for all of 2xx. */
const countOf = (statuses: ReadonlyMap<number, number>, family: number): number =>
  [...statuses].reduce((all, [status, count]) => all + (Math.floor(status / 100) === family ? count : 0), 0);

/** Ids that the server has told, by what they are ids of; what is sent names one of them. */
class KnownIds {
  readonly #ids = new Map<string, string[]>();

  learn(path: string, text: string): void {
    const id = /"id":"([0-9a-f-]{36})"/.exec(text)?.[1];
    if (id === undefined) return;
    const met = this.#ids.get(kindOf(path)) ?? [];
    this.#ids.set(kindOf(path), [id, ...met].slice(0, mostIds));
  }

  pick(path: string, n: number): string {
    const met = this.#ids.get(kindOf(path)) ?? [];
    return met[n % met.length] ?? idMark;
  }
}

const kindOf = (path: string): string => /^\/api\/(?:v1\/)?(\w+)/.exec(path)?.[1] ?? '';

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

/** Tokens, tickets and codes of sign-in links as answers tell them. */
const secretPattern = /"(?:token|ticket)":"([^"]{20,})"|#code=([^"]{20,})"/g;

/** What is wrong with an answer; nothing, when all is well. */
const complaints = ({ method, path }: FuzzRequest, { status, headers, text }: WireAnswer): string[] => {
  const body = jsonIn(text);
  const isShed = status === 503 && (body === undefined ? undefined : problemIn(body).error) === 'overloaded';
  if (status >= 500 && !isShed) return [`answered ${status} ${text}`];
  const isJson = headers.get('content-type')?.startsWith('application/json') ?? false;
  if (method === 'HEAD') return [];
  if (status >= 400 && !isJson) return [`refused with ${status} and no JSON: ${text.slice(0, 200)}`];
  if (!isJson) return [];
  if (body === undefined) return [`answered ${status} with what is no JSON: ${text.slice(0, 200)}`];
  // What Node itself cannot read has no path, and so is of no contract.
  const plainPath = text.includes('"the request could not be read"') ? '' : (path.split('?')[0] ?? '');
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
    ids.learn('/api/sessions', `"id":"${witness}"`);
    const wires = Array.from({ length: connections }, () => new Wire(server.port));
    const [watched] = wires as [Wire, ...Wire[]];
    const secrets = new Set([token, secretMark]);
    const statuses = new Map<number, number>();
    const journal = async () => (await checkedAnswer(watched, eventsOf(witness))).text;

    // when
    const sendAll = async (requests: readonly FuzzRequest[]): Promise<void> => {
      let next = 0;
      const work = async (wire: Wire) => {
        for (let n = next++; n < requests.length; n = next++) {
          const request = withIds(requests[n]!, ids.pick(requests[n]!.path, n));
          const answer = await checkedAnswer(wire, request);
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          if (answer.status === 201) ids.learn(request.path, answer.text);
          for (const [, secret, code = ''] of answer.text.matchAll(secretPattern)) secrets.add(secret ?? code);
        }
      };
      await Promise.all(wires.map(work));
    };
    const watchRefusals = async (requests: readonly FuzzRequest[]): Promise<void> => {
      let before = await journal();
      for (const request of requests.map((one) => withIds(one, witness))) {
        const { status } = await checkedAnswer(watched, request);
        const after = await journal();
        if (status >= 400 && after !== before) throw new Error(told(request, `${status}, and yet something changed`));
        before = after;
      }
    };
    for (let sent = 0, batch = 0; sent < total; sent += batchSize, batch++) {
      await sendAll(fc.sample(anyRequest(token), { numRuns: batchSize, seed: seed + batch }));
      await watchRefusals(fc.sample(ofOneSession(token), { numRuns: watchedPerBatch, seed: seed + batch }));
    }
    for (const wire of wires) wire.close();

    // then
    expect(countOf(statuses, 2)).toBeGreaterThan(total / 20);
    expect(countOf(statuses, 4)).toBeGreaterThan(total / 4);
    expect(countOf(statuses, 5)).toBeLessThan(total / 100);
    expect((await server.status()).store).toEqual({ state: 'writable' });
    const fresh = await startSession(server.client());
    await record(server.client(), fresh, 'afterwards');
    expect(await recorded(server.client(), fresh)).toEqual(['afterwards']);
    expect(await server.terminate()).toEqual({ code: 0, signal: null });
    const logs = readdirSync(join(folder, 'logs')).map((file) => readFileSync(join(folder, 'logs', file), 'utf8'));
    expect([...secrets].filter((secret) => logs.join('').includes(secret))).toEqual([]);
    expect(secrets.size).toBeGreaterThan(10);
    expectWhole(await contentsOf(folder));
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
