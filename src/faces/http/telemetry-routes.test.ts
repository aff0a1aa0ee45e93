/**
 * The receiver of OTLP over real HTTP, behind the guard. Where what is taken goes is the test's own: what becomes of it there is
 * tested elsewhere.
 */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectProblem } from '../../../test/doorways/answers.ts';
import { exchange, requestText } from '../../../test/doorways/raw.ts';
import { Receiver } from '../../../test/doorways/receiver.ts';
import { Problem } from '../../contract/problem.ts';
import {
  dataPoint,
  framed,
  logRecord,
  logsAsJson,
  logsAsProtobuf,
  pointsAsJson,
  pointsAsProtobuf,
  requestAttributes,
} from '../../readers/telemetry/encode.suite.ts';
import { exportedLogs } from '../../readers/telemetry/exported.suite.ts';
import { signedOf, stringOf, take } from '../../readers/telemetry/wire.ts';

const json = { 'content-type': 'application/json' };
const protobuf = { 'content-type': 'application/x-protobuf' };
const packed = { 'content-encoding': 'gzip' };
const signals = ['logs', 'metrics'] as const;

let receiver: Receiver;

beforeAll(async () => {
  receiver = await Receiver.open();
});
afterAll(() => receiver.close());
beforeEach(() => {
  receiver.taken.length = 0;
  receiver.trouble = undefined;
});

const records = [logRecord(requestAttributes), logRecord({ ...requestAttributes, request_id: 'req_2' })];
const points = [dataPoint({ type: 'input' }), dataPoint({ type: 'output' })];

/** A good export of a signal in each encoding. */
const exports = {
  logs: { json: JSON.stringify(logsAsJson(records)), protobuf: bytesOf(logsAsProtobuf(records)) },
  metrics: { json: JSON.stringify(pointsAsJson(points)), protobuf: bytesOf(pointsAsProtobuf(points)) },
};

function bytesOf(buffer: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer);
}

const toldOf = () => receiver.taken.map(({ told }) => told);

const bufferOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());

/** Of a `Status` its message. */
const statusIn = async (response: Response): Promise<string> => {
  expect(response.headers.get('content-type')).toBe('application/x-protobuf');
  const body = await bufferOf(response);
  const [message] = take({ body, start: 0, end: body.length }, { 2: 'bytes' }, { fields: 0 })[2] ?? [];
  if (message === undefined) throw new Error('there is no message');
  return stringOf(message);
};

const problemIn = async (response: Response) => expectProblem(response.status, response.headers, await response.json());

describe.each(signals)('POST /v1/%s', (signal) => {
  it('takes an export in JSON and in protobuf alike, and answers in the same', async () => {
    const inJson = await receiver.post(signal, exports[signal].json, json);
    expect([inJson.status, inJson.headers.get('content-type'), await inJson.json()]).toEqual([
      200,
      'application/json; charset=utf-8',
      {},
    ]);
    const inProtobuf = await receiver.post(signal, exports[signal].protobuf, protobuf);
    expect([inProtobuf.status, inProtobuf.headers.get('content-type')]).toEqual([200, 'application/x-protobuf']);
    expect(await bufferOf(inProtobuf)).toHaveLength(0);
    const [first, second] = toldOf();
    expect(first).toEqual(second);
    expect([first?.responses.length, first?.totals.length]).toEqual(signal === 'logs' ? [2, 0] : [0, 2]);
  });

  it('takes it packed, in pieces, and with parameters of its type', async () => {
    const { json: text, protobuf: bytes } = exports[signal];
    const pieces = new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 100) controller.enqueue(bytes.subarray(at, at + 100));
        controller.close();
      },
    });
    const answers = await Promise.all([
      receiver.post(signal, bytesOf(gzipSync(text)), { ...json, ...packed }),
      receiver.post(signal, bytesOf(gzipSync(bytes)), { ...protobuf, 'content-encoding': 'GZIP' }),
      receiver.post(signal, text, { ...json, 'content-encoding': 'identity' }),
      receiver.post(signal, pieces, protobuf),
      receiver.post(signal, text, { 'content-type': 'Application/JSON; charset=utf-8' }),
      receiver.post(signal, bytes, { 'content-type': 'application/x-protobuf;v=1' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    const told = toldOf();
    expect(told).toHaveLength(6);
    for (const one of told) expect(one).toEqual(told[0]);
  });

  it('tells the same of a batch that is sent again', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => receiver.post(signal, exports[signal].protobuf, protobuf)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(toldOf().map((told) => JSON.stringify(told))).size).toBe(1);
  });

  it('says how much was about usage and not counted', async () => {
    const bad =
      signal === 'logs'
        ? [
            ...records,
            logRecord({ 'event.name': 'api_request' }),
            logRecord({ ...requestAttributes, input_tokens: -1 }),
          ]
        : [];
    const badPoints = [...points, dataPoint({ 'session.id': null }), dataPoint({}, { value: -1 })];
    const asked = signal === 'logs' ? logsAsJson(bad) : pointsAsJson(badPoints);
    const rejected = signal === 'logs' ? 'rejectedLogRecords' : 'rejectedDataPoints';
    const inJson = await receiver.post(signal, JSON.stringify(asked), json);
    const told = (await inJson.json()) as { partialSuccess: Record<string, string> };
    expect([inJson.status, told.partialSuccess[rejected]]).toEqual([200, '2']);
    const sentence = told.partialSuccess['errorMessage'];
    expect(sentence).toContain('2 ');
    expect(sentence).toContain('1 without a session.id');
    expect(sentence).toContain('1 with a count that can be none');
    const bytes = signal === 'logs' ? logsAsProtobuf(bad) : pointsAsProtobuf(badPoints);
    const body = await bufferOf(await receiver.post(signal, bytesOf(bytes), protobuf));
    const work = { fields: 0 };
    const [partial] = take({ body, start: 0, end: body.length }, { 1: 'bytes' }, work)[1]!;
    const [, count, message] = take(partial!, { 1: 'varint', 2: 'bytes' }, work);
    expect([signedOf(count![0]!), stringOf(message![0]!)]).toEqual([2n, sentence]);
    expect(toldOf()).toMatchObject([{ ignored: 2 }, { ignored: 2 }]);
  });

  it('passes over what is about something else, and troubles nobody with it', async () => {
    const others = { resourceLogs: [], resourceMetrics: [], more: { of: 'it' } };
    expect((await receiver.post(signal, JSON.stringify(others), json)).status).toBe(200);
    expect((await receiver.post(signal, '{}', json)).status).toBe(200);
    expect((await receiver.post(signal, new Uint8Array(0), protobuf)).status).toBe(200);
    expect(receiver.taken).toEqual([]);
  });

  it('needs a token that may change things', async () => {
    const { owner, member, viewer } = receiver.tokens;
    const inEach = async (token: string) => [
      (await receiver.post(signal, exports[signal].json, json, token)).status,
      (await receiver.post(signal, exports[signal].protobuf, protobuf, token)).status,
    ];
    expect(await inEach('')).toEqual([401, 401]);
    expect(await inEach('wrong')).toEqual([401, 401]);
    expect(await inEach(viewer)).toEqual([403, 403]);
    expect(receiver.taken).toEqual([]);
    expect(await inEach(member)).toEqual([200, 200]);
    expect(await inEach(owner)).toEqual([200, 200]);
    const { ids } = receiver;
    expect(receiver.taken.map((one) => one.owner)).toEqual([ids.member, ids.member, ids.owner, ids.owner]);
  });

  it('refuses in the encoding of the request', async () => {
    const problem = await problemIn(await receiver.post(signal, exports[signal].json, json, 'wrong'));
    const message = await statusIn(await receiver.post(signal, exports[signal].protobuf, protobuf, 'wrong'));
    expect(message).toBe(problem.message);
    const other = await receiver.post(signal, exports[signal].protobuf, { 'content-type': 'application/grpc' });
    expect([other.status, (await problemIn(other)).error]).toEqual([415, 'unsupported_media_type']);
  });

  it('has a query of which nothing is known, and other methods of none', async () => {
    const url = `http://127.0.0.1:${receiver.port}/v1/${signal}`;
    const headers = { ...json, authorization: `Bearer ${receiver.tokens.owner}` };
    const asked = await fetch(`${url}?a=1`, { method: 'POST', headers, body: exports[signal].json });
    expect(asked.status).toBe(400);
    const got = await fetch(url, { headers: { authorization: headers.authorization } });
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('tells the exporter whether to try again', async () => {
    receiver.trouble = new Problem('overloaded', 'too much');
    const answer = await receiver.post(signal, exports[signal].protobuf, protobuf);
    expect([answer.status, answer.headers.get('retry-after'), await statusIn(answer)]).toEqual([503, '1', 'too much']);
    receiver.trouble = new Error('a secret of the inside at /srv/x.ts:1');
    const failed = await receiver.post(signal, exports[signal].json, json);
    expect([failed.status, (await problemIn(failed)).error]).toEqual([500, 'internal_error']);
  });
});

describe('garbage', () => {
  const refused = async (
    body: string | Uint8Array<ArrayBuffer> | undefined,
    headers: Record<string, string>,
    token = receiver.tokens.owner,
  ): Promise<unknown[]> => {
    const answers = await Promise.all(signals.map((signal) => receiver.post(signal, body, headers, token)));
    expect(receiver.taken).toEqual([]);
    const [first, second] = answers.map(({ status }) => status);
    expect(first).toBe(second);
    const isProtobuf = headers['content-type'] === protobuf['content-type'];
    const messages = await Promise.all(
      answers.map(async (one) => (isProtobuf ? statusIn(one) : (await problemIn(one)).message)),
    );
    return [first, messages[0]];
  };
  const containing = (text: string) => expect.stringContaining(text) as string;

  it.each([
    ['nothing', '', 'the body is empty'],
    ['no JSON', '{"resourceLogs":', 'not valid JSON'],
    ['two objects', '{}{}', 'not valid JSON'],
    ['a list', '[]', 'the body must be an object'],
    ['another request', '{"resourceSpans":[]}', 'is not there'],
    ['a key twice', '{"resourceLogs":[],"resourceLogs":[]}', 'twice'],
    ['__proto__', '{"__proto__":{}}', 'not allowed'],
    ['1e999', '{"resourceLogs":[1e999],"resourceMetrics":[]}', 'not a finite number'],
    ['65 levels', `{"resourceLogs":${'['.repeat(64)}${']'.repeat(64)}}`, 'nested deeper than 64'],
    ['brackets alone', '['.repeat(400_000), 'nested deeper than 64'],
    ['a million objects', `{"resourceLogs":[${'{},'.repeat(1_000_000)}{}]}`, 'too many objects'],
    ['what is packed and does not say so', bytesOf(gzipSync('{}')), 'not valid UTF-8'],
  ])('in JSON is refused: %s', async (_, body, message) => {
    expect(await refused(body, json)).toEqual([400, containing(message)]);
  });

  it.each([
    ['a text', bytesOf(Buffer.from('{"resourceLogs":[]}')), 'no known kind'],
    ['a part of a message', bytesOf(framed(1, Buffer.alloc(50)).subarray(0, 20)), 'ends in the middle'],
    ['a length of 4 GiB', new Uint8Array([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]), 'ends in the middle'],
    ['a length of 2⁶⁴', new Uint8Array([0x0a, ...Array.from({ length: 9 }, () => 0xff), 1]), 'ends in the middle'],
    ['a million resources', bytesOf(Buffer.alloc(2_000_000, framed(1))), 'too many fields'],
  ])('in protobuf is refused: %s', async (_, body, message) => {
    expect(await refused(body, protobuf)).toEqual([400, containing(message)]);
  });

  it('is refused before it is asked who sent it, as far as a viewer is one who may ask', async () => {
    expect(await refused('{"unknown":1}', json, receiver.tokens.viewer)).toEqual([400, containing('is not there')]);
    expect(await refused(undefined, {}, receiver.tokens.viewer)).toEqual([400, 'the body is empty']);
  });

  it('of gzip is refused', async () => {
    const whole = bytesOf(gzipSync(exports.logs.json));
    for (const body of [whole.subarray(0, 40), new Uint8Array([0x1f, 0x8b, 8, 0]), new Uint8Array(20)]) {
      expect(await refused(body, { ...json, ...packed })).toEqual([400, 'the body is not what gzip makes']);
    }
    for (const encoding of ['br', 'deflate', 'gzip, gzip', '*']) {
      const refusal = await refused(whole, { ...protobuf, 'content-encoding': encoding });
      expect(refusal).toEqual([415, 'send the body as it is, or packed with gzip']);
    }
  });

  it('that unpacks to more than 16 MiB is refused, however small it comes and however often', async () => {
    const bomb = bytesOf(gzipSync(Buffer.alloc(17 * 1024 * 1024, ' ')));
    expect(bomb.length).toBeLessThan(20_000);
    const message = 'the body is larger than 16777216 bytes when it is unpacked';
    const answers = await Promise.all(Array.from({ length: 5 }, () => refused(bomb, { ...json, ...packed })));
    for (const one of answers) expect(one).toEqual([413, message]);
    expect(await refused(bomb, { ...protobuf, ...packed })).toEqual([413, message]);
    const nested = bytesOf(gzipSync(gzipSync(Buffer.alloc(17 * 1024 * 1024))));
    expect((await refused(nested, { ...protobuf, ...packed }))[0]).toBe(400);
    const large = gzipSync(`{"resourceLogs":[]${' '.repeat(16 * 1024 * 1024 - 20)}}`);
    expect((await receiver.post('logs', bytesOf(large), { ...json, ...packed })).status).toBe(200);
  });

  it('that comes as more than 4 MiB is refused', async () => {
    const largest = 4 * 1024 * 1024;
    const padded = (size: number) => `{"resourceLogs":[]${' '.repeat(size - 19)}}`;
    expect((await receiver.post('logs', padded(largest), json)).status).toBe(200);
    expect((await receiver.post('logs', padded(largest + 1), json)).status).toBe(413);
    const announced = [`Host: 127.0.0.1:${receiver.port}`, 'Content-Type: application/x-protobuf'];
    const bearer = `Authorization: Bearer ${receiver.tokens.owner}`;
    const head = requestText('POST /v1/logs HTTP/1.1', [...announced, bearer, 'Content-Length: 104857600']);
    expect((await exchange(receiver.port, head)).status).toBe(413);
  });

  it('leaves the receiver as it was', async () => {
    expect((await receiver.post('logs', bytesOf(exportedLogs), protobuf)).status).toBe(200);
    expect(toldOf()).toMatchObject([{ responses: [{ key: 'request:req_011CABCDEF' }, {}], ignored: 0 }]);
  });
});

describe('protobuf', () => {
  it('is taken nowhere else, nor what is packed', async () => {
    const send = (path: string, headers: Record<string, string>, body: Uint8Array<ArrayBuffer>) =>
      fetch(`http://127.0.0.1:${receiver.port}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${receiver.tokens.owner}`, ...headers },
        body,
      });
    for (const path of ['/api/ws-ticket', '/api/tokens', '/api/sessions']) {
      const answer = await send(path, protobuf, exports.logs.protobuf);
      expect([answer.status, (await problemIn(answer)).error]).toEqual([415, 'unsupported_media_type']);
      expect((await send(path, { ...json, ...packed }, bytesOf(gzipSync('{}')))).status).toBe(400);
    }
    expect((await send('/v1/traces', protobuf, exports.logs.protobuf)).status).toBe(404);
  });
});
