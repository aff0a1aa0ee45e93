/**
 * Reads on in a table whose rows are added and changed, by the row numbers that SQLite gives: there is no index by time of change,
 * and looking at every row each time would take longer the more there are.
 *
 * 1. New rows have higher numbers than all others. A number comes again only when the rows from it on were deleted: `anchors`, rows
 *    met before at growing distances from the last one, tell up to where the table is the one that was read. After that it is read again.
 * 2. Rows that change are those of answers that were not complete (`open`), and a few of the last ones.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { fieldsOf } from '../fields.ts';
import type { Json } from '../reader.ts';

/** Types and no interfaces, so that they count as JSON. */
export type Anchor = [row: number, id: string];
export type TableCursor = {
  /** The last row read. */
  last: number;
  anchors: Anchor[];
  /** The latest time of change met. */
  changedAt: number;
  /** Rows that were not complete. */
  open: number[];
};

const atStart: TableCursor = { last: 0, anchors: [], changedAt: 0, open: [] };

/** A table with an `id` and a `time_updated`. */
export interface Table {
  name: string;
  /** What is wanted of a row: SQL, with names for what it gives. No whole number that may be larger than a double holds. */
  columns: string;
}

export interface Row {
  /** Its number. */
  row: number;
  id: string;
  changedAt: number;
  [column: string]: unknown;
}

export interface Sizes {
  /** A call stops after the row with which it has handed over so many bytes. */
  mostBytes: number;
  mostRows: number;
}

export interface Taken {
  bytes: number;
  isOpen: boolean;
}

/** `isKnown`: the row was handed over before. */
export type Take = (row: Row, isKnown: boolean) => Taken;

/** Rows at the end that are looked at for changes. */
const lastRows = 64;
const mostOpen = 500;

export class TableReader {
  readonly #table: Table;
  readonly #db: DatabaseSync;
  readonly #take: Take;
  readonly #open = new Set<number>();
  #last: number;
  #changedAt: number;
  readonly isCutBack: boolean;

  constructor(db: DatabaseSync, table: Table, known: TableCursor, take: Take) {
    this.#db = db;
    this.#table = table;
    this.#take = take;
    this.#last = this.#lastKnown(known);
    this.isCutBack = this.#last < known.last;
    this.#changedAt = known.changedAt;
    for (const row of known.open) this.#open.add(row);
  }

  /** Whether nothing of what was read is still there. */
  get isAtStart(): boolean {
    return this.#last === 0;
  }

  /** Rows read before that may have changed. */
  readChanged(): void {
    const open = new Set(this.#open);
    const one = this.#rows('rowid = ?');
    for (const number of open) this.#takeEach(one.iterate(number));
    const recent = this.#rows('rowid > ? AND rowid <= ? AND time_updated >= ?');
    this.#takeEach(recent.iterate(this.#last - lastRows, this.#last, this.#changedAt), open);
  }

  /** Whether that was all. */
  readNew({ mostBytes, mostRows }: Sizes): boolean {
    let bytes = 0;
    let rows = 0;
    for (const raw of this.#rows('rowid > ? ORDER BY rowid').iterate(this.#last)) {
      if (bytes >= mostBytes || rows >= mostRows) return false;
      bytes += this.#takeOne(raw as Row, false);
      rows++;
    }
    return true;
  }

  cursor(): TableCursor {
    const open = [...this.#open].toSorted((a, b) => a - b).slice(-mostOpen);
    return { last: this.#last, anchors: this.#anchors(), changedAt: this.#changedAt, open };
  }

  #takeEach(rows: Iterable<unknown>, except?: ReadonlySet<number>): void {
    for (const raw of rows) if (!except?.has((raw as Row).row)) this.#takeOne(raw as Row, true);
  }

  #takeOne(row: Row, isKnown: boolean): number {
    const { bytes, isOpen } = this.#take(row, isKnown);
    if (isOpen) this.#open.add(row.row);
    else this.#open.delete(row.row);
    this.#last = Math.max(this.#last, row.row);
    this.#changedAt = Math.max(this.#changedAt, row.changedAt);
    return bytes;
  }

  #rows(where: string): StatementSync {
    const { columns, name } = this.#table;
    return this.#db.prepare(
      `SELECT rowid AS row, CAST(id AS TEXT) AS id, CAST(time_updated AS REAL) AS changedAt, ${columns} FROM "${name}" WHERE ${where}`,
    );
  }

  #lastKnown({ anchors }: TableCursor): number {
    const idAt = this.#db.prepare(`SELECT CAST(id AS TEXT) AS id FROM "${this.#table.name}" WHERE rowid = ?`);
    return anchors.find(([row, id]) => idAt.get(row)?.['id'] === id)?.[0] ?? 0;
  }

  /** The last row, and ones 16, 64, 256 … before it. */
  #anchors(): Anchor[] {
    const before = this.#db.prepare(
      `SELECT rowid AS row, CAST(id AS TEXT) AS id FROM "${this.#table.name}" WHERE rowid <= ? ORDER BY rowid DESC LIMIT 1`,
    );
    const anchors: Anchor[] = [];
    for (let distance = 0; distance < this.#last; distance = Math.max(16, distance * 4)) {
      const found = before.get(this.#last - distance);
      if (found === undefined) break;
      anchors.push([Number(found['row']), String(found['id'])]);
    }
    return anchors;
  }
}

/** The start for what no cursor is. */
export function parseTableCursor(stored: Json | undefined): TableCursor {
  const { last, anchors, changedAt, open } = fieldsOf(stored) ?? {};
  const isOne =
    Number.isSafeInteger(last) && Number.isFinite(changedAt) && Array.isArray(anchors) && Array.isArray(open);
  return isOne ? (stored as TableCursor) : atStart;
}
