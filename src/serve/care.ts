import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { BackgroundCheck } from '../doctor/background-check.ts';
import { backupFolder } from '../place.ts';
import { SqliteBackups } from '../stores/sqlite/backup.ts';
import { BackupSchedule } from '../stores/sqlite/backup-schedule.ts';
import { databaseName } from '../stores/sqlite/restore.ts';
import type { ServeOptions } from './options.ts';

/** Backups, and the look at all data after an unclean stop. */
export interface Care {
  backups: SqliteBackups;
  schedule: BackupSchedule | undefined;
  check: BackgroundCheck | undefined;
}

/** SQLite gives a copy up only when it is through with it; what is left of it is swept at the next start. */
const patienceMs = 5000;

/** Backups by the schedule, if there is one, and on request. */
export const startBackups = ({ folder, backups: order }: ServeOptions, now: () => number, log: Logger) => {
  const backups = new SqliteBackups(join(folder, databaseName), backupFolder(folder), now, (done, name) =>
    log.info({ name }, `backup ${done}`),
  );
  backups.sweep();
  const schedule =
    order &&
    new BackupSchedule({
      ...order,
      backups,
      now,
      onError: (error) => log.error({ err: error }, 'the scheduled backup could not be made'),
    });
  schedule?.start();
  const stop = async () => {
    // The schedule first: it would begin another.
    const stopped = schedule?.stop();
    const ended = Promise.all([backups.close(), stopped]);
    await Promise.race([ended, pause(patienceMs, undefined, { ref: false })]);
  };
  return { backups, schedule, stop };
};

export const startCheck = (folder: string, log: Logger): BackgroundCheck => {
  const file = join(folder, databaseName);
  log.info('looking at all data, since the last server did not stop cleanly');
  return new BackgroundCheck({
    file,
    onFinding: (finding) => log.error(finding, 'the data is not as it should be'),
    onEnd: (state) => log.info(state, 'looked at all data'),
  });
};
