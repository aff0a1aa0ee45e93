/** The part of a file that is in memory: bytes read and not yet done with, kept in one buffer. */
import type { OpenFile } from './file-access.ts';

export class Window {
  readonly #handle: OpenFile;
  #buffer: Buffer;
  /** The file's offset of the buffer's first byte. */
  #origin: number;
  #start = 0;
  #end = 0;

  constructor(handle: OpenFile, buffer: Buffer, offset: number) {
    this.#handle = handle;
    this.#buffer = buffer;
    this.#origin = offset;
  }

  /** What was read and not dropped. Good until the next `fill`. */
  get bytes(): Buffer {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** The file's offset of the first of `bytes`. */
  get base(): number {
    return this.#origin + this.#start;
  }

  /** The file's offset after the last of `bytes`. */
  get end(): number {
    return this.#origin + this.#end;
  }

  /** Reads on, into a buffer twice as large when `bytes` fill this one. Returns how many came: 0 at the file's end. */
  async fill(): Promise<number> {
    if (this.#start > 0) this.#moveTo(this.#buffer);
    if (this.#end === this.#buffer.length) this.#moveTo(Buffer.allocUnsafeSlow(this.#buffer.length * 2));
    const room = this.#buffer.length - this.#end;
    const came = await this.#handle.read(this.#buffer, this.#end, room, this.end);
    this.#end += came;
    return came;
  }

  /** Lets go of the first `count` bytes, of all by default. */
  drop(count = this.#end - this.#start): void {
    this.#start += count;
  }

  /** Bytes anywhere in the file: from memory where they still are there. */
  async bytesAt(position: number, length: number): Promise<Buffer> {
    const from = position - this.#origin;
    if (from >= 0 && from + length <= this.#end) return this.#buffer.subarray(from, from + length);
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, await this.#handle.read(bytes, 0, length, position));
  }

  #moveTo(buffer: Buffer): void {
    this.#buffer.copy(buffer, 0, this.#start, this.#end);
    this.#origin += this.#start;
    this.#end -= this.#start;
    this.#start = 0;
    this.#buffer = buffer;
  }
}
