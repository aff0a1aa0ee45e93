/** What a file system's errors mean to a reader. */
import type { SkipReason } from './reader.ts';

/** Thrown where a path was opened that is a directory, a pipe or a device. */
export class NotAFile extends Error {
  readonly code = 'EISDIR';
  readonly syscall = 'open';
}

const troubles: Readonly<Record<string, SkipReason | 'vanished'>> = {
  ENOENT: 'vanished',
  // A folder on the way was replaced by a file.
  ENOTDIR: 'vanished',
  ELOOP: 'symlink_loop',
  EISDIR: 'not_a_file',
  // Opening a socket.
  ENXIO: 'not_a_file',
};

/** Why a path could not be read, or `vanished` when nothing is there. Rethrows what does not come from the file system. */
export function troubleOf(error: unknown): SkipReason | 'vanished' {
  if (error instanceof Error && 'syscall' in error && 'code' in error)
    return troubles[String(error.code)] ?? 'unreadable';
  throw error;
}
