import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openForWriting } from './connection.ts';
import { newLogKeeper } from './log-keeper.ts';

let folder: string;
let db: DatabaseSync;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stint-log-keeper-'));
  db = openForWriting(join(folder, 'stint.db'));
});

afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

const pendingFrames = (): number => {
  const { log, checkpointed } = db.prepare('PRAGMA wal_checkpoint(NOOP)').get() as {
    log: number;
    checkpointed: number;
  };
  return log - checkpointed;
};

/** Over 16 MiB in one transaction. */
const fillLog = (round: number): void => {
  const insert = db.prepare('INSERT INTO settings (name, value) VALUES (?, ?)');
  db.exec('BEGIN');
  for (let i = 0; i < 5000; i++) insert.run(`${round}-${i}`, 'x'.repeat(4000));
  db.exec('COMMIT');
  expect(pendingFrames()).toBeGreaterThan(4096);
};

describe('the log keeper', () => {
  it.each([
    ['beside the writer', 'stint.db'],
    // A thread that cannot open the database ends at once, each time it is started.
    ['by the writer itself when its thread is lost', join('gone', 'stint.db')],
  ])('has a long log moved into the database, %s, again and again', async (_how, name) => {
    const keeper = newLogKeeper(db, join(folder, name));
    for (const round of [1, 2, 3]) {
      fillLog(round);
      await vi.waitFor(
        () => {
          keeper.look();
          expect(pendingFrames()).toBe(0);
        },
        { timeout: 20_000 },
      );
    }
    await keeper.close();
  });
});
