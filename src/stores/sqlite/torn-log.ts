import { closeSync, openSync, readSync, statSync } from 'node:fs';

/**
 * What SQLite will leave behind of a write-ahead log when it recovers: it takes all transactions up to the first frame that
 * is not whole and passes over the rest in silence. This looks before it does. Source: "The WAL-index and WAL file format",
 * sqlite.org/fileformat2.html#the_write_ahead_log.
 */
export interface TornLog {
  /** Bytes after the last whole transaction that belong to the log as it was last written. */
  bytes: number;
  /**
   * How many transactions end there. The last may be one that was still being written; all before it were finished, and the
   * disk did not keep them.
   */
  transactions: number;
}

const headerBytes = 32;
const frameHeaderBytes = 24;
const magicLittleEndian = 0x377f0682;
const magicBigEndian = 0x377f0683;
const usualPageBytes = 4096;

/** Undefined when nothing is torn. `file` is the `-wal` file. */
export const tornLog = (file: string): TornLog | undefined => {
  const { size } = statSync(file, { throwIfNoEntry: false }) ?? { size: 0 };
  if (size === 0) return undefined;
  const descriptor = openSync(file, 'r');
  try {
    return size < headerBytes ? { bytes: size, transactions: 0 } : look(descriptor, size);
  } finally {
    closeSync(descriptor);
  }
};

const look = (descriptor: number, size: number): TornLog | undefined => {
  const header = readAt(descriptor, 0, headerBytes);
  const magic = header.readUInt32BE(0);
  const sum = checksum(magic === magicBigEndian);
  const start = sum(header, 0, 24, [0, 0]);
  const known = magic === magicLittleEndian || magic === magicBigEndian;
  if (!known || start[0] !== header.readUInt32BE(24) || start[1] !== header.readUInt32BE(28)) {
    return headless(descriptor, header, size);
  }
  const frameBytes = frameHeaderBytes + header.readUInt32BE(8);
  const isOurs = (frame: Buffer) => frame.subarray(8, 16).equals(header.subarray(16, 24));
  let sums = start;
  let committed = 0;
  for (let n = 0; ; n++) {
    const at = headerBytes + n * frameBytes;
    const frame = readAt(descriptor, at, Math.min(frameBytes, size - at));
    if (frame.length < frameHeaderBytes || !isOurs(frame)) break;
    if (frame.length < frameBytes) break;
    sums = sum(frame, frameHeaderBytes, frameBytes, sum(frame, 0, 8, sums));
    if (sums[0] !== frame.readUInt32BE(16) || sums[1] !== frame.readUInt32BE(20)) break;
    if (endsTransaction(frame)) committed = n + 1;
  }
  return behind(descriptor, { from: headerBytes + committed * frameBytes, size, frameBytes, isOurs });
};

/** Without its header SQLite takes nothing of a log. Frames that share half of its salt with it are of the same log. */
const headless = (descriptor: number, header: Buffer, size: number): TornLog => {
  const isOurs = (frame: Buffer) =>
    frame.subarray(8, 12).equals(header.subarray(16, 20)) || frame.subarray(12, 16).equals(header.subarray(20, 24));
  const frameBytes = frameHeaderBytes + usualPageBytes;
  const { transactions = 0 } = behind(descriptor, { from: headerBytes, size, frameBytes, isOurs }) ?? {};
  return { bytes: size, transactions };
};

interface Behind {
  from: number;
  size: number;
  frameBytes: number;
  isOurs: (frame: Buffer) => boolean;
}

/**
 * What stands behind the last whole transaction. Frames of an earlier log may follow, or one of ours that is not to be known
 * any more: those are passed over.
 */
const behind = (descriptor: number, { from, size, frameBytes, isOurs }: Behind): TornLog | undefined => {
  let end = from;
  let transactions = 0;
  for (let at = from; at < size; at += frameBytes) {
    const frame = readAt(descriptor, at, frameHeaderBytes);
    if (!isOurs(frame)) continue;
    if (endsTransaction(frame)) transactions += 1;
    end = at + frameBytes;
  }
  const bytes = Math.min(end, size) - from;
  return bytes === 0 ? undefined : { bytes, transactions };
};

const endsTransaction = (frame: Buffer): boolean => frame.readUInt32BE(4) !== 0;

const readAt = (descriptor: number, position: number, length: number): Buffer => {
  const buffer = Buffer.alloc(Math.max(0, length));
  return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, position));
};

type Sums = [number, number];

const checksum =
  (bigEndian: boolean) =>
  (bytes: Buffer, from: number, to: number, [first, second]: Sums): Sums => {
    const words = wordsOf(bytes.subarray(from, to), bigEndian);
    let a = first;
    let b = second;
    for (let i = 0; i < words.length; i += 2) {
      a = (a + (words[i] ?? 0) + b) >>> 0;
      b = (b + (words[i + 1] ?? 0) + a) >>> 0;
    }
    return [a, b];
  };

/** Every machine that stint runs on is little-endian; the log may come from another. */
const wordsOf = (bytes: Buffer, bigEndian: boolean): Uint32Array => {
  const { buffer, byteOffset, length } = bigEndian ? Buffer.alloc(bytes.length, bytes).swap32() : bytes;
  return new Uint32Array(buffer, byteOffset, length / 4);
};
