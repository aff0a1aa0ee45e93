import type { LedgerKey, LedgerRow, LedgerSession, UsageStep } from '../contract/usage.ts';
import type { Billing, UsageParts, UsageRecord } from '../readers/reader.ts';
import { joinCopy } from '../readers/responses.ts';

/**
 * Copies of responses, as readers find them → what changes in the ledger and in the sessions. Pure.
 *
 *  S1  A response is in the ledger once, at the value that its copies have together, with the session that had it first; rules of
 *      that are in readers/responses.ts. The order in which copies are found makes no difference.
 *  S2  A session that has a copy of another's response shares it: it is shown in both and counted in one.
 *  S3  What a session is told of is the difference between what it had and what it has: copies that bring nothing new tell nothing,
 *      so that reading a file again does nothing.
 *  S4  What another session turns out to have had first is taken back from the one that had it, in tidings of its own: with them alone,
 *      before the other is told, nothing is counted twice.
 */

/** What a session is told of a response: as much as it did not know. */
export interface Tidings {
  agent: LedgerSession;
  /** Names the response in the session's journal. */
  response: string;
  agentId: string;
  sidechain: boolean;
  model: string;
  project: string;
  beganAt: number;
  at: number;
  /** May be negative where it turns out to be worth less, or another session's. */
  parts: Required<UsageParts>;
  steps: UsageStep[];
}

export interface Settled {
  tidings: Tidings[];
  /** Changes that no session has to be told of. */
  steps: UsageStep[];
}

/** The price of a response now, and the version of the prices; see prices/. */
export interface Pricing {
  readonly version: string;
  price(record: UsageRecord): { costPico: number } | undefined;
}

/** `held`: all rows of the copies' keys. */
export const settle = (
  owner: string,
  held: readonly LedgerRow[],
  copies: readonly UsageRecord[],
  prices: Pricing,
): Settled => {
  const heldByKey = Map.groupBy(held, ({ key }) => key);
  const settled: Settled = { tidings: [], steps: [] };
  for (const [key, some] of Map.groupBy(copies, (copy) => copy.key)) {
    settleKey(owner, heldByKey.get(key) ?? [], some, prices, settled);
  }
  return settled;
};

const settleKey = (
  owner: string,
  rows: readonly LedgerRow[],
  copies: readonly UsageRecord[],
  prices: Pricing,
  { tidings, steps }: Settled,
): void => {
  let records: readonly UsageRecord[] = rows.map(recordOf);
  for (const copy of copies) {
    const { merged, replaced } = joinCopy(records, copy);
    records = [...records.filter((record) => !replaced.includes(record)), merged];
  }
  const after = records.map((record) => rowOf(owner, record, prices));
  const isTaken = (row: LedgerRow) =>
    after.some((one) => one.request === row.request && one.sessionId !== row.sessionId);
  const kept = rows.filter((row) => !isTaken(row));
  const changed = after.filter((row) => !rows.some((one) => isSameRow(one, row)));
  const gone = kept.filter((row) => !after.some(({ request }) => request === row.request));
  const told = differences(kept, after);
  for (const one of told) {
    const isOwn = ({ sessionId }: LedgerRow) => sessionId === one.agent.sessionId;
    one.steps.push(...gone.filter(isOwn).map(dropOf), ...changed.filter(isOwn).map(putOf));
  }
  tidings.push(...rows.filter(isTaken).flatMap(takenBack), ...told);
  const isUntold = ({ sessionId }: LedgerRow) => !told.some(({ agent }) => agent.sessionId === sessionId);
  steps.push(...gone.filter(isUntold).map(dropOf), ...changed.filter(isUntold).map(putOf));
  steps.push(...sharesOf(owner, rows, copies, after));
};

export const recordOf = (row: LedgerRow): UsageRecord => ({
  source: row.source,
  key: row.key,
  ...(row.request !== '' && { request: row.request }),
  sessionId: row.sessionId,
  ...(row.agentId !== '' && { agentId: row.agentId }),
  sidechain: row.sidechain,
  model: row.model,
  beganAt: row.beganAt,
  at: row.at,
  ...(row.project !== '' && { cwd: row.project }),
  parts: {
    input: row.input,
    output: row.output,
    reasoning: row.reasoning,
    cacheRead: row.cacheRead,
    cacheWrite5m: row.cacheWrite5m,
    cacheWrite1h: row.cacheWrite1h,
  },
  ...(row.webSearches > 0 && { webSearches: row.webSearches }),
  ...(row.billing !== '' && { billing: JSON.parse(row.billing) as Billing }),
  confidence: row.confidence,
  file: '',
  offset: 0,
  fileBornAt: row.bornAt,
});

export const rowOf = (owner: string, record: UsageRecord, prices: Pricing): LedgerRow => {
  const { parts, billing } = record;
  return {
    owner,
    source: record.source,
    key: record.key,
    request: record.request ?? '',
    sessionId: record.sessionId,
    agentId: record.agentId ?? '',
    sidechain: record.sidechain,
    model: record.model,
    project: record.cwd ?? '',
    beganAt: record.beganAt,
    at: record.at,
    bornAt: record.fileBornAt,
    ...wholeParts(parts),
    webSearches: record.webSearches ?? 0,
    confidence: record.confidence,
    billing: billing === undefined ? '' : JSON.stringify(billing),
    toldBy: 'transcript',
    costPico: prices.price(record)?.costPico ?? null,
    priceVersion: prices.version,
  };
};

/** What a row costs by these prices, if that is known. */
export const costOf = (row: LedgerRow, prices: Pricing): number | null =>
  row.model === '' ? null : (prices.price(recordOf(row))?.costPico ?? null);

const wholeParts = ({ reasoning = 0, ...parts }: UsageParts): Required<UsageParts> => ({ ...parts, reasoning });

const rowFields = [
  'request',
  'sessionId',
  'agentId',
  'sidechain',
  'model',
  'project',
  'beganAt',
  'at',
  'bornAt',
  'webSearches',
  'input',
  'output',
  'reasoning',
  'cacheRead',
  'cacheWrite5m',
  'cacheWrite1h',
  'confidence',
  'billing',
] as const satisfies (keyof LedgerRow)[];

/** Whatever it costs: that is for who prices all anew. */
const isSameRow = (a: LedgerRow, b: LedgerRow): boolean => rowFields.every((field) => a[field] === b[field]);

const partNames = ['input', 'output', 'reasoning', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const;

/** S3: by session, since several rows of one key may be one session's. */
const differences = (before: readonly LedgerRow[], after: readonly LedgerRow[]): Tidings[] => {
  const bySession = new Map<string, Tidings>();
  const add = (row: LedgerRow, by: 1 | -1) => {
    let told = bySession.get(row.sessionId);
    if (told === undefined) bySession.set(row.sessionId, (told = tidingsOf(row)));
    for (const name of partNames) told.parts[name] += by * row[name];
    // What it is now, not what it was.
    if (by === 1) Object.assign(told, { ...tidingsOf(row), parts: told.parts });
  };
  for (const row of before) add(row, -1);
  for (const row of after) add(row, 1);
  return [...bySession.values()].filter(({ parts }) => partNames.some((name) => parts[name] !== 0));
};

/** S4. Of a row that is worth nothing nobody has to hear: the one in its place is put over it. */
const takenBack = (row: LedgerRow): Tidings[] =>
  differences([row], []).map((told) => ({ ...told, steps: [dropOf(row)] }));

const tidingsOf = (row: LedgerRow): Tidings => ({
  agent: { owner: row.owner, source: row.source, sessionId: row.sessionId },
  response: `${row.source}:${row.key}`,
  agentId: row.agentId,
  sidechain: row.sidechain,
  model: row.model,
  project: row.project,
  beganAt: row.beganAt,
  at: row.at,
  parts: { input: 0, output: 0, reasoning: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 },
  steps: [],
});

const putOf = (row: LedgerRow): UsageStep => ({ do: 'put', row });

const dropOf = ({ owner, source, key, request }: LedgerKey): UsageStep => ({
  do: 'drop',
  key: { owner, source, key, request },
});

/** S2. */
const sharesOf = (
  owner: string,
  before: readonly LedgerRow[],
  copies: readonly UsageRecord[],
  after: readonly LedgerRow[],
): UsageStep[] => {
  const holders = new Set([...before, ...copies].map(({ sessionId }) => sessionId));
  return after.flatMap(({ source, key, request, sessionId }) =>
    [...holders]
      .filter((holder) => holder !== sessionId && !after.some((row) => row.sessionId === holder))
      .map((holder): UsageStep => ({
        do: 'share',
        agent: { owner, source, sessionId: holder },
        key: { owner, source, key, request },
      })),
  );
};
