/**
 * Files that are written anew as a whole, such as one JSON document or an archive: read at once or not at all. The
 * cursor only tells whether the file is still the one that was read.
 */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { fieldsOf } from './fields.ts';
import { bornAt, type LinesRead } from './line-files.ts';
import type { Cursor, SkipReason } from './reader.ts';
import { NotAFile, troubleOf } from './trouble.ts';

/** A type and no interface, so that it counts as JSON. */
type WholeCursor = { whole: number; bytes: number; changedAtMs: number };

/** `O_NONBLOCK`, so that a pipe without a writer does not hold the reader, is not known on Windows. */
const openFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

export interface WholeFile {
  handle: FileHandle;
  stats: Stats;
  /** Unix ms at which it came to be. */
  bornAt: number;
}

/** As `Reader.readFrom`; what is in the file goes to `use`, what is wrong with it to `skip`. */
export async function readWhole(
  path: string,
  stored: Cursor | undefined,
  use: (file: WholeFile) => Promise<void>,
  skip: (offset: number, reason: SkipReason) => void,
): Promise<LinesRead> {
  const given = stored ?? null;
  try {
    if (isUnchanged(given, await stat(path))) return { cursor: given, status: 'end', restarted: false };
    return { cursor: await readOpened(path, use), status: 'end', restarted: given !== null };
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble === 'vanished') return { cursor: given, status: 'vanished', restarted: false };
    skip(0, trouble);
    return { cursor: given, status: 'unreadable', restarted: false };
  }
}

async function readOpened(path: string, use: (file: WholeFile) => Promise<void>): Promise<WholeCursor> {
  const handle = await open(path, openFlags);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new NotAFile();
    await use({ handle, stats, bornAt: bornAt(stats) });
    return { whole: stats.ino, bytes: stats.size, changedAtMs: stats.mtimeMs };
  } finally {
    await handle.close();
  }
}

function isUnchanged(given: Cursor, file: Stats): boolean {
  const { whole, bytes, changedAtMs } = fieldsOf(given) ?? {};
  return whole === file.ino && bytes === file.size && changedAtMs === file.mtimeMs;
}
