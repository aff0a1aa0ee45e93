import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type {
  LedgerRow,
  LedgerSession,
  PlacedRow,
  ReadFile,
  SessionUsage,
  TimedCell,
  TranscribedQuery,
  TranscribedRows,
  UsageExtent,
  UsageNames,
  UsageQuery,
} from '../../contract/usage.ts';
import { quarterMs, sumColumns } from './usage-rows.ts';

/** Reads of the ledger over one connection: a question is answered from the smallest table that can tell. */
export interface UsageTables {
  cells(query: UsageQuery): PackedCells;
  extent(query: Omit<UsageQuery, 'by' | 'edges'>): UsageExtent | undefined;
  /** Rows of the ledger with these keys, whatever their requests. */
  responses(owner: string, source: string, keys: readonly string[]): LedgerRow[];
  /** Rows that were priced by other prices, after this one; what was reported is nobody's to price. */
  pricedOtherwise(version: string, afterId: number, limit: number): PlacedRow[];
  transcribed(query: TranscribedQuery): TranscribedRows;
  /** Which of stint's sessions an agent's is; undefined while it is none. */
  adopted(agent: LedgerSession): string | undefined;
  sessionUsage(sessions: readonly string[]): SessionUsage[];
  marks(names: readonly string[]): Record<string, string>;
  readFiles(source: string): ReadFile[];
  skips(): ReadFile[];
}

interface Dim {
  key: number;
  owner: string;
  source: string;
  model: string;
  project: string;
}

/** A table of sums, or of responses that are summed when asked. */
interface From {
  table: string;
  /** Of a row's time, in units of `unitMs`; undefined where the table does not tell it. */
  time: string | undefined;
  slot: string;
  unitMs: number;
  sums: string;
}

const sumsOf = (prefix = ''): string =>
  [...sumColumns.map((name) => `total(${prefix}${name})`), `min(${prefix}first_at)`, `max(${prefix}last_at)`].join(
    ', ',
  );

const slots: From = { table: 'usage_slots', time: 't.slot', slot: 't.slot', unitMs: quarterMs / 2, sums: sumsOf('t.') };
const sessions: From = { table: 'usage_sessions', time: undefined, slot: '0', unitMs: 1, sums: sumsOf('t.') };
const responses: From = {
  table: 'responses',
  time: 't.at',
  slot: `t.at / ${quarterMs} * 2 + (t.at % ${quarterMs} <> 0)`,
  unitMs: 1,
  sums: `total(t.input), total(t.output), total(t.reasoning), total(t.cache_read), total(t.cache_write_5m),
    total(t.cache_write_1h), total(t.cost), count(*), total(t.confidence = 'incomplete'), total(t.cost IS NULL),
    min(t.at), max(t.at)`,
};

export const newUsageTables = (db: DatabaseSync): UsageTables => {
  const statements = new Map<string, StatementSync>();
  const statement = (sql: string, shape: 'array' | 'object' = 'object'): StatementSync => {
    const name = `${shape} ${sql}`;
    let known = statements.get(name);
    if (known === undefined) {
      // Questions differ in their edges, which are written into them.
      if (statements.size > mostStatements) statements.clear();
      known = db.prepare(sql);
      known.setReturnArrays(shape === 'array');
      statements.set(name, known);
    }
    return known;
  };
  const rows = (sql: string, ...params: SQLInputValue[]): unknown[][] =>
    statement(sql, 'array').all(...params) as unknown as unknown[][];

  /** Those that `owner` and `only` leave, and whether that is all. */
  const dimsFor = ({ owner, only = {} }: Pick<UsageQuery, 'owner' | 'only'>): { chosen: Dim[]; isAll: boolean } => {
    const all = rows(
      'SELECT d.key, s.owner, s.source, d.model, d.project FROM usage_dims d JOIN usage_scopes s ON s.key = d.scope',
    ).map(([key, of, source, model, project]) => ({ key, owner: of, source, model, project }) as Dim);
    const chosen = all.filter(
      (dim) =>
        (owner === undefined || dim.owner === owner) &&
        (only.source === undefined || dim.source === only.source) &&
        (only.model === undefined || dim.model === only.model) &&
        (only.project === undefined || dim.project === only.project),
    );
    return { chosen, isAll: chosen.length === all.length };
  };

  const cells = (query: UsageQuery): PackedCells => {
    const { by, edges } = query;
    const from = tableFor(query);
    const dims = dimsFor(query);
    const groups = [
      edges === undefined ? '0' : edges === 'slots' ? from.slot : stepOf(edges, from),
      by.some((name) => name === 'source' || name === 'model' || name === 'project') ? 't.dim' : '0',
      by.includes('sessionId') ? 't.agent' : '0',
      by.includes('agentId') ? 't.agent_id' : "''",
    ];
    const ofEdges = Array.isArray(edges)
      ? {
          ...query,
          from: Math.max(query.from ?? 0, edges[0] ?? 0),
          until: Math.min(query.until ?? Infinity, edges.at(-1) ?? 0),
        }
      : query;
    const { where, params } = filtered(ofEdges, from, dims);
    const found = rows(
      `SELECT ${groups.join(', ')}, ${from.sums} FROM ${from.table} t ${where} GROUP BY 1, 2, 3, 4 HAVING count(*) > 0`,
      ...params,
    );
    return packed(found, query, dims.chosen);
  };

  /** Rows by keys → cells by names: several keys may have the names in common that are asked for. */
  const packed = (found: unknown[][], { by, edges }: UsageQuery, dims: readonly Dim[]): PackedCells => {
    const names = new NamesAsked(by, dims, by.includes('sessionId') ? agentNames() : undefined);
    const places = new Map<string | number, number>();
    const cells: number[] = [];
    for (const row of found) {
      const step = row[0] as number;
      const name = names.placeOf(row);
      // As one number, which is looked up in a fraction of the time of a text.
      const cell = step * names.most + name;
      const at = places.get(cell);
      if (at === undefined) {
        places.set(cell, cells.length);
        pushCell(cells, name, row, edges);
      } else joinCell(cells, at, row);
    }
    return { names: names.all, numbers: Float64Array.from(cells) };
  };

  const agentNames = (): Map<number, string> =>
    new Map(rows('SELECT key, agent_session FROM usage_agents').map(([key, id]) => [Number(key), String(id)]));

  return {
    cells,
    extent: (query) => {
      const from = tableFor({ ...query, by: [] });
      const { where, params } = filtered(query, from, dimsFor(query));
      const [first, last] = from === responses ? ['t.at', 't.at'] : ['t.first_at', 't.last_at'];
      const [row] = rows(`SELECT min(${first}), max(${last}) FROM ${from.table} t ${where}`, ...params);
      const [firstAt, lastAt] = row ?? [];
      return firstAt == null ? undefined : { firstAt: Number(firstAt), lastAt: Number(lastAt) };
    },
    responses: (owner, source, keys) =>
      statement(
        `SELECT ${responseColumns} FROM usage_scopes s CROSS JOIN json_each(?3) k CROSS JOIN responses r
         ON r.scope = s.key AND r.key = k.value JOIN usage_agents a ON a.key = r.agent JOIN usage_dims d ON d.key = r.dim
         WHERE s.owner = ?1 AND s.source = ?2`,
      )
        .all(owner, source, JSON.stringify(keys))
        .map(toLedgerRow),
    pricedOtherwise: (version, afterId, limit) =>
      statement(`${placedRows} WHERE r.id > ? AND r.price_version NOT IN (?, '') ORDER BY r.id LIMIT ?`)
        .all(afterId, version, limit)
        .map(toPlacedRow),
    transcribed: ({ owner, since = -1, after, limit }) => {
      // Read first: what is put meanwhile has a higher one.
      const upTo = Number(statement('SELECT last FROM usage_revision').get()?.['last'] ?? 0);
      const found = statement(
        `${placedRows} WHERE r.id > ? AND r.revision > ? AND r.told_by = 'transcript' AND s.owner = ? ORDER BY r.id LIMIT ?`,
      ).all(after, since, owner, limit);
      const rows = found.map((row) => ({
        ...toPlacedRow(row),
        ...(row['session'] === null ? {} : { session: String(row['session']) }),
      }));
      return { rows, upTo };
    },
    adopted: ({ owner, source, sessionId }) => {
      const row = statement(
        `SELECT a.session FROM usage_scopes s JOIN usage_agents a ON a.scope = s.key
         WHERE s.owner = ? AND s.source = ? AND a.agent_session = ?`,
      ).get(owner, source, sessionId);
      return row?.['session'] == null ? undefined : String(row['session']);
    },
    sessionUsage: (ids) => {
      if (ids.length === 0) return [];
      const found = statement(
        `SELECT a.session, total(u.cost) AS cost, total(u.responses) AS responses, total(u.unpriced) AS unpriced,
           total(u.incomplete) AS incomplete, json_group_array(DISTINCT d.model) AS models,
           (SELECT count(*) FROM shared_responses h WHERE h.agent = a.key) AS shared
         FROM json_each(?) k CROSS JOIN usage_agents a ON a.session = k.value
         LEFT JOIN usage_sessions u ON u.agent = a.key LEFT JOIN usage_dims d ON d.key = u.dim
         GROUP BY a.session`,
      ).all(JSON.stringify(ids));
      return found.map((row) => ({
        session: String(row['session']),
        costPico: Number(row['cost']),
        responses: Number(row['responses']),
        unpriced: Number(row['unpriced']),
        incomplete: Number(row['incomplete']),
        models: (JSON.parse(String(row['models'])) as (string | null)[]).filter((model) => model !== null),
        shared: Number(row['shared']),
      }));
    },
    marks: (names) =>
      Object.fromEntries(
        rows('SELECT name, mark FROM json_each(?) k CROSS JOIN usage_marks ON name = k.value', JSON.stringify(names)),
      ) as Record<string, string>,
    readFiles: (source) => statement('SELECT * FROM usage_files WHERE source = ?').all(source).map(toReadFile),
    skips: () => statement("SELECT * FROM usage_files WHERE skipped <> '{}'").all().map(toReadFile),
  };
};

const mostStatements = 200;

const filtered = (query: Omit<UsageQuery, 'by' | 'edges'>, from: From, dims: { chosen: Dim[]; isAll: boolean }) => {
  const where: string[] = [];
  const params: SQLInputValue[] = [];
  const add = (sql: string, param: SQLInputValue) => {
    where.push(sql);
    params.push(param);
  };
  if (!dims.isAll) add('t.dim IN (SELECT value FROM json_each(?))', JSON.stringify(dims.chosen.map(({ key }) => key)));
  if (query.from !== undefined && from.time !== undefined) add(`${from.time} >= ?`, query.from / from.unitMs);
  if (query.until !== undefined && from.time !== undefined) add(`${from.time} < ?`, query.until / from.unitMs);
  if (query.only?.sessionId !== undefined)
    add('t.agent IN (SELECT key FROM usage_agents WHERE agent_session = ?)', query.only.sessionId);
  if (query.only?.agentId !== undefined) add('t.agent_id = ?', query.only.agentId);
  return { where: where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`, params };
};

/** Sums of quarters where quarters can tell, of sessions where time does not matter; else the responses themselves. */
const tableFor = ({ by, edges, from, until, only = {} }: UsageQuery): From => {
  const ofSessions = [...by, ...Object.keys(only)].some((name) => name === 'sessionId' || name === 'agentId');
  const times = [from, until, ...(Array.isArray(edges) ? edges : [])].filter((time) => time !== undefined);
  if (!ofSessions) return times.every((time) => time % quarterMs === 0 || time === Infinity) ? slots : responses;
  return times.length === 0 && edges === undefined ? sessions : responses;
};

/** The number of the edge at or before a row's time, as SQL: neighbours that are equally far apart are told by a division. */
const stepOf = (edges: readonly number[], { time, unitMs }: From): string => {
  const runs: { from: number; stride: number; first: number; until: number }[] = [];
  for (let i = 0; i < edges.length - 1; i++) {
    const stride = edges[i + 1]! - edges[i]!;
    const run = runs.at(-1);
    if (run?.stride === stride) run.until = edges[i + 1]!;
    else runs.push({ from: edges[i]!, stride, first: i, until: edges[i + 1]! });
  }
  const cases = runs.map(
    ({ from, stride, first, until }) =>
      `WHEN ${time} < ${until / unitMs} THEN ${first} + (${time} - ${from / unitMs}) / ${stride / unitMs}`,
  );
  return cases.length === 0 ? '0' : `CASE ${cases.join(' ')} END`;
};

/** Cells on their way between threads: the names that they have, and for each its name's place, its begin and its sums. */
export interface PackedCells {
  names: readonly UsageNames[];
  numbers: Float64Array<ArrayBuffer>;
}

/** Name and begin, ten sums, the first and the last time. */
const perCell = 14;
const sumsAt = 2;
const firstAtAt = 12;
const lastAtAt = 13;

export const unpackCells = ({ names, numbers }: PackedCells): TimedCell[] => {
  const cells: TimedCell[] = [];
  for (let i = 0; i < numbers.length; i += perCell) {
    const { source, model, project, sessionId, agentId } = names[numbers[i]!]!;
    cells.push({
      source,
      model,
      project,
      sessionId,
      agentId,
      begin: numbers[i + 1]!,
      input: numbers[i + 2]!,
      output: numbers[i + 3]!,
      reasoning: numbers[i + 4]!,
      cacheRead: numbers[i + 5]!,
      cacheWrite5m: numbers[i + 6]!,
      cacheWrite1h: numbers[i + 7]!,
      costPico: numbers[i + 8]!,
      responses: numbers[i + 9]!,
      incomplete: numbers[i + 10]!,
      unpriced: numbers[i + 11]!,
      firstAt: numbers[i + firstAtAt]!,
      lastAt: numbers[i + lastAtAt]!,
    });
  }
  return cells;
};

/** A row has its step, dim, agent, agent_id, ten sums, and the first and the last time. */
const rowSumsAt = 4;

const pushCell = (cells: number[], name: number, row: unknown[], edges: UsageQuery['edges']): void => {
  const step = row[0] as number;
  const firstAt = row[rowSumsAt + 10] as number;
  cells.push(
    name,
    Array.isArray(edges) ? (edges[step] ?? 0) : edges === 'slots' ? Math.floor(step / 2) * quarterMs : firstAt,
  );
  for (let i = rowSumsAt; i < rowSumsAt + 12; i++) cells.push(row[i] as number);
};

const joinCell = (cells: number[], at: number, row: unknown[]): void => {
  for (let i = 0; i < 10; i++) cells[at + sumsAt + i]! += row[rowSumsAt + i] as number;
  const [firstAt, lastAt] = [row[rowSumsAt + 10] as number, row[rowSumsAt + 11] as number];
  cells[at + firstAtAt] = Math.min(cells[at + firstAtAt]!, firstAt);
  cells[at + lastAtAt] = Math.max(cells[at + lastAtAt]!, lastAt);
  // Without edges a cell begins with its earliest; with them all rows of one have the same.
  cells[at + 1] = Math.min(cells[at + 1]!, firstAt);
};

/** The names that are asked for, each combination once. */
class NamesAsked {
  readonly all: UsageNames[] = [];
  readonly #by: readonly (keyof UsageNames)[];
  readonly #dims: ReadonlyMap<number, Dim>;
  readonly #agents: ReadonlyMap<number, string> | undefined;
  readonly #placesByKeys = new Map<string | number, number>();
  readonly #placesByNames = new Map<string, number>();
  /** More than there can be. */
  readonly most = 1 << 20;

  constructor(
    by: readonly (keyof UsageNames)[],
    dims: readonly Dim[],
    agents: ReadonlyMap<number, string> | undefined,
  ) {
    this.#by = by;
    this.#dims = new Map(dims.map((dim) => [dim.key, dim]));
    this.#agents = agents;
  }

  placeOf([, dim, agent, agentId]: unknown[]): number {
    // Most questions tell no sessions apart: then the dim alone says it.
    const keys =
      this.#agents === undefined && agentId === ''
        ? (dim as number)
        : `${String(dim)} ${String(agent)} ${String(agentId)}`;
    const known = this.#placesByKeys.get(keys);
    if (known !== undefined) return known;
    const place = this.#placeOfNames(this.#namesOf(dim as number, agent as number, agentId as string));
    this.#placesByKeys.set(keys, place);
    return place;
  }

  #namesOf(dim: number, agent: number, agentId: string): UsageNames {
    const of = this.#dims.get(dim);
    return {
      source: this.#by.includes('source') ? (of?.source ?? '') : '',
      model: this.#by.includes('model') ? (of?.model ?? '') : '',
      project: this.#by.includes('project') ? (of?.project ?? '') : '',
      sessionId: this.#agents?.get(agent) ?? '',
      agentId,
    };
  }

  #placeOfNames(names: UsageNames): number {
    const key = JSON.stringify(names);
    const known = this.#placesByNames.get(key);
    if (known !== undefined) return known;
    this.#placesByNames.set(key, this.all.length);
    return this.all.push(names) - 1;
  }
}

const responseColumns = `s.owner, s.source, r.key, r.request, a.agent_session, r.agent_id, r.sidechain, d.model, d.project,
  r.began_at, r.at, r.born_at, r.input, r.output, r.reasoning, r.cache_read, r.cache_write_5m, r.cache_write_1h,
  r.web_searches, r.confidence, r.billing, r.told_by, r.cost, r.price_version`;

/** The order of the joins is that of the ids. */
const placedRows = `SELECT r.id, r.revision, a.session, ${responseColumns} FROM responses r
  CROSS JOIN usage_scopes s ON s.key = r.scope CROSS JOIN usage_agents a ON a.key = r.agent
  CROSS JOIN usage_dims d ON d.key = r.dim`;

const toPlacedRow = (row: Record<string, unknown>): PlacedRow => ({
  id: Number(row['id']),
  revision: Number(row['revision']),
  row: toLedgerRow(row),
});

const toLedgerRow = (row: Record<string, unknown>): LedgerRow => ({
  owner: String(row['owner']),
  source: String(row['source']),
  key: String(row['key']),
  request: String(row['request']),
  sessionId: String(row['agent_session']),
  agentId: String(row['agent_id']),
  sidechain: row['sidechain'] === 1,
  model: String(row['model']),
  project: String(row['project']),
  beganAt: Number(row['began_at']),
  at: Number(row['at']),
  bornAt: Number(row['born_at']),
  input: Number(row['input']),
  output: Number(row['output']),
  reasoning: Number(row['reasoning']),
  cacheRead: Number(row['cache_read']),
  cacheWrite5m: Number(row['cache_write_5m']),
  cacheWrite1h: Number(row['cache_write_1h']),
  webSearches: Number(row['web_searches']),
  confidence: row['confidence'] as LedgerRow['confidence'],
  billing: String(row['billing']),
  toldBy: row['told_by'] as LedgerRow['toldBy'],
  costPico: row['cost'] === null ? null : Number(row['cost']),
  priceVersion: String(row['price_version']),
});

const toReadFile = (row: Record<string, unknown>): ReadFile => ({
  source: String(row['source']),
  file: String(row['file']),
  cursor: String(row['cursor']),
  stamp: String(row['stamp']),
  skipped: JSON.parse(String(row['skipped'])) as Record<string, number>,
});
