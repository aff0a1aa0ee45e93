import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { stateIdOf, textOf } from '../../contract/repl.ts';
import type { CheckpointReason, ReplEntry } from '../../contract/repl.ts';
import type {
  CheckpointPage,
  ForkQuery,
  KeptCheckpoint,
  KeptSnapshot,
  ReplFork,
  ReplFound,
  ReplQuery,
} from '../../journal/repl-reads.ts';
import { matcherOf } from './repl-match.ts';
import { toRecorded } from './rows.ts';
import type { EventRow } from './rows.ts';

/** Reads of the index of REPL sessions over one connection; see journal/repl-reads.ts. */
export interface ReplTables {
  checkpoints(session: string, page: CheckpointPage): KeptCheckpoint[];
  checkpointAt(session: string, seq: number): KeptCheckpoint | undefined;
  snapshots(session: string): KeptSnapshot[];
  forksOf(session: string, query: ForkQuery): ReplFork[];
  requests(session: string): ReadonlyMap<string, number>;
  findInRepl(session: string, query: ReplQuery): ReplFound;
}

/** Of the journal, in one look. */
const bytesAtOnce = 4 << 20;

const keySql = '(SELECT key FROM sessions WHERE id = ?)';
const checkpointSql = (join: 'JOIN' | 'LEFT JOIN', where: string): string =>
  `SELECT c.seq, c.image, c.reason, c.label, c.at, c.event, a.label AS said, a.description, a.tags, a.created
   FROM repl_checkpoints c ${join} repl_annotations a ON a.session = c.session AND a.seq = c.seq
   WHERE c.session = ${keySql} AND ${where} ORDER BY c.seq DESC LIMIT ?`;
const snapshotSql = `SELECT id, seq, image, description, tags, created FROM repl_snapshots
  WHERE session = ${keySql} ORDER BY created DESC, id DESC`;
// CROSS JOIN: there are few forks, and many sessions.
const forksSql = (where: string): string =>
  `SELECT s.id, s.doc, f.seq, s.start_time FROM repl_forks f CROSS JOIN sessions s ON s.key = f.session
   WHERE f.parent = ? ${where} ORDER BY s.start_time DESC, s.id DESC LIMIT ?`;
/** The event with the first checkpoint from an entry on: the entry is in it, or before. */
const upToSql = `SELECT event FROM repl_checkpoints WHERE session = ${keySql} AND seq >= ? ORDER BY seq LIMIT 1`;
const backwardSql = `SELECT position, session, seq, type, at, data, crc FROM events
  WHERE session = ${keySql} AND seq <= ? AND type = 'repl_recorded' ORDER BY seq DESC`;

/** Most events have no request, and are not parsed for that. */
const askingSql = `SELECT position, session, seq, type, at, data, crc FROM events
  WHERE session = ${keySql} AND type = 'repl_recorded' AND instr(data, '"llm_req"') > 0 ORDER BY seq`;

export const newReplTables = (db: DatabaseSync): ReplTables => {
  // A server without REPL sessions keeps no statements for them.
  const statements = new Map<string, StatementSync>();
  const statement = (sql: string, asArrays = false): StatementSync => {
    const known = statements.get(sql);
    if (known) return known;
    const prepared = db.prepare(sql);
    prepared.setReturnArrays(asArrays);
    statements.set(sql, prepared);
    return prepared;
  };

  return {
    checkpoints: (session, { before = Number.MAX_SAFE_INTEGER, limit, isAnnotated = false }) =>
      statement(checkpointSql(isAnnotated ? 'JOIN' : 'LEFT JOIN', 'c.seq < ?'))
        .all(session, before, limit)
        .map(checkpointIn),
    checkpointAt: (session, seq) => {
      const row = statement(checkpointSql('LEFT JOIN', 'c.seq <= ?')).get(session, seq, 1);
      return row && checkpointIn(row);
    },
    snapshots: (session) => statement(snapshotSql).all(session).map(snapshotIn),
    forksOf: (session, { owner, limit }) => {
      const rows =
        owner === undefined
          ? statement(forksSql('')).all(session, limit)
          : statement(forksSql('AND s.owner = ?')).all(session, owner, limit);
      return rows.map(({ id, doc, seq, start_time }) => ({
        id: String(id),
        name: (JSON.parse(String(doc)) as { name?: string }).name ?? '',
        seq: Number(seq),
        created: Number(start_time),
      }));
    },
    requests: (session) => {
      const rows = statement(askingSql, true).iterate(session) as Iterable<unknown> as Iterable<EventRow>;
      const counts = new Map<string, number>();
      for (const { entry } of entries(rows, session, Infinity))
        if (entry.type === 'llm_req') counts.set(entry.of, (counts.get(entry.of) ?? 0) + 1);
      return counts;
    },
    findInRepl: (session, { text, limit, before = Number.MAX_SAFE_INTEGER }) => {
      const upTo = statement(upToSql).get(session, before - 1)?.['event'] ?? Number.MAX_SAFE_INTEGER;
      const rows = statement(backwardSql, true).iterate(session, Number(upTo));
      return find(entries(rows as Iterable<unknown> as Iterable<EventRow>, session, before), text, limit);
    },
  };
};

interface Seen {
  entry: ReplEntry;
  /** Of the events that were read up to it. */
  bytes: number;
}

/** Entries before one, newest first. */
function* entries(rows: Iterable<EventRow>, session: string, before: number): Generator<Seen> {
  let bytes = 0;
  for (const row of rows) {
    const event = toRecorded(row, session);
    bytes += row[5].length;
    if (event.type !== 'repl_recorded') continue;
    for (const entry of event.data.entries.toReversed()) if (entry.seq < before) yield { entry, bytes };
  }
}

const find = (all: Iterable<Seen>, text: string, limit: number): ReplFound => {
  const match = matcherOf(text);
  const found: ReplFound = { matches: [] };
  let last: Seen | undefined;
  for (const seen of all) {
    // Between two events: one is looked at whole.
    const isEnough = last !== undefined && last.bytes > bytesAtOnce && seen.bytes > last.bytes;
    if (last !== undefined && (isEnough || found.matches.length >= limit)) return { ...found, before: last.entry.seq };
    last = seen;
    const excerpt = match(textOf(seen.entry));
    const { seq, type, timestamp } = seen.entry;
    if (excerpt !== undefined) found.matches.push({ seq, type, timestamp, excerpt });
  }
  return found;
};

type Row = Record<string, unknown>;

const checkpointIn = (row: Row): KeptCheckpoint => ({
  type: 'checkpoint',
  seq: Number(row['seq']),
  reason: row['reason'] as CheckpointReason,
  stateId: stateIdOf(Number(row['image'])),
  ...(row['label'] !== null && { label: row['label'] as string }),
  timestamp: Number(row['at']),
  event: Number(row['event']),
  ...(row['tags'] !== null && {
    annotation: {
      label: String(row['said']),
      description: String(row['description']),
      tags: tagsIn(row),
      created: Number(row['created']),
    },
  }),
});

const snapshotIn = (row: Row): KeptSnapshot => ({
  id: String(row['id']),
  seq: Number(row['seq']),
  image: Number(row['image']),
  description: String(row['description']),
  tags: tagsIn(row),
  created: Number(row['created']),
});

const tagsIn = (row: Row): string[] => JSON.parse(String(row['tags'])) as string[];
