/** The index of REPL sessions, made again from the journal. */
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import { fillRepl } from './repl-fill.ts';
import { replTables } from './repl-rows.ts';

const rowsIn = (db: DatabaseSync) =>
  Object.fromEntries(replTables.map((table) => [table, db.prepare(`SELECT * FROM ${table}`).all()]));

/** What the store kept is what its journal makes; leaves the file as it is. Returns how many rows there are of each table. */
export const checkReplFill = (file: string): Record<string, number> => {
  const db = new DatabaseSync(file);
  try {
    const kept = rowsIn(db);
    db.exec('BEGIN');
    for (const table of replTables) db.exec(`DELETE FROM ${table}`);
    fillRepl(db);
    expect(rowsIn(db)).toEqual(kept);
    db.exec('ROLLBACK');
    return Object.fromEntries(Object.entries(kept).map(([table, rows]) => [table, rows.length]));
  } finally {
    db.close();
  }
};
