/**
 * Packed rollouts: Zstandard, unpacked as they are read, so that memory is bounded by the longest line whatever they
 * hold. A few bytes can unpack to any length: what is over the limits is passed over and reported.
 */
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import { LineScanner, type LineSink } from '../lines.ts';
import type { WholeFile } from '../whole-files.ts';

export interface ArchiveLimits {
  maxLineBytes: number;
  /** Of one archive, unpacked. */
  maxUnpackedBytes: number;
}

const newline = 0x0a;
/** Unpacked at once. */
const chunkBytes = 1 << 16;
/** An archive of other things than lines would fill the memory with reports. */
const mostSkips = 10_000;

/** Hands the archive's lines to `sink`; offsets are those in the unpacked file. */
export async function unpackLines(file: WholeFile, sink: LineSink, limits: ArchiveLimits): Promise<void> {
  const lines = new UnpackedLines(sink, file.bornAt, limits);
  try {
    const packed = file.handle.createReadStream({ autoClose: false });
    const unpacked = createZstdDecompress({ chunkSize: chunkBytes });
    await pipeline(packed, unpacked, (chunks: AsyncIterable<Buffer>) => lines.takeAll(chunks));
    lines.end();
  } catch (error) {
    if (isOfFileSystem(error)) throw error;
    sink.skip(lines.offset, 'unknown_format');
  }
}

function isOfFileSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

class UnpackedLines {
  readonly #sink: LineSink;
  readonly #scanner: LineScanner;
  readonly #maxLineBytes: number;
  /** The line that has not ended yet. */
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #offset = 0;
  /** Bytes that may still come. */
  #left: number;
  #isInLongLine = false;
  #isOver = false;

  constructor(sink: LineSink, fileBornAt: number, { maxLineBytes, maxUnpackedBytes }: ArchiveLimits) {
    this.#sink = sink;
    this.#scanner = new LineScanner(sink, fileBornAt, maxLineBytes);
    this.#maxLineBytes = maxLineBytes;
    this.#left = maxUnpackedBytes;
  }

  /** Where the first byte stands that is not done with. */
  get offset(): number {
    return this.#offset;
  }

  async takeAll(chunks: AsyncIterable<Buffer>): Promise<void> {
    for await (const chunk of chunks) {
      this.#take(chunk.subarray(0, this.#left));
      this.#left -= chunk.length;
      if (this.#left < 0) this.#giveUp('line_too_long');
      if (this.#scanner.skips >= mostSkips) this.#giveUp('unknown_format');
      if (this.#isOver) return;
    }
  }

  /** Nothing more comes: the last line is whole, with or without its newline. */
  end(): void {
    if (!this.#isOver && this.#pendingBytes > 0) this.#lines(Buffer.from('\n'));
  }

  #take(chunk: Buffer): void {
    const end = chunk.indexOf(newline) + 1;
    if (end === 0) return this.#hold(chunk);
    if (!this.#isInLongLine) return this.#lines(chunk);
    this.#isInLongLine = false;
    this.#offset += end;
    this.#lines(chunk.subarray(end));
  }

  #lines(chunk: Buffer): void {
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([...this.#pending, chunk]);
    const done = this.#scanner.wholeLines(bytes, this.#offset);
    this.#offset += done;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#hold(bytes.subarray(done));
  }

  #hold(bytes: Buffer): void {
    if (this.#isInLongLine) return void (this.#offset += bytes.length);
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes <= this.#maxLineBytes) return;
    this.#scanner.skip(this.#offset, 'line_too_long');
    this.#isInLongLine = true;
    this.#offset += this.#pendingBytes;
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  #giveUp(reason: 'unknown_format' | 'line_too_long'): void {
    if (this.#isOver) return;
    this.#sink.skip(this.#offset, reason);
    this.#isOver = true;
  }
}
