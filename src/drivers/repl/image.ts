import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/**
 * Images of a memory as differences: what a command changed is a few pages, and their XOR with what they were is nearly all zeros.
 *
 * A difference is: the memory's length in bytes (u32), then for each page that differs its number (u32) and its 4096 bytes XOR what
 * they were, all little-endian. A whole image is the difference from a memory of zeros.
 */

const pageBytes = 4096;
const pageWords = pageBytes / 4;
/** Compared at once first: most of a memory does not change. */
const blockBytes = 65_536;

/** Used again and again: a new one for each command is more garbage than is collected in time. */
let scratch = new Uint32Array(0);

const scratchOf = (length: number): Uint32Array => {
  if (scratch.length < length) scratch = new Uint32Array(length);
  return scratch.subarray(0, length);
};

/**
 * What changed since `shadow`, which is brought up to date and may be another one after: memories only grow. The difference is good until
 * the next one is asked for.
 */
export const differenceOf = (shadow: Buffer, memory: Buffer): { difference: Buffer; shadow: Buffer } => {
  const kept = grown(shadow, memory.length);
  const pages = changedPages(kept, memory);
  const words = scratchOf(1 + pages.length * (1 + pageWords));
  let at = 0;
  words[at++] = memory.length;
  for (const page of pages) {
    words[at++] = page;
    const now = wordsOf(memory, page);
    const before = wordsOf(kept, page);
    for (let i = 0; i < pageWords; i++) {
      words[at++] = now[i]! ^ before[i]!;
      before[i] = now[i]!;
    }
  }
  return { difference: Buffer.from(words.buffer, words.byteOffset, words.byteLength), shadow: kept };
};

/** The memory after a difference, made in place where it did not grow. */
export const withDifference = (memory: Buffer, difference: Buffer): Buffer => {
  const words = new Uint32Array(difference.buffer, difference.byteOffset, difference.length / 4);
  const image = grown(memory, words[0]!);
  for (let at = 1; at < words.length;) {
    const target = wordsOf(image, words[at++]!);
    for (let i = 0; i < pageWords; i++) target[i]! ^= words[at++]!;
  }
  return image;
};

/** A copy that has a place of its own: words need one that is a multiple of 4. */
const grown = (memory: Buffer, length: number): Buffer => {
  if (memory.length === length) return memory;
  const larger = Buffer.from(new ArrayBuffer(length));
  memory.copy(larger);
  return larger;
};

const changedPages = (before: Buffer, now: Buffer): number[] => {
  const pages: number[] = [];
  for (let block = 0; block < now.length; block += blockBytes) {
    const end = Math.min(block + blockBytes, now.length);
    if (now.compare(before, block, end, block, end) === 0) continue;
    for (let page = block; page < end; page += pageBytes)
      if (now.compare(before, page, page + pageBytes, page, page + pageBytes) !== 0) pages.push(page / pageBytes);
  }
  return pages;
};

const wordsOf = (memory: Buffer, page: number): Uint32Array =>
  new Uint32Array(memory.buffer, memory.byteOffset + page * pageBytes, pageWords);

const fastest = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

export const packed = (difference: Buffer): Buffer => zstdCompressSync(difference, fastest);

/** Throws where it was changed or cut off. */
export const unpacked = (bytes: Uint8Array): Buffer => {
  const difference = zstdDecompressSync(bytes);
  // A view of its own buffer, from its beginning.
  return difference.byteOffset % 4 === 0 ? difference : Buffer.from(new Uint8Array(difference).buffer);
};
