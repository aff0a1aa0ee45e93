import { randomUUIDv7 } from 'node:crypto';
import { join } from 'node:path';
import { newAppender } from '../src/stores/sqlite/append.ts';
import type { PackedEntry } from '../src/stores/sqlite/append.ts';
import { openForWriting } from '../src/stores/sqlite/connection.ts';
import { Author, reportCommand, startCommand } from './journal.ts';
import { scratchFolder } from './scratch.ts';

export const sessionCount = 100_000;
const reportsEach = 10;
const sessionsPerCommit = 500;
const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * A data folder with 100,000 sessions of the last 29 days, each half an hour long with a pause in it, and a million reports
 * of tokens: two spans of active time a session. One in fifty is still open.
 */
export const busyMonth = (): string => {
  const folder = scratchFolder();
  const db = openForWriting(join(folder, 'stint.db'));
  const appender = newAppender(db);
  const owner = randomUUIDv7();
  const from = Date.now() - 29 * dayMs;
  for (let n = 0; n < sessionCount; n += sessionsPerCommit) {
    appender.append(Array.from({ length: sessionsPerCommit }, (_, i) => session(owner, n + i, from)));
    if (n % 10_000 === 0) db.exec('PRAGMA wal_checkpoint(RESTART)');
  }
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  return folder;
};

const session = (owner: string, n: number, from: number): PackedEntry => {
  const at = from + Math.floor((n * 28.9 * dayMs) / sessionCount);
  const after = (minutes: number): number => at + minutes * minuteMs;
  const isOpen = n % 50 === 0;
  const reports = Array.from({ length: reportsEach }, (_, i) => ({
    command: reportCommand,
    at: after(i < reportsEach / 2 ? 1 + i * 2 : 10 + i * 2),
  }));
  return new Author().life([
    { command: startCommand(owner, `task ${n}`, 300 * dayMs), at },
    ...reports.slice(0, reportsEach / 2),
    { command: { type: 'pause' }, at: after(12) },
    { command: { type: 'resume' }, at: after(15) },
    ...reports.slice(reportsEach / 2),
    ...(isOpen ? [] : [{ command: { type: 'complete' } as const, at: after(30) }]),
  ]);
};
