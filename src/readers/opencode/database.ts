/** Reads on in opencode's database: one call reads a batch of rows, in one state of all tables, and closes it again. */
import type { DatabaseSync } from 'node:sqlite';
import { fieldsOf } from '../fields.ts';
import type { Cursor, Reading, Sighting, Skipped, SkipReason, Texts, UsageRecord, Utterance } from '../reader.ts';
import { Sightings } from '../sightings.ts';
import { troubleOf } from '../trouble.ts';
import { isOpen, type Message, usageIn } from './message.ts';
import { DatabaseTrouble, isSameStamp, type Stamp, stampOf, withDatabase } from './open.ts';
import {
  parseTableCursor,
  type Row,
  type Sizes,
  type Table,
  type TableCursor,
  TableReader,
  type Taken,
} from './rows.ts';
import { saidInLater, saidInPart, utteranceOf } from './said.ts';
import { parsed, Schema } from './schema.ts';
import { type Holder, holderOf, sightingsIn } from './sessions.ts';

export interface DatabaseLimits extends Sizes {
  /** A longer message is passed over and reported. */
  maxMessageBytes: number;
}

/** Of the shape of cursors. */
const version = 'opencode-1';

/** A type and no interface, so that it counts as JSON. */
type DatabaseCursor = {
  version: string;
  /** The file as it was when all of it had been read; null before. */
  stamp: Stamp | null;
  tables: { [name: string]: TableCursor };
};

/** What takes the rows of one call. */
interface Gathering {
  readonly skipped: Skipped[];
  tables(schema: Schema): Table[];
  take(table: string, row: Row, isKnown: boolean): Taken;
}

type Read = Pick<Reading, 'cursor' | 'status' | 'restarted'>;

export async function usageFrom(file: string, cursor: Cursor | undefined, limits: DatabaseLimits): Promise<Reading> {
  const { read, gathered } = await readOn(file, cursor, limits, (schema) => new Usage(file, schema, limits));
  const { records = [], skipped = [], sightings = [] } = gathered ?? {};
  return { ...read, records, skipped: [...skipped, ...read.skipped], ...(sightings.length > 0 && { sightings }) };
}

export async function textsFrom(file: string, cursor: Cursor | undefined, limits: DatabaseLimits): Promise<Texts> {
  const { read, gathered } = await readOn(file, cursor, limits, (schema) => new Said(schema, limits));
  return { ...read, utterances: gathered?.utterances ?? [], skipped: read.skipped };
}

interface Opened<G> {
  read: Read & { skipped: Skipped[] };
  gathered?: G;
}

async function readOn<G extends Gathering>(
  file: string,
  stored: Cursor | undefined,
  limits: DatabaseLimits,
  begin: (schema: Schema) => G,
): Promise<Opened<G>> {
  const given = stored ?? null;
  const known = parseCursor(given);
  try {
    const stamp = await stampOf(file);
    if (isSameStamp(stamp, known?.stamp)) return nothing(given, 'end');
    if (stamp.bytes + stamp.logBytes === 0) return nothing(given, 'end');
    const { gathered, tables, status, isRestarted } = await withDatabase(file, (db) =>
      readTables(db, known, limits, begin),
    );
    const cursor: DatabaseCursor = { version, stamp: status === 'end' ? stamp : null, tables };
    const restarted = given !== null && (known === undefined || isRestarted);
    return { read: { cursor, status, restarted, skipped: [] }, gathered };
  } catch (error) {
    const reason = error instanceof DatabaseTrouble ? error.reason : troubleOf(error);
    if (reason === 'vanished') return nothing(given, 'vanished');
    return nothing(given, 'unreadable', [{ file, offset: 0, reason }]);
  }
}

function nothing(cursor: Cursor, status: Reading['status'], skipped: Skipped[] = []): Opened<never> {
  return { read: { cursor, status, restarted: false, skipped } };
}

function parseCursor(given: Cursor): DatabaseCursor | undefined {
  const { version: of, tables } = fieldsOf(given) ?? {};
  return of === version && fieldsOf(tables) !== undefined ? (given as DatabaseCursor) : undefined;
}

interface ReadTables<G> {
  gathered: G;
  tables: DatabaseCursor['tables'];
  status: 'end' | 'more';
  isRestarted: boolean;
}

function readTables<G extends Gathering>(
  db: DatabaseSync,
  known: DatabaseCursor | undefined,
  sizes: Sizes,
  begin: (schema: Schema) => G,
): ReadTables<G> {
  const schema = new Schema(db);
  const gathered = begin(schema);
  const read: ReadTables<G> = { gathered, tables: {}, status: 'end', isRestarted: false };
  const tables = gathered.tables(schema);
  if (tables.length === 0 && !schema.isEmpty) throw new DatabaseTrouble('unknown_format');
  for (const table of tables) {
    const before = parseTableCursor(known?.tables[table.name]);
    // One table after the other: the next one waits for the batch in which this one ends.
    if (read.status === 'more') read.tables[table.name] = before;
    else readTable(db, table, before, sizes, read);
  }
  return read;
}

function readTable<G extends Gathering>(
  db: DatabaseSync,
  table: Table,
  before: TableCursor,
  sizes: Sizes,
  read: ReadTables<G>,
): void {
  let taken = 0;
  const take = (row: Row, isKnown: boolean) => {
    if (!isKnown) taken++;
    return read.gathered.take(table.name, row, isKnown);
  };
  const reader = new TableReader(db, table, before, take);
  read.isRestarted ||= reader.isCutBack && reader.isAtStart;
  try {
    reader.readChanged();
    if (!reader.readNew(sizes)) read.status = 'more';
  } catch (error) {
    // What was read before the place that is corrupt is handed over first: the next call begins with it.
    if (taken === 0) throw error;
    read.status = 'more';
  }
  read.tables[table.name] = reader.cursor();
}

class Usage implements Gathering {
  readonly records: UsageRecord[] = [];
  readonly skipped: Skipped[] = [];
  readonly #file: string;
  readonly #schema: Schema;
  readonly #limits: DatabaseLimits;
  readonly #sightings = new Sightings();
  readonly #titles = new Map<string, string | undefined>();

  constructor(file: string, schema: Schema, limits: DatabaseLimits) {
    this.#file = file;
    this.#schema = schema;
    this.#limits = limits;
  }

  get sightings(): Sighting[] {
    return this.#sightings.all();
  }

  tables(schema: Schema): Table[] {
    return schema.messageTables(this.#limits.maxMessageBytes);
  }

  take(_table: string, row: Row, isKnown: boolean): Taken {
    const bytes = Number(row['bytes']) || 0;
    const data = parsed(row['data']);
    if (data === undefined) {
      if (!isKnown) this.#skip(row, row['data'] === null && bytes > 0 ? 'line_too_long' : 'malformed');
      return { bytes, isOpen: false };
    }
    const sessionId = String(row['session_id']);
    const type = String(row['type']);
    const mirrors = type === '' ? undefined : this.#schema.mirrored(sessionId, data);
    const message = { id: row.id, type, data, mirrors };
    const holder = holderOf(sessionId, (id) => this.#schema.session(id));
    this.#see(message, holder);
    const isSkipped = this.#count(message, holder, row, isKnown);
    return { bytes, isOpen: isOpen(message) && !isSkipped };
  }

  /** Whether the message is of no use, whatever comes. */
  #count(message: Message, holder: Holder, row: Row, isKnown: boolean): boolean {
    const place = { file: this.#file, offset: row.row, fileBornAt: holder.session.bornAt ?? 0 };
    const usage = usageIn(message, holder, place);
    if (typeof usage === 'object') this.records.push(usage);
    // Told once, though the row may be looked at again.
    else if (usage !== undefined && !(isKnown && usage !== 'no_usage')) this.#skip(row, usage);
    return typeof usage === 'string';
  }

  #skip({ row }: Row, reason: SkipReason): void {
    this.skipped.push({ file: this.#file, offset: row, reason });
  }

  #see({ data }: Message, holder: Holder): void {
    const title = holder.agentId === undefined ? this.#titleOf(holder.sessionId) : undefined;
    for (const seen of sightingsIn(data, holder, title)) this.#sightings.see(seen);
  }

  #titleOf(sessionId: string): string | undefined {
    if (!this.#titles.has(sessionId)) {
      this.#titles.set(sessionId, this.#schema.session(sessionId)?.title ?? this.#schema.promptOf(sessionId));
    }
    return this.#titles.get(sessionId);
  }
}

class Said implements Gathering {
  readonly utterances: Utterance[] = [];
  readonly skipped: Skipped[] = [];
  readonly #schema: Schema;
  readonly #limits: DatabaseLimits;

  constructor(schema: Schema, limits: DatabaseLimits) {
    this.#schema = schema;
    this.#limits = limits;
  }

  tables(schema: Schema): Table[] {
    return schema.textTables(this.#limits.maxMessageBytes);
  }

  take(table: string, row: Row): Taken {
    const { data: stored } = row;
    const bytes = typeof stored === 'string' ? stored.length : 0;
    const data = parsed(stored);
    if (data === undefined) return { bytes, isOpen: false };
    const holder = () => holderOf(String(row['session_id']), (id) => this.#schema.session(id));
    if (table === 'part') {
      const message = this.#schema.saidBy(String(row['message_id']));
      const said = message && saidInPart(data, message);
      if (typeof said === 'object') this.utterances.push(utteranceOf(said, holder()));
      return { bytes, isOpen: said === 'open' };
    }
    const type = String(row['type']);
    if (isOpen({ id: row.id, type, data })) return { bytes, isOpen: true };
    for (const said of saidInLater(type, data)) this.utterances.push(utteranceOf(said, holder()));
    return { bytes, isOpen: false };
  }
}
