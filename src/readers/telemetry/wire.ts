/**
 * The wire format of protobuf (https://protobuf.dev/programming-guides/encoding/): fields with a number and a value, one after the
 * other. Every length is held against what is there before anything is taken by it; nothing is copied, and what nobody asks for is
 * passed over.
 */
import { malformed } from './export.ts';

/** A message or a value: a part of a body. */
export interface Span {
  body: Buffer;
  start: number;
  end: number;
}

export type FieldKind = 'varint' | 'fixed64' | 'bytes' | 'fixed32';

/** By their number on the wire; 3 and 4, groups, went out of use before OTLP came into it. */
const kinds: readonly (FieldKind | undefined)[] = ['varint', 'fixed64', 'bytes', undefined, undefined, 'fixed32'];
const longestVarint = 10;
const more = 0x80;

/** Where the value of a field lies: of a varint with all its bytes, of what has a length without it. */
type Visit = (number: number, kind: FieldKind, start: number, end: number) => void;

/** Tells of the fields of a message in the order in which they stand. */
export function eachField({ body, start, end }: Span, visit: Visit): void {
  let at = start;
  while (at < end) {
    const tagEnd = varintEnd(body, at, end);
    const tag = lengthOf(body, at, tagEnd);
    const kind = kinds[tag % 8];
    if (kind === undefined || tag < 8)
      throw malformed('', 'the body is no protobuf message: it has a field of no known kind');
    const valueStart = kind === 'bytes' ? varintEnd(body, tagEnd, end) : tagEnd;
    at = valueEnd(kind, body, tagEnd, valueStart, end);
    if (at > end) throw cutOff();
    visit(Math.floor(tag / 8), kind, valueStart, at);
  }
}

function valueEnd(kind: FieldKind, body: Buffer, tagEnd: number, valueStart: number, end: number): number {
  if (kind === 'bytes') return valueStart + lengthOf(body, tagEnd, valueStart);
  if (kind === 'varint') return varintEnd(body, tagEnd, end);
  return valueStart + (kind === 'fixed64' ? 8 : 4);
}

function varintEnd(body: Buffer, start: number, end: number): number {
  for (let at = start; at < start + longestVarint; at++) {
    if (at >= end) throw cutOff();
    if (body[at]! < more) return at + 1;
  }
  throw malformed('', `the body is no protobuf message: it has a number of more than ${longestVarint} bytes`);
}

function cutOff() {
  return malformed('', 'the body is no whole protobuf message: it ends in the middle of a field');
}

/** Of a tag or a length: what is too large to be exact is too large for any message. */
function lengthOf(body: Buffer, start: number, end: number): number {
  let value = 0;
  for (let at = end - 1; at >= start; at--) value = value * more + (body[at]! % more);
  return value;
}

/** Of a varint: an int64. */
export function signedOf({ body, start, end }: Span): bigint {
  let value = 0n;
  for (let at = end - 1; at >= start; at--) value = (value << 7n) | BigInt(body[at]! % more);
  return BigInt.asIntN(64, value);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function stringOf({ body, start, end }: Span): string {
  try {
    return utf8.decode(body.subarray(start, end));
  } catch {
    throw malformed('', 'the body is no protobuf message: a text in it is not valid UTF-8');
  }
}

/** More in one list than any exporter sends; and of all fields that are looked at in a body. */
const longestList = 100_000;
const mostFields = 2_000_000;

/** How many fields were looked at: what is known of a body is worth so much work, and no more. */
export interface Work {
  fields: number;
}

/** By number the values of the fields that are wanted, in order; one of another kind than it should be is not known. */
export type Taken = readonly (readonly Span[] | undefined)[];

export function take(message: Span, wanted: Readonly<Record<number, FieldKind>>, work: Work): Taken {
  const { body } = message;
  const taken: Span[][] = [];
  eachField(message, (number, kind, start, end) => {
    if (wanted[number] !== kind) return;
    const list = (taken[number] ??= []);
    list.push({ body, start, end });
    if (++work.fields > mostFields || list.length > longestList) throw malformed('', 'the body has too many fields');
  });
  return taken;
}
