import type { DatabaseSync } from 'node:sqlite';
import type { SessionEvent } from '../../contract/event.ts';
import { openStatus } from '../../journal/sessions.ts';
import { evolve } from '../../session/evolve.ts';
import { absent, stateShape, versionOf } from '../../session/state.ts';
import type { Existing, SessionState } from '../../session/state.ts';
import { fillActivity } from './activity-fill.ts';
import type { Summarize } from './audit.ts';
import { fillRepl } from './repl-fill.ts';
import { replTables } from './repl-rows.ts';
import { stateCrc, toRecorded } from './rows.ts';
import type { EventRow } from './rows.ts';
import { foldUsage } from './usage-rows.ts';

export interface Rebuilt {
  /** Sessions whose row was folded again. */
  sessions: number;
  /** Ids of those whose events are damaged: their rows stay as they were, and they stay set aside. */
  setAside: string[];
}

const eventsAtOnce = 500;

/**
 * Folds the rows of all sessions, the counts, saved states, the rows behind analytics and those behind REPL sessions again from the
 * journal, in one transaction: a kill leaves all as it was.
 */
export const rebuild = (
  db: DatabaseSync,
  summarize: Summarize,
  onProgress: (done: number, of: number) => void,
): Rebuilt => {
  db.exec('BEGIN IMMEDIATE');
  try {
    // What an index says is made of its table.
    db.exec('REINDEX');
    const rebuilt = rebuildSessions(db, summarize, onProgress);
    db.exec(`DELETE FROM session_counts;
      INSERT INTO session_counts (owner, kind, status, n) SELECT owner, kind, status, count(*) FROM sessions GROUP BY 1, 2, 3`);
    db.exec('DELETE FROM session_slots; DELETE FROM owner_slots; DELETE FROM presences; DELETE FROM open_spans');
    fillActivity(db);
    foldUsage(db);
    for (const table of replTables) db.exec(`DELETE FROM ${table}`);
    fillRepl(db);
    db.exec('COMMIT');
    return rebuilt;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
};

const rebuildSessions = (
  db: DatabaseSync,
  summarize: Summarize,
  onProgress: (done: number, of: number) => void,
): Rebuilt => {
  const update = db.prepare(
    `UPDATE sessions SET owner = ?, kind = ?, status = ?, name_folded = ?, start_time = ?, wake_at = ?, has_run = ?, version = ?,
     doc = ? WHERE key = ?`,
  );
  // Without it a long session that ended would be folded from its first event whenever it is opened.
  const save = db.prepare('UPDATE saved_states SET version = ?, shape = ?, state = ?, crc = ? WHERE session = ?');
  const readEvents = eventReader(db);
  const rows = db.prepare('SELECT key, id, version FROM sessions ORDER BY key').all();
  const setAside: string[] = [];
  rows.forEach((row, i) => {
    const [key, id] = [Number(row['key']), String(row['id'])];
    const state = fold(readEvents, key, id);
    // Fewer events than the row counts: some are gone, and no fold brings them back.
    if (state === undefined || versionOf(state) < Number(row['version'])) setAside.push(id);
    else {
      const s = summarize(id, state);
      const name = s.name?.toLowerCase() ?? null;
      const run = s.run === undefined ? 0 : 1;
      const wake = s.wakeAt ?? null;
      const { owner, kind, phase, startTime, version } = s;
      update.run(owner, kind, openStatus(phase), name, startTime, wake, run, version, JSON.stringify(s), key);
      const text = JSON.stringify(state);
      save.run(version, stateShape, text, stateCrc(key, version, stateShape, text), key);
    }
    onProgress(i + 1, rows.length);
  });
  return { sessions: rows.length - setAside.length, setAside };
};

type ReadEvents = (key: number, from: number) => EventRow[];

const eventReader = (db: DatabaseSync): ReadEvents => {
  const statement = db.prepare(
    'SELECT position, session, seq, type, at, data, crc FROM events WHERE session = ? AND seq >= ? ORDER BY seq LIMIT ?',
  );
  statement.setReturnArrays(true);
  return (key, from) => statement.all(key, from, eventsAtOnce) as unknown as EventRow[];
};

/** Undefined where an event is damaged or missing. */
const fold = (read: ReadEvents, key: number, id: string): Existing | undefined => {
  let state: SessionState = absent;
  try {
    for (;;) {
      const rows = read(key, versionOf(state));
      for (const row of rows) {
        const event = toRecorded(row, id);
        if (event.seq !== versionOf(state)) return undefined;
        state = evolve(state, event satisfies SessionEvent);
      }
      if (rows.length < eventsAtOnce) return state.status === 'absent' ? undefined : state;
    }
  } catch {
    return undefined;
  }
};
