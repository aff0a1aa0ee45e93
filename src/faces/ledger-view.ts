import { pushedRowSchema, pushedSessionSchema } from '../contract/usage-push.ts';
import type { LedgerRows, PushedRow, PushedSession } from '../contract/usage-push.ts';
import type { LedgerRow, TranscribedRows } from '../contract/usage.ts';
import type { SessionSummary } from '../journal/sessions.ts';

/** By so much the time of a row may lie ahead, as clocks differ; another server is a little more patient. */
const aheadMs = 3600_000;

interface Known {
  now: number;
  /** How many rows were asked for. */
  limit: number;
  sessions: readonly SessionSummary[];
}

/** A page of the ledger as another server takes it. What no server would take is left out and counted. */
export const toLedgerRows = ({ rows, upTo }: TranscribedRows, { now, limit, sessions }: Known): LedgerRows => {
  const told = rows.map(({ row }) => row).filter(({ at, beganAt }) => Math.max(at, beganAt) <= now + aheadMs);
  const sendable = told.map(toPushedRow).filter((row) => pushedRowSchema.safeParse(row).success);
  const last = rows.at(-1);
  return {
    rows: sendable,
    sessions: sessions.flatMap((session) => toPushedSession(session) ?? []),
    leftOut: rows.length - sendable.length,
    ...(last === undefined || rows.length < limit ? {} : { next: last.id }),
    upTo,
  };
};

const toPushedRow = (row: LedgerRow): PushedRow => ({
  source: row.source,
  key: row.key,
  ...(row.request === '' ? {} : { request: row.request }),
  sessionId: row.sessionId,
  ...(row.agentId === '' ? {} : { agentId: row.agentId }),
  sidechain: row.sidechain,
  model: row.model,
  ...(row.project === '' ? {} : { project: row.project }),
  beganAt: row.beganAt,
  at: row.at,
  bornAt: row.bornAt,
  input: row.input,
  output: row.output,
  reasoning: row.reasoning,
  cacheRead: row.cacheRead,
  cacheWrite5m: row.cacheWrite5m,
  cacheWrite1h: row.cacheWrite1h,
  ...(row.webSearches === 0 ? {} : { webSearches: row.webSearches }),
  confidence: row.confidence,
  ...(row.billing === '' ? {} : { billing: JSON.parse(row.billing) as NonNullable<PushedRow['billing']> }),
});

/** What can't be told of a session does not keep its rows. */
const toPushedSession = ({ name, startTime, agent }: SessionSummary): PushedSession | undefined => {
  if (agent === undefined) return undefined;
  const { source, sessionId, directory, gitBranch, forkedFrom } = agent;
  const { data } = pushedSessionSchema.safeParse({
    source,
    sessionId,
    ...(name === undefined ? {} : { name }),
    ...(directory === undefined ? {} : { directory }),
    ...(gitBranch === undefined ? {} : { gitBranch }),
    ...(forkedFrom === undefined ? {} : { forkedFrom }),
    startedAt: startTime,
  });
  return data;
};
