import type { DatabaseSync } from 'node:sqlite';
import type { AuditFinding } from './audit.ts';
import { usageFolds } from './usage-rows.ts';

/** Holds the sums of the ledger against its responses, each table by one statement, and so at one moment. */
export const auditUsage = (db: DatabaseSync): AuditFinding[] =>
  usageFolds.flatMap(({ table, columns, fold }): AuditFinding[] => {
    const kept = `SELECT ${columns} FROM ${table}`;
    const one = db.prepare(
      `WITH fold AS MATERIALIZED (${fold}) SELECT EXISTS (SELECT * FROM fold EXCEPT ${kept})
         OR EXISTS (${kept} EXCEPT SELECT * FROM fold) AS differs`,
    );
    const what = `the sums of usage (${table}) differ from the responses`;
    return one.get()?.['differs'] === 1 ? [{ kind: 'usage_differs', what }] : [];
  });
