import type { DatabaseSync } from 'node:sqlite';
import { shrunk } from '../../contract/shrink.ts';
import type { LedgerKey, LedgerRow, LedgerSession, UsageStep } from '../../contract/usage.ts';

/**
 * Writes the ledger inside a transaction of the caller's.
 *
 *  L1  What many steps add to a sum is written once, before the transaction ends.
 *  L2  A sum is what its rows in `responses` add up to: a row that is replaced is taken out of its sums first.
 *  L3  After a transaction that failed nothing of it is remembered.
 *  L4  What a transaction puts or changes has its revision, which is higher than all before; see migrations/usage-revisions.ts.
 */
export interface UsageRows {
  take(steps: readonly UsageStep[]): void;
  /** Writes what was gathered (L1). */
  write(): void;
  /** The transaction failed (L3). */
  forget(): void;
}

export const quarterMs = 900_000;

/** See migrations/usage.ts. */
export const slotAt = (at: number): number =>
  at % quarterMs === 0 ? (2 * at) / quarterMs : 2 * Math.floor(at / quarterMs) + 1;

/** What a response has that is summed, in the order of the columns; see {@link sumColumns}. */
type Amounts = [number, number, number, number, number, number, number, number, number, number];

export const sumColumns = [
  'input',
  'output',
  'reasoning',
  'cache_read',
  'cache_write_5m',
  'cache_write_1h',
  'cost',
  'responses',
  'incomplete',
  'unpriced',
] as const;

interface Sum {
  /** What is told apart: slot and dim, or agent, agent_id and dim. */
  key: (number | string)[];
  amounts: Amounts;
  /** Times of what came, and of what was taken out: of the sum the first or last may be another then. */
  came: Span;
  went: Span;
  /** What was taken out may be what came. */
  isUnsure: boolean;
}

type Span = [firstAt: number, lastAt: number];

/** A row of `responses` as it counts in sums. */
interface Counted {
  agent: number;
  agentId: string;
  dim: number;
  at: number;
  amounts: Amounts;
}

export const newUsageRows = (db: DatabaseSync): UsageRows => {
  const statements = prepare(db);
  const slots = new Map<string, Sum>();
  const sessions = new Map<string, Sum>();
  const scopes = new Map<string, number>();
  const dims = new Map<string, number>();
  const agents = new Map<string, number>();
  let revision: number | undefined;

  /** L4. */
  const revisionNow = (): number =>
    (revision ??= Math.max(Number(statements.lastRevision.get()?.['last'] ?? 0) + 1, Date.now()));

  const scopeKey = (owner: string, source: string): number =>
    kept(
      scopes,
      () => statements.insertScope.run(owner, source),
      () => statements.scope.get(owner, source),
      `${owner}\0${source}`,
    );

  const dimKey = (scope: number, model: string, project: string): number =>
    kept(
      dims,
      () => statements.insertDim.run(scope, model, project),
      () => statements.dim.get(scope, model, project),
      `${scope}\0${model}\0${project}`,
    );

  const agentKey = ({ owner, source, sessionId }: LedgerSession): number => {
    const scope = scopeKey(owner, source);
    return kept(
      agents,
      () => statements.insertAgent.run(scope, sessionId),
      () => statements.agent.get(scope, sessionId),
      `${scope}\0${sessionId}`,
    );
  };

  const gather = (sums: Map<string, Sum>, key: (number | string)[], row: Counted, by: 1 | -1): void => {
    const name = key.join('\0');
    let sum = sums.get(name);
    if (sum === undefined) {
      sum = {
        key,
        amounts: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        came: [Infinity, -Infinity],
        went: [Infinity, -Infinity],
        isUnsure: false,
      };
      sums.set(name, sum);
    }
    for (let i = 0; i < row.amounts.length; i++) sum.amounts[i]! += by * row.amounts[i]!;
    const span = by < 0 ? sum.went : sum.came;
    if (by < 0 && (row.at <= sum.came[0] || row.at >= sum.came[1])) sum.isUnsure ||= !isEmpty(sum.came);
    span[0] = Math.min(span[0], row.at);
    span[1] = Math.max(span[1], row.at);
  };

  const count = (row: Counted, by: 1 | -1): void => {
    gather(slots, [slotAt(row.at), row.dim], row, by);
    gather(sessions, [row.agent, row.agentId, row.dim], row, by);
  };

  /** L2. */
  const takeOut = (found: Record<string, unknown> | undefined): void => {
    if (found !== undefined) count(countedOf(found), -1);
  };

  const put = (row: LedgerRow): void => {
    const scope = scopeKey(row.owner, row.source);
    const agent = agentKey(row);
    const dim = dimKey(scope, row.model, row.project);
    const found = statements.response.get(scope, row.key, row.request);
    takeOut(found);
    // What a session had as a copy may turn out to have been its own.
    if (found !== undefined && found['agent'] !== agent) statements.unshare.run(agent, scope, row.key, row.request);
    statements.putResponse.run(
      scope,
      row.key,
      row.request,
      agent,
      row.agentId,
      dim,
      row.sidechain ? 1 : 0,
      row.beganAt,
      row.at,
      row.bornAt,
      row.input,
      row.output,
      row.reasoning,
      row.cacheRead,
      row.cacheWrite5m,
      row.cacheWrite1h,
      row.webSearches,
      row.confidence,
      row.billing,
      row.toldBy,
      row.costPico,
      row.priceVersion,
      revisionNow(),
    );
    count({ agent, agentId: row.agentId, dim, at: row.at, amounts: amountsOf(row) }, 1);
  };

  const drop = ({ owner, source, key, request }: LedgerKey): void => {
    const scope = scopeKey(owner, source);
    takeOut(statements.response.get(scope, key, request));
    statements.dropResponse.run(scope, key, request);
  };

  /** L2: of what is summed nothing but the cost is another. */
  const price = ({ id, revision: read, was, costPico, priceVersion }: PriceStep): void => {
    const found = statements.price.get(costPico, priceVersion, id, read);
    if (found === undefined) return;
    const amounts: Amounts = [0, 0, 0, 0, 0, 0, (costPico ?? 0) - (was ?? 0), 0, 0, unpriced(costPico) - unpriced(was)];
    count({ ...countedOf(found), amounts }, 1);
  };

  const share = (agent: LedgerSession, { owner, source, key, request }: LedgerKey): void => {
    statements.share.run(agentKey(agent), scopeKey(owner, source), key, request);
  };

  /** The oldest go first; one that is not used up keeps what is left of each of its parts. */
  const absorb = (session: string, tokens: number, cacheRead: number): void => {
    const left = { used: tokens, read: cacheRead };
    for (const found of statements.secondHand.all(session)) {
      if (left.used <= 0 && left.read <= 0) return;
      const [used, read] = [countedTokens(found), Number(found['cache_read'])];
      const rest = { used: Math.max(0, used - left.used), read: Math.max(0, read - left.read) };
      shrink(found, rest);
      left.used -= used - rest.used;
      left.read -= read - rest.read;
    }
  };

  const shrink = (found: Record<string, unknown>, rest: { used: number; read: number }): void => {
    count(countedOf(found), -1);
    if (rest.used === 0 && rest.read === 0) return void statements.dropById.run(Number(found['id']));
    const { parts, cost } = shrunkTo(found, rest);
    statements.shrink.run(...parts, cost, revisionNow(), Number(found['id']));
    const row = Object.fromEntries(partColumns.map((name, i) => [name, parts[i]]));
    count(countedOf({ ...found, ...row, cost }), 1);
  };

  const step = (one: UsageStep): void => {
    switch (one.do) {
      case 'put':
        return put(one.row);
      case 'drop':
        return drop(one.key);
      case 'adopt':
        return void statements.adopt.run(one.session, agentKey(one.agent));
      case 'price':
        return price(one);
      case 'share':
        return share(one.agent, one.key);
      case 'absorb':
        return absorb(one.session, one.tokens, one.cacheRead);
      case 'mark':
        return void statements.mark.run(one.name, one.mark, one.at);
    }
  };

  return {
    take: (steps) => {
      for (const one of steps) step(one);
    },
    write: () => {
      for (const { key, amounts, came, went } of slots.values()) {
        statements.addToSlot.run(...key, ...amounts, ...knownSpan(came, went));
        if (!isEmpty(went)) {
          statements.dropEmptySlot.run(...key);
          statements.mendSlot.run(...key, ...rangeOf(Number(key[0])));
        }
      }
      for (const sum of sessions.values()) {
        statements.addToSession.run(...sum.key, ...sum.amounts, ...knownSpan(sum.came, sum.went));
        if (isEmpty(sum.went)) continue;
        statements.dropEmptySession.run(...sum.key);
        statements.mendSession.run(...sum.key, ...doubtful(sum));
      }
      slots.clear();
      sessions.clear();
      if (revision !== undefined) statements.keepRevision.run(revision);
      revision = undefined;
    },
    forget: () => {
      for (const known of [slots, sessions, scopes, dims, agents]) known.clear();
      revision = undefined;
    },
  };
};

const isEmpty = ([first, last]: Span): boolean => first > last;

const knownSpan = (came: Span, went: Span): Span => (isEmpty(came) ? went : came);

/**
 * From where on a first time and until where a last time is to be found anew. Not for what has grown since: all of a session's
 * responses are looked through for it.
 */
const doubtful = ({ came, went, isUnsure }: Sum): Span => {
  if (isUnsure) return [-farFuture, farFuture];
  return [came[0] <= went[0] ? farFuture : went[0], came[1] >= went[1] ? -farFuture : went[1]];
};

const farFuture = Number.MAX_SAFE_INTEGER;

/** The key behind a name, looked up once. */
const kept = (
  known: Map<string, number>,
  insert: () => unknown,
  find: () => Record<string, unknown> | undefined,
  name: string,
): number => {
  const met = known.get(name);
  if (met !== undefined) return met;
  insert();
  const key = Number(find()?.['key']);
  // What was met once will be met again, but not everything for ever.
  if (known.size > mostNames) known.clear();
  known.set(name, key);
  return key;
};

type PriceStep = Extract<UsageStep, { do: 'price' }>;

const unpriced = (cost: number | null): number => (cost === null ? 1 : 0);

const mostNames = 20_000;

/** The times that a slot holds, both inclusive. */
const rangeOf = (slot: number): [from: number, to: number] => {
  const quarter = Math.floor(slot / 2) * quarterMs;
  return slot % 2 === 0 ? [quarter, quarter] : [quarter + 1, quarter + quarterMs - 1];
};

const amountsOf = (row: LedgerRow): Amounts => [
  row.input,
  row.output,
  row.reasoning,
  row.cacheRead,
  row.cacheWrite5m,
  row.cacheWrite1h,
  row.costPico ?? 0,
  1,
  row.confidence === 'incomplete' ? 1 : 0,
  unpriced(row.costPico),
];

const countedOf = (found: Record<string, unknown>): Counted => ({
  agent: Number(found['agent']),
  agentId: String(found['agent_id']),
  dim: Number(found['dim']),
  at: Number(found['at']),
  amounts: [
    ...partsOf(found),
    Number(found['cost'] ?? 0),
    1,
    found['confidence'] === 'incomplete' ? 1 : 0,
    found['cost'] === null ? 1 : 0,
  ],
});

const partColumns = ['input', 'output', 'reasoning', 'cache_read', 'cache_write_5m', 'cache_write_1h'] as const;
type Parts = [number, number, number, number, number, number];

const partsOf = (found: Record<string, unknown>): Parts => partColumns.map((name) => Number(found[name])) as Parts;

const countedTokens = (found: Record<string, unknown>): number =>
  Number(found['input']) + Number(found['output']) + Number(found['cache_write_5m']) + Number(found['cache_write_1h']);

/** A row with so much left of its counted tokens and of its cache reads. */
const shrunkTo = (found: Record<string, unknown>, rest: { used: number; read: number }) => {
  const [input, output, reasoning, cacheRead, written5m, written1h] = partsOf(found);
  const [ofInput, ofOutput, of5m, of1h] = shrunk([input, output, written5m, written1h] as const, rest.used);
  const ofReasoning = output === 0 ? 0 : Math.round((reasoning * ofOutput) / output);
  const used = countedTokens(found);
  const share = used > 0 ? rest.used / used : rest.read / cacheRead;
  const cost = found['cost'] === null ? null : Math.round(Number(found['cost']) * share);
  return { parts: [ofInput, ofOutput, ofReasoning, rest.read, of5m, of1h] as Parts, cost };
};

const values = (count: number): string => Array(count).fill('?').join(', ');

const addTo = (table: string, keys: readonly string[]): string =>
  `INSERT INTO ${table} (${[...keys, ...sumColumns, 'first_at', 'last_at'].join(', ')})
   VALUES (${values(keys.length + sumColumns.length + 2)})
   ON CONFLICT DO UPDATE SET ${sumColumns.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')},
     first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)`;

/** In the order in which `put` gives them. */
const responseColumns = [
  'scope',
  'key',
  'request',
  'agent',
  'agent_id',
  'dim',
  'sidechain',
  'began_at',
  'at',
  'born_at',
  ...partColumns,
  'web_searches',
  'confidence',
  'billing',
  'told_by',
  'cost',
  'price_version',
  'revision',
];

const prepare = (db: DatabaseSync) => ({
  insertScope: db.prepare('INSERT INTO usage_scopes (owner, source) VALUES (?, ?) ON CONFLICT DO NOTHING'),
  scope: db.prepare('SELECT key FROM usage_scopes WHERE owner = ? AND source = ?'),
  insertDim: db.prepare('INSERT INTO usage_dims (scope, model, project) VALUES (?, ?, ?) ON CONFLICT DO NOTHING'),
  dim: db.prepare('SELECT key FROM usage_dims WHERE scope = ? AND model = ? AND project = ?'),
  insertAgent: db.prepare('INSERT INTO usage_agents (scope, agent_session) VALUES (?, ?) ON CONFLICT DO NOTHING'),
  agent: db.prepare('SELECT key FROM usage_agents WHERE scope = ? AND agent_session = ?'),
  adopt: db.prepare('UPDATE usage_agents SET session = ? WHERE key = ?'),
  response: db.prepare('SELECT * FROM responses WHERE scope = ? AND key = ? AND request = ?'),
  putResponse: db.prepare(
    `INSERT INTO responses (${responseColumns.join(', ')}) VALUES (${values(responseColumns.length)})
     ON CONFLICT DO UPDATE SET ${responseColumns
       .slice(3)
       .map((name) => `${name} = excluded.${name}`)
       .join(', ')}`,
  ),
  dropResponse: db.prepare('DELETE FROM responses WHERE scope = ? AND key = ? AND request = ?'),
  dropById: db.prepare('DELETE FROM responses WHERE id = ?'),
  shrink: db.prepare(
    `UPDATE responses SET ${partColumns.map((name) => `${name} = ?`).join(', ')}, cost = ?, revision = ? WHERE id = ?`,
  ),
  price: db.prepare('UPDATE responses SET cost = ?, price_version = ? WHERE id = ? AND revision = ? RETURNING *'),
  lastRevision: db.prepare('SELECT last FROM usage_revision'),
  keepRevision: db.prepare('UPDATE usage_revision SET last = ?'),
  secondHand: db.prepare(
    `SELECT r.* FROM usage_agents a JOIN responses r ON r.agent = a.key
     WHERE a.session = ? AND r.told_by <> 'transcript' ORDER BY r.at, r.id`,
  ),
  share: db.prepare(
    'INSERT INTO shared_responses (agent, scope, key, request) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  ),
  unshare: db.prepare('DELETE FROM shared_responses WHERE agent = ? AND scope = ? AND key = ? AND request = ?'),
  mark: db.prepare('INSERT OR REPLACE INTO usage_marks (name, mark, at) VALUES (?, ?, ?)'),
  addToSlot: db.prepare(addTo('usage_slots', ['slot', 'dim'])),
  dropEmptySlot: db.prepare('DELETE FROM usage_slots WHERE slot = ? AND dim = ? AND responses <= 0'),
  mendSlot: db.prepare(
    `UPDATE usage_slots SET first_at = coalesce(own.first_at, usage_slots.first_at),
       last_at = coalesce(own.last_at, usage_slots.last_at)
     FROM (SELECT min(at) AS first_at, max(at) AS last_at FROM responses WHERE dim = ?2 AND at >= ?3 AND at <= ?4) own
     WHERE slot = ?1 AND dim = ?2`,
  ),
  addToSession: db.prepare(addTo('usage_sessions', ['agent', 'agent_id', 'dim'])),
  dropEmptySession: db.prepare(
    'DELETE FROM usage_sessions WHERE agent = ? AND agent_id = ? AND dim = ? AND responses <= 0',
  ),
  /** What went was the first or the last of it. */
  mendSession: db.prepare(
    `UPDATE usage_sessions SET (first_at, last_at) =
       (SELECT min(at), max(at) FROM responses WHERE agent = ?1 AND agent_id = ?2 AND dim = ?3)
     WHERE agent = ?1 AND agent_id = ?2 AND dim = ?3 AND (first_at >= ?4 OR last_at <= ?5)`,
  ),
});

/** What the tables of sums hold, as the responses say. */
const each = `sum(input), sum(output), sum(reasoning), sum(cache_read), sum(cache_write_5m), sum(cache_write_1h),
  coalesce(sum(cost), 0), count(*), sum(confidence = 'incomplete'), sum(cost IS NULL), min(at), max(at)`;
const columns = [...sumColumns, 'first_at', 'last_at'].join(', ');

export const usageFolds: readonly { table: string; columns: string; fold: string }[] = [
  {
    table: 'usage_slots',
    columns: `slot, dim, ${columns}`,
    fold: `SELECT at / ${quarterMs} * 2 + (at % ${quarterMs} <> 0), dim, ${each} FROM responses GROUP BY 1, 2`,
  },
  {
    table: 'usage_sessions',
    columns: `agent, agent_id, dim, ${columns}`,
    fold: `SELECT agent, agent_id, dim, ${each} FROM responses GROUP BY 1, 2, 3`,
  },
];

/** Makes the tables of sums again from the responses, inside the caller's transaction. */
export const foldUsage = (db: DatabaseSync): void => {
  for (const { table, columns: names, fold } of usageFolds)
    db.exec(`DELETE FROM ${table}; INSERT INTO ${table} (${names}) ${fold}`);
};
