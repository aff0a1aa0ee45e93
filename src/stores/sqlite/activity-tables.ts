import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { Tally } from '../../journal/activity.ts';
import type { Activity, ActivityQuery } from '../../journal/activity.ts';
import { slotOf } from '../../session/slot.ts';
import { removalsSetting } from './activity-removal.ts';
import { PresenceColumns } from './presence-columns.ts';

const keptMs = 5 * 60_000;
/** More than the longest period. */
const longestMs = 33 * 86_400_000;
/** No owner has this key. */
const nobody = -1;

type Row = number[];

interface Kept {
  /** Presences that end before are left out. */
  from: number;
  removals: number;
  /** The greatest key that was seen. */
  last: number;
  columns: PresenceColumns;
}

/**
 * Answers questions of activity over one connection.
 *
 *  T1  An answer is of one moment: its statements run in one short transaction.
 *  T2  What is kept in memory is what the tables hold from `#from` on: rows come with rising keys and are never changed, and
 *      when a session was removed all is loaded anew.
 *  T3  Nothing is kept for longer than `keptMs` after the last question, nor more than a question of the longest period needs.
 */
export class ActivityTables {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #kept: Kept | undefined;
  #letGo: NodeJS.Timeout | undefined;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  read(query: ActivityQuery): Activity {
    this.#db.exec('BEGIN');
    try {
      return query.sessions === undefined ? this.#ofAll(query) : this.#ofSome(query, query.sessions);
    } finally {
      this.#db.exec('COMMIT');
    }
  }

  #ofAll({ edges, now, owner }: ActivityQuery): Activity {
    const key = owner === undefined ? undefined : this.#ownerKey(owner);
    const { columns } = this.#keep(edges[0] ?? 0, now);
    const open = this.#rows('SELECT session, owner, since FROM open_spans');
    const numbered = open.map(([session = 0, of, since = 0]) => [columns.numberOf(session), of, since] as const);
    const tally = new Tally(edges, columns.sessions);
    columns.each(key, (session, from, to) => tally.add(session, from, to));
    for (const [session, of, since] of numbered) {
      if (since < now && (key === undefined || of === key)) tally.add(session, since, now);
    }
    const slots = this.#rows(
      `SELECT slot, total(tokens) FROM owner_slots WHERE slot >= ?1 AND slot < ?2 AND owner = coalesce(?3, owner)
       GROUP BY slot ORDER BY slot`,
      ...slotsOf(edges),
      key ?? null,
    );
    return answerOf(tally, slots);
  }

  #ofSome({ edges, now, owner }: ActivityQuery, sessions: readonly string[]): Activity {
    const asked = JSON.stringify(sessions);
    const chosen = `(SELECT key FROM sessions WHERE id IN (SELECT value FROM json_each(?1)) AND owner = coalesce(?2, owner))`;
    const params = [asked, owner ?? null];
    const columns = new PresenceColumns();
    for (const [session = 0, of = 0, from = 0, to = 0] of this.#rows(
      `SELECT session, owner, from_at, to_at FROM presences WHERE session IN ${chosen}
       UNION ALL SELECT session, owner, since, ?3 FROM open_spans WHERE since < ?3 AND session IN ${chosen}`,
      ...params,
      now,
    )) {
      columns.push(session, of, from, to);
    }
    const tally = new Tally(edges, columns.sessions);
    columns.each(undefined, (session, from, to) => tally.add(session, from, to));
    const slots = this.#rows(
      `SELECT slot, total(tokens) FROM session_slots WHERE session IN ${chosen} AND slot >= ?3 AND slot < ?4
       GROUP BY slot ORDER BY slot`,
      ...params,
      ...slotsOf(edges),
    );
    return answerOf(tally, slots);
  }

  #keep(from: number, now: number): Kept {
    clearTimeout(this.#letGo);
    this.#letGo = setTimeout(() => (this.#kept = undefined), keptMs).unref(); // T3
    const [[removals = 0] = []] = this.#rows(
      'SELECT CAST(value AS INTEGER) FROM settings WHERE name = ?',
      removalsSetting,
    );
    const kept = this.#kept;
    const usable = kept && kept.removals === removals && kept.from <= from && kept.from > now - longestMs;
    const current = usable ? kept : { from, removals, last: this.#before(from), columns: new PresenceColumns() };
    this.#load(current);
    return (this.#kept = current);
  }

  /** A key before which all presences ended before `from`. */
  #before(from: number): number {
    const [first] = this.#rows('SELECT min(key) FROM presences INDEXED BY presences_by_end WHERE to_at >= ?', from);
    return first?.[0] ? first[0] - 1 : this.#lastKey();
  }

  #lastKey(): number {
    return this.#rows('SELECT max(key) FROM presences')[0]?.[0] ?? 0;
  }

  #load(kept: Kept): void {
    // Asked for first: what can fail after the rows were taken would have them taken twice.
    const last = this.#lastKey();
    // All rows as one text: made into an array each, they take twice as long.
    const [row] = this.#statement(
      `SELECT group_concat(session || ',' || owner || ',' || from_at || ',' || to_at) FROM presences
       WHERE key > ? AND to_at >= ?`,
    ).all(kept.last, kept.from) as unknown as [[string | null]];
    const numbers = JSON.parse(`[${row[0] ?? ''}]`) as number[];
    for (let i = 0; i < numbers.length; i += 4) {
      kept.columns.push(numbers[i]!, numbers[i + 1]!, numbers[i + 2]!, numbers[i + 3]!);
    }
    kept.last = last;
  }

  #ownerKey(id: string): number {
    return this.#rows('SELECT key FROM activity_owners WHERE id = ?', id)[0]?.[0] ?? nobody;
  }

  /** Rows of numbers. */
  #rows(sql: string, ...params: SQLInputValue[]): Row[] {
    return this.#statement(sql).all(...params) as unknown as Row[];
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#db.prepare(sql);
    statement.setReturnArrays(true);
    this.#statements.set(sql, statement);
    return statement;
  }
}

const slotsOf = (edges: readonly number[]): [from: number, to: number] => [
  slotOf(edges[0] ?? 0),
  slotOf(edges.at(-1) ?? 0),
];

const answerOf = (tally: Tally, slots: readonly Row[]): Activity => ({
  buckets: tally.buckets(),
  whole: tally.whole(),
  slots: Float64Array.from(slots, ([slot = 0]) => slot),
  tokens: Float64Array.from(slots, ([, tokens = 0]) => tokens),
});
