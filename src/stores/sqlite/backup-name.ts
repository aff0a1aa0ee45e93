/** What is told by a backup's name: when it was made, and whether by the schedule. */
export interface BackupName {
  name: string;
  /** Unix ms. */
  createdAt: number;
  scheduled: boolean;
}

const pattern = /^stint-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3})Z(-scheduled)?\.db$/;

/** `stint-2026-11-20T22-18-27.123Z.db`: UTC, without the colons that some file systems refuse. */
export const backupName = (createdAt: number, scheduled: boolean): string =>
  `stint-${fileTime(createdAt)}${scheduled ? '-scheduled' : ''}.db`;

/** A moment as part of a file's name, UTC. */
export const fileTime = (at: number): string => new Date(at).toISOString().replaceAll(':', '-');

/** Undefined for what is no name of a backup: nothing else is ever listed, read or removed. */
export const parseBackupName = (name: string): BackupName | undefined => {
  const [whole, day = '', hour = '', minute = '', second = '', scheduled] = pattern.exec(name) ?? [];
  const createdAt = Date.parse(`${day}T${hour}:${minute}:${second}Z`);
  return whole === undefined || Number.isNaN(createdAt)
    ? undefined
    : { name, createdAt, scheduled: scheduled !== undefined };
};
