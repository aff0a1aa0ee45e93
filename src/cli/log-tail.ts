import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { logFilesIn } from '../place.ts';

/** Lines of the rolling log, the newest of what is there and what is added. */

const firstLookBytes = 64 * 1024;
const mostAtOnce = 1024 * 1024;

/** Up to where the log was read. */
export interface Place {
  number: number;
  offset: number;
}

export interface Tail {
  lines: string[];
  end: Place;
}

/** The last `count` lines that are wanted, oldest first, over all files. */
export const lastLines = (folder: string, count: number, isWanted: (line: string) => boolean): Tail => {
  const files = logFilesIn(folder);
  const newest = files.at(-1);
  let lines: string[] = [];
  let end: Place = { number: newest?.number ?? 0, offset: 0 };
  for (const { file, number } of files.toReversed()) {
    const met = lastOfFile(file, count - lines.length, isWanted);
    if (number === newest?.number) end = { number, offset: met.end };
    lines = [...met.lines, ...lines];
    if (lines.length >= count) break;
  }
  return { lines, end };
};

/** What was added since, and where that ends. A file that was followed by another is read to its end first. */
export const linesSince = (folder: string, { number, offset }: Place): Tail => {
  const files = logFilesIn(folder);
  const current = files.find((one) => one.number === number);
  if (current) {
    const text = withFile(current.file, (fd) => read(fd, offset, Math.min(offset + mostAtOnce, fstatSync(fd).size)));
    const whole = text.subarray(0, text.lastIndexOf(0x0a) + 1);
    if (whole.length > 0) return { lines: linesOf(whole), end: { number, offset: offset + whole.length } };
  }
  const next = files.find((one) => one.number > number);
  return next ? linesSince(folder, { number: next.number, offset: 0 }) : { lines: [], end: { number, offset } };
};

const lastOfFile = (
  file: string,
  count: number,
  isWanted: (line: string) => boolean,
): { lines: string[]; end: number } =>
  withFile(file, (fd) => {
    const { size } = fstatSync(fd);
    for (let look = firstLookBytes; ; look *= 4) {
      const from = Math.max(0, size - look);
      const text = read(fd, from, size);
      const whole = text.subarray(0, text.lastIndexOf(0x0a) + 1);
      const lines = linesOf(whole)
        .slice(from === 0 ? 0 : 1)
        .filter(isWanted);
      if (lines.length >= count || from === 0) {
        return { lines: count === 0 ? [] : lines.slice(-count), end: from + whole.length };
      }
    }
  });

const withFile = <T>(file: string, use: (fd: number) => T): T => {
  const fd = openSync(file, 'r');
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
};

const read = (fd: number, from: number, to: number): Buffer => {
  const bytes = Buffer.alloc(Math.max(0, to - from));
  return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, from));
};

const linesOf = (text: Buffer): string[] => text.toString('utf8').split('\n').filter(Boolean);
