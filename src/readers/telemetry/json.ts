/**
 * Export requests in JSON: protobuf's JSON with lowerCamelCase names (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding).
 * Null counts as absent; names that are not known are passed over.
 */
import { type Fields, fieldsOf } from '../fields.ts';
import { checkLength, integerOf, malformed, noPoint } from './export.ts';
import type { AttributeValue, Attributes, DataPoint, LogRecord, Point, Temporality } from './export.ts';

export function* logsInJson(request: unknown): Generator<LogRecord> {
  for (const { resource, scope, item, path } of itemsIn(request, logNames)) {
    const body = objectAt(item['body'], `${path}.body`)['stringValue'];
    yield {
      resource,
      scope,
      eventName: textAt(item['eventName'], `${path}.eventName`),
      body: typeof body === 'string' ? body : '',
      nano: nanoOf(item['timeUnixNano']) || nanoOf(item['observedTimeUnixNano']),
      attributes: attributesAt(item['attributes'], `${path}.attributes`),
    };
  }
}

export function* pointsInJson(request: unknown): Generator<DataPoint> {
  for (const { resource, scope, item, path } of itemsIn(request, metricNames)) {
    const metric = textAt(item['name'], `${path}.name`);
    for (const form of formsOfData) {
      const data = objectAt(item[form], `${path}.${form}`);
      const temporality = form === 'sum' ? temporalityOf(data['aggregationTemporality']) : undefined;
      for (const [point, at] of objectsAt(data['dataPoints'], `${path}.${form}.dataPoints`)) {
        const told = form === 'sum' ? pointAt(point, at) : noPoint;
        yield { resource, scope, metric, ...(temporality && { temporality }), ...told };
      }
    }
  }
}

const formsOfData = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'];

interface Names {
  ofResources: string;
  ofScopes: string;
  items: string;
}

const logNames: Names = { ofResources: 'resourceLogs', ofScopes: 'scopeLogs', items: 'logRecords' };
const metricNames: Names = { ofResources: 'resourceMetrics', ofScopes: 'scopeMetrics', items: 'metrics' };

interface Item {
  resource: Attributes;
  scope: string;
  item: Fields;
  path: string;
}

/** Log records or metrics: the two requests have the same form down to them. */
function* itemsIn(request: unknown, { ofResources, ofScopes, items }: Names): Generator<Item> {
  for (const [ofResource, first] of objectsAt(partsOf(request, ofResources), ofResources)) {
    const { attributes } = objectAt(ofResource['resource'], `${first}.resource`);
    const resource = attributesAt(attributes, `${first}.resource.attributes`);
    for (const [ofScope, second] of objectsAt(ofResource[ofScopes], `${first}.${ofScopes}`)) {
      const { name } = objectAt(ofScope['scope'], `${second}.scope`);
      const scope = textAt(name, `${second}.scope.name`);
      for (const [item, path] of objectsAt(ofScope[items], `${second}.${items}`)) yield { resource, scope, item, path };
    }
  }
}

/** What has other fields alone is not what it was sent as: spans, or metrics in the place of logs. */
function partsOf(request: unknown, ofResources: string): unknown {
  const fields = objectAt(request, '');
  if (!(ofResources in fields) && Object.keys(fields).length > 0) throw malformed(ofResources, 'is not there');
  return fields[ofResources];
}

const temporalities: Readonly<Record<string, Temporality>> = {
  1: 'delta',
  2: 'cumulative',
  AGGREGATION_TEMPORALITY_DELTA: 'delta',
  AGGREGATION_TEMPORALITY_CUMULATIVE: 'cumulative',
};

function temporalityOf(value: unknown): Temporality | undefined {
  const name = typeof value === 'number' ? String(value) : value;
  return typeof name === 'string' && Object.hasOwn(temporalities, name) ? temporalities[name] : undefined;
}

function pointAt(point: Fields, path: string): Point {
  const whole = bigOf(point['asInt']);
  return {
    startNano: nanoOf(point['startTimeUnixNano']),
    nano: nanoOf(point['timeUnixNano']),
    value: whole === undefined ? doubleOf(point['asDouble']) : Number(whole),
    attributes: attributesAt(point['attributes'], `${path}.attributes`),
  };
}

function attributesAt(value: unknown, path: string): Attributes {
  const attributes = new Map<string, AttributeValue>();
  let count = 0;
  for (const [pair, at] of objectsAt(value, path)) {
    checkLength(++count, path);
    attributes.set(textAt(pair['key'], `${at}.key`), attributeOf(objectAt(pair['value'], `${at}.value`)));
  }
  return attributes;
}

/** Of a value in a form that is none, as of `{"doubleValue": {}}`, which some exporters send, only that it can't be read is known. */
function attributeOf({ stringValue, boolValue, intValue, doubleValue }: Fields): AttributeValue {
  if (typeof stringValue === 'string') return stringValue;
  if (typeof boolValue === 'boolean') return boolValue;
  const whole = bigOf(intValue);
  return whole === undefined ? doubleOf(doubleValue) : integerOf(whole);
}

/** An int64: digits in a text, or a number. */
function bigOf(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : undefined;
}

const oddNumbers = ['NaN', 'Infinity', '-Infinity'];

function doubleOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return null;
  return oddNumbers.includes(value) || /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(value) ? Number(value) : null;
}

const largestFixed64 = 2n ** 64n - 1n;

function nanoOf(value: unknown): bigint {
  const nano = bigOf(value) ?? 0n;
  return nano >= 0n && nano <= largestFixed64 ? nano : 0n;
}

function* objectsAt(value: unknown, path: string): Generator<[item: Fields, path: string]> {
  if (value === undefined || value === null) return;
  if (!Array.isArray(value)) throw malformed(path, 'must be a list');
  for (const [i, item] of value.entries()) {
    const at = `${path}[${i}]`;
    const fields = fieldsOf(item);
    if (fields === undefined) throw malformed(at, 'must be an object');
    yield [fields, at];
  }
}

function objectAt(value: unknown, path: string): Fields {
  const fields = value === undefined || value === null ? {} : fieldsOf(value);
  if (fields === undefined) throw malformed(path, path === '' ? 'the body must be an object' : 'must be an object');
  return fields;
}

function textAt(value: unknown, path: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw malformed(path, 'must be a text');
  return value;
}
