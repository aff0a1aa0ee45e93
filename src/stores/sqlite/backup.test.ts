import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { overwrite } from '../../../test/faults/data-folder.ts';
import { Author, sessionId } from '../../journal/author.suite.ts';
import { SqliteBackups } from './backup.ts';
import { backupName, parseBackupName } from './backup-name.ts';
import { BackupSchedule } from './backup-schedule.ts';
import type { SqliteStore } from './store.ts';
import { openStore, tempFile } from './store-folder.suite.ts';

const day = 86_400_000;

describe('a backup’s name', () => {
  it('tells when it was made, and by whom', () => {
    const moments = fc.integer({ min: 0, max: Date.parse('9999-12-31') });
    fc.assert(
      fc.property(moments, fc.boolean(), (createdAt, scheduled) => {
        const name = backupName(createdAt, scheduled);
        expect(parseBackupName(name)).toEqual({ name, createdAt, scheduled });
      }),
    );
  });

  it.each(['stint.db', 'stint-2026-11-20T22-18-27.123Z.db.part', '../stint-2026-11-20T22-18-27.123Z.db', ''])(
    'is not %s',
    (name) => expect(parseBackupName(name)).toBeUndefined(),
  );
});

let now: number;
let folder: string;
let backups: SqliteBackups;
let file: string;
let store: SqliteStore;

beforeEach(async () => {
  now = Date.parse('2026-11-20T12:00:00Z');
  const opened = await openStore();
  ({ file, store } = opened);
  folder = join(dirname(file), 'backups');
  await new Author(opened.store).start(sessionId(1));
  backups = new SqliteBackups(file, folder, () => now);
});

describe('backups', () => {
  it('made in one moment have names of their own', async () => {
    const names = [(await backups.create()).name, (await backups.create()).name];
    expect(new Set(names).size).toBe(2);
    expect((await backups.list()).map(({ name }) => name)).toEqual(names.toReversed());
  });

  it('that were not finished are swept, and nothing else is', async () => {
    const { name } = await backups.create();
    writeFileSync(join(folder, `${backupName(now + 1, true)}.part`), 'half');
    writeFileSync(join(folder, 'mine.txt'), 'mine');
    expect(backups.sweep()).toBe(1);
    expect(readdirSync(folder).toSorted()).toEqual(['mine.txt', name]);
  });

  it('of damaged data are refused, and leave nothing', async () => {
    await store.close();
    overwrite(file, 0, Buffer.from('not a database!!'));
    await expect(backups.create()).rejects.toMatchObject({ kind: 'journal_damaged' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)('are refused where they can’t be written', async () => {
    mkdirSync(folder);
    chmodSync(folder, 0o500);
    await expect(backups.create()).rejects.toMatchObject({ kind: 'internal_error' });
  });

  it('that are given up leave nothing, and the next can be made', async () => {
    const given = backups.create().catch((error: unknown) => error);
    await backups.close();
    expect(await given).toMatchObject({ kind: 'internal_error' });
    expect(readdirSync(folder)).toEqual([]);
    await backups.create();
  });
});

describe('the schedule', () => {
  const errors: unknown[] = [];
  beforeEach(() => {
    errors.length = 0;
  });
  const schedule = (keep: number, of = backups) =>
    new BackupSchedule({
      backups: of,
      everyMs: day,
      keep,
      now: () => now,
      onError: (error) => errors.push(error),
    });
  const kept = async () => (await backups.list()).map(({ name }) => name);

  it('makes the first at once, the next when it is due, and counts from the newest that there is', async () => {
    const daily = schedule(7);
    await daily.look();
    expect(await kept()).toHaveLength(1);
    now += day - 1;
    await daily.look();
    expect(await kept()).toHaveLength(1);
    await backups.create();
    now += 1;
    await daily.look();
    expect(await kept()).toHaveLength(2);
    now += day - 1;
    await daily.look();
    expect(await kept()).toHaveLength(3);
    expect(daily.dueAt).toBe(now + day);
  });

  it('keeps so many of its own, and all that were made by hand', async () => {
    const byHand = (await backups.create()).name;
    const daily = schedule(2);
    for (let n = 0; n < 5; n++) {
      now += day;
      await daily.look();
    }
    expect(await kept()).toEqual([backupName(now, true), backupName(now - day, true), byHand]);
  });

  it('tells once of a folder that can’t be read, and goes on when it can', async () => {
    symlinkSync(folder, folder);
    const daily = schedule(1);
    await daily.look();
    await daily.look();
    expect(errors).toHaveLength(1);
    expect(daily.failure).toEqual({ at: now, message: 'the backup could not be made' });
    expect(daily.dueAt).toBe(now + 600_000);
    rmSync(folder);
    now += 600_000;
    await daily.look();
    expect([daily.failure, (await kept()).length]).toEqual([undefined, 1]);
  });

  it('is not at fault where a stop gives its backup up', async () => {
    const daily = schedule(1);
    const looked = daily.look();
    const stopped = daily.stop();
    await Promise.all([backups.close(), stopped, looked]);
    expect([await kept(), errors, daily.failure]).toEqual([[], [], undefined]);
  });

  it('removes none while it can’t make a new one, tells why, and tries again after a while', async () => {
    const nowhere = new SqliteBackups(join(dirname(tempFile()), 'none', 'stint.db'), folder, () => now);
    await schedule(1).look();
    const before = await kept();
    now += day;
    const failing = schedule(1, nowhere);
    await failing.look();
    await failing.look();
    expect(errors).toHaveLength(1);
    expect(failing.failure).toEqual({ at: now, message: 'the backup could not be made' });
    expect(failing.dueAt).toBe(now + 600_000);
    expect(await kept()).toEqual(before);
    now += 600_000;
    await failing.look();
    expect(errors).toHaveLength(2);
  });

  it('is not kept waiting by a backup from before the clock was set back', async () => {
    await schedule(7).look();
    now -= 300 * day;
    await schedule(7).look();
    expect(await kept()).toHaveLength(2);
    expect(existsSync(join(folder, backupName(now, true)))).toBe(true);
  });
});
