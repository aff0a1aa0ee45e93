/**
 * Export requests in protobuf; the numbers are those of opentelemetry-proto 1. Of a field that may be there once the last counts,
 * and so of several of which one may be there.
 */
import { checkLength, integerOf, noPoint } from './export.ts';
import type { AttributeValue, Attributes, DataPoint, LogRecord, Point, Temporality } from './export.ts';
import { signedOf, stringOf, take } from './wire.ts';
import type { FieldKind, Span, Taken, Work } from './wire.ts';

export function* logsInProtobuf(request: Buffer): Generator<LogRecord> {
  const work = { fields: 0 };
  for (const { resource, scope, item } of itemsIn(request, work)) {
    const met = take(item, ofRecord, work);
    yield {
      resource,
      scope,
      eventName: textOf(met[12]),
      body: textOf(inside(met[5], { 1: 'bytes' }, work)[1]),
      nano: nanoOf(met[1]) || nanoOf(met[11]),
      attributes: attributesOf(met[6], work),
    };
  }
}

const ofRecord = { 1: 'fixed64', 5: 'bytes', 6: 'bytes', 11: 'fixed64', 12: 'bytes' } as const;

export function* pointsInProtobuf(request: Buffer): Generator<DataPoint> {
  const work = { fields: 0 };
  for (const { resource, scope, item } of itemsIn(request, work)) {
    const met = take(item, ofMetric, work);
    const about = { resource, scope, metric: textOf(met[1]) };
    for (const form of formsOfData) {
      for (const data of met[form] ?? []) yield* pointsOf(data, form, about, work);
    }
  }
}

const ofMetric = { 1: 'bytes', 5: 'bytes', 7: 'bytes', 9: 'bytes', 10: 'bytes', 11: 'bytes' } as const;
/** Gauge, sum, histogram, exponential histogram, summary: points are field 1 of each. */
const formsOfData = [5, 7, 9, 10, 11];
const sum = 7;

type About = Pick<DataPoint, 'resource' | 'scope' | 'metric'>;

function* pointsOf(data: Span, form: number, about: About, work: Work): Generator<DataPoint> {
  const met = take(data, { 1: 'bytes', 2: 'varint' }, work);
  const temporality = form === sum ? temporalities[String(integerIn(met[2]))] : undefined;
  for (const point of met[1] ?? []) {
    yield { ...about, ...(temporality && { temporality }), ...(form === sum ? pointOf(point, work) : noPoint) };
  }
}

const temporalities: Readonly<Record<string, Temporality>> = { 1: 'delta', 2: 'cumulative' };

interface Item {
  resource: Attributes;
  scope: string;
  item: Span;
}

/** Log records or metrics: the two requests have the same form down to them. What they belong to may stand after them. */
function* itemsIn(body: Buffer, work: Work): Generator<Item> {
  for (const ofResource of take({ body, start: 0, end: body.length }, { 1: 'bytes' }, work)[1] ?? []) {
    const [, about, scopes = []] = take(ofResource, { 1: 'bytes', 2: 'bytes' }, work);
    const resource = attributesOf(inside(about, { 1: 'bytes' }, work)[1], work);
    for (const ofScope of scopes) {
      const [, about, items = []] = take(ofScope, { 1: 'bytes', 2: 'bytes' }, work);
      const scope = textOf(inside(about, { 1: 'bytes' }, work)[1]);
      for (const item of items) yield { resource, scope, item };
    }
  }
}

const ofPoint = { 2: 'fixed64', 3: 'fixed64', 4: 'fixed64', 6: 'fixed64', 7: 'bytes' } as const;

function pointOf(point: Span, work: Work): Point {
  const met = take(point, ofPoint, work);
  return {
    startNano: nanoOf(met[2]),
    nano: nanoOf(met[3]),
    value: valueOf(met),
    attributes: attributesOf(met[7], work),
  };
}

function valueOf({ 4: doubles, 6: integers }: Taken): number | null {
  const { number, value } = latestOf([doubles, integers]);
  if (value === undefined) return null;
  return number === 0 ? doubleOf(value) : Number(value.body.readBigInt64LE(value.start));
}

function attributesOf(pairs: readonly Span[] | undefined, work: Work): Attributes {
  const attributes = new Map<string, AttributeValue>();
  checkLength(pairs?.length ?? 0, '');
  for (const pair of pairs ?? []) {
    const [, key, value] = take(pair, { 1: 'bytes', 2: 'bytes' }, work);
    attributes.set(textOf(key), attributeOf(value, work));
  }
  return attributes;
}

/** Text, truth, integer, double; list, pairs, bytes. */
const ofValue = { 1: 'bytes', 2: 'varint', 3: 'varint', 4: 'fixed64', 5: 'bytes', 6: 'bytes', 7: 'bytes' } as const;

function attributeOf(values: readonly Span[] | undefined, work: Work): AttributeValue {
  const { number, value } = latestOf(inside(values, ofValue, work));
  if (value === undefined) return null;
  if (number === 1) return stringOf(value);
  if (number === 2) return signedOf(value) !== 0n;
  if (number === 3) return integerOf(signedOf(value));
  return number === 4 ? doubleOf(value) : null;
}

function latestOf(taken: Taken): { number: number; value?: Span } {
  let latest: { number: number; value?: Span } = { number: 0 };
  for (const [number, values] of taken.entries()) {
    const value = values?.at(-1);
    if (value && value.start > (latest.value?.start ?? -1)) latest = { number, value };
  }
  return latest;
}

/** Of a message that may be there once. */
function inside(messages: readonly Span[] | undefined, wanted: Readonly<Record<number, FieldKind>>, work: Work): Taken {
  const message = messages?.at(-1);
  return message ? take(message, wanted, work) : [];
}

function textOf(texts: readonly Span[] | undefined): string {
  const text = texts?.at(-1);
  return text ? stringOf(text) : '';
}

function nanoOf(times: readonly Span[] | undefined): bigint {
  const time = times?.at(-1);
  return time ? time.body.readBigUInt64LE(time.start) : 0n;
}

function integerIn(varints: readonly Span[] | undefined): bigint | undefined {
  const varint = varints?.at(-1);
  return varint && signedOf(varint);
}

function doubleOf({ body, start }: Span): number {
  return body.readDoubleLE(start);
}
