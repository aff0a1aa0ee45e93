import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/** How a file of lines begins and ends, whatever it is. */
export interface FileEnd {
  /** The first line, with its end. */
  header: string;
  /** The last line that is whole, with its end. */
  line: string;
  /** Of the event that it is; -1 for the header, and for what is no event. */
  seq: number;
  /** Up to the end of that line. */
  bytes: number;
  /** Whether its header says that it is of that session. */
  isOf: (session: string) => boolean;
}

const chunk = 64 * 1024;

/** Undefined where there is no file. */
export const endOf = async (path: string): Promise<FileEnd | undefined> => {
  let file: FileHandle;
  try {
    // A pipe that nobody writes to would be waited for.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { size } = await file.stat();
    const header = firstLine(await part(file, 0, Math.min(size, chunk)));
    const { line, bytes } = await lastLine(file, size);
    const first = parsed(header);
    const { seq } = parsed(line);
    return {
      header,
      line,
      bytes,
      seq: typeof seq === 'number' ? seq : -1,
      isOf: (session) => first['type'] === 'session' && first['id'] === session,
    };
  } finally {
    await file.close();
  }
};

const part = async (file: FileHandle, from: number, to: number): Promise<Buffer> => {
  const bytes = Buffer.alloc(to - from);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
  return bytes.subarray(0, bytesRead);
};

const newline = 0x0a;

const firstLine = (bytes: Buffer): string => bytes.toString('utf8', 0, bytes.indexOf(newline) + 1);

/** A long one is looked for in ever larger parts. */
const lastLine = async (file: FileHandle, size: number): Promise<{ line: string; bytes: number }> => {
  for (let length = chunk; ; length *= 4) {
    const from = Math.max(0, size - length);
    const bytes = await part(file, from, size);
    const end = bytes.lastIndexOf(newline);
    const before = end > 0 ? bytes.lastIndexOf(newline, end - 1) : -1;
    if (end >= 0 && (before >= 0 || from === 0))
      return { line: bytes.toString('utf8', before + 1, end + 1), bytes: from + end + 1 };
    if (from === 0) return { line: '', bytes: 0 };
  }
};

const parsed = (line: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};
