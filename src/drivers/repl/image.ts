import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/**
 * Images of a memory as differences: what a command changed is a few words on a few pages.
 *
 * A difference is a list of 32-bit words: the memory's length in bytes, then runs, each of the number of its first word, how many there
 * are, and those words XOR what they were. Packed, it has two words before it: 0 as it is or 1 for Zstandard, and the CRC-32 of what follows.
 * All is little-endian. A whole image is the difference from nothing.
 */

/** Compared at once, and kept at once where something of it changed. */
const chunkBytes = 16_384;
const chunkWords = chunkBytes / 4;
const pageBytes = 4096;
const pageWords = pageBytes / 4;
/** So many words that did not change do not end a run: a new one takes two. */
const widestGap = 2;

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
  words: Uint32Array;
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
    const words = new Words(memory.length);
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
    const difference = unpacked(packed);
    this.#length = difference[0]!;
    for (let at = 1; at < difference.length;) {
      const [first, count] = [difference[at]!, difference[at + 1]!];
      const { words } = this.#ownChunk(Math.floor(first / chunkWords));
      at += 2;
      for (let i = first % chunkWords, end = i + count; i < end; i++) words[i]! ^= difference[at++]!;
    }
  }

  /** All of it as the difference from the base, packed. */
  whole(): Buffer {
    const words = new Words(this.#length);
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
  const words = Uint32Array.from(asWords(bytes));
  return { bytes: asBytes(words), words };
};

/** Writes how a page of a memory, which begins at `page`, differs from `kept`, and has that be it. `origin`: of `memory`, bytes. */
const takePage = (words: Words, kept: Uint32Array, memory: Buffer, page: number, origin = 0): void => {
  const now = new Uint32Array(memory.buffer, memory.byteOffset + page, pageWords);
  const first = (origin + page) / 4;
  for (let i = 0; i < pageWords;) {
    if (now[i] === kept[i]) {
      i += 1;
      continue;
    }
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
let scratch = new Uint32Array(4 * pageWords);
/** What is shorter gains little by being compressed, bytes. */
const shortest = 768;
const headWords = 2;
const fastest = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** A difference that is being written; there is one at a time. */
class Words {
  #end = headWords;

  constructor(length: number) {
    scratch[this.#end++] = length;
  }

  begin(first: number, count: number): void {
    const most = this.#end + 2 + count;
    if (most > scratch.length) {
      const larger = new Uint32Array(2 * most);
      larger.set(scratch.subarray(0, this.#end));
      scratch = larger;
    }
    scratch[this.#end++] = first;
    scratch[this.#end++] = count;
  }

  add(word: number): void {
    scratch[this.#end++] = word;
  }

  packed(): Buffer {
    const content = asBytes(scratch.subarray(headWords, this.#end));
    const isShort = content.length < shortest;
    const body = isShort ? content : zstdCompressSync(content, fastest);
    const bytes = Buffer.allocUnsafeSlow(4 * headWords + body.length);
    bytes.writeUInt32LE(isShort ? 0 : 1, 0);
    bytes.writeUInt32LE(crc32(body), 4);
    body.copy(bytes, 4 * headWords);
    return bytes;
  }
}

const unpacked = (packed: Uint8Array): Uint32Array => {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  const body = bytes.subarray(4 * headWords);
  if (bytes.length < 4 * headWords || crc32(body) !== bytes.readUInt32LE(4))
    throw new Error('an image of the session is damaged');
  const content = bytes.readUInt32LE(0) === 0 ? body : zstdDecompressSync(body);
  // Words need a place that is a multiple of 4.
  return content.byteOffset % 4 === 0 ? asWords(content) : asWords(Buffer.from(new Uint8Array(content).buffer));
};

const asWords = (bytes: Buffer): Uint32Array => new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
const asBytes = (words: Uint32Array): Buffer => Buffer.from(words.buffer, words.byteOffset, words.byteLength);
