/**
 * Lines and what is picked of them by WebAssembly, which goes through bytes sixteen at a time: what lines.ts and pick.ts hand over comes
 * out the same, and reading takes half as long. What it cannot do, and all of it where there is no WebAssembly, is left to them.
 */
import { kernelCode } from './kernel.generated.ts';
import type { Field, Shape } from './pick.ts';
import type { SkipReason } from './reader.ts';
import {
  entryWords,
  fieldBytes,
  fieldNameAt,
  fieldNameLength,
  fieldNumber,
  fieldShape,
  inputAt,
  inputEnd,
  isCount,
  isEnd,
  isEscaped,
  isFalse,
  isLeft,
  isLine,
  isNull,
  isObject,
  isPlain,
  isSame,
  isText,
  isTooLong,
  isTrue,
  lastsAt,
  longestNeedle,
  mostFields,
  nameLengths,
  needleAt,
  noField,
  shapesAt,
  tapeAt,
} from './tape.ts';

/** What comes of lines, in their order; places are those of the bytes that were given. */
export interface KernelSink {
  /** Undefined where the line is no JSON. */
  take(picked: Readonly<Record<string, unknown>> | undefined, start: number): void;
  skip(start: number, reason: SkipReason): void;
  /** A line for `pick`; without the white space around it, it goes from `from` to `to`. */
  leave(start: number, from: number, to: number): void;
}

interface Exports {
  memory: { buffer: ArrayBuffer };
  scannedTo: { value: number };
  scan(from: number, end: number, longest: number, needleBytes: number, shape: number): number;
}

/** What `toString` comes to, which takes as long again for texts so short. */
interface Latin1 {
  latin1Slice(from: number, to: number): string;
}

/** Node's types leave it to those of the browser. */
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: {
    Module: new (code: Uint8Array) => object;
    Instance: new (module: object) => { exports: unknown };
  };
};

const kernels = new Map<Shape, Kernel | undefined>();

/** Lines with a needle in them and the fields of a shape. Undefined where only `pick` can do it. */
export function kernelFor(shape: Shape, needle: Buffer): Kernel | undefined {
  if (!kernels.has(shape)) kernels.set(shape, newKernel(shape, needle));
  const kernel = kernels.get(shape);
  return kernel?.needle.equals(needle) ? kernel : undefined;
}

/** Also undefined where WebAssembly is switched off, or there is no room for what it reserves of the address space. */
function newKernel(shape: Shape, needle: Buffer): Kernel | undefined {
  try {
    return new Kernel(shape, needle);
  } catch {
    return undefined;
  }
}

let compiled: object | undefined;

export class Kernel {
  readonly needle: Buffer;
  readonly #kernel: Exports;
  readonly #bytes: Buffer & Latin1;
  readonly #tape: Int32Array;
  readonly #shapes: ShapeTable;
  readonly #root: number;
  /** Where on the tape, in words. */
  #at = 0;
  /** Of the line at hand. */
  #isJson = true;

  constructor(shape: Shape, needle: Buffer) {
    if (needle.length < 2 || needle.length > longestNeedle) throw new RangeError('no needle for the kernel');
    compiled ??= new WebAssembly.Module(Buffer.from(kernelCode, 'base64'));
    this.#kernel = new WebAssembly.Instance(compiled).exports as Exports;
    const { buffer } = this.#kernel.memory;
    this.#bytes = Buffer.from(buffer) as Buffer & Latin1;
    this.#tape = new Int32Array(buffer);
    this.needle = needle;
    this.#bytes.set(needle, needleAt);
    this.#shapes = new ShapeTable(this.#bytes);
    this.#root = this.#shapes.add(shape);
  }

  /** How many bytes may be given at once. */
  static readonly mostBytes = inputEnd - inputAt;

  /** Hands over the lines that end in `bytes`; returns how many bytes they take, newlines included. */
  wholeLines(bytes: Buffer, longest: number, sink: KernelSink): number {
    this.#bytes.set(bytes, inputAt);
    const end = inputAt + bytes.length;
    for (let from = inputAt; ;) {
      const tapeEnd = this.#kernel.scan(from, end, longest, this.needle.length, this.#root);
      const to = this.#kernel.scannedTo.value;
      if (to === from) return to - inputAt;
      from = to;
      this.#handOver(tapeEnd >> 2, sink);
    }
  }

  #handOver(end: number, sink: KernelSink): void {
    const tape = this.#tape;
    for (this.#at = tapeAt >> 2; this.#at < end;) {
      const kind = tape[this.#at];
      const start = tape[this.#at + 1]! - inputAt;
      const from = tape[this.#at + 2]! - inputAt;
      const to = tape[this.#at + 3]! - inputAt;
      this.#at += entryWords;
      if (kind === isLine) sink.take(this.#line(), start);
      else if (kind === isLeft) sink.leave(start, from, to);
      else sink.skip(start, kind === isTooLong ? 'line_too_long' : 'malformed');
    }
  }

  /** All of it, whatever is wrong: what comes later may be the text that a field has on the next line. */
  #line(): Readonly<Record<string, unknown>> | undefined {
    this.#isJson = true;
    const picked = this.#object();
    return this.#isJson ? picked : undefined;
  }

  #object(): Record<string, unknown> {
    const picked: Record<string, unknown> = {};
    const tape = this.#tape;
    for (;;) {
      const at = this.#at;
      const kind = tape[at]!;
      this.#at = at + entryWords;
      if (kind === isEnd) return picked;
      const field = this.#shapes.fields[tape[at + 1]!]!;
      picked[field.name] = kind === isObject ? this.#object() : this.#value(kind, field, at);
    }
  }

  #value(kind: number, field: KernelField, at: number): unknown {
    switch (kind) {
      case isSame:
        return field.last;
      case isCount:
        return this.#tape[at + 2]!;
      case isPlain:
        return (field.last = this.#bytes.latin1Slice(this.#tape[at + 2]!, this.#tape[at + 3]!));
      case isNull:
        return null;
      case isTrue:
        return true;
      case isFalse:
        return false;
    }
    const text = this.#bytes.toString('utf8', this.#tape[at + 2], this.#tape[at + 3]);
    if (kind === isText) return (field.last = text);
    return this.#parsed(kind === isEscaped ? `"${text}"` : text);
  }

  #parsed(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      this.#isJson = false;
      return undefined;
    }
  }
}

/** `last` is the text that the kernel means by `isSame`. */
interface KernelField {
  name: string;
  last: string;
}

/** Writes shapes into the kernel's memory. */
class ShapeTable {
  readonly fields: KernelField[] = [];
  readonly #bytes: Buffer;
  #end = shapesAt;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Returns where it is. */
  add(shape: Shape): number {
    const fields = shape.fields.toSorted((a, b) => a.name.length - b.name.length);
    const place = this.#room(nameLengths + (fields.length + 1) * fieldBytes);
    this.#bytes.fill(noField, place, place + nameLengths);
    for (const [i, field] of fields.entries()) {
      const { length } = field.name;
      if (length >= nameLengths) throw new RangeError('a name is too long for the kernel');
      if (this.#bytes[place + length] === noField) this.#bytes[place + length] = i;
      this.#addField(place + nameLengths + i * fieldBytes, field);
    }
    return place;
  }

  #addField(at: number, { name, shape }: Field): void {
    const nameAt = this.#room(name.length);
    this.#bytes.write(name, nameAt, 'latin1');
    this.#bytes.copy(this.#bytes, at, nameAt, nameAt + Math.min(name.length, fieldNameLength));
    this.#bytes.writeUInt32LE(name.length, at + fieldNameLength);
    this.#bytes.writeUInt32LE(nameAt, at + fieldNameAt);
    this.#bytes.writeUInt32LE(this.fields.push({ name, last: '' }) - 1, at + fieldNumber);
    this.#bytes.writeUInt32LE(shape === undefined ? 0 : this.add(shape), at + fieldShape);
  }

  #room(bytes: number): number {
    const place = this.#end;
    this.#end += bytes;
    if (this.#end > lastsAt || this.fields.length >= mostFields) throw new RangeError('no room for so many fields');
    return place;
  }
}
