import { differingFrom } from './audit-aside.ts';
import type { AuditFinding } from './audit.ts';
import { fillRepl } from './repl-fill.ts';
import { replTables } from './repl-rows.ts';

const rowsOf = Object.fromEntries(replTables.map((table) => [table, `SELECT * FROM ?.${table}`]));

/** Holds the index of REPL sessions against the journal. */
export const auditRepl = (file: string): AuditFinding[] =>
  differingFrom(file, { tables: replTables, fill: fillRepl, rowsOf }).map((table) => ({
    kind: 'repl_index_differs',
    what: `the rows behind REPL sessions (${table}) differ from the events`,
  }));
