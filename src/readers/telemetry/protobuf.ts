/**
 * Export requests in protobuf; the numbers are those of opentelemetry-proto 1. What is not looked at is passed over unread, so that
 * nothing in it is followed to any depth.
 */
import { checkLength, integerOf } from './export.ts';
import type { AttributeValue, Attributes, DataPoint, LogRecord, Temporality } from './export.ts';
import { fieldsIn, lastOf, signedOf, stringOf, valuesOf } from './wire.ts';

export function* logsInProtobuf(request: Buffer): Generator<LogRecord> {
  for (const { resource, scope, item } of itemsIn(request)) {
    const seen = nanoOf(lastOf(item, 11, 'fixed64'));
    yield {
      resource,
      scope,
      eventName: textIn(item, 12),
      body: textIn(lastOf(item, 5), 1),
      nano: nanoOf(lastOf(item, 1, 'fixed64')) || seen,
      attributes: attributesIn(item, 6),
    };
  }
}

export function* pointsInProtobuf(request: Buffer): Generator<DataPoint> {
  for (const { resource, scope, item } of itemsIn(request)) {
    const metric = textIn(item, 1);
    for (const field of fieldsIn(item)) {
      if (field.kind !== 'bytes' || !formsOfData.has(field.number)) continue;
      const temporality = field.number === sum ? temporalityOf(field.bytes) : undefined;
      for (const point of valuesOf(field.bytes, 1)) {
        yield { resource, scope, metric, ...(temporality && { temporality }), ...pointIn(point) };
      }
    }
  }
}

/** Gauge, sum, histogram, exponential histogram, summary: points are field 1 of each. */
const formsOfData = new Set([5, 7, 9, 10, 11]);
const sum = 7;

interface Item {
  resource: Attributes;
  scope: string;
  item: Buffer;
}

/** Log records or metrics: the two requests have the same form down to them. */
function* itemsIn(request: Buffer): Generator<Item> {
  for (const ofResource of valuesOf(request, 1)) {
    const resource = attributesIn(lastOf(ofResource, 1), 1);
    for (const ofScope of valuesOf(ofResource, 2)) {
      const scope = textIn(lastOf(ofScope, 1), 1);
      for (const item of valuesOf(ofScope, 2)) yield { resource, scope, item };
    }
  }
}

const temporalities: Readonly<Record<string, Temporality>> = { 1: 'delta', 2: 'cumulative' };

function temporalityOf(data: Buffer): Temporality | undefined {
  return temporalities[String(signedOf(lastOf(data, 2, 'varint') ?? nothing))];
}

type Point = Pick<DataPoint, 'startNano' | 'nano' | 'value' | 'attributes'>;

function pointIn(point: Buffer): Point {
  return {
    startNano: nanoOf(lastOf(point, 2, 'fixed64')),
    nano: nanoOf(lastOf(point, 3, 'fixed64')),
    value: valueIn(point),
    attributes: attributesIn(point, 7),
  };
}

/** Of the two forms of a value the one that stands last. */
function valueIn(point: Buffer): number | null {
  let value: number | null = null;
  for (const { number, kind, bytes } of fieldsIn(point)) {
    if (kind !== 'fixed64') continue;
    if (number === 4) value = bytes.readDoubleLE();
    if (number === 6) value = Number(bytes.readBigInt64LE());
  }
  return value;
}

const nothing = Buffer.alloc(0);

function nanoOf(fixed64: Buffer | undefined): bigint {
  return fixed64?.readBigUInt64LE() ?? 0n;
}

function textIn(message: Buffer | undefined, number: number): string {
  return stringOf(lastOf(message ?? nothing, number) ?? nothing);
}

function attributesIn(message: Buffer | undefined, number: number): Attributes {
  const attributes = new Map<string, AttributeValue>();
  let count = 0;
  for (const pair of valuesOf(message ?? nothing, number)) {
    checkLength(++count, '');
    attributes.set(textIn(pair, 1), attributeOf(lastOf(pair, 2) ?? nothing));
  }
  return attributes;
}

function attributeOf(value: Buffer): AttributeValue {
  let met: AttributeValue = null;
  for (const { number, kind, bytes } of fieldsIn(value)) {
    if (number === 1 && kind === 'bytes') met = stringOf(bytes);
    else if (number === 2 && kind === 'varint') met = signedOf(bytes) !== 0n;
    else if (number === 3 && kind === 'varint') met = integerOf(signedOf(bytes));
    else if (number === 4 && kind === 'fixed64') met = bytes.readDoubleLE();
    else if (number >= 5 && number <= 7 && kind === 'bytes') met = null;
  }
  return met;
}
