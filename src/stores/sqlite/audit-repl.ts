import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type { AuditFinding } from './audit.ts';
import { fillRepl } from './repl-fill.ts';
import { replTables } from './repl-rows.ts';

/**
 * Makes the index of REPL sessions again, on the side, and holds what was kept against it, at one moment. Of damaged sessions the two
 * differ.
 */
export const auditRepl = (file: string): AuditFinding[] => {
  // A temporary database without a name: in memory while it is small, else in a file that nobody sees.
  const db = new DatabaseSync('');
  try {
    db.prepare('ATTACH ? AS kept').run(`${pathToFileURL(file).href}?mode=ro`);
    db.exec('BEGIN');
    const tables = db
      .prepare("SELECT sql FROM kept.sqlite_schema WHERE type = 'table' AND name IN (SELECT value FROM json_each(?))")
      .all(JSON.stringify(replTables));
    // The first statement and no more: what else a forged file has there is not run.
    for (const { sql } of tables) db.prepare(String(sql)).run();
    // Its tables are those on the side; the journal, which is not there, is the one that is attached.
    fillRepl(db);
    return replTables.flatMap((table) => (differs(db, table) ? [finding(table)] : []));
  } finally {
    db.close();
  }
};

const differs = (db: DatabaseSync, table: string): boolean => {
  const [made, kept] = [`SELECT * FROM main.${table}`, `SELECT * FROM kept.${table}`];
  const one = db.prepare(
    `SELECT EXISTS (SELECT * FROM (${made}) EXCEPT SELECT * FROM (${kept}))
         OR EXISTS (SELECT * FROM (${kept}) EXCEPT SELECT * FROM (${made})) AS differs`,
  );
  return one.get()?.['differs'] === 1;
};

const finding = (table: string): AuditFinding => ({
  kind: 'repl_index_differs',
  what: `the rows behind REPL sessions (${table}) differ from the events`,
});
