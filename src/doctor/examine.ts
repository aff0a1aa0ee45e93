import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Anchor, TimeSources } from '../runner/clock.ts';
import { machineTime } from '../runner/machine-time.ts';
import { checkSqlite, versionOf } from '../stores/sqlite/connection.ts';
import { openForReading } from '../stores/sqlite/reading.ts';
import { databaseName, unfinishedRestore } from '../stores/sqlite/restore.ts';
import { migrations } from '../stores/sqlite/tables.ts';
import { examineData, unreadable } from './data.ts';
import type { OnProgress } from './data.ts';
import type { Finding } from './finding.ts';
import { examinePlace, serverRuns } from './place.ts';
import { Refused } from './refused.ts';

export interface Examination {
  findings: Finding[];
  /** What could not be looked at, a sentence each. */
  notChecked: string[];
  versions: { data: number | undefined; known: number; node: string; sqlite: string };
}

/** Looks at all that lies in a data folder and changes none of it; a server may run on it meanwhile. */
export const examine = (folder: string, onProgress: OnProgress, time: TimeSources = machineTime()): Examination => {
  const file = join(folder, databaseName);
  const isUnfinished = existsSync(folder) && unfinishedRestore(folder) !== undefined;
  if (!existsSync(file) && !isUnfinished) throw new Refused('no_data', `there is no data in ${folder}`);
  const versions = { data: undefined, known: migrations.length, node: process.versions.node, sqlite: sqliteVersion() };
  const findings = examinePlace(folder, time.wall());
  // Neither the old data nor the new may be in its place.
  if (isUnfinished) return { findings, notChecked: ['the data: a restore was interrupted'], versions };
  const { version, found } = examineDatabase(file, time, onProgress);
  return {
    findings: [...findings, ...found],
    notChecked: notChecked(folder),
    versions: { ...versions, data: version },
  };
};

const examineDatabase = (file: string, time: TimeSources, onProgress: OnProgress) => {
  try {
    const db = openForReading(file);
    try {
      checkSqlite(db);
      const found = [...examineData(db, time.wall(), onProgress), ...clock(db, time)];
      return { version: versionOf(db), found };
    } finally {
      db.close();
    }
  } catch (error) {
    return { version: undefined, found: [unreadable(error)] };
  }
};

const sqliteVersion = (): string => process.versions.sqlite ?? 'unknown';

const toleratedMs = 2000;

const clock = (db: DatabaseSync, time: TimeSources): Finding[] => {
  const kept = db.prepare("SELECT value FROM settings WHERE name = 'clock'").get()?.['value'];
  if (kept === undefined) return [];
  const { bootId, offset } = JSON.parse(String(kept)) as Anchor;
  const by = Math.round(time.wall() - time.boot() - offset);
  if (bootId !== time.bootId || Math.abs(by) <= toleratedMs) return [];
  const what = `the wall clock was set by ${(by / 1000).toFixed(1)} s since a server last looked at it`;
  return [{ severity: 'info', kind: 'clock_set', what, advice: 'nothing: sessions are told at the next start' }];
};

const notChecked = (folder: string): string[] =>
  serverRuns(folder)
    ? ['what was left over in the folder, and the end of the write-ahead log: a server is running and writes there']
    : [];
