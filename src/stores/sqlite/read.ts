import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Activity, ActivityQuery } from '../../journal/activity.ts';
import { ActivityTables } from './activity-tables.ts';
import type { EventType, Recorded, SessionKind } from '../../contract/event.ts';
import type { AllPage, History, Receipt, ReceiptName, SessionPage } from '../../journal/journal.ts';
import type {
  ListPlace,
  OpenStatus,
  SessionCount,
  SessionList,
  SessionQuery,
  SessionSummary,
} from '../../journal/sessions.ts';
import { damaged, shortened, stateCrc, toRecorded } from './rows.ts';
import type { EventRow } from './rows.ts';

/** Reads over one connection. Each is a few statements, sees committed state only, and leaves no transaction open. */
export interface Reads {
  get(id: string): SessionSummary | undefined;
  list(query: SessionQuery): SessionList;
  counts(): SessionCount[];
  load(session: string): History | undefined;
  read(session: string, page: SessionPage): Recorded[];
  readAll(page: AllPage): Recorded[];
  receipt(name: ReceiptName): Receipt | undefined;
  waking(time: number, limit: number): SessionSummary[];
  nextWake(): number | undefined;
  openRuns(): SessionSummary[];
  runsEndedSince(time: number): SessionSummary[];
  activity(query: ActivityQuery): Activity;
}

const eventColumns = 'e.position, e.session, e.seq, e.type, e.at, e.data, e.crc';

export const newReads = (db: DatabaseSync): Reads => {
  const statement = cached(db);
  const activity = new ActivityTables(db);

  const keyOf = (id: string): number | undefined => {
    const row = statement('SELECT key FROM sessions WHERE id = ?').get(id);
    return row === undefined ? undefined : Number(row['key']);
  };

  const summaries = (sql: string, ...params: SQLInputValue[]): SessionSummary[] =>
    statement(sql)
      .all(...params)
      .map(summaryOf);

  const read = (session: string, { after = -1, before, limit, types, latest }: SessionPage): Recorded[] => {
    const key = keyOf(session);
    if (key === undefined) return [];
    const where = ['e.session = ?', 'e.seq > ?'];
    const params: SQLInputValue[] = [key, after];
    if (before !== undefined) {
      where.push('e.seq < ?');
      params.push(before);
    }
    if (types) where.push(ofTypes(types));
    const rows = statement(
      `SELECT ${eventColumns} FROM events e WHERE ${where.join(' AND ')} ORDER BY e.seq ${latest ? 'DESC' : ''} LIMIT ?`,
      'array',
    );
    const found = eventRows(rows, [...params, limit]).map((row) => toRecorded(row, session));
    return latest ? found.toReversed() : found;
  };

  return {
    get: (id) => {
      const row = statement('SELECT doc FROM sessions WHERE id = ?').get(id);
      return row === undefined ? undefined : summaryOf(row);
    },
    list: (query) => list(statement, summaries, query),
    counts: () =>
      statement('SELECT kind, status, sum(n) AS n FROM session_counts GROUP BY kind, status HAVING sum(n) > 0')
        .all()
        .map(({ kind, status, n }) => ({
          kind: kind as SessionKind,
          status: status as OpenStatus,
          count: Number(n),
        })),
    load: (session) => load(statement, keyOf, read, session),
    read,
    readAll: ({ after, limit, types }) => {
      const ofType = types ? `AND ${ofTypes(types)}` : '';
      const rows = statement(
        `SELECT ${eventColumns}, s.id FROM events e JOIN sessions s ON s.key = e.session
         WHERE e.position > ? ${ofType} ORDER BY e.position LIMIT ?`,
        'array',
      );
      return eventRows(rows, [after, limit]).map((row) => toRecorded(row, String((row as unknown[])[7])));
    },
    receipt: ({ caller, route, key }) => {
      const row = statement('SELECT * FROM receipts WHERE caller = ? AND route = ? AND key = ?').get(
        caller,
        route,
        key,
      );
      return row as Receipt | undefined;
    },
    waking: (time, limit) =>
      summaries('SELECT doc FROM sessions WHERE wake_at <= ? ORDER BY wake_at LIMIT ?', time, limit),
    nextWake: () => {
      const row = statement('SELECT min(wake_at) AS time FROM sessions WHERE wake_at IS NOT NULL').get();
      return row?.['time'] === null || row === undefined ? undefined : Number(row['time']);
    },
    // INDEXED BY refuses a statement that would read more than it finds.
    openRuns: () =>
      summaries(
        "SELECT doc FROM sessions INDEXED BY open_runs WHERE has_run = 1 AND status <> 'completed' ORDER BY key",
      ),
    runsEndedSince: (time) =>
      summaries(
        `SELECT doc FROM sessions INDEXED BY ended_runs
         WHERE has_run = 1 AND status = 'completed' AND json_extract(doc, '$.endTime') >= ? ORDER BY key`,
        time,
      ),
    activity: (query) => activity.read(query),
  };
};

/** Types are written into the statement, one as `=`: only then can a partial index serve it. */
const ofTypes = (types: readonly EventType[]): string => {
  const texts = types.map((type) => `'${type}'`);
  return texts.length === 1 ? `e.type = ${texts[0]}` : `e.type IN (${texts.join(', ')})`;
};

type Shape = 'object' | 'array';
type Statements = (sql: string, shape?: Shape) => StatementSync;

/** Statements by their text, prepared on first use. */
const cached = (db: DatabaseSync): Statements => {
  const known = new Map<string, StatementSync>();
  return (sql, shape = 'object') => {
    const met = known.get(sql);
    if (met) return met;
    const statement = db.prepare(sql);
    statement.setReturnArrays(shape === 'array');
    known.set(sql, statement);
    return statement;
  };
};

const eventRows = (statement: StatementSync, params: SQLInputValue[]): EventRow[] =>
  statement.all(...params) as unknown as EventRow[];

const summaryOf = (row: Record<string, unknown>): SessionSummary => JSON.parse(String(row['doc'])) as SessionSummary;

/** The saved state and the tail after it; a saved state that is not what was written is passed over for the journal. */
const load = (
  statement: Statements,
  keyOf: (id: string) => number | undefined,
  read: Reads['read'],
  session: string,
): History | undefined => {
  const known = statement('SELECT key, version FROM sessions WHERE id = ?').get(session);
  if (known === undefined) return undefined;
  const key = Number(known['key']);
  const row = statement('SELECT version, shape, state, crc FROM saved_states WHERE session = ?').get(key);
  const version = Number(row?.['version'] ?? 0);
  const shape = Number(row?.['shape'] ?? 0);
  const state = String(row?.['state'] ?? '');
  const whole = row !== undefined && stateCrc(key, version, shape, state) === row['crc'];
  const from = whole ? version : 0;
  const events = read(session, { after: from - 1, limit: -1 });
  const misplaced = events.find(({ seq }, i) => seq !== from + i);
  if (misplaced) throw damaged(misplaced.position);
  if (from + events.length < Number(known['version'])) {
    // Removed since the first statement, or its last events are gone.
    if (keyOf(session) !== key) return undefined;
    throw shortened(events.at(-1)?.position ?? 0);
  }
  return { ...(whole ? { saved: { version, shape, state: JSON.parse(state) } } : {}), events };
};

const list = (
  statement: Statements,
  summaries: (sql: string, ...params: SQLInputValue[]) => SessionSummary[],
  query: SessionQuery,
): SessionList => {
  const { limit, offset = 0 } = query;
  const { where, params } = conditions(query);
  const place = query.after === undefined ? { where: [], params: [] } : after(query.after);
  // CROSS JOIN is how SQLite is told that the page comes first: left to itself it looks for the page's keys among all sessions.
  const page = summaries(
    `SELECT s.doc FROM (
       SELECT key FROM sessions ${clause([...where, ...place.where])}
       ORDER BY start_time DESC, id DESC LIMIT ? OFFSET ?
     ) page CROSS JOIN sessions s ON s.key = page.key ORDER BY s.start_time DESC, s.id DESC`,
    ...params,
    ...place.params,
    limit + 1,
    offset,
  );
  return { sessions: page.slice(0, limit), total: total(statement, query, where, params), more: page.length > limit };
};

interface Conditions {
  where: string[];
  params: SQLInputValue[];
}

const conditions = ({ status, kind, owner, nameContains }: SessionQuery): Conditions => {
  const met: [string, SQLInputValue | undefined][] = [
    ['status = ?', status],
    ['kind = ?', kind],
    ['owner = ?', owner],
    ["instr(coalesce(name_folded, ''), ?) > 0", nameContains?.toLowerCase()],
  ];
  const given = met.filter((pair): pair is [string, SQLInputValue] => pair[1] !== undefined);
  return { where: given.map(([sql]) => sql), params: given.map(([, value]) => value) };
};

const after = ({ startTime, id }: ListPlace): Conditions => ({
  where: ['start_time <= ?', '(start_time < ? OR id < ?)'],
  params: [startTime, startTime, id],
});

const clause = (where: readonly string[]): string => (where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`);

/** Counts are kept in rows of their own; only a search by name has to count. */
const total = (statement: Statements, query: SessionQuery, where: string[], params: SQLInputValue[]): number => {
  const table = query.nameContains === undefined ? 'session_counts' : 'sessions';
  const counted = query.nameContains === undefined ? 'sum(n)' : 'count(*)';
  const row = statement(`SELECT ${counted} AS total FROM ${table} ${clause(where)}`).get(...params);
  return Number(row?.['total'] ?? 0);
};
