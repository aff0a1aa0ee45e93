import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Activity, ActivityQuery } from '../../journal/activity.ts';
import { ActivityTables } from './activity-tables.ts';
import { newReplTables } from './repl-tables.ts';
import type { ReplTables } from './repl-tables.ts';
import { newTextTables } from './text-tables.ts';
import type { TextTables } from './text-tables.ts';
import { newUsageTables } from './usage-cells.ts';
import type { UsageTables } from './usage-cells.ts';
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
import { damaged, lastPositionSql, misfiled, shortened, stateCrc, toRecorded } from './rows.ts';
import type { EventRow } from './rows.ts';

/** Reads over one connection. Each is a few statements, sees committed state only, and leaves no transaction open. */
export interface Reads extends UsageTables, TextTables, ReplTables {
  get(id: string): SessionSummary | undefined;
  list(query: SessionQuery): SessionList;
  counts(): SessionCount[];
  load(session: string): History | undefined;
  read(session: string, page: SessionPage): Recorded[];
  readAll(page: AllPage): Recorded[];
  lastPosition(): number;
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

  const find: Find = (id) => {
    // The index alone would answer this; an entry of it that leads to another session's row is not to be believed.
    const row = statement(
      'SELECT s.key, t.id, t.version FROM sessions s CROSS JOIN sessions t ON t.key = s.key WHERE s.id = ?',
    ).get(id);
    if (row === undefined) return undefined;
    if (row['id'] !== id) throw misfiled();
    return { key: Number(row['key']), version: Number(row['version']) };
  };

  const summaries = (sql: string, ...params: SQLInputValue[]): SessionSummary[] =>
    statement(sql)
      .all(...params)
      .map(summaryOf);

  const read = (session: string, page: SessionPage): Recorded[] => {
    const { after = -1, before, limit, bytes, types, latest } = page;
    const found = find(session);
    if (found === undefined) return [];
    const { key, version } = found;
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
    const whole = bytes === undefined ? eventRows(rows, [...params, limit]) : rowsUpTo(bytes, rows, [...params, limit]);
    const events = whole.map((row) => toRecorded(row, session));
    if (latest) return events.toReversed();
    if (types) return events;
    const end = Math.min(before ?? version, version);
    const left = Math.max(0, end - after - 1);
    // What stops by bytes may have one alone.
    const wanted = bytes === undefined ? left : Math.min(1, left);
    const isWhole = runsOn(events, after + 1) && events.length >= (limit < 0 ? wanted : Math.min(limit, wanted));
    if (isWhole) return events;
    // Removed since the first statement, or some of its events are gone.
    if (find(session)?.key !== key) return [];
    throw shortened(events.findLast(({ seq }, i) => seq === after + 1 + i)?.position ?? 0);
  };

  return {
    get: (id) => {
      const row = statement('SELECT doc FROM sessions WHERE id = ?').get(id);
      if (row === undefined) return undefined;
      const summary = summaryOf(row);
      if (summary.id !== id) throw misfiled();
      return summary;
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
    load: (session) => load(statement, find, read, session),
    read,
    readAll: ({ after, limit, types }) => {
      const ofType = types ? `AND ${ofTypes(types)}` : '';
      const rows = statement(
        `SELECT ${eventColumns}, s.id, (SELECT key FROM sessions WHERE id = s.id) FROM events e LEFT JOIN sessions s ON s.key = e.session
         WHERE e.position > ? ${ofType} ORDER BY e.position LIMIT ?`,
        'array',
      );
      return eventRows(rows, [after, limit]).map((row) => toRecorded(row, idIn(row)));
    },
    lastPosition: () => Number(statement(lastPositionSql).get()?.['last']),
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
    ...newUsageTables(db),
    ...newTextTables(db),
    ...newReplTables(db),
  };
};

/** Types are written into the statement, one as `=`: only then can a partial index serve it. */
const ofTypes = (types: readonly EventType[]): string => {
  const texts = types.map((type) => `'${type}'`);
  return texts.length === 1 ? `e.type = ${texts[0]}` : `e.type IN (${texts.join(', ')})`;
};

/** A session's key, and how many events it has; undefined when there is none. */
type Find = (id: string) => { key: number; version: number } | undefined;

const runsOn = (events: readonly Recorded[], from: number): boolean => events.every(({ seq }, i) => seq === from + i);

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

const rowsUpTo = (bytes: number, statement: StatementSync, params: SQLInputValue[]): EventRow[] => {
  const rows: EventRow[] = [];
  let length = 0;
  for (const row of statement.iterate(...params) as Iterable<unknown> as Iterable<EventRow>) {
    length += row[5].length;
    if (rows.length > 0 && length > bytes) break;
    rows.push(row);
  }
  return rows;
};

const summaryOf = (row: Record<string, unknown>): SessionSummary => JSON.parse(String(row['doc'])) as SessionSummary;

/** The session's id, joined to an event's row; where it is missing, or the index knows none like it, the session's row is damaged. */
const idIn = (row: EventRow): string => {
  const [position, key, , , , , , id, own] = row as unknown as [...EventRow, string | null, number | null];
  if (id === null || own !== key) throw damaged(position);
  return id;
};

/** The saved state and the tail after it; a saved state that is not what was written is passed over for the journal. */
const load = (statement: Statements, find: Find, read: Reads['read'], session: string): History | undefined => {
  const known = find(session);
  if (known === undefined) return undefined;
  const { key } = known;
  const row = statement('SELECT version, shape, state, crc FROM saved_states WHERE session = ?').get(key);
  const version = Number(row?.['version'] ?? 0);
  const shape = Number(row?.['shape'] ?? 0);
  const state = String(row?.['state'] ?? '');
  const whole = row !== undefined && stateCrc(key, version, shape, state) === row['crc'];
  const from = whole ? version : 0;
  const events = read(session, { after: from - 1, limit: -1 });
  // Removed since the first statement: what is missing otherwise was refused when it was read.
  if (from + events.length < known.version) return undefined;
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
