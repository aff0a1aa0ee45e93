/**
 * Where reading a file of lines goes on, and how to tell that it still is the file that was read: by its inode, its size, and a
 * fingerprint of its first bytes and of those right before the place reached. What it cannot tell is a file rewritten in place
 * that is no shorter and differs only in between.
 */
import type { Stats } from 'node:fs';
import { crc32 } from 'node:zlib';
import { fieldsOf } from './fields.ts';
import type { Json } from './reader.ts';

/** A type and no interface, so that it counts as JSON. */
export type FileCursor = {
  inode: number;
  /** Bytes read for good: the start of a line, unless inside one that is too long. */
  offset: number;
  /** Inside a line that was reported as too long: what follows is passed over up to its end. */
  inLongLine: boolean;
  /** Fingerprint of the bytes before `offset`. */
  print: number;
  /** How far the file was looked at, and its time of change then: while both stand, there is nothing to read. */
  seenBytes: number;
  seenAtMs: number;
};

/** Undefined for what no cursor is, such as one of an earlier version. */
export function parseCursor(stored: Json | undefined): FileCursor | undefined {
  const { inode, offset, inLongLine, print, seenBytes, seenAtMs } = fieldsOf(stored) ?? {};
  if (typeof inLongLine !== 'boolean' || !Number.isSafeInteger(offset) || Number(offset) < 0) return undefined;
  return [inode, print, seenBytes, seenAtMs].every(Number.isFinite) ? (stored as FileCursor) : undefined;
}

export function isUnchanged(cursor: FileCursor, file: Stats): boolean {
  return file.ino === cursor.inode && file.size === cursor.seenBytes && file.mtimeMs === cursor.seenAtMs;
}

/** Bytes of the file from a position on; fewer than asked for at its end. */
interface Bytes {
  bytesAt(position: number, length: number): Promise<Buffer>;
}

export async function isSameFile(cursor: FileCursor, file: Stats, bytes: Bytes): Promise<boolean> {
  if (file.ino !== cursor.inode || file.size < cursor.offset) return false;
  return (await printBefore(cursor.offset, bytes)) === cursor.print;
}

const printedBytes = 512;

/** Fingerprint of a file's first bytes and of the last ones before `offset`. */
export async function printBefore(offset: number, bytes: Bytes): Promise<number> {
  const length = Math.min(offset, printedBytes);
  if (length === 0) return 0;
  const head = crc32(await bytes.bytesAt(0, length));
  return crc32(await bytes.bytesAt(offset - length, length), head);
}
