import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

/** Tables that are folded from the journal. */
export interface Folded {
  /** All that the fold needs a place for, by name. */
  tables: readonly string[];
  /** Makes them again from the journal, in tables of the same names. */
  fill: (db: DatabaseSync) => void;
  /** What is held against the fold: by table, its rows, `?` for the schema that it is in. */
  rowsOf: Readonly<Record<string, string>>;
}

/**
 * Makes tables again, on the side, and holds what was kept against them, at one moment: in one read transaction, so that the log can't be
 * started over meanwhile. Returns the tables that differ; those of damaged sessions do.
 */
export const differingFrom = (file: string, { tables, fill, rowsOf }: Folded): string[] => {
  // A temporary database without a name: in memory while it is small, else in a file that nobody sees.
  const db = new DatabaseSync('');
  try {
    db.prepare('ATTACH ? AS kept').run(`${pathToFileURL(file).href}?mode=ro`);
    db.exec('BEGIN');
    const made = db
      .prepare("SELECT sql FROM kept.sqlite_schema WHERE type = 'table' AND name IN (SELECT value FROM json_each(?))")
      .all(JSON.stringify(tables));
    // The first statement and no more: what else a forged file has there is not run.
    for (const { sql } of made) db.prepare(String(sql)).run();
    // Its tables are those on the side; the journal, which is not there, is the one that is attached.
    fill(db);
    return Object.keys(rowsOf).filter((table) => differs(db, rowsOf[table]!));
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
