import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folders for what is measured, on a disk: in a temporary folder that is memory an fsync would cost nothing. */

const tmpfs = 0x01021994;
const made: string[] = [];
process.once('exit', () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

const parent = (): string => (statfsSync(tmpdir()).type === tmpfs ? '/var/tmp' : tmpdir());

export const scratchFolder = (): string => folderIn(parent());

/** One in memory, where there is such a place. */
export const memoryFolder = (): string | undefined =>
  existsSync(shm) && statfsSync(shm).type === tmpfs ? folderIn(shm) : undefined;

const shm = '/dev/shm';

const folderIn = (place: string): string => {
  const folder = mkdtempSync(join(place, 'stint-bench-'));
  made.push(folder);
  return folder;
};
