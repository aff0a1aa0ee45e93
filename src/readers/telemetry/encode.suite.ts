/** Export requests in both encodings, made from what they are to say, for tests. */
import type { AttributeValue, Attributes, DataPoint, LogRecord } from './export.ts';

export type Written = Record<string, AttributeValue>;

export function attributesOf(written: Written): Attributes {
  return new Map(Object.entries(written));
}

const claudeCode = attributesOf({ 'service.name': 'claude-code' });

export function logRecord(attributes: Written, more: Partial<LogRecord> = {}): LogRecord {
  return {
    resource: claudeCode,
    scope: 'com.anthropic.claude_code.events',
    eventName: '',
    body: 'claude_code.api_request',
    nano: 1_795_168_800_123_000_000n,
    attributes: attributesOf(attributes),
    ...more,
  };
}

export const session = '0b9e1c3a-5d61-4a0e-9f0e-2f6d3a1b7c11';

/** Of an `api_request` as a present version writes it. */
export const requestAttributes = {
  'session.id': session,
  'event.name': 'api_request',
  'event.timestamp': '2026-11-20T10:00:00.123Z',
  'event.sequence': 1,
  'prompt.id': '7d1c5b7e-1111-4222-8333-444455556666',
  model: 'claude-sonnet-5',
  input_tokens: 12,
  output_tokens: 345,
  cache_read_tokens: 6789,
  cache_creation_tokens: 0,
  cost_usd: 0.0123,
  duration_ms: 2345,
  request_id: 'req_011CABCDEF',
} satisfies Written;

export function dataPoint(attributes: Written, more: Partial<DataPoint> = {}): DataPoint {
  return {
    resource: claudeCode,
    scope: 'com.anthropic.claude_code',
    metric: 'claude_code.token.usage',
    temporality: 'delta',
    startNano: 1_795_168_800_000_000_000n,
    nano: 1_795_168_860_000_000_000n,
    value: 100,
    attributes: attributesOf({ 'session.id': session, model: 'claude-sonnet-5', type: 'input', ...attributes }),
    ...more,
  };
}

type Json = Record<string, unknown>;

export function logsAsJson(records: readonly LogRecord[]): Json {
  return {
    resourceLogs: records.map(({ resource, scope, ...record }) => ({
      resource: { attributes: attributesAsJson(resource) },
      scopeLogs: [
        {
          scope: { name: scope },
          logRecords: [
            {
              timeUnixNano: String(record.nano),
              eventName: record.eventName,
              body: { stringValue: record.body },
              attributes: attributesAsJson(record.attributes),
            },
          ],
        },
      ],
    })),
  };
}

const temporalities = { delta: 1, cumulative: 2 };

export function pointsAsJson(points: readonly DataPoint[]): Json {
  return {
    resourceMetrics: points.map(({ resource, scope, metric, temporality, ...point }) => ({
      resource: { attributes: attributesAsJson(resource) },
      scopeMetrics: [
        {
          scope: { name: scope },
          metrics: [
            {
              name: metric,
              sum: {
                aggregationTemporality: temporality ? temporalities[temporality] : 0,
                dataPoints: [
                  {
                    startTimeUnixNano: String(point.startNano),
                    timeUnixNano: String(point.nano),
                    ...(point.value !== null && valueAsJson(point.value)),
                    attributes: attributesAsJson(point.attributes),
                  },
                ],
              },
            },
          ],
        },
      ],
    })),
  };
}

function valueAsJson(value: number): Json {
  return Number.isSafeInteger(value) ? { asInt: String(value) } : { asDouble: doubleAsJson(value) };
}

function doubleAsJson(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function attributesAsJson(attributes: Attributes): Json[] {
  return [...attributes].map(([key, value]) => ({ key, value: attributeAsJson(value) }));
}

function attributeAsJson(value: AttributeValue): Json {
  if (value === null) return { kvlistValue: { values: [{ key: 'stringValue', value: { intValue: '1' } }] } };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: doubleAsJson(value) };
}

export function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

function tag(number: number, kind: number): Buffer {
  return varint(BigInt(number * 8 + kind));
}

/** A field of bytes, with its length. */
export function framed(number: number, ...parts: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(parts);
  return Buffer.concat([tag(number, 2), varint(BigInt(bytes.length)), bytes]);
}

const text = (number: number, value: string): Buffer => framed(number, Buffer.from(value));
const whole = (number: number, value: bigint): Buffer => Buffer.concat([tag(number, 0), varint(value)]);

function fixed64(number: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  return Buffer.concat([tag(number, 1), bytes]);
}

function double(number: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([tag(number, 1), bytes]);
}

/** A field of each kind that no version of the protocol has: it is to be passed over. */
const strangers = Buffer.concat([text(900, 'x'), whole(901, 5n), fixed64(902, 7n), tag(903, 5), Buffer.alloc(4)]);

export function logsAsProtobuf(records: readonly LogRecord[]): Buffer {
  return Buffer.concat(
    records.map(({ resource, scope, ...record }) =>
      inScope(
        resource,
        scope,
        fixed64(1, record.nano),
        framed(5, text(1, record.body)),
        strangers,
        attributesAsProtobuf(6, record.attributes),
        text(12, record.eventName),
      ),
    ),
  );
}

export function pointsAsProtobuf(points: readonly DataPoint[]): Buffer {
  return Buffer.concat(
    points.map(({ resource, scope, metric, temporality, ...point }) => {
      const kind = whole(2, BigInt(temporality ? temporalities[temporality] : 0));
      return inScope(resource, scope, text(1, metric), framed(7, kind, framed(1, pointAsProtobuf(point))));
    }),
  );
}

/** What holds an item stands after it, as the order of fields is free. */
function inScope(resource: Attributes, scope: string, ...item: readonly Buffer[]): Buffer {
  const ofScope = framed(2, framed(2, ...item), framed(1, text(1, scope)));
  return framed(1, ofScope, framed(1, attributesAsProtobuf(1, resource)), strangers);
}

function pointAsProtobuf({ startNano, nano, value, attributes }: Omit<DataPoint, 'resource' | 'scope' | 'metric'>) {
  const ofValue = Number.isSafeInteger(value) ? fixed64(6, BigInt(value!)) : double(4, value ?? 0);
  return Buffer.concat([
    attributesAsProtobuf(7, attributes),
    fixed64(2, startNano),
    fixed64(3, nano),
    value === null ? strangers : ofValue,
  ]);
}

function attributesAsProtobuf(number: number, attributes: Attributes): Buffer {
  const pairs = [...attributes].map(([key, value]) => framed(number, text(1, key), framed(2, anyValue(value))));
  return Buffer.concat(pairs);
}

function anyValue(value: AttributeValue): Buffer {
  if (value === null) return framed(6, framed(1, text(1, 'key'), framed(2, whole(3, 1n))));
  if (typeof value === 'string') return text(1, value);
  if (typeof value === 'boolean') return whole(2, value ? 1n : 0n);
  return Number.isSafeInteger(value) ? whole(3, BigInt(value)) : double(4, value);
}
