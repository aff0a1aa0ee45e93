import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/**
 * Images of a memory as differences: what a command changed is a few words of 32 bits on a few pages, and most of a word's bytes stay.
 *
 * A difference begins with a byte, 0 as it is or 1 for Zstandard, and the CRC-32 of what follows (little-endian): the memory's length in
 * bytes, then runs, each of how many words did not change since the last one, how many did, and for each of those which of its bytes did
 * (four bits, the lowest byte first; two words a byte), and those bytes XOR what they were. Numbers have seven bits a byte, the lowest
 * first, and the eighth where more follow. A whole image is the difference from nothing.
 */

/** Compared at once, and kept at once where something of it changed. */
const chunkBytes = 16_384;
const chunkWords = chunkBytes / 4;
const pageBytes = 4096;
const pageWords = pageBytes / 4;
/** So many words that did not change do not end a run: a new one takes two bytes, and a word half of one. */
const widestGap = 3;

const nothing = Buffer.alloc(chunkBytes);

/** A memory that many others are the differences from. Never changed. */
export class Base {
  readonly length: number;
  readonly #chunks: readonly Buffer[];

  constructor(memory: Buffer = Buffer.alloc(0)) {
    this.length = memory.length;
    this.#chunks = Array.from({ length: Math.ceil(memory.length / chunkBytes) }, (_, i) => {
      const chunk = memory.subarray(i * chunkBytes, (i + 1) * chunkBytes);
      if (chunk.length < chunkBytes) return Buffer.concat([chunk], chunkBytes);
      // One piece of zeros is near to the processor, and a fresh memory has nothing but that.
      return chunk.equals(nothing) ? nothing : chunk;
    });
  }

  chunk(number: number): Buffer {
    return this.#chunks[number] ?? nothing;
  }
}

interface Chunk {
  bytes: Buffer;
  /** The same. */
  words: Int32Array;
}

/** A memory as the chunks in which it differs from a base. Memories only grow. */
export class Image {
  readonly #base: Base;
  #length: number;
  /** By their number. */
  readonly #own = new Map<number, Chunk>();

  constructor(base: Base = new Base()) {
    this.#base = base;
    this.#length = base.length;
  }

  /** Bytes. */
  get length(): number {
    return this.#length;
  }

  /** Brings it up to date. Returns what changed, packed. */
  take(memory: Buffer): Buffer {
    const words = new Difference(memory.length);
    for (let at = 0; at < memory.length; at += chunkBytes) {
      const number = at / chunkBytes;
      const size = Math.min(chunkBytes, memory.length - at);
      if (memory.compare(this.#bytesOf(number), 0, size, at, at + size) === 0) continue;
      const { bytes, words: kept } = this.#ownChunk(number);
      for (let page = 0; page < size; page += pageBytes)
        if (memory.compare(bytes, page, page + pageBytes, at + page, at + page + pageBytes) !== 0)
          takePage(words, kept.subarray(page / 4, (page + pageBytes) / 4), memory, at + page);
    }
    this.#length = memory.length;
    return words.packed();
  }

  /** The memory after a difference. Throws where it was changed or cut off. */
  apply(packed: Uint8Array): void {
    const told = new Told(packed);
    this.#length = told.number();
    for (let first = 0; !told.isOver;) {
      first += told.number();
      const count = told.number();
      // A run is of one page.
      const { words } = this.#ownChunk(Math.floor(first / chunkWords));
      told.change(words, first % chunkWords, count);
      first += count;
    }
  }

  /** All of it as the difference from the base, packed. */
  whole(): Buffer {
    const words = new Difference(this.#length);
    for (const number of [...this.#own.keys()].toSorted((a, b) => a - b)) {
      const { bytes } = this.#own.get(number)!;
      const before = copied(this.#base.chunk(number)).words;
      for (let page = 0; page < chunkBytes; page += pageBytes)
        takePage(words, before.subarray(page / 4, (page + pageBytes) / 4), bytes, page, number * chunkBytes);
    }
    return words.packed();
  }

  /** Makes a fresh memory of that length what this is. Pages that are right stay untouched: of those of zeros there are many. */
  copyTo(memory: Buffer): void {
    for (let at = 0; at < this.#length; at += pageBytes) {
      const chunk = this.#bytesOf(Math.floor(at / chunkBytes));
      const from = at % chunkBytes;
      if (memory.compare(chunk, from, from + pageBytes, at, at + pageBytes) !== 0)
        chunk.copy(memory, at, from, from + pageBytes);
    }
  }

  #bytesOf(number: number): Buffer {
    return this.#own.get(number)?.bytes ?? this.#base.chunk(number);
  }

  #ownChunk(number: number): Chunk {
    const own = this.#own.get(number) ?? copied(this.#base.chunk(number));
    this.#own.set(number, own);
    return own;
  }
}

const copied = (bytes: Buffer): Chunk => {
  const words = Int32Array.from(asWords(bytes));
  return { bytes: asBytes(words), words };
};

/** The first word from `i` on that is not what it was. */
const nextChange = (now: Int32Array, kept: Int32Array, from: number): number => {
  let i = from;
  // Four at a time: nearly all are the same.
  while (
    i + 4 <= pageWords &&
    ((now[i]! ^ kept[i]!) |
      (now[i + 1]! ^ kept[i + 1]!) |
      (now[i + 2]! ^ kept[i + 2]!) |
      (now[i + 3]! ^ kept[i + 3]!)) ===
      0
  )
    i += 4;
  while (i < pageWords && now[i] === kept[i]) i += 1;
  return i;
};

/** Writes how a page of a memory, which begins at `page`, differs from `kept`, and has that be it. `origin`: of `memory`, bytes. */
const takePage = (words: Difference, kept: Int32Array, memory: Buffer, page: number, origin = 0): void => {
  const now = new Int32Array(memory.buffer, memory.byteOffset + page, pageWords);
  const first = (origin + page) / 4;
  for (let i = nextChange(now, kept, 0); i < pageWords; i = nextChange(now, kept, i)) {
    let end = i + 1;
    for (let j = end; j < pageWords && j - end <= widestGap; j++) if (now[j] !== kept[j]) end = j + 1;
    words.begin(first + i, end - i);
    for (; i < end; i++) {
      words.add(now[i]! ^ kept[i]!);
      kept[i] = now[i]!;
    }
  }
};

/** Used again and again: a new one for each command is more garbage than is collected in time. */
let scratch = Buffer.allocUnsafeSlow(64 * 1024);
/** Before the content: how it is packed, and its checksum. */
const headBytes = 5;
/** What is shorter gains less by being compressed than that takes, bytes. */
const shortest = 2048;
const fastest = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const longestNumber = 5;

/** A difference that is being written; there is one at a time. */
class Difference {
  #end = headBytes;
  /** The word after the last run. */
  #next = 0;
  /** Where the run says which bytes of its words follow. */
  #masks = 0;
  #word = 0;

  constructor(length: number) {
    this.#number(length);
  }

  begin(first: number, count: number): void {
    this.#makeRoom(2 * longestNumber + 5 * count);
    this.#number(first - this.#next);
    this.#number(count);
    this.#next = first + count;
    this.#masks = this.#end;
    this.#word = 0;
    this.#end += Math.ceil(count / 2);
    scratch.fill(0, this.#masks, this.#end);
  }

  add(word: number): void {
    const place = this.#masks + (this.#word >> 1);
    let bit = (this.#word & 1) === 0 ? 1 : 16;
    for (let rest = word; rest !== 0; rest >>>= 8, bit <<= 1) {
      if ((rest & 0xff) === 0) continue;
      scratch[place]! |= bit;
      scratch[this.#end++] = rest & 0xff;
    }
    this.#word += 1;
  }

  packed(): Buffer {
    const content = scratch.subarray(headBytes, this.#end);
    const isShort = content.length < shortest;
    const body = isShort ? content : zstdCompressSync(content, fastest);
    const bytes = Buffer.allocUnsafeSlow(headBytes + body.length);
    bytes[0] = isShort ? 0 : 1;
    bytes.writeUInt32LE(crc32(body), 1);
    body.copy(bytes, headBytes);
    return bytes;
  }

  #number(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) scratch[this.#end++] = (rest & 0x7f) | 0x80;
    scratch[this.#end++] = rest;
  }

  #makeRoom(bytes: number): void {
    const most = this.#end + bytes;
    if (most <= scratch.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * most);
    scratch.copy(larger, 0, 0, this.#end);
    scratch = larger;
  }
}

/** A difference that is being read. */
class Told {
  readonly #content: Buffer;
  #at = 0;

  constructor(packed: Uint8Array) {
    const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
    const body = bytes.subarray(headBytes);
    if (bytes.length <= headBytes || crc32(body) !== bytes.readUInt32LE(1))
      throw new Error('an image of the session is damaged');
    this.#content = bytes[0] === 0 ? body : zstdDecompressSync(body);
  }

  get isOver(): boolean {
    return this.#at >= this.#content.length;
  }

  number(): number {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = this.#content[this.#at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  /** The next run's words. */
  change(words: Int32Array, first: number, count: number): void {
    const masks = this.#at;
    this.#at += Math.ceil(count / 2);
    for (let i = 0; i < count; i++) {
      let mask = (this.#content[masks + (i >> 1)]! >> ((i & 1) * 4)) & 15;
      for (let shift = 0; mask !== 0; mask >>= 1, shift += 8)
        if ((mask & 1) !== 0) words[first + i]! ^= this.#content[this.#at++]! << shift;
    }
  }
}

const asWords = (bytes: Buffer): Int32Array => new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
const asBytes = (words: Int32Array): Buffer => Buffer.from(words.buffer, words.byteOffset, words.byteLength);
