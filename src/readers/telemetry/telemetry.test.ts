import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../contract/problem.ts';
import {
  attributesOf,
  dataPoint,
  framed,
  logRecord,
  logsAsJson,
  logsAsProtobuf,
  pointsAsJson,
  pointsAsProtobuf,
  requestAttributes,
  session,
  varint,
} from './encode.suite.ts';
import type { Written } from './encode.suite.ts';
import type { DataPoint, LogRecord } from './export.ts';
import { exportedLogs, exportedSums } from './exported.suite.ts';
import { logsInJson, pointsInJson } from './json.ts';
import { logsInProtobuf, pointsInProtobuf } from './protobuf.ts';
import { telemetryIn } from './telemetry.ts';
import type { TelemetryIn, TelemetrySignal, TelemetryType } from './telemetry.ts';

const json = 'application/json';
const protobuf = 'application/x-protobuf';

/** Through both encodings, which have to tell the same. */
const inLogs = (...records: readonly LogRecord[]): TelemetryIn => {
  const told = telemetryIn(logsAsJson(records), json, 'logs');
  expect(telemetryIn(logsAsProtobuf(records), protobuf, 'logs')).toEqual(told);
  return told;
};

const inMetrics = (...points: readonly DataPoint[]): TelemetryIn => {
  const told = telemetryIn(pointsAsJson(points), json, 'metrics');
  expect(telemetryIn(pointsAsProtobuf(points), protobuf, 'metrics')).toEqual(told);
  return told;
};

const request = (changed: Written = {}, more: Partial<LogRecord> = {}) =>
  logRecord({ ...requestAttributes, ...changed }, more);

const without = (...names: readonly string[]) =>
  logRecord(Object.fromEntries(Object.entries(requestAttributes).filter(([name]) => !names.includes(name))));

const refusal = (body: unknown, type: TelemetryType = json, signal: TelemetrySignal = 'logs'): string => {
  try {
    telemetryIn(body, type, signal);
  } catch (error) {
    if (error instanceof Problem && error.kind === 'invalid_request') return error.message;
    throw error;
  }
  throw new Error('it was taken');
};

describe('an event of a request', () => {
  it('is a response', () => {
    expect(inLogs(request())).toEqual({
      responses: [
        {
          source: 'claude',
          sessionId: session,
          key: 'request:req_011CABCDEF',
          request: 'req_011CABCDEF',
          model: 'claude-sonnet-5',
          at: Date.parse('2026-11-20T10:00:00.123Z'),
          durationMs: 2345,
          parts: { input: 12, output: 345, cacheRead: 6789, cacheWrite5m: 0, cacheWrite1h: 0 },
          costUsd: 0.0123,
          confidence: 'exact',
        },
      ],
      totals: [],
      ignored: 0,
      faults: {},
    });
  });

  it('is estimated where something was written into the cache, which counts as five minutes’', () => {
    const [response] = inLogs(request({ cache_creation_tokens: 500 })).responses;
    expect(response).toMatchObject({ parts: { cacheWrite5m: 500, cacheWrite1h: 0 }, confidence: 'estimated' });
  });

  it('may have its numbers as texts or as fractions that are none', () => {
    const numbers = { input_tokens: '12', output_tokens: '345', cache_read_tokens: '6789.0', duration_ms: '2345' };
    expect(inLogs(request({ ...numbers, cost_usd: '0.0123' }))).toEqual(inLogs(request()));
    const body = logsAsJson([request()]);
    const text = JSON.stringify(body).replaceAll('{"intValue":"345"}', '{"doubleValue":345}');
    expect(telemetryIn(JSON.parse(text), json, 'logs')).toEqual(inLogs(request()));
    const plain = JSON.stringify(body).replaceAll(/"intValue":"(\d+)"/g, '"intValue":$1');
    expect(plain).toContain('"intValue":345');
    expect(telemetryIn(JSON.parse(plain), json, 'logs')).toEqual(inLogs(request()));
  });

  it('tells what asked, and at which speed', () => {
    const aside = { speed: 'fast', query_source: 'agent:builtin:Explore', 'agent.name': 'Explore' };
    expect(inLogs(request(aside)).responses).toMatchObject([
      { speed: 'fast', querySource: 'agent:builtin:Explore', agentName: 'Explore' },
    ]);
    const [usual] = inLogs(request({ speed: 'normal' })).responses;
    expect(usual).not.toHaveProperty('speed');
  });

  it('counts though its cost can’t be read, and takes it from where it can', () => {
    for (const cost_usd of [null, 'much', -1, NaN, Infinity, 1e300]) {
      const [response] = inLogs(request({ cost_usd })).responses;
      expect(response?.parts.output).toBe(345);
      expect(response).not.toHaveProperty('costUsd');
      expect(inLogs(request({ cost_usd, cost_usd_micros: 12_300 })).responses[0]?.costUsd).toBe(0.0123);
    }
    const broken = JSON.stringify(logsAsJson([request()])).replace('"doubleValue":0.0123', '"doubleValue":{}');
    expect(telemetryIn(JSON.parse(broken), json, 'logs')).toMatchObject({
      ignored: 0,
      responses: [{ at: expect.any(Number) as number }],
    });
  });

  it('is known by any of its names, and not by another agent’s', () => {
    const bare = { resource: attributesOf({}), scope: '', eventName: '', body: '' };
    const isTaken = (changed: Written, more: Partial<LogRecord>) =>
      inLogs(request(changed, { ...bare, ...more })).responses.length === 1;
    const other = { 'event.name': 'something' };
    expect(isTaken(other, { body: 'claude_code.api_request' })).toBe(true);
    expect(isTaken(other, { eventName: 'claude_code.api_request' })).toBe(true);
    expect(isTaken({ 'event.name': 'claude_code.api_request' }, {})).toBe(true);
    expect(isTaken({}, { scope: 'com.anthropic.claude_code.events' })).toBe(true);
    expect(isTaken({}, { resource: attributesOf({ 'service.name': 'claude-code' }) })).toBe(true);
    expect(isTaken({}, {})).toBe(false);
    expect(isTaken({ 'event.name': 'codex.api_request' }, { body: 'codex.api_request' })).toBe(false);
    expect(isTaken(other, { scope: 'com.anthropic.claude_code.events', body: 'claude_code.api_error' })).toBe(false);
  });
});

describe('the key of a response', () => {
  const keyOf = (record: LogRecord) => inLogs(record).responses[0]?.key;
  const ofNoRequest = (changed: Written = {}, more: Partial<LogRecord> = {}) =>
    keyOf(request({ request_id: null, ...changed }, more));

  it('is the same whenever it is sent again', () => {
    expect(keyOf(request())).toBe(keyOf(request({ 'event.sequence': 8 }, { nano: 1n })));
    expect(ofNoRequest()).toBe(ofNoRequest());
  });

  it('is another’s for another response, also of a process that counts its events anew', () => {
    const keys = [
      ofNoRequest(),
      ofNoRequest({ 'event.sequence': 2 }),
      ofNoRequest({}, { nano: 1_795_168_800_124_000_000n }),
      ofNoRequest({ 'session.id': 'another' }),
      ofNoRequest({ 'event.sequence': null, output_tokens: 1 }),
      ofNoRequest({ 'event.sequence': null, output_tokens: 2 }),
      keyOf(request()),
      keyOf(request({ request_id: 'req_2' })),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('what is about usage and can’t be counted', () => {
  it.each([
    ['no_session', without('session.id')],
    ['no_session', request({ 'session.id': '' })],
    ['no_session', request({ 'session.id': 7 })],
    ['no_session', request({ 'session.id': 'x'.repeat(201) })],
    ['no_session', request({ 'session.id': 'a\u0000b' })],
    ['no_usage', without('input_tokens', 'output_tokens', 'cache_read_tokens', 'cache_creation_tokens')],
    ['bad_count', request({ output_tokens: -1 })],
    ['bad_count', request({ output_tokens: 1.5 })],
    ['bad_count', request({ output_tokens: 'many' })],
    ['bad_count', request({ output_tokens: null })],
    ['bad_count', request({ output_tokens: true })],
    ['bad_count', request({ output_tokens: 1e12 })],
    ['bad_count', request({ input_tokens: '9007199254740993' })],
    ['bad_time', logRecord({ ...requestAttributes, 'event.timestamp': 'yesterday' }, { nano: 0n })],
  ])('is told as %s', (fault, record) => {
    expect(inLogs(record, request())).toMatchObject({
      responses: [{ key: 'request:req_011CABCDEF' }],
      ignored: 1,
      faults: { [fault]: 1 },
    });
  });

  it('is told of points, too', () => {
    const at = { startNano: 1n, nano: 0n };
    const points: readonly (readonly [string, DataPoint])[] = [
      ['no_session', dataPoint({ 'session.id': null })],
      ['unknown_form', dataPoint({ type: 'thoughts' })],
      ['unknown_form', dataPoint({ type: 'toString' })],
      ['bad_time', dataPoint({}, at)],
      ['bad_count', dataPoint({}, { value: -1 })],
      ['bad_count', dataPoint({}, { value: 0.5 })],
      ['bad_count', dataPoint({}, { value: null })],
      ['bad_count', dataPoint({}, { value: NaN })],
      ['bad_count', dataPoint({}, { metric: 'claude_code.cost.usage', value: -0.5 })],
    ];
    for (const [fault, point] of points) expect(inMetrics(point)).toMatchObject({ totals: [], faults: { [fault]: 1 } });
    const { temporality: _, ...untold } = dataPoint({});
    expect(inMetrics(untold)).toMatchObject({ totals: [], ignored: 1, faults: { unknown_form: 1 } });
  });

  it('is told of what is no sum', () => {
    for (const form of ['gauge', 'histogram', 'exponentialHistogram', 'summary']) {
      const text = JSON.stringify(pointsAsJson([dataPoint({})])).replace('"sum"', `"${form}"`);
      expect(telemetryIn(JSON.parse(text), json, 'metrics').faults).toEqual({ unknown_form: 1 });
    }
  });

  it('is not what is about something else', () => {
    const nothing = { responses: [], totals: [], ignored: 0, faults: {} };
    expect(inLogs(logRecord({}, { body: 'claude_code.tool_result' }))).toEqual(nothing);
    expect(inLogs(request({ model: '<synthetic>' }))).toEqual(nothing);
    expect(inMetrics(dataPoint({}, { metric: 'claude_code.session.count' }))).toEqual(nothing);
    expect(telemetryIn(Buffer.alloc(0), protobuf, 'metrics')).toEqual(nothing);
    expect(telemetryIn({ resourceLogs: null, more: 1 }, json, 'logs')).toEqual(nothing);
    expect(telemetryIn({}, json, 'logs')).toEqual(nothing);
  });
});

describe('a point of a counter', () => {
  it('is a total', () => {
    const { totals } = inMetrics(
      dataPoint({ type: 'cacheCreation' }),
      dataPoint({}, { metric: 'claude_code.cost.usage', value: 0.1, temporality: 'cumulative' }),
    );
    const common = { source: 'claude', sessionId: session, model: 'claude-sonnet-5', at: 1_795_168_860_000 };
    const when = { startNano: '1795168800000000000', endNano: '1795168860000000000' };
    const series = expect.stringMatching(/^[0-9a-f]{32}$/) as string;
    expect(totals).toEqual([
      { ...common, ...when, series, kind: 'cacheWrite', value: 100, temporality: 'delta' },
      { ...common, ...when, series, kind: 'costPico', value: 100_000_000_000, temporality: 'cumulative' },
    ]);
  });

  it('is of one series with those that have the same names, in whatever order', () => {
    const seriesOf = (point: DataPoint) => inMetrics(point).totals[0]?.series;
    const attributes = dataPoint({ a: 1, b: 'x' }).attributes;
    const turned = new Map([...attributes].toReversed());
    const one = dataPoint({}, { attributes });
    expect(seriesOf(dataPoint({}, { attributes: turned, nano: 1_795_168_870_000_000_000n }))).toBe(seriesOf(one));
    const others = [
      dataPoint({ b: 'x', a: '1' }),
      dataPoint({ b: 'x' }),
      { ...one, resource: attributesOf({ 'host.name': 'another' }) },
      { ...one, temporality: 'cumulative' as const },
      { ...one, temporality: 'cumulative' as const, startNano: 5n },
    ].map(seriesOf);
    expect(new Set([seriesOf(one), ...others]).size).toBe(6);
    // A delta's begin is not its series': it moves with each point.
    expect(seriesOf({ ...one, startNano: 5n })).toBe(seriesOf(one));
  });
});

describe('what OpenTelemetry’s own exporter sends', () => {
  it('is read', () => {
    const { responses, ignored } = telemetryIn(exportedLogs, protobuf, 'logs');
    expect(ignored).toBe(0);
    expect(responses).toMatchObject([
      { key: 'request:req_011CABCDEF', parts: { input: 12, output: 345, cacheRead: 6789, cacheWrite5m: 1011 } },
      { model: 'claude-haiku-4-5', costUsd: 0.000023, parts: { input: 3, output: 4 }, querySource: 'compact' },
    ]);
    const { totals } = telemetryIn(exportedSums, protobuf, 'metrics');
    expect(totals.map(({ kind, value, temporality }) => [kind, value, temporality])).toEqual([
      ['input', 20, 'cumulative'],
      ['output', 345, 'cumulative'],
      ['cacheRead', 6789, 'cumulative'],
      ['cacheWrite', 1011, 'cumulative'],
      ['costPico', 12_300_000_000, 'cumulative'],
    ]);
  });

  it('is refused wherever it is cut off', () => {
    expect(exportedLogs.length).toBeGreaterThan(1000);
    for (let end = 1; end < exportedLogs.length; end++) {
      const cut = exportedLogs.subarray(0, end);
      expect(refusal(cut, protobuf)).toBe('the body is no whole protobuf message: it ends in the middle of a field');
    }
  });
});

describe('the two encodings', () => {
  const text = fc.string({ unit: 'binary', maxLength: 12 });
  const value = fc.oneof(
    text,
    fc.maxSafeInteger(),
    fc.double().filter((one) => !Object.is(one, -0)),
    fc.boolean(),
    fc.constant(null),
  );
  const attributes = fc.array(fc.tuple(text, value), { maxLength: 6 }).map((pairs) => new Map(pairs));
  const nano = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const records = fc.array(
    fc.record({ resource: attributes, scope: text, eventName: text, body: text, nano, attributes }),
    { maxLength: 4 },
  );
  const temporality = fc.constantFrom('delta' as const, 'cumulative' as const);
  const number = fc.oneof(
    fc.constant(null),
    fc.maxSafeInteger(),
    fc.double().filter((one) => !Object.is(one, -0)),
  );
  const points = fc.array(
    fc.record(
      {
        resource: attributes,
        scope: text,
        metric: text,
        temporality,
        startNano: nano,
        nano,
        value: number,
        attributes,
      },
      { requiredKeys: ['resource', 'scope', 'metric', 'startNano', 'nano', 'value', 'attributes'] },
    ),
    { maxLength: 4 },
  );

  it('say the same of log records, to the last bit', () => {
    fc.assert(
      fc.property(records, (one) => {
        const written = JSON.parse(JSON.stringify(logsAsJson(one))) as unknown;
        expect([...logsInJson(written)]).toEqual(one);
        expect([...logsInProtobuf(logsAsProtobuf(one))]).toEqual(one);
      }),
    );
  });

  it('say the same of points, to the last bit', () => {
    fc.assert(
      fc.property(points, (some) => {
        const written = JSON.parse(JSON.stringify(pointsAsJson(some))) as unknown;
        expect([...pointsInJson(written)]).toEqual(some);
        expect([...pointsInProtobuf(pointsAsProtobuf(some))]).toEqual(some);
      }),
    );
  });
});

describe('garbage', () => {
  /** Comes to an end, with a result or a refusal. */
  const survive = (body: unknown, type: TelemetryType): void => {
    for (const signal of ['logs', 'metrics'] as const) {
      try {
        expect(telemetryIn(body, type, signal).ignored).toBeGreaterThanOrEqual(0);
      } catch (error) {
        expect(error).toBeInstanceOf(Problem);
      }
    }
  };

  it('is refused or passed over, whatever it is', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => survive(Buffer.from(bytes), protobuf)));
    fc.assert(fc.property(fc.jsonValue(), (value) => survive(value, json)));
    const spot = fc.tuple(fc.nat(exportedLogs.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(spot, { minLength: 1, maxLength: 3 }), (spots) => {
        const bent = Buffer.from(exportedLogs);
        for (const [at, byte] of spots) bent[at] = byte;
        survive(bent, protobuf);
      }),
    );
  });

  it.each([
    ['a text', 'x', 'the body must be an object'],
    ['a list', [], 'the body must be an object'],
    ['metrics in the place of logs', pointsAsJson([dataPoint({})]), 'resourceLogs: is not there'],
    ['no list', { resourceLogs: {} }, 'resourceLogs: must be a list'],
    ['no object', { resourceLogs: [{ scopeLogs: [null] }] }, 'resourceLogs[0].scopeLogs[0]: must be an object'],
    [
      'an attribute without a text for its name',
      { resourceLogs: [{ resource: { attributes: [{ key: 1 }] } }] },
      'resourceLogs[0].resource.attributes[0].key: must be a text',
    ],
  ])('of JSON is refused with the place: %s', (_, body, message) => {
    expect(refusal(body)).toBe(message);
  });

  it.each([
    ['a length beyond the end', framed(1, Buffer.alloc(3)).subarray(0, 4), 'ends in the middle'],
    ['a length of 2⁶⁴', Buffer.concat([Buffer.from([10]), varint(-1n)]), 'ends in the middle'],
    ['a number that never ends', Buffer.from([8, ...Array.from({ length: 20 }, () => 255)]), 'more than 10 bytes'],
    ['a group', Buffer.from([11, 12]), 'no known kind'],
    ['field 0', Buffer.from([0, 0]), 'no known kind'],
    ['no UTF-8', framed(1, framed(2, framed(2, framed(12, Buffer.from([255]))))), 'not valid UTF-8'],
  ])('of protobuf is refused with what is wrong: %s', (_, body, message) => {
    expect(refusal(body, protobuf)).toContain(message);
  });

  it('of protobuf is not followed to any depth', () => {
    let deep = framed(1, Buffer.from('x'));
    for (let i = 0; i < 1000; i++) deep = framed(5, framed(1, deep));
    const body = framed(1, framed(2, framed(2, framed(6, framed(1, Buffer.from('k')), framed(2, deep)))));
    expect(telemetryIn(body, protobuf, 'logs').ignored).toBe(0);
  });

  it('without end is refused', () => {
    const many = Buffer.concat(Array.from({ length: 100_001 }, () => Buffer.from([18, 0])));
    expect(refusal(framed(1, framed(2, many)), protobuf)).toContain('too many fields');
    const records = Array.from({ length: 100_001 }, () => ({}));
    expect(refusal({ resourceLogs: [{ scopeLogs: [{ logRecords: records }] }] })).toContain('more than 100000 records');
    expect(refusal(Buffer.alloc(4_000_000, framed(1)), protobuf)).toContain('too many fields');
    const attributes = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`a${i}`, i]));
    expect(refusal(logsAsJson([logRecord(attributes)]))).toContain('more than 1000 attributes');
    expect(refusal(logsAsProtobuf([logRecord(attributes)]), protobuf)).toContain('more than 1000 attributes');
  });
});
