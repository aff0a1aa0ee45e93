/**
 * Files that grow by lines, read a batch at a time from where the last one stopped.
 *
 * 1. The cursor stands at the start of a line, unless inside one that is too long. A torn last line is read again when it is whole.
 * 2. A file that is not the one the cursor knows is read from its beginning.
 * 3. Memory is bounded by the longest line allowed and one chunk, whatever the file holds.
 * 4. Every chunk is awaited, so that the event loop is never held for longer than one chunk or one line takes, unless it is asked
 *    to read in place.
 * 5. Nothing is opened that could block: a pipe without a writer neither opens nor reads.
 */
import type { Stats } from 'node:fs';
import { Batch, type ReadingLimits } from './batch.ts';
import { type FileCursor, isSameFile, isUnchanged, parseCursor, printBefore } from './cursor.ts';
import { type FileAccess, inPlace, inTurns, type OpenFile } from './file-access.ts';
import { LineScanner, type LineSink } from './lines.ts';
import type { Cursor, Reading } from './reader.ts';
import { NotAFile, troubleOf } from './trouble.ts';
import { Window } from './window.ts';

const mebibyte = 1 << 20;
/** The largest answers are about a megabyte; parsing a line of 16 holds the event loop for under a tenth of a second. */
export const usualLimits: ReadingLimits = {
  chunkBytes: mebibyte,
  maxLineBytes: 16 * mebibyte,
  batchBytes: 8 * mebibyte,
};

/** A reading without what went to the sink. */
export type LinesRead = Omit<Reading, 'records' | 'skipped'>;

const mostIdleBuffers = 4;

export class LineFiles {
  readonly #limits: ReadingLimits;
  readonly #access: FileAccess;
  readonly #idleBuffers: Buffer[] = [];

  constructor(limits: ReadingLimits) {
    this.#limits = limits;
    this.#access = limits.inPlace ? inPlace : inTurns;
  }

  /** As `Reader.readFrom`; the lines, and what is wrong with them or with the file, go to `sink`. */
  async readFrom(path: string, stored: Cursor | undefined, sink: LineSink): Promise<LinesRead> {
    const cursor = parseCursor(stored);
    const given = stored ?? null;
    try {
      if (cursor && isUnchanged(cursor, await this.#access.stat(path)))
        return { cursor, status: 'end', restarted: false };
      const { resumed, ...read } = await this.#withFile(path, (opened) => this.#read(opened, cursor, sink));
      return { ...read, restarted: given !== null && !resumed };
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble === 'vanished') return { cursor: given, status: 'vanished', restarted: false };
      sink.skip(cursor?.offset ?? 0, trouble);
      return { cursor: given, status: 'unreadable', restarted: false };
    }
  }

  async #withFile<T>(path: string, use: (opened: Opened) => Promise<T>): Promise<T> {
    const handle = await this.#access.open(path);
    const buffer = this.#idleBuffers.pop() ?? Buffer.allocUnsafeSlow(this.#limits.chunkBytes);
    try {
      return await use({ handle, buffer, file: await handle.stat() });
    } finally {
      if (this.#idleBuffers.length < mostIdleBuffers) this.#idleBuffers.push(buffer);
      await handle.close();
    }
  }

  async #read({ handle, buffer, file }: Opened, known: FileCursor | undefined, sink: LineSink) {
    if (!file.isFile()) throw new NotAFile();
    const resumed = known !== undefined && (await isSameFile(known, file, new Window(handle, buffer, 0)));
    const window = new Window(handle, buffer, resumed ? known.offset : 0);
    const scanner = new LineScanner(sink, bornAt(file), this.#limits.maxLineBytes);
    const batch = new Batch(window, scanner, this.#limits, resumed && known.inLongLine);
    const status = await batch.read(file.size);
    return { resumed, status, cursor: await cursorAt(window, file, batch.inLongLine) };
  }
}

interface Opened {
  handle: OpenFile;
  buffer: Buffer;
  file: Stats;
}

async function cursorAt(window: Window, file: Stats, inLongLine: boolean): Promise<FileCursor> {
  const print = await printBefore(window.base, window);
  return { inode: file.ino, offset: window.base, inLongLine, print, seenBytes: window.end, seenAtMs: file.mtimeMs };
}

/** Births are stamped by the kernel's tick, at most so long; changes are stamped finer on many systems. */
const tickMs = 10;

/**
 * The birth of a file, but its last change when that is earlier (a copied file is younger than what it holds, and most tools
 * copy its times), when it is hardly later (files written in one go share a tick), and when births are not kept.
 */
export function bornAt({ birthtimeMs, mtimeMs }: Stats): number {
  return birthtimeMs > 0 && mtimeMs > birthtimeMs + tickMs ? birthtimeMs : mtimeMs;
}
