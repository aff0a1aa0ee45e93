/** The read model of activity, made again from the journal. */
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import { fillActivity } from './activity-fill.ts';

const tables = ['session_slots', 'owner_slots', 'presences', 'open_spans'] as const;

/** What is in the tables, without the order in which presences came; a sum that came down to nothing is none. */
export const activityIn = (db: DatabaseSync): Record<string, unknown[]> => ({
  session_slots: db.prepare('SELECT * FROM session_slots ORDER BY session, slot').all(),
  owner_slots: db.prepare('SELECT * FROM owner_slots WHERE tokens <> 0 ORDER BY slot, owner').all(),
  presences: db
    .prepare('SELECT session, owner, from_at, to_at FROM presences ORDER BY session, from_at, to_at, owner')
    .all(),
  open_spans: db.prepare('SELECT * FROM open_spans ORDER BY session').all(),
});

/** What the store kept is what its journal makes; leaves the file as it is. */
export const checkFill = (file: string): void => {
  const db = new DatabaseSync(file);
  try {
    const kept = activityIn(db);
    expect(kept['session_slots']?.length).toBeGreaterThan(0);
    db.exec('BEGIN');
    for (const table of tables) db.exec(`DELETE FROM ${table}`);
    fillActivity(db);
    expect(activityIn(db)).toEqual(kept);
    db.exec('ROLLBACK');
  } finally {
    db.close();
  }
};
