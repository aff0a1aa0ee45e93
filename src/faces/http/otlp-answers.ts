import type { TelemetryIn, TelemetrySignal, TelemetryType } from '../../readers/telemetry/telemetry.ts';
import type { TelemetryFault } from '../../readers/telemetry/told.ts';

/** Answers of OTLP over HTTP, each in the encoding of its request (https://opentelemetry.io/docs/specs/otlp/#otlphttp-response). */

const rejected = { logs: 'rejectedLogRecords', metrics: 'rejectedDataPoints' } as const;
const items = { logs: 'log records', metrics: 'data points' } as const;

const words: Readonly<Record<TelemetryFault, string>> = {
  no_session: 'without a session.id (OTEL_METRICS_INCLUDE_SESSION_ID must not be false)',
  no_usage: 'without any count of tokens',
  bad_count: 'with a count that can be none',
  bad_time: 'without a time',
  unknown_form: 'in a form that is not known',
};

/** What an exporter is told when its export was taken: nothing, or how much of it was about usage and not counted. */
export const exportAnswer = (told: TelemetryIn, signal: TelemetrySignal, type: TelemetryType): string | Buffer => {
  const message = sentenceOf(told, signal);
  if (type === 'application/x-protobuf') return told.ignored === 0 ? nothing : partialBytes(told.ignored, message);
  const partialSuccess = { [rejected[signal]]: String(told.ignored), errorMessage: message };
  return JSON.stringify(told.ignored === 0 ? {} : { partialSuccess });
};

const sentenceOf = ({ ignored, faults }: TelemetryIn, signal: TelemetrySignal): string => {
  const reasons = Object.entries(faults).map(([fault, count]) => `${count} ${words[fault as TelemetryFault]}`);
  return `${ignored} ${items[signal]} were not counted: ${reasons.join(', ')}`;
};

const nothing = Buffer.alloc(0);

/** `ExportLogsServiceResponse` and `ExportMetricsServiceResponse` have the same numbers. */
const partialBytes = (ignored: number, message: string): Buffer =>
  bytesField(1, Buffer.concat([varintField(1, ignored), bytesField(2, Buffer.from(message))]));

/** `google.rpc.Status`, whose code OTLP does without. */
export const statusBytes = (message: string): Buffer => bytesField(2, Buffer.from(message));

const varintField = (number: number, value: number): Buffer => Buffer.concat([varint(number * 8), varint(value)]);

const bytesField = (number: number, bytes: Buffer): Buffer =>
  Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);

const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
};
