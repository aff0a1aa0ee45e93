import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { fillActivity } from './activity-fill.ts';
import type { AuditFinding } from './audit.ts';

/** What is held against a fold: each table's rows without their keys; a sum that came down to nothing is none. */
const rowsOf = {
  session_slots: 'SELECT session, slot, tokens, stray FROM ?.session_slots',
  owner_slots: 'SELECT slot, owner, tokens FROM ?.owner_slots WHERE tokens <> 0',
  presences: 'SELECT session, owner, from_at, to_at, count(*) FROM ?.presences GROUP BY 1, 2, 3, 4',
  open_spans: 'SELECT session, owner, since FROM ?.open_spans',
};

/**
 * Makes the read model of activity again, on the side, and holds what was kept against it. One read transaction: the log can't be
 * started over meanwhile. Of damaged sessions the two differ.
 */
export const auditActivity = (file: string): AuditFinding[] => {
  // A temporary database without a name: in memory while it is small, else in a file that nobody sees.
  const db = new DatabaseSync('');
  try {
    db.prepare('ATTACH ? AS kept').run(`${pathToFileURL(file).href}?mode=ro`);
    db.exec('BEGIN');
    const tables = db
      .prepare("SELECT sql FROM kept.sqlite_schema WHERE type = 'table' AND name IN (SELECT value FROM json_each(?))")
      .all(JSON.stringify(['activity_owners', ...Object.keys(rowsOf)]));
    // The first statement and no more: what else a forged file has there is not run.
    for (const { sql } of tables) db.prepare(String(sql)).run();
    db.exec('INSERT INTO main.activity_owners SELECT key, id FROM kept.activity_owners');
    // Its tables are those on the side; the journal, which is not there, is the one that is attached.
    fillActivity(db);
    return Object.entries(rowsOf).flatMap(([table, sql]) => (differs(db, sql) ? [finding(table)] : []));
  } finally {
    db.close();
  }
};

const differs = (db: DatabaseSync, sql: string): boolean => {
  const [made, kept] = [sql.replace('?', 'main'), sql.replace('?', 'kept')];
  const one = db.prepare(
    `SELECT EXISTS (SELECT * FROM (${made}) EXCEPT SELECT * FROM (${kept}))
         OR EXISTS (SELECT * FROM (${kept}) EXCEPT SELECT * FROM (${made})) AS differs`,
  );
  return one.get()?.['differs'] === 1;
};

const finding = (table: string): AuditFinding => ({
  kind: 'activity_differs',
  what: `the rows behind analytics (${table}) differ from the events`,
});
