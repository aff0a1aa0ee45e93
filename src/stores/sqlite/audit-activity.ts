import type { DatabaseSync } from 'node:sqlite';
import { fillActivity } from './activity-fill.ts';
import { differingFrom } from './audit-aside.ts';
import type { AuditFinding } from './audit.ts';

/** Each table's rows without their keys; a sum that came down to nothing is none. */
const rowsOf = {
  session_slots: 'SELECT session, slot, tokens, stray FROM ?.session_slots',
  owner_slots: 'SELECT slot, owner, tokens FROM ?.owner_slots WHERE tokens <> 0',
  presences: 'SELECT session, owner, from_at, to_at, count(*) FROM ?.presences GROUP BY 1, 2, 3, 4',
  open_spans: 'SELECT session, owner, since FROM ?.open_spans',
};
const tables = ['activity_owners', ...Object.keys(rowsOf)];

/** Owners keep the keys that they have. */
const fill = (db: DatabaseSync): void => {
  db.exec('INSERT INTO main.activity_owners SELECT key, id FROM kept.activity_owners');
  fillActivity(db);
};

/** Holds the read model of activity against the journal. */
export const auditActivity = (file: string): AuditFinding[] =>
  differingFrom(file, { tables, fill, rowsOf }).map((table) => ({
    kind: 'activity_differs',
    what: `the rows behind analytics (${table}) differ from the events`,
  }));
