import { closeSync, openSync, readSync, statSync } from 'node:fs';

/**
 * What SQLite will leave behind of a write-ahead log when it recovers: it takes all transactions up to the first frame that
 * is not whole and passes over the rest in silence. This looks before it does. Source: "The WAL-index and WAL file format",
 * sqlite.org/fileformat2.html#the_write_ahead_log.
 */
export interface TornLog {
  /** Bytes after the last whole transaction that belong to the log as it was last written. */
  bytes: number;
  /** How many transactions seem to end there: 0 when it is one that was never finished. */
  transactions: number;
}

const headerBytes = 32;
const frameHeaderBytes = 24;
const magicLittleEndian = 0x377f0682;
const magicBigEndian = 0x377f0683;

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
    return { bytes: size, transactions: 0 };
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

interface Behind {
  from: number;
  size: number;
  frameBytes: number;
  isOurs: (frame: Buffer) => boolean;
}

/** What stands behind the last whole transaction. Frames of an earlier log may follow: they are no loss. */
const behind = (descriptor: number, { from, size, frameBytes, isOurs }: Behind): TornLog | undefined => {
  let end = from;
  let transactions = 0;
  while (end < size) {
    const frame = readAt(descriptor, end, frameHeaderBytes);
    if (frame.length < frameHeaderBytes || !isOurs(frame)) break;
    if (endsTransaction(frame)) transactions += 1;
    end += frameBytes;
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
    let a = first;
    let b = second;
    for (let i = from; i < to; i += 8) {
      a = (a + (bigEndian ? bytes.readUInt32BE(i) : bytes.readUInt32LE(i)) + b) >>> 0;
      b = (b + (bigEndian ? bytes.readUInt32BE(i + 4) : bytes.readUInt32LE(i + 4)) + a) >>> 0;
    }
    return [a, b];
  };
