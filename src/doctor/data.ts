import type { DatabaseSync } from 'node:sqlite';
import { summarize } from '../projections/summary.ts';
import { audit } from '../stores/sqlite/audit.ts';
import { auditActivity } from '../stores/sqlite/audit-activity.ts';
import { auditRepl } from '../stores/sqlite/audit-repl.ts';
import { auditUsage } from '../stores/sqlite/audit-usage.ts';
import type { AuditFinding, AuditKind } from '../stores/sqlite/audit.ts';
import { versionOf } from '../stores/sqlite/connection.ts';
import { migrations } from '../stores/sqlite/tables.ts';
import type { Finding } from './finding.ts';

/** How far a look at the data has come. */
export type OnProgress = (done: number, of: number) => void;

const mostTold = 1000;
const futureMs = 60_000;
const fromBackup = 'restore a backup from before the damage: stint restore';
const fromJournal = 'stop the server and fold it again from the journal: stint doctor --rebuild';

const adviceOn: Record<AuditKind, string> = {
  event_damaged: `the session is set aside; ${fromBackup}`,
  events_missing: `the session is set aside; ${fromBackup}`,
  session_missing: fromBackup,
  saved_state_damaged: fromJournal,
  read_model_differs: fromJournal,
  counts_differ: fromJournal,
  activity_differs: fromJournal,
  usage_differs: 'stop the server and add it up again: stint doctor --rebuild',
  repl_index_differs: fromJournal,
  unreadable: fromBackup,
};

export const toFinding = ({ kind, ...rest }: AuditFinding): Finding => ({
  severity: 'error',
  kind,
  ...rest,
  advice: adviceOn[kind],
});

/** All that is wrong with a database: SQLite's own look at it, then every event and what is kept beside them. */
export const examineData = (db: DatabaseSync, now: number, onProgress: OnProgress): Finding[] => {
  const version = versionOf(db);
  if (version > migrations.length) return [newer(version)];
  const findings = integrity(db);
  if (version < migrations.length) return [...findings, older(version)];
  let latest: { at: number; position: number } | undefined;
  try {
    for (const step of audit(db, summarize)) {
      if (findings.length < mostTold) findings.push(...step.findings.map(toFinding));
      if (step.latest && step.latest.at > (latest?.at ?? now + futureMs)) latest = step.latest;
      onProgress(step.done, step.of);
    }
  } catch (error) {
    findings.push(unreadable(error));
  }
  // A fold of what is damaged differs for that reason alone.
  if (findings.length === 0) findings.push(...ofFile(db, auditActivity), ...usage(db), ...ofFile(db, auditRepl));
  return latest === undefined ? findings : [...findings, future(latest)];
};

const ofFile = (db: DatabaseSync, look: (file: string) => AuditFinding[]): Finding[] => {
  const file = db.location();
  try {
    return file === null ? [] : look(file).map(toFinding);
  } catch (error) {
    return [unreadable(error)];
  }
};

const usage = (db: DatabaseSync): Finding[] => {
  try {
    return auditUsage(db).map(toFinding);
  } catch (error) {
    return [unreadable(error)];
  }
};

const integrity = (db: DatabaseSync): Finding[] => {
  try {
    const told = [...rowsOf(db, 'PRAGMA integrity_check(20)', 'integrity_check'), ...foreignKeys(db)];
    return told
      .filter((what) => what !== 'ok')
      .map((what) => ({ severity: 'error', kind: 'database_damaged', what, advice: fromBackup }));
  } catch (error) {
    return [unreadable(error)];
  }
};

const rowsOf = (db: DatabaseSync, sql: string, column: string): string[] =>
  db
    .prepare(sql)
    .all()
    .map((row) => String(row[column]));

const foreignKeys = (db: DatabaseSync): string[] =>
  rowsOf(db, 'PRAGMA foreign_key_check', 'table').map((table) => `a row of ${table} refers to one that is not there`);

export const unreadable = (error: unknown): Finding => ({
  severity: 'error',
  kind: 'database_damaged',
  what: `it can’t be read: ${(error as Error).message}`,
  advice: fromBackup,
});

const newer = (version: number): Finding => ({
  severity: 'error',
  kind: 'newer_data',
  what: `the data is of version ${version}, newer than this stint knows (${migrations.length})`,
  advice: 'use a newer stint',
});

const older = (version: number): Finding => ({
  severity: 'info',
  kind: 'older_data',
  what: `the data is of version ${version}; the next start brings it to ${migrations.length}, and only then can all of it be looked at`,
});

const future = ({ position }: { position: number }): Finding => ({
  severity: 'warning',
  kind: 'event_in_future',
  what: 'an event lies in the future: the clock was ahead when it was written, or is behind now',
  position,
  advice: 'set the machine’s clock right',
});
