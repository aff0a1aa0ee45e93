/**
 * The wire format of protobuf (https://protobuf.dev/programming-guides/encoding/): fields with a number and a value, one after the
 * other. Every length is held against what is there before anything is taken by it; nothing is copied.
 */
import { malformed } from './export.ts';

export type FieldKind = 'varint' | 'fixed64' | 'bytes' | 'fixed32';

export interface Field {
  number: number;
  kind: FieldKind;
  /** Those of the value; of what has a length, without it. */
  bytes: Buffer;
}

/** By their number on the wire; 3 and 4, groups, went out of use before OTLP came into it. */
const kinds: readonly (FieldKind | undefined)[] = ['varint', 'fixed64', 'bytes', undefined, undefined, 'fixed32'];
const longestVarint = 10;
const more = 0x80;

/** The fields of a message, in the order in which they stand. */
export function* fieldsIn(message: Buffer): Generator<Field> {
  let at = 0;
  while (at < message.length) {
    const tagEnd = varintEnd(message, at);
    const tag = lengthOf(message.subarray(at, tagEnd));
    const kind = kinds[tag % 8];
    const number = Math.floor(tag / 8);
    if (kind === undefined || number === 0)
      throw malformed('', 'the body is no protobuf message: it has a field of no known kind');
    const [start, end] = extentOf(message, kind, tagEnd);
    if (end > message.length) throw cutOff();
    yield { number, kind, bytes: message.subarray(start, end) };
    at = end;
  }
}

function extentOf(message: Buffer, kind: FieldKind, at: number): [start: number, end: number] {
  if (kind === 'fixed64') return [at, at + 8];
  if (kind === 'fixed32') return [at, at + 4];
  const end = varintEnd(message, at);
  return kind === 'varint' ? [at, end] : [end, end + lengthOf(message.subarray(at, end))];
}

function varintEnd(message: Buffer, start: number): number {
  for (let at = start; at < start + longestVarint; at++) {
    const byte = message[at];
    if (byte === undefined) throw cutOff();
    if (byte < more) return at + 1;
  }
  throw malformed('', `the body is no protobuf message: it has a number of more than ${longestVarint} bytes`);
}

function cutOff() {
  return malformed('', 'the body is no whole protobuf message: it ends in the middle of a field');
}

/** Of a tag or a length: what is too large to be exact is too large for any message. */
function lengthOf(varint: Buffer): number {
  let value = 0;
  for (let i = varint.length - 1; i >= 0; i--) value = value * more + (varint[i]! % more);
  return value;
}

/** An int64. */
export function signedOf(varint: Buffer): bigint {
  let value = 0n;
  for (let i = varint.length - 1; i >= 0; i--) value = (value << 7n) | BigInt(varint[i]! % more);
  return BigInt.asIntN(64, value);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function stringOf(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed('', 'the body is no protobuf message: a text in it is not valid UTF-8');
  }
}

/** Values of the fields that have this number and are of this kind: a field of another kind is one that is not known. */
export function* valuesOf(message: Buffer, number: number, kind: FieldKind = 'bytes'): Generator<Buffer> {
  for (const field of fieldsIn(message)) if (field.number === number && field.kind === kind) yield field.bytes;
}

/** Of a field that may be there once the last counts. */
export function lastOf(message: Buffer, number: number, kind: FieldKind = 'bytes'): Buffer | undefined {
  let last: Buffer | undefined;
  for (const value of valuesOf(message, number, kind)) last = value;
  return last;
}
