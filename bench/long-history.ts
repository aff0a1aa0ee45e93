import { randomUUIDv7 } from 'node:crypto';
import { join } from 'node:path';
import { newAppender } from '../src/stores/sqlite/append.ts';
import type { PackedEntry } from '../src/stores/sqlite/append.ts';
import { openForWriting } from '../src/stores/sqlite/connection.ts';
import { Author, reportCommand, startCommand } from './journal.ts';
import { scratchFolder } from './scratch.ts';

/** What a data folder with a long history holds. */
export const sessionCount = 100_000;
export const eventCount = 1_000_000;

const eventsEach = eventCount / sessionCount;
const sessionsPerCommit = 500;
const tasks = ['refactor the parser', 'write the tests', 'review the change', 'find the leak', 'read the logs'];
/** One in so many is still open; half of those are paused. */
const openEvery = 50;
const dayMs = 86_400_000;

let folder: string | undefined;

/** A data folder with 100,000 sessions and a million events, made through the store's own appender; once a run. */
export const longHistory = (): string => (folder ??= make());

const make = (): string => {
  const made = scratchFolder();
  const db = openForWriting(join(made, 'stint.db'));
  const appender = newAppender(db);
  const owner = randomUUIDv7();
  const from = Date.now() - 100 * dayMs;
  for (let n = 0; n < sessionCount; n += sessionsPerCommit) {
    appender.append(Array.from({ length: sessionsPerCommit }, (_, i) => session(owner, n + i, from)));
    if (n % 10_000 === 0) db.exec('PRAGMA wal_checkpoint(RESTART)');
  }
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  return made;
};

/** A whole life in one append. Open ones have more time left than any measure takes. */
const session = (owner: string, n: number, from: number): PackedEntry => {
  const at = from + Math.floor((n * 99 * dayMs) / sessionCount);
  const open = n % openEvery === 0;
  const paused = open && n % (openEvery * 2) === 0;
  const reports = Array.from({ length: eventsEach - (open && !paused ? 1 : 2) }, () => reportCommand);
  return new Author().entry(
    [
      startCommand(owner, `${tasks[n % tasks.length]} ${n}`, 300 * dayMs),
      ...reports,
      ...(open ? [] : [{ type: 'complete' } as const]),
      ...(paused ? [{ type: 'pause' } as const] : []),
    ],
    at,
  );
};
