/** One batch: the lines of an open file from an offset on, until the batch is full or the file ends. */
import type { LineScanner } from './lines.ts';
import type { ReadingStatus } from './reader.ts';
import type { Window } from './window.ts';

export interface ReadingLimits {
  /** Read at once. */
  chunkBytes: number;
  /** A longer line is passed over and reported. */
  maxLineBytes: number;
  /** A call stops after the chunk in which it is done with so many. */
  batchBytes: number;
  /** In a thread that does nothing else files are read in place; see file-access.ts. */
  inPlace?: boolean;
}

const newline = 0x0a;
/** A file of other things than lines would fill the memory with reports. */
const mostSkips = 10_000;

export class Batch {
  readonly #window: Window;
  readonly #scanner: LineScanner;
  readonly #limits: ReadingLimits;
  #inLongLine: boolean;

  constructor(window: Window, scanner: LineScanner, limits: ReadingLimits, inLongLine: boolean) {
    this.#window = window;
    this.#scanner = scanner;
    this.#limits = limits;
    this.#inLongLine = inLongLine;
  }

  /** Whether the window now stands inside a line that was reported as too long. */
  get inLongLine(): boolean {
    return this.#inLongLine;
  }

  /** `fileBytes`: the file's size when it was opened. What grows on it meanwhile is left to the next call. */
  async read(fileBytes: number): Promise<Extract<ReadingStatus, 'end' | 'more'>> {
    const full = this.#window.base + this.#limits.batchBytes;
    while (this.#window.end < fileBytes) {
      if (this.#window.base >= full || this.#scanner.skips >= mostSkips) return 'more';
      if ((await this.#window.fill()) === 0) break;
      this.#scan();
    }
    this.#scanner.unendedLine(this.#window.bytes, this.#window.base);
    return 'end';
  }

  #scan(): void {
    if (this.#inLongLine) this.#passLongLine();
    if (this.#inLongLine) return;
    this.#window.drop(this.#scanner.wholeLines(this.#window.bytes, this.#window.base));
    if (this.#window.bytes.length <= this.#limits.maxLineBytes) return;
    this.#scanner.skip(this.#window.base, 'line_too_long');
    this.#window.drop();
    this.#inLongLine = true;
  }

  #passLongLine(): void {
    const end = this.#window.bytes.indexOf(newline);
    this.#inLongLine = end < 0;
    this.#window.drop(end < 0 ? this.#window.bytes.length : end + 1);
  }
}
