import type { DatabaseSync } from 'node:sqlite';
import type { UsageStep } from '../../contract/usage.ts';
import type { Entry, Receipt } from '../../journal/journal.ts';
import { openStatus } from '../../journal/sessions.ts';
import type { CountChange } from '../../journal/sessions.ts';
import { replStepsOf } from '../../session/repl-steps.ts';
import type { ReplStep } from '../../session/repl-steps.ts';
import type { ActivityStep } from '../../session/activity.ts';
import { newActivityRows } from './activity-rows.ts';
import { newReplImageRows } from './repl-images.ts';
import type { PackedImages } from './repl-images.ts';
import { newReplRows } from './repl-rows.ts';
import { newUsageRows } from './usage-rows.ts';
import { eventCrc, lastPositionSql, stateCrc } from './rows.ts';

/** An entry as it travels to the writer thread: flat, and what is JSON in the tables is text already. */
export interface PackedEntry {
  session: string;
  expectedVersion: number;
  /** type, at, data; type, at, data; … */
  events: (string | number)[];
  owner: string;
  kind: string;
  status: string;
  nameFolded: string | null;
  startTime: number;
  wakeAt: number | null;
  hasRun: number;
  doc: string;
  counts: readonly CountChange[];
  activity: readonly ActivityStep[];
  usage: readonly UsageStep[];
  /** Absent where there are none. */
  repl?: PackedImages;
  replSteps?: readonly ReplStep[];
  saved: { version: number; shape: number; state: string } | null;
  receipt: Receipt | null;
}

export const pack = ({
  session,
  expectedVersion,
  events,
  summary,
  counts,
  activity,
  usage = [],
  images = [],
  forked,
  saved,
  receipt,
}: Entry): PackedEntry => ({
  session,
  expectedVersion,
  events: events.flatMap(({ type, at, data }) => [type, at, JSON.stringify(data)]),
  owner: summary.owner,
  kind: summary.kind,
  status: openStatus(summary.phase),
  nameFolded: summary.name?.toLowerCase() ?? null,
  startTime: summary.startTime,
  wakeAt: summary.wakeAt ?? null,
  hasRun: summary.run === undefined ? 0 : 1,
  doc: JSON.stringify(summary),
  counts,
  activity,
  usage,
  ...indexed(events, expectedVersion),
  ...((images.length > 0 || forked) && { repl: { images, forked: forked ?? null } }),
  saved: saved ? { ...saved, state: JSON.stringify(saved.state) } : null,
  receipt: receipt ?? null,
});

const indexed = (events: Entry['events'], from: number): { replSteps?: ReplStep[] } => {
  const replSteps = events.flatMap((event, i) => replStepsOf(event, from + i));
  return replSteps.length === 0 ? {} : { replSteps };
};

/** What became of an entry: the position of its first event, or `conflict` when the session's version was another one. */
export type Placed = number | 'conflict';

export interface Appender {
  /** Appends all entries in one transaction; returns after fsync. Throws what SQLite throws, and then nothing is changed. */
  append(entries: readonly PackedEntry[]): Placed[];
}

/** The very statements of an append, prepared once. Also what the benchmark measures on its own. */
export const newAppender = (db: DatabaseSync): Appender => {
  const statements = prepare(db);
  const activity = newActivityRows(db);
  const usage = newUsageRows(db);
  const repl = newReplImageRows(db);
  const replIndex = newReplRows(db);
  let position = lastPosition(db);

  const one = (entry: PackedEntry): Placed => {
    const version = entry.expectedVersion + entry.events.length / 3;
    const row = entry.expectedVersion === 0 ? insertSession(entry, version) : updateSession(entry, version);
    if (row === undefined) return 'conflict';
    const key = Number(row['key']);
    const first = position + 1;
    insertEvents(entry, key);
    for (const { owner, kind, status, by } of entry.counts) statements.count.run(owner, kind, status, by);
    activity.take(key, entry.owner, entry.activity);
    usage.take(entry.usage);
    if (entry.repl) repl.take(key, entry.repl);
    if (entry.replSteps) replIndex.take(key, entry.replSteps);
    if (entry.saved) saveState(entry.saved, key);
    if (entry.receipt) insertReceipt(entry.receipt);
    return first;
  };

  const insertSession = (entry: PackedEntry, version: number) =>
    statements.insertSession.get(
      entry.session,
      entry.owner,
      entry.kind,
      entry.status,
      entry.nameFolded,
      entry.startTime,
      entry.wakeAt,
      entry.hasRun,
      version,
      entry.doc,
    );

  const updateSession = (entry: PackedEntry, version: number) => {
    const { status, nameFolded, wakeAt, doc, session, expectedVersion } = entry;
    return (
      statements.updateDoc.get(version, doc, session, expectedVersion, status, nameFolded, wakeAt) ??
      statements.updateSession.get(status, nameFolded, wakeAt, version, doc, session, expectedVersion)
    );
  };

  const insertEvents = ({ events, expectedVersion }: PackedEntry, key: number): void => {
    for (let i = 0; i < events.length; i += 3) {
      const [type, at, data] = events.slice(i, i + 3) as [string, number, string];
      const seq = expectedVersion + i / 3;
      position += 1;
      statements.insertEvent.run(position, key, seq, type, at, data, eventCrc(position, key, seq, type, at, data));
    }
  };

  const saveState = (
    { version, shape, state }: { version: number; shape: number; state: string },
    key: number,
  ): void => {
    statements.saveState.run(key, version, shape, state, stateCrc(key, version, shape, state));
  };

  const insertReceipt = ({ caller, route, key, fingerprint, status, body, at }: Receipt): void => {
    statements.insertReceipt.run(caller, route, key, fingerprint, status, body, at);
  };

  return {
    append: (entries) => {
      const before = position;
      statements.begin.run();
      try {
        const placed = entries.map(one);
        activity.write();
        usage.write();
        statements.commit.run();
        return placed;
      } catch (error) {
        position = before;
        activity.forget();
        usage.forget();
        if (db.isTransaction) statements.rollback.run();
        throw error;
      }
    },
  };
};

/** The last position ever given, also when its event was removed since. */
export const lastPosition = (db: DatabaseSync): number => Number(db.prepare(lastPositionSql).get()?.['last']);

const prepare = (db: DatabaseSync) => ({
  begin: db.prepare('BEGIN IMMEDIATE'),
  commit: db.prepare('COMMIT'),
  rollback: db.prepare('ROLLBACK'),
  insertSession: db.prepare(
    `INSERT INTO sessions (id, owner, kind, status, name_folded, start_time, wake_at, has_run, version, doc)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING key`,
  ),
  // An UPDATE that names a column writes its indexes anew, whether its value changes or not; what lists filter and sort by
  // seldom does.
  updateDoc: db.prepare(
    `UPDATE sessions SET version = ?, doc = ?
     WHERE id = ? AND version = ? AND status = ? AND name_folded IS ? AND wake_at IS ? RETURNING key`,
  ),
  updateSession: db.prepare(
    `UPDATE sessions SET status = ?, name_folded = ?, wake_at = ?, version = ?, doc = ?
     WHERE id = ? AND version = ? RETURNING key`,
  ),
  insertEvent: db.prepare(
    'INSERT INTO events (position, session, seq, type, at, data, crc) VALUES (?, ?, ?, ?, ?, ?, ?)',
  ),
  count: db.prepare(
    `INSERT INTO session_counts (owner, kind, status, n) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET n = n + excluded.n`,
  ),
  saveState: db.prepare(
    `INSERT INTO saved_states (session, version, shape, state, crc) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (session) DO UPDATE SET
       version = excluded.version, shape = excluded.shape, state = excluded.state, crc = excluded.crc`,
  ),
  // Replaces only what is older than the day it is kept for: a younger one is found before the command is decided.
  insertReceipt: db.prepare(
    'INSERT OR REPLACE INTO receipts (caller, route, key, fingerprint, status, body, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  ),
});
