import { readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { backupFolder, isRunning, readServerFile } from '../place.ts';
import { isUnfinished } from '../stores/sqlite/backup.ts';
import { parseBackupName } from '../stores/sqlite/backup-name.ts';
import { databaseName, stagedNames, unfinishedRestore } from '../stores/sqlite/restore.ts';
import { tornLog } from '../stores/sqlite/torn-log.ts';
import type { Finding } from './finding.ts';

/** What lies in a data folder beside the data: who may read it, what was left over, how much room there is. */

const dayMs = 86_400_000;
const privateFiles = /^(stint\.db(-wal|-shm)?|token|server\.json|restore\.json)$/;
const leftOver = /^((token|server\.json)\.\d+|restore\.json\.part)$/;

export const serverRuns = (folder: string): boolean => {
  const file = readServerFile(folder);
  return file !== undefined && isRunning(file.pid, file.pidStartedAt);
};

export const examinePlace = (folder: string, now: number): Finding[] => [
  ...permissions(folder),
  ...room(folder),
  ...backupAge(folder, now),
  ...(unfinishedRestore(folder) ? [restoreUnderWay] : []),
  // What a running server is writing looks like what was left over.
  ...(serverRuns(folder) ? [] : [...uncleanEnd(folder), ...leftOvers(folder)]),
];

const permissions = (folder: string): Finding[] => {
  const owner = statSync(folder).uid;
  const files = [
    ...readdirSync(folder).filter((name) => privateFiles.test(name)),
    ...backupsIn(folder).map((name) => join('backups', name)),
  ];
  return [
    ...othersMay(folder, 0o700, '.'),
    ...files.flatMap((name) => [...othersMay(join(folder, name), 0o600, name), ...ownerOf(folder, name, owner)]),
  ];
};

const othersMay = (path: string, mode: number, file: string): Finding[] => {
  const found = statSync(path).mode & 0o777;
  if ((found & 0o077) === 0) return [];
  const what = `other users of this machine may open it (${found.toString(8)})`;
  return [{ severity: 'warning', kind: 'permissions', what, file, advice: `chmod ${mode.toString(8)}` }];
};

const ownerOf = (folder: string, file: string, owner: number): Finding[] => {
  const { uid } = statSync(join(folder, file));
  if (uid === owner) return [];
  const what = `it belongs to user ${uid}, and the folder to user ${owner}`;
  return [{ severity: 'warning', kind: 'owner', what, file, advice: 'chown it to the user that runs the server' }];
};

/** A backup takes as much again as the data; the log may take 64 MB and more. */
const room = (folder: string): Finding[] => {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const needed = sizeOf(join(folder, databaseName)) + 64 * 1024 * 1024;
  if (free >= needed) return [];
  const what = `${mb(free)} are left on the disk; a backup needs ${mb(needed)}`;
  return [{ severity: 'warning', kind: 'disk_space', what, file: '.', advice: 'free some space' }];
};

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
const mb = (bytes: number): string => `${Math.floor(bytes / 1024 / 1024)} MB`;

const backupsIn = (folder: string): string[] => namesIn(backupFolder(folder)).filter((name) => parseBackupName(name));
const namesIn = (folder: string): string[] =>
  statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : [];

const backupAge = (folder: string, now: number): Finding[] => {
  const times = backupsIn(folder).map((name) => parseBackupName(name)?.createdAt ?? 0);
  const days = Math.floor((now - Math.max(...times)) / dayMs);
  if (times.length > 0 && days < 7) return [];
  const what = times.length === 0 ? 'there is no backup in the data folder' : `the newest backup is ${days} days old`;
  return [{ severity: 'info', kind: 'backup_age', what, advice: 'make one with: stint backup, or --backup-every' }];
};

const restoreUnderWay: Finding = {
  severity: 'warning',
  kind: 'restore_unfinished',
  what: 'a restore was interrupted; the data was not looked at',
  advice: 'the next start finishes it: stint serve',
};

const uncleanEnd = (folder: string): Finding[] => {
  const torn = tornLog(join(folder, `${databaseName}-wal`));
  return [
    ...(readServerFile(folder)
      ? [{ severity: 'info', kind: 'unclean_stop', what: 'the last server did not stop cleanly' } as const]
      : []),
    ...(torn
      ? [
          {
            severity: 'warning',
            kind: 'torn_log',
            what: `the last ${torn.bytes} bytes of the write-ahead log are torn, the end of ${torn.transactions} commits`,
            advice: 'the next start leaves them out and says what that means',
          } as const,
        ]
      : []),
  ];
};

const leftOvers = (folder: string): Finding[] =>
  [
    ...readdirSync(folder).filter((name) => leftOver.test(name)),
    ...stagedNames(folder),
    ...namesIn(backupFolder(folder))
      .filter(isUnfinished)
      .map((name) => join('backups', name)),
  ].map((file) => ({ severity: 'info', kind: 'left_over', what: 'left by what was interrupted', file }));
