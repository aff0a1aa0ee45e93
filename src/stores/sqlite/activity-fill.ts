import type { DatabaseSync } from 'node:sqlite';
import { activityOfEvent } from '../../session/activity.ts';
import { evolve } from '../../session/evolve.ts';
import { absent } from '../../session/state.ts';
import type { SessionState } from '../../session/state.ts';
import { newActivityRows } from './activity-rows.ts';
import { readable } from './rows.ts';
import type { EventRow } from './rows.ts';

/** Summed in memory before they are written. */
const sessionsAtOnce = 500;

/**
 * Makes the read model of activity from the journal: `session_slots`, `owner_slots`, `presences` and `open_spans`, which must
 * be empty. Runs in the caller's transaction. Of a session whose events are damaged it holds what comes before the damage.
 */
export const fillActivity = (db: DatabaseSync): void => {
  const rows = newActivityRows(db);
  const sessions = db.prepare('SELECT key, id, owner FROM sessions WHERE key > ? ORDER BY key LIMIT ?');
  const events = db.prepare(
    'SELECT position, session, seq, type, at, data, crc FROM events WHERE session = ? ORDER BY seq',
  );
  events.setReturnArrays(true);
  const fill = (key: number, id: string, owner: string): void => {
    let state: SessionState = absent;
    let seq = 0;
    for (const row of events.iterate(key) as Iterable<unknown> as Iterable<EventRow>) {
      const event = readable(row, id);
      if (event === undefined || event.seq !== seq++) return;
      const after = evolved(state, event);
      if (after === undefined) return;
      rows.take(key, owner, activityOfEvent(state, event));
      state = after;
    }
  };
  for (let last = 0; ;) {
    const page = sessions.all(last, sessionsAtOnce);
    for (const { key, id, owner } of page) fill(Number(key), String(id), String(owner));
    rows.write();
    if (page.length < sessionsAtOnce) return;
    last = Number(page.at(-1)?.['key']);
  }
};

const evolved = (...[state, event]: Parameters<typeof evolve>) => {
  try {
    return evolve(state, event);
  } catch {
    return undefined;
  }
};
