import type { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import type { SessionEvent } from '../../contract/event.ts';
import { openStatus } from '../../journal/sessions.ts';
import type { SessionSummary } from '../../journal/sessions.ts';
import { evolve } from '../../session/evolve.ts';
import { absent, stateShape, versionOf } from '../../session/state.ts';
import type { Existing, SessionState } from '../../session/state.ts';
import { eventCrc, stateCrc } from './rows.ts';
import type { EventRow } from './rows.ts';

/**
 * Reads the whole journal, session by session, and holds what was kept beside it against a fold of it.
 *
 *  A1  A session is looked at as it was at one moment: its row, its saved state and the number of its events are read in one
 *      short transaction, and events before that version never change. So it may go on meanwhile.
 *  A2  No transaction stays open between two steps: the write-ahead log can be started over.
 */
export interface AuditFinding {
  kind: AuditKind;
  /** What was met, in a few words. */
  what: string;
  /** The session's id, where its row tells it. */
  session?: string;
  position?: number;
}

export type AuditKind =
  /** An event's checksum does not fit, or it can't be read at all. */
  | 'event_damaged'
  /** Events that were written are not there. */
  | 'events_missing'
  /** Events, or a saved state, of a session that has no row. */
  | 'session_missing'
  | 'saved_state_damaged'
  | 'read_model_differs'
  | 'counts_differ'
  | 'activity_differs'
  | 'usage_differs'
  | 'repl_index_differs'
  | 'unreadable';

export interface AuditStep {
  findings: readonly AuditFinding[];
  /** Sessions looked at so far, and about how many there are. */
  done: number;
  of: number;
  /** The latest time of an event in this step, Unix ms, and its position. */
  latest?: { at: number; position: number };
}

export type Summarize = (session: string, state: Existing) => SessionSummary;

const eventsAtOnce = 500;

/** One step a session; long sessions take several. The last step looks at the counts. */
export function* audit(db: DatabaseSync, summarize: Summarize): Generator<AuditStep, void> {
  const reads = prepare(db);
  const of = Number(reads.total.get()?.['n'] ?? 0);
  let done = 0;
  for (let key = nextKey(reads, -1); key !== undefined; key = nextKey(reads, key)) {
    for (const step of auditSession(db, reads, key, summarize)) yield { ...step, done, of };
    done += 1;
  }
  yield { findings: attempt(undefined, () => auditCounts(reads)), done, of };
}

type Statements = ReturnType<typeof prepare>;
type Row = Record<string, unknown>;
type Step = Pick<AuditStep, 'findings' | 'latest'>;

/** Rows of a damaged page may be out of order: a key that does not rise would be met for ever. */
const nextKey = (reads: Statements, after: number): number | undefined => {
  const key = reads.nextKey.get(after, after, after)?.['key'];
  return typeof key === 'number' && key > after ? key : undefined;
};

interface Snapshot {
  row: Row | undefined;
  saved: Row | undefined;
  firstPosition: number | undefined;
  lastSeq: number | undefined;
}

function* auditSession(db: DatabaseSync, reads: Statements, key: number, summarize: Summarize): Generator<Step> {
  let session: string | undefined;
  try {
    const kept = snapshot(db, reads, key);
    if (kept.row === undefined) return yield { findings: sessionMissing(kept) };
    session = String(kept.row['id']);
    const fold = newFold(key, session, Number(kept.saved?.['version'] ?? 0));
    const version = Number(kept.row['version']);
    while (fold.finding === undefined && versionOf(fold.state) < version) {
      const from = versionOf(fold.state);
      const rows = reads.events.all(key, from, version, eventsAtOnce) as unknown as EventRow[];
      for (const row of rows) fold.take(row);
      if (rows.length === 0) {
        // Removed since; else its events are gone.
        if (reads.row.get(key)?.['id'] !== session) return;
        fold.miss();
      }
      yield fold.latest === undefined ? { findings: [] } : { findings: [], latest: fold.latest };
    }
    yield { findings: fold.finding ? [fold.finding] : compare(kept, key, session, fold, summarize) };
  } catch (error) {
    if (db.isTransaction) db.exec('COMMIT');
    yield { findings: [unreadable(session, error)] };
  }
}

const attempt = (session: string | undefined, look: () => AuditFinding[]): AuditFinding[] => {
  try {
    return look();
  } catch (error) {
    return [unreadable(session, error)];
  }
};

const unreadable = (session: string | undefined, error: unknown): AuditFinding => ({
  kind: 'unreadable',
  what: (error as Error).message,
  ...(session === undefined ? {} : { session }),
});

const snapshot = (db: DatabaseSync, reads: Statements, key: number): Snapshot => {
  db.exec('BEGIN');
  const row = reads.row.get(key);
  const saved = reads.saved.get(key);
  const { first, last } = reads.ends.get(key) ?? {};
  const firstPosition = first === null ? undefined : Number(reads.position.get(key, Number(first))?.['position']);
  db.exec('COMMIT');
  return { row, saved, firstPosition, lastSeq: last === null ? undefined : Number(last) };
};

const sessionMissing = ({ firstPosition, saved }: Snapshot): AuditFinding[] => {
  if (firstPosition !== undefined)
    return [{ kind: 'session_missing', what: 'its events are there and its row is not', position: firstPosition }];
  return saved === undefined ? [] : [{ kind: 'session_missing', what: 'a saved state is left of it' }];
};

/** The fold of one session's events; stops at the first that is not what was written. */
const newFold = (key: number, session: string, savedVersion: number) => {
  const fold = {
    state: absent as SessionState,
    /** As it was where a state was saved. */
    atSaved: undefined as SessionState | undefined,
    latest: undefined as AuditStep['latest'],
    finding: undefined as AuditFinding | undefined,
    take: ([position, , seq, type, at, data, crc]: EventRow): void => {
      if (fold.finding !== undefined) return;
      const damaged = (what: string): void => {
        fold.finding = { kind: 'event_damaged', what, session, position };
      };
      if (seq !== versionOf(fold.state)) return fold.miss();
      if (eventCrc(position, key, seq, type, at, data) !== crc) return damaged('its checksum does not fit');
      if (position <= (fold.latest?.position ?? 0)) return damaged('it comes before the one that it follows');
      try {
        fold.state = evolve(fold.state, { type, at, data: JSON.parse(data) } as SessionEvent);
      } catch (error) {
        return damaged(`it can’t follow the one before it: ${(error as Error).message}`);
      }
      fold.latest = { at: Math.max(at, fold.latest?.at ?? 0), position };
      if (versionOf(fold.state) === savedVersion) fold.atSaved = fold.state;
    },
    miss: (): void => {
      const what = `event ${versionOf(fold.state)} of the session is not there`;
      fold.finding = { kind: 'events_missing', what, session, position: fold.latest?.position ?? 0 };
    },
  };
  return fold;
};

const compare = (
  { row = {}, saved, lastSeq }: Snapshot,
  key: number,
  session: string,
  { state, atSaved }: ReturnType<typeof newFold>,
  summarize: Summarize,
): AuditFinding[] => {
  if (state.status === 'absent') return [{ kind: 'read_model_differs', what: 'it has a row and no events', session }];
  const findings: AuditFinding[] = [];
  if (lastSeq !== versionOf(state) - 1)
    findings.push({ kind: 'read_model_differs', what: 'it has more events than its row says', session });
  const columns = differences(row, session, summarize(session, state));
  if (columns.length > 0) {
    const what = `its row differs from its events in ${columns.join(', ')}`;
    findings.push({ kind: 'read_model_differs', what, session });
  }
  const wrong = saved && savedStateWrong(saved, key, atSaved);
  if (wrong) findings.push({ kind: 'saved_state_damaged', what: wrong, session });
  return findings;
};

/** Names of the columns of a session's row that are not what the session's events say. */
const differences = (row: Row, id: string, summary: SessionSummary): string[] => {
  const expected: Row = {
    id,
    owner: summary.owner,
    kind: summary.kind,
    status: openStatus(summary.phase),
    // A column is UTF-8, which has no halves of characters; the name itself stands in `doc`, as JSON, which has.
    name_folded: summary.name?.toLowerCase().toWellFormed() ?? null,
    start_time: summary.startTime,
    wake_at: summary.wakeAt ?? null,
    has_run: summary.run === undefined ? 0 : 1,
    version: summary.version,
  };
  const columns = Object.keys(expected).filter((name) => row[name] !== expected[name]);
  return isSameJson(String(row['doc']), summary) ? columns : [...columns, 'doc'];
};

const isSameJson = (text: string, value: unknown): boolean => {
  const expected = JSON.stringify(value);
  if (text === expected) return true;
  try {
    return isDeepStrictEqual(JSON.parse(text), JSON.parse(expected));
  } catch {
    return false;
  }
};

/** A saved state of another shape is passed over when a session is opened, and so it is here. */
const savedStateWrong = (saved: Row, key: number, state: SessionState | undefined): string | undefined => {
  const [version, shape, text] = [Number(saved['version']), Number(saved['shape']), String(saved['state'])];
  if (stateCrc(key, version, shape, text) !== saved['crc']) return 'the checksum of its saved state does not fit';
  if (shape !== stateShape) return undefined;
  return state !== undefined && isSameJson(text, state) ? undefined : 'its saved state differs from its events';
};

/** Both sides are read by one statement, and so at one moment (A1). The rows of sessions were held against their events. */
const auditCounts = (reads: Statements): AuditFinding[] =>
  reads.counts.all().map(({ owner, kind, status, kept, counted }) => ({
    kind: 'counts_differ',
    what: `${String(kept)} ${String(status)} sessions of kind ${String(kind)} are counted for ${String(owner)}, and there are ${String(counted)}`,
  }));

const prepare = (db: DatabaseSync) => {
  const events = db.prepare(
    `SELECT position, session, seq, type, at, data, crc FROM events
     WHERE session = ? AND seq >= ? AND seq < ? ORDER BY seq LIMIT ?`,
  );
  events.setReturnArrays(true);
  return {
    events,
    total: db.prepare('SELECT count(*) AS n FROM sessions'),
    nextKey: db.prepare(
      `SELECT min(key) AS key FROM (
         SELECT min(key) AS key FROM sessions WHERE key > ? UNION ALL
         SELECT min(session) FROM events WHERE session > ? UNION ALL
         SELECT min(session) FROM saved_states WHERE session > ?)`,
    ),
    row: db.prepare('SELECT * FROM sessions WHERE key = ?'),
    saved: db.prepare('SELECT version, shape, state, crc FROM saved_states WHERE session = ?'),
    ends: db.prepare('SELECT min(seq) AS first, max(seq) AS last FROM events WHERE session = ?'),
    position: db.prepare('SELECT position FROM events WHERE session = ? AND seq = ?'),
    counts: db.prepare(
      `SELECT owner, kind, status, sum(n) AS kept, sum(one) AS counted FROM (
         SELECT owner, kind, status, n, 0 AS one FROM session_counts UNION ALL
         SELECT owner, kind, status, 0, 1 FROM sessions)
       GROUP BY owner, kind, status HAVING sum(n) <> sum(one)`,
    ),
  };
};
