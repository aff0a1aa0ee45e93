/**
 * Small files that are written anew as a whole, of which there may be a hundred thousand: as whole-files.ts has it, but by the
 * ways of file-access.ts, since going through the event loop's helpers for each step takes ten times as long.
 */
import type { Stats } from 'node:fs';
import { fieldsOf } from '../fields.ts';
import type { FileAccess, OpenFile } from '../file-access.ts';
import { bornAt, type LinesRead } from '../line-files.ts';
import type { Cursor, SkipReason } from '../reader.ts';
import { NotAFile, troubleOf } from '../trouble.ts';

/** A type and no interface, so that it counts as JSON. */
type SmallCursor = { small: number; bytes: number; changedAtMs: number };

export interface SmallFile {
  text: string;
  /** Unix ms at which it came to be. */
  bornAt: number;
}

/** As `Reader.readFrom`; what is in the file goes to `use`, what is wrong with it to `skip`. */
export async function readSmall(
  access: FileAccess,
  path: string,
  stored: Cursor | undefined,
  mostBytes: number,
  use: (file: SmallFile) => Promise<void>,
  skip: (reason: SkipReason) => void,
): Promise<LinesRead> {
  const given = stored ?? null;
  try {
    if (given !== null && isUnchanged(given, await access.stat(path)))
      return { cursor: given, status: 'end', restarted: false };
    const { stats, text } = await textIn(access, path, mostBytes);
    if (text === undefined) skip('line_too_long');
    else await use({ text, bornAt: bornAt(stats) });
    const cursor: SmallCursor = { small: stats.ino, bytes: stats.size, changedAtMs: stats.mtimeMs };
    return { cursor, status: 'end', restarted: given !== null };
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble === 'vanished') return { cursor: given, status: 'vanished', restarted: false };
    skip(trouble);
    return { cursor: given, status: 'unreadable', restarted: false };
  }
}

function isUnchanged(given: Cursor, file: Stats): boolean {
  const { small, bytes, changedAtMs } = fieldsOf(given) ?? {};
  return small === file.ino && bytes === file.size && changedAtMs === file.mtimeMs;
}

/** Without text for one that is larger. */
async function textIn(access: FileAccess, path: string, mostBytes: number): Promise<{ stats: Stats; text?: string }> {
  const file = await access.open(path);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new NotAFile();
    return stats.size > mostBytes ? { stats } : { stats, text: await readAll(file, stats.size) };
  } finally {
    await file.close();
  }
}

async function readAll(file: OpenFile, size: number): Promise<string> {
  const bytes = Buffer.allocUnsafe(size);
  let length = 0;
  while (length < size) {
    const came = await file.read(bytes, length, size - length, length);
    if (came === 0) break;
    length += came;
  }
  return bytes.toString('utf8', 0, length);
}
