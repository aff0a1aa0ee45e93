/**
 * Bytes → lines → parsed JSON. Most lines of a transcript hold no usage and are passed over by a search for bytes; what is in a
 * line is only ever read by JSON.parse.
 */
import { Kernel, kernelFor } from './kernel.ts';
import { pick, type Shape } from './pick.ts';
import type { SkipReason } from './reader.ts';

/** What takes the lines of a file. Offsets are those of a line's first byte in its file. */
export interface LineSink {
  /** A line is parsed when it holds any of these; none of them may contain a newline. */
  readonly anyOf: readonly Buffer[];
  /** While it is true every line is parsed. */
  readonly isCurious?: boolean;
  /** All that is handed over of a line while the sink is not curious. */
  readonly picks?: Shape;
  take(line: unknown, offset: number, fileBornAt: number): void;
  skip(offset: number, reason: SkipReason): void;
}

const newline = 0x0a;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Cuts the bytes of one file into lines. `base` is everywhere the file's offset of the first byte. */
export class LineScanner {
  readonly #sink: LineSink;
  readonly #fileBornAt: number;
  readonly #maxLineBytes: number;
  #skips = 0;
  /** Where each of `anyOf` is met next, so that one search serves all the lines before it. */
  readonly #next: number[];

  constructor(sink: LineSink, fileBornAt: number, maxLineBytes: number) {
    this.#sink = sink;
    this.#fileBornAt = fileBornAt;
    this.#maxLineBytes = maxLineBytes;
    this.#next = sink.anyOf.map(() => -1);
  }

  /** How many lines were reported so far instead of handed over. */
  get skips(): number {
    return this.#skips;
  }

  /** Hands over the lines that end in `bytes`; returns how many bytes they take, newlines included. */
  wholeLines(bytes: Buffer, base: number): number {
    this.#next.fill(-1);
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      const kernel = this.#kernelAt(bytes, base + start);
      if (kernel !== undefined) return start + this.#wholeLinesBy(kernel, bytes.subarray(start), base + start);
      this.#line(bytes, start, end, base);
      start = end + 1;
    }
    return start;
  }

  /** Not for what may begin with a mark, nor for who is curious, nor for what is too much at once. */
  #kernelAt(bytes: Buffer, offset: number): Kernel | undefined {
    const { picks, anyOf, isCurious } = this.#sink;
    if (picks === undefined || isCurious || anyOf.length !== 1) return undefined;
    return offset === 0 || bytes.length > Kernel.mostBytes ? undefined : kernelFor(picks, anyOf[0]!);
  }

  #wholeLinesBy(kernel: Kernel, bytes: Buffer, base: number): number {
    return kernel.wholeLines(bytes, this.#maxLineBytes, {
      take: (line, start) => this.#take(line, base + start),
      skip: (start, reason) => this.skip(base + start, reason),
      leave: (start, from, to) => this.#take(this.#parsed(bytes, from, to), base + start),
    });
  }

  /**
   * The last line of a file, without its newline: handed over only when it is whole JSON already. More may follow on it, so
   * that nothing is said yet about a line that is not.
   */
  unendedLine(bytes: Buffer, base: number): void {
    this.#next.fill(-1);
    const [from, to] = trimmed(bytes, 0, bytes.length, base);
    if (!isBraced(bytes, from, to) || !this.#matters(bytes, from, to)) return;
    const line = this.#parsed(bytes, from, to);
    if (line !== undefined) this.#sink.take(line, base, this.#fileBornAt);
  }

  skip(offset: number, reason: SkipReason): void {
    this.#skips++;
    this.#sink.skip(offset, reason);
  }

  #line(bytes: Buffer, start: number, end: number, base: number): void {
    if (end - start > this.#maxLineBytes) return this.skip(base + start, 'line_too_long');
    const [from, to] = trimmed(bytes, start, end, base);
    if (from === to) return;
    if (!isBraced(bytes, from, to)) return this.skip(base + start, 'malformed');
    if (!this.#matters(bytes, from, to)) return;
    this.#take(this.#parsed(bytes, from, to), base + start);
  }

  #take(line: unknown, offset: number): void {
    if (line === undefined) this.skip(offset, 'malformed');
    else this.#sink.take(line, offset, this.#fileBornAt);
  }

  #parsed(bytes: Buffer, from: number, to: number): unknown {
    try {
      const { picks, isCurious } = this.#sink;
      if (picks === undefined || isCurious) return JSON.parse(bytes.toString('utf8', from, to));
      // With a character a byte, which takes half the time where there is more than ASCII.
      return pick(bytes.toString('latin1', from, to), picks, (begin, end) =>
        bytes.toString('utf8', from + begin, from + end),
      );
    } catch {
      return undefined;
    }
  }

  #matters(bytes: Buffer, from: number, to: number): boolean {
    const { anyOf, isCurious } = this.#sink;
    if (isCurious) return true;
    for (let i = 0; i < anyOf.length; i++) {
      if (this.#next[i]! < from) {
        const at = bytes.indexOf(anyOf[i]!, from);
        this.#next[i] = at < 0 ? Infinity : at;
      }
      if (this.#next[i]! < to) return true;
    }
    return false;
  }
}

/** Without JSON's white space, and without the mark that some editors put before a file's first byte. */
function trimmed(bytes: Buffer, start: number, end: number, base: number): [from: number, to: number] {
  let from = base + start === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : start;
  let to = end;
  while (from < to && isSpace(bytes[from]!)) from++;
  while (to > from && isSpace(bytes[to - 1]!)) to--;
  return [from, to];
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0d || byte === 0x09 || byte === newline;
}

function isBraced(bytes: Buffer, from: number, to: number): boolean {
  return to - from >= 2 && bytes[from] === openBrace && bytes[to - 1] === closeBrace;
}
