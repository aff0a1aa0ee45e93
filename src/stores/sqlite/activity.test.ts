/** How data of the version before gets its read model of activity, and what the reader thread keeps of it. */
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { Author, newYear, sessionId } from '../../journal/author.suite.ts';
import { slotMs, slotOf } from '../../session/slot.ts';
import { summarize } from '../../projections/summary.ts';
import { fold } from '../../session/evolve.ts';
import type { SessionEvent } from '../../contract/event.ts';
import { startedFacts } from '../../session/decider-specification.suite.ts';
import type { Existing } from '../../session/state.ts';
import { activityIn, checkFill } from './activity-fill.suite.ts';
import { openForWriting } from './connection.ts';
import { eventCrc } from './rows.ts';
import { activity } from './migrations/activity.ts';
import { openStore, tamper, tempFile } from './store-folder.suite.ts';
import { migrations } from './tables.ts';

const [a, b] = [sessionId(1), sessionId(2)];
const minute = 60_000;

const life = (from: number): SessionEvent[] => [
  { type: 'started', at: from, data: { ...startedFacts, owner: 'ada', kind: 'timer' } },
  report(from + minute, from + minute),
  { type: 'paused', at: from + 2 * minute, data: { reason: 'request' } },
  report(from + 20 * minute, from + 20 * minute),
  { type: 'resumed', at: from + 30 * minute, data: { reason: 'request' } },
];

const report = (at: number, timestamp: number): SessionEvent => ({
  type: 'tokens_recorded',
  at,
  data: { id: 'row', tokensUsed: 5, operation: 'work', timestamp, cumulativeTotal: 5, source: 'api' },
});

/** A database as the version before left it, with two sessions. */
const before = (): string => {
  const file = tempFile();
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL');
  db.exec(String(migrations[0]));
  db.exec('PRAGMA user_version = 1');
  let position = 0;
  [a, b].forEach((id, i) => {
    const events = life(newYear + i * minute);
    const doc = JSON.stringify(summarize(id, fold(events) as Existing));
    db.prepare(
      `INSERT INTO sessions (key, id, owner, kind, status, start_time, has_run, version, doc)
       VALUES (?, ?, 'ada', 'timer', 'active', ?, 0, ?, ?)`,
    ).run(i + 1, id, newYear + i * minute, events.length, doc);
    events.forEach(({ type, at, data }, seq) => {
      const text = JSON.stringify(data);
      const place = ++position;
      db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)').run(
        place,
        i + 1,
        seq,
        type,
        at,
        text,
        eventCrc(place, i + 1, seq, type, at, text),
      );
    });
  });
  db.close();
  return file;
};

const query = { edges: [newYear, newYear + 60 * minute], now: newYear + 40 * minute };

describe('data of the version before', () => {
  it('gets its activity when it is opened', async () => {
    const { store, file } = await openStore(before());
    expect(await store.activity(query)).toEqual({
      buckets: [{ sessions: 2, activeMs: 23 * minute }],
      whole: { sessions: 2, activeMs: 23 * minute },
      slots: Float64Array.from([0, 4], (n) => slotOf(newYear + n * slotMs)),
      tokens: Float64Array.from([10, 10]),
    });
    await store.close();
    checkFill(file);
  });

  it('of a damaged session gets what comes before the damage, and all of the others', async () => {
    const file = before();
    tamper(file, `UPDATE events SET data = replace(data, 'row', 'raw') WHERE session = 1 AND seq = 3`);
    const { store } = await openStore(file);
    expect((await store.activity(query)).whole).toEqual({ sessions: 2, activeMs: 13 * minute });
    expect([...(await store.activity(query)).tokens]).toEqual([10, 5]);
  });

  it('stays as it was when it can’t be brought up to date', () => {
    const file = before();
    tamper(file, 'CREATE TABLE open_spans (in_the_way)');
    expect(() => openForWriting(file)).toThrow('open_spans');
    const db = new DatabaseSync(file);
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: migrations.indexOf(activity) });
    expect(db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'presences'").get()).toEqual({ n: 0 });
    db.close();
  });
});

describe('what is kept of activity', () => {
  it('is one row a slot, however many reports there were', async () => {
    const { store, file } = await openStore();
    const author = new Author(store);
    await author.start(a);
    const step = { do: 'tokens', slot: slotOf(newYear), tokens: 2, stray: true } as const;
    for (let n = 0; n < 5; n++) await author.comment(a, `${n}`, { activity: [step, step] });
    await store.close();
    const db = new DatabaseSync(file);
    const { session_slots, owner_slots, presences } = activityIn(db);
    db.close();
    expect({ session_slots, owner_slots }).toMatchObject({
      session_slots: [{ tokens: 20 }],
      owner_slots: [{ tokens: 20 }],
    });
    expect(presences).toHaveLength(1);
  });
});
