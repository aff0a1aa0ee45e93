import type { DatabaseSync } from 'node:sqlite';
import { replStepsOf } from '../../session/repl-steps.ts';
import { newReplRows } from './repl-rows.ts';
import { readable } from './rows.ts';
import type { EventRow } from './rows.ts';

/**
 * Makes the index of REPL sessions from the journal; its tables must be empty. Runs in the caller's transaction. Of a session whose
 * events are damaged it holds what comes before the damage.
 */
export const fillRepl = (db: DatabaseSync): void => {
  const rows = newReplRows(db);
  const sessions = db.prepare("SELECT key, id FROM sessions WHERE kind = 'repl' ORDER BY key");
  const events = db.prepare(
    'SELECT position, session, seq, type, at, data, crc FROM events WHERE session = ? ORDER BY seq',
  );
  events.setReturnArrays(true);
  for (const { key, id } of sessions.all()) {
    let seq = 0;
    for (const row of events.iterate(Number(key)) as Iterable<unknown> as Iterable<EventRow>) {
      const event = readable(row, String(id));
      if (event === undefined || event.seq !== seq++) break;
      rows.take(Number(key), replStepsOf(event, event.seq));
    }
  }
};
