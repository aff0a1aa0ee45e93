/**
 * What of an OTLP export request is looked at, however it was encoded. Integers beyond what a number carries exactly are kept as
 * their digits, times as the nanoseconds that they are.
 */
import { invalid, type Problem } from '../../contract/problem.ts';

/** Null: a value that is there and is no text, number or truth: a list, bytes, nothing. */
export type AttributeValue = string | number | boolean | null;
export type Attributes = ReadonlyMap<string, AttributeValue>;

export interface LogRecord {
  resource: Attributes;
  /** Name of the instrumentation that wrote it. */
  scope: string;
  eventName: string;
  /** Empty unless it is a text. */
  body: string;
  /** Unix ns of the event, else of when it was seen; 0 where neither is told. */
  nano: bigint;
  attributes: Attributes;
}

export type Temporality = 'delta' | 'cumulative';

export interface Point {
  /** Unix ns; 0 where it is not told. */
  startNano: bigint;
  nano: bigint;
  /** Null where there is none. */
  value: number | null;
  attributes: Attributes;
}

export interface DataPoint extends Point {
  resource: Attributes;
  scope: string;
  metric: string;
  /** Absent for what is no sum, or does not tell. */
  temporality?: Temporality;
}

/** Of what is no sum: that there is a point is all that is looked at. */
export const noPoint: Point = { startNano: 0n, nano: 0n, value: null, attributes: new Map() };

/** More than any exporter puts in one list of attributes; what compares them shall not be kept busy. */
const mostAttributes = 1000;

export function malformed(path: string, message: string): Problem {
  return invalid([{ path, message }]);
}

export function checkLength(count: number, path: string): void {
  if (count > mostAttributes) throw malformed(path, `has more than ${mostAttributes} attributes`);
}

/** A number where it is exact, else digits. */
export function integerOf(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
