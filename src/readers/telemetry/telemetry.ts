/**
 * The telemetry that agents send of themselves → usage. Pure: an export request in, what it tells out; what was told before is
 * known by keys and marks that whoever keeps them compares.
 *
 *  1. Events tell of responses, one each. A response has the same key whenever and however often it is sent.
 *  2. Metrics tell of sums, without the responses in them. They check the events and stand in where events are missing; they
 *     are never added to them..
 *  3. What is about usage and can't be counted is told with the reason, never taken as 0. All else (other events, other metrics,
 *     other programs) is passed over: it was sent rightly, and nobody asked for it.
 */
import { responseOf } from './events.ts';
import { malformed } from './export.ts';
import { logsInJson, pointsInJson } from './json.ts';
import { totalOf } from './metrics.ts';
import { logsInProtobuf, pointsInProtobuf } from './protobuf.ts';
import type { TelemetryFault, TelemetryResponse, TelemetryTotal } from './told.ts';

export interface TelemetryIn {
  responses: TelemetryResponse[];
  totals: TelemetryTotal[];
  /** How many log records or points were about usage and not counted. */
  ignored: number;
  /** How many for which reason. */
  faults: Partial<Record<TelemetryFault, number>>;
}

export type TelemetrySignal = 'logs' | 'metrics';
export const telemetryTypes = ['application/json', 'application/x-protobuf'] as const;
export type TelemetryType = (typeof telemetryTypes)[number];

/** Exporters send a few hundred at once, collectors some thousands. */
const mostItems = 100_000;

/**
 * `body`: of JSON the value that was parsed, of protobuf the bytes. Throws `invalid_request` for what is no export request, with the
 * place of what is wrong.
 */
export function telemetryIn(body: unknown, type: TelemetryType, signal: TelemetrySignal): TelemetryIn {
  const met: TelemetryIn = { responses: [], totals: [], ignored: 0, faults: {} };
  let count = 0;
  for (const told of signal === 'logs' ? responsesIn(body, type) : totalsIn(body, type)) {
    if (++count > mostItems) throw malformed('', `the body has more than ${mostItems} records`);
    if (told === undefined) continue;
    if (typeof told === 'string') note(met, told);
    else if ('parts' in told) met.responses.push(told);
    else met.totals.push(told);
  }
  return met;
}

function note(met: TelemetryIn, fault: TelemetryFault): void {
  met.ignored += 1;
  met.faults[fault] = (met.faults[fault] ?? 0) + 1;
}

function* responsesIn(body: unknown, type: TelemetryType) {
  const records = type === 'application/json' ? logsInJson(body) : logsInProtobuf(bytesOf(body));
  for (const record of records) yield responseOf(record);
}

function* totalsIn(body: unknown, type: TelemetryType) {
  const points = type === 'application/json' ? pointsInJson(body) : pointsInProtobuf(bytesOf(body));
  for (const point of points) yield totalOf(point);
}

function bytesOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  throw new TypeError('what came as protobuf is handed over as the bytes that it was');
}
