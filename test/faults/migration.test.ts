import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Recorded } from '../../src/contract/event.ts';
import { live } from '../../src/doctor/lived.suite.ts';
import { sessionId } from '../../src/journal/author.suite.ts';
import { versionOf } from '../../src/stores/sqlite/connection.ts';
import { sessions } from '../../src/stores/sqlite/migrations/sessions.ts';
import { migrations } from '../../src/stores/sqlite/tables.ts';
import { databaseOf, newFolder } from './data-folder.ts';
import { contentsOf, expectWhole } from './journal-audit.ts';
import { changesAndWrites, killAt, script } from './kill-at.ts';
import { describeWhere } from './needs.ts';
import { ServerProcess } from './server-process.ts';

const options = { timeout: 240_000 };
const origin = mkdtempSync(join(tmpdir(), 'stint-migration-'));
const first = join(origin, 'first.db');
let events: readonly Recorded[];

beforeAll(async () => {
  const file = databaseOf(origin);
  events = await live(file);
  asFirstVersion(file, first);
});
afterAll(() => rmSync(origin, { recursive: true, force: true }));

/** The same rows in the tables of the first version, and nothing of what came later. */
const asFirstVersion = (file: string, to: string): void => {
  const db = new DatabaseSync(to);
  db.exec(`PRAGMA journal_mode = WAL; BEGIN; ${sessions}; PRAGMA user_version = 1`);
  db.exec('COMMIT');
  db.prepare('ATTACH ? AS now').run(file);
  const tables = db.prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table'").all();
  for (const { name } of tables) {
    const columns = db.prepare(`PRAGMA main.table_info(${String(name)})`).all();
    const list = columns.map((column) => String(column['name'])).join(', ');
    db.exec(`INSERT INTO main.${String(name)} (${list}) SELECT ${list} FROM now.${String(name)}`);
  }
  db.close();
};

const versionIn = (file: string): number => {
  const db = new DatabaseSync(file);
  try {
    return versionOf(db);
  } finally {
    db.close();
  }
};

/** A folder with a copy of a database. */
const folderWith = (file: string): string => {
  const folder = newFolder();
  copyFileSync(file, databaseOf(folder));
  return folder;
};

/** Runs it again and again on fresh data, killed a step later each time; a few apart once it has taken many. */
const throughKills = async (
  prepare: () => string,
  run: (folder: string) => string[],
  check: (folder: string) => Promise<void>,
): Promise<number> => {
  let kills = 0;
  for (let n = 1; ; n += Math.ceil(n / 4)) {
    const folder = prepare();
    const killed = await killAt(run(folder), changesAndWrites, n);
    await check(folder);
    if (!killed) return kills;
    kills += 1;
  }
};

const storeLine = (line: string) => (folder: string) =>
  script(
    'SqliteStore',
    'stores/sqlite/store.ts',
    `const store = await SqliteStore.open(${JSON.stringify(databaseOf(folder))}); ${line}; await store.close();`,
  );

it('data of the first version comes through, and all that is folded with it', options, async () => {
  const folder = folderWith(first);
  expect(versionIn(databaseOf(folder))).toBe(1);
  const contents = await contentsOf(folder);
  expectWhole(contents);
  expect(contents.events).toEqual(events);
});

describeWhere('strace', 'a kill', () => {
  it('during a migration leaves the version before or the next, and the next start goes on', options, async () => {
    const versions = new Set<number>();
    const kills = await throughKills(
      () => folderWith(first),
      storeLine(''),
      async (folder) => {
        versions.add(versionIn(databaseOf(folder)));
        const contents = await contentsOf(folder);
        expectWhole(contents);
        expect(contents.events).toEqual(events);
      },
    );
    expect(kills).toBeGreaterThan(3);
    expect(versions).toContain(1);
    expect(versions).toContain(migrations.length);
    const server = await ServerProcess.start(folderWith(first));
    expect(await server.terminate()).toEqual({ code: 0, signal: null });
  });

  it('while a session is removed leaves all of it or nothing', options, async () => {
    const id = sessionId(3);
    const length = events.filter(({ session }) => session === id).length;
    const met = new Set<number>();
    await throughKills(
      () => folderWith(databaseOf(origin)),
      storeLine(`await store.remove('${id}', ${length})`),
      async (folder) => {
        const contents = await contentsOf(folder);
        expectWhole(contents);
        const left = contents.events.filter(({ session }) => session === id);
        expect([0, length]).toContain(left.length);
        met.add(left.length);
        expect(contents.events.length - left.length).toBe(events.length - length);
      },
    );
    expect(met).toEqual(new Set([0, length]));
  });

  it('while old receipts are swept loses nothing else', options, async () => {
    const prepare = (): string => {
      const folder = folderWith(databaseOf(origin));
      const db = new DatabaseSync(databaseOf(folder));
      const insert = db.prepare("INSERT INTO receipts VALUES ('me', 'POST /', ?, '', 200, '{}', ?)");
      for (let n = 0; n < 20; n++) insert.run(`key ${n}`, n < 10 ? 1 : 1000);
      db.close();
      return folder;
    };
    await throughKills(prepare, storeLine('await store.forgetReceipts(500)'), async (folder) => {
      const contents = await contentsOf(folder);
      expectWhole(contents);
      expect(contents.events).toEqual(events);
      const db = new DatabaseSync(databaseOf(folder));
      const ages = db.prepare('SELECT at, count(*) AS n FROM receipts GROUP BY at ORDER BY at').all();
      db.close();
      expect([{ at: 1, n: 10 }, undefined]).toContainEqual(ages.length === 2 ? { ...ages[0] } : undefined);
      expect({ ...ages.at(-1) }).toEqual({ at: 1000, n: 10 });
    });
  });
});
