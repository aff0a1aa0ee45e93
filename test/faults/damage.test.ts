import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Recorded } from '../../src/contract/event.ts';
import { live } from '../../src/doctor/lived.suite.ts';
import { fillActivity } from '../../src/stores/sqlite/activity-fill.ts';
import { openForWriting } from '../../src/stores/sqlite/connection.ts';
import { openForReading } from '../../src/stores/sqlite/reading.ts';
import { newReads } from '../../src/stores/sqlite/read.ts';
import type { Reads } from '../../src/stores/sqlite/read.ts';
import { tornLog } from '../../src/stores/sqlite/torn-log.ts';
import { databaseOf, newFolder, overwrite } from './data-folder.ts';
import { findingsIn } from './journal-audit.ts';

const places = 200;
const options = { timeout: 120_000 };
const origin = mkdtempSync(join(tmpdir(), 'stint-damage-'));

/** As it was before the damage. */
let truth: Answers;

interface Answers {
  bySession: Map<string, readonly Recorded[]>;
  all: readonly Recorded[];
  byPosition: Map<number, Recorded>;
  lists: unknown;
}

const refused = Symbol('refused');
const orRefused = <T>(read: () => T): T | typeof refused => {
  try {
    return read();
  } catch {
    return refused;
  }
};

/** As `toEqual`, of many rows many times. */
const expectSame = (found: readonly unknown[], expected: readonly unknown[]): void => {
  if (JSON.stringify(found) !== JSON.stringify(expected)) expect(found).toEqual(expected);
};

const listsIn = (reads: Reads): unknown =>
  (['active', 'paused', 'completed', undefined] as const).map((status) =>
    reads.list({ limit: 100, ...(status === undefined ? {} : { status }) }),
  );

const answersOf = (reads: Reads): Answers => {
  const all = reads.readAll({ after: 0, limit: 10_000 });
  const ids = new Set(all.map(({ session }) => session));
  const bySession = new Map([...ids].map((id) => [id, reads.read(id, { limit: 10_000 })]));
  const byPosition = new Map(all.map((event) => [event.position, event]));
  return { all, byPosition, bySession, lists: listsIn(reads) };
};

beforeAll(async () => {
  const file = databaseOf(origin);
  await live(file);
  const db = openForReading(file);
  truth = answersOf(newReads(db));
  db.close();
});
afterAll(() => rmSync(origin, { recursive: true, force: true }));

/** The same places at each run: a multiplicative generator of Lehmer's. */
const placesIn = (size: number, count: number): { position: number; bit: number }[] => {
  let seed = 20_261_120;
  const next = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  return Array.from({ length: count }, () => ({ position: next(size), bit: 1 << next(8) }));
};

const flip = (file: string, { position, bit }: { position: number; bit: number }): void =>
  overwrite(file, position, Buffer.of((readFileSync(file)[position] ?? 0) ^ bit));

/** Whether something was not answered as it was before. What has a checksum is never answered wrongly. */
const isHarmed = (file: string): boolean => {
  const db = orRefused(() => openForReading(file));
  if (db === refused) return true;
  try {
    return isAnyHarmed(newReads(db));
  } finally {
    db.close();
  }
};

const isAnyHarmed = (reads: Reads): boolean => {
  let harmed = false;
  const note = (isRight: boolean): void => {
    harmed ||= !isRight;
  };
  for (const [id, events] of truth.bySession) {
    const read = orRefused(() => reads.read(id, { limit: 10_000 }));
    // A session that is not found at all is an answer that a caller can tell from a right one.
    if (read !== refused && read.length > 0) expectSame(read, events);
    note(read !== refused && read.length > 0);
    const loaded = orRefused(() => reads.load(id));
    if (loaded !== refused && loaded !== undefined) {
      const from = loaded.saved?.version ?? 0;
      expectSame(loaded.events, events.slice(from));
    }
    note(loaded !== refused && loaded !== undefined);
  }
  const all = orRefused(() => reads.readAll({ after: 0, limit: 10_000 }));
  if (all !== refused)
    expectSame(
      all,
      all.map(({ position }) => truth.byPosition.get(position)),
    );
  note(all !== refused && all.length === truth.all.length);
  note(JSON.stringify(orRefused(() => listsIn(reads))) === JSON.stringify(truth.lists));
  return harmed;
};

it(
  `serves nothing wrong of a database with a bit flipped at one of ${places} places, and the doctor finds it`,
  options,
  () => {
    const file = databaseOf(newFolder());
    const counts = { harmed: 0, found: 0 };
    for (const place of placesIn(statSync(databaseOf(origin)).size, places)) {
      copyFileSync(databaseOf(origin), file);
      flip(file, place);
      const harmed = isHarmed(file);
      const findings = orRefused(() => findingsIn(file));
      const found = findings === refused || findings.length > 0;
      if (harmed) counts.harmed += 1;
      if (found) counts.found += 1;
      expect({ place, missed: harmed && !found }).toEqual({ place, missed: false });
    }
    // Else nothing was tried here.
    expect(counts.harmed).toBeGreaterThan(places / 10);
    expect(counts.found).toBeGreaterThanOrEqual(counts.harmed);
  },
);

it(
  `takes nothing wrong of a log with a bit flipped at one of ${places} places, and says that it is torn`,
  options,
  () => {
    const { source, log } = loggedCopy();
    const file = databaseOf(newFolder());
    let torn = 0;
    for (const place of placesIn(statSync(log).size, places)) {
      copyFileSync(source, file);
      copyFileSync(log, `${file}-wal`);
      rmSync(`${file}-shm`, { force: true });
      flip(`${file}-wal`, place);
      const said = tornLog(`${file}-wal`) !== undefined;
      if (said) torn += 1;
      const db = openForWriting(file);
      const all = newReads(db).readAll({ after: 0, limit: 10_000 });
      db.close();
      // What is left is a beginning of what there was, whole in itself.
      expectSame(all, truth.all.slice(0, all.length));
      expect({ place, missed: all.length < truth.all.length && !said }).toEqual({ place, missed: false });
      expect(findingsIn(file)).toEqual([]);
    }
    expect(torn).toBeGreaterThan(places / 2);
  },
);

/** The tables made, and then every row written again in transactions of its session, which stay in the log. */
const loggedCopy = (): { source: string; log: string } => {
  const file = databaseOf(newFolder());
  openForWriting(file).close();
  const db = openForWriting(file);
  db.prepare('ATTACH ? AS origin').run(databaseOf(origin));
  const keys = db.prepare('SELECT key FROM origin.sessions ORDER BY key').all();
  for (const { key } of keys) {
    db.exec(`BEGIN;
      INSERT INTO sessions SELECT * FROM origin.sessions WHERE key = ${Number(key)};
      INSERT INTO events SELECT * FROM origin.events WHERE session = ${Number(key)};
      INSERT INTO saved_states SELECT * FROM origin.saved_states WHERE session = ${Number(key)};
      DELETE FROM session_counts;
      INSERT INTO session_counts SELECT owner, kind, status, count(*) FROM sessions GROUP BY 1, 2, 3;
      DELETE FROM session_slots; DELETE FROM owner_slots; DELETE FROM presences; DELETE FROM open_spans`);
    fillActivity(db);
    db.exec('COMMIT');
  }
  const source = databaseOf(newFolder());
  copyFileSync(file, source);
  copyFileSync(`${file}-wal`, `${source}-wal`);
  db.close();
  return { source, log: `${source}-wal` };
};
