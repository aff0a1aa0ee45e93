import type { Readable } from 'node:stream';

/** The store's port for whole copies of the data, made while the server goes on. */
export interface Backups {
  /**
   * Makes one and resolves when it is on the disk and was read back. Rejects with `request_in_progress` while another is made,
   * with `store_full` when there is no room; then nothing of it is left.
   */
  create(options?: { scheduled?: boolean }): Promise<Backup>;
  /** Newest first. */
  list(): Promise<readonly Backup[]>;
  /** False when there is none of that name. */
  remove(name: string): Promise<boolean>;
  /** The file's size and a way to its bytes; undefined when there is none of that name. */
  read(name: string): { bytes: number; open: () => Readable } | undefined;
}

export interface Backup {
  name: string;
  bytes: number;
  /** Unix ms. */
  createdAt: number;
  /** The last position given by then: what was acknowledged up to it is in the backup. */
  position: number;
  /** Made by the schedule, which also removes it when it is old. */
  scheduled: boolean;
}
