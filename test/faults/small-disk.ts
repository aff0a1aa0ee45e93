import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A disk of its own for a test: a small tmpfs, unmounted after it. */
export class SmallDisk {
  readonly folder: string;
  readonly #place: string;
  readonly #ballast: string;

  constructor(size: string) {
    this.#place = mkdtempSync(join(tmpdir(), 'stint-small-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', this.#place]);
    onTestFinished(() => {
      execFileSync('umount', [this.#place]);
      rmdirSync(this.#place);
    });
    this.#ballast = join(this.#place, 'ballast');
    this.folder = join(this.#place, 'data');
    mkdirSync(this.folder);
  }

  /** Leaves not a byte of room. */
  fill(): void {
    const descriptor = openSync(this.#ballast, 'a');
    try {
      for (let size = 1024 * 1024; size >= 1;) {
        if (!hasTaken(descriptor, size)) size = Math.floor(size / 2);
      }
    } finally {
      closeSync(descriptor);
    }
  }

  /** Leaves so much room, and no more. */
  fillBut(bytes: number): void {
    this.fill();
    truncateSync(this.#ballast, Math.max(0, statSync(this.#ballast).size - bytes));
  }

  /** Takes back what {@link fill} took. */
  free(): void {
    rmSync(this.#ballast);
  }

  /** From now on nothing can be written to it. */
  makeReadOnly(): void {
    execFileSync('mount', ['-o', 'remount,ro', this.#place]);
  }
}

const hasTaken = (descriptor: number, size: number): boolean => {
  try {
    return writeSync(descriptor, Buffer.alloc(size)) === size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
};
