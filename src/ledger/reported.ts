import type { AgentOrigin, Run, TokensRecorded } from '../contract/event.ts';
import type { LedgerRow, LedgerSession, UsageStep } from '../contract/usage.ts';
import { picoOf } from './prices/usd.ts';
import type { Pricing } from './settle.ts';
import { costOf } from './settle.ts';

/** What the ledger has of a session's rows that no transcript is behind: posted through the API, or told by telemetry. */

/** What is known of the session. */
export interface Reporting {
  session: string;
  owner: string;
  agent?: AgentOrigin;
  run?: Run;
  /** Nothing was reported of it before. */
  isFirst: boolean;
}

/** Steps that a row in a session's journal calls for. */
export const reportedSteps = (of: Reporting, data: TokensRecorded, prices: Pricing): UsageStep[] => {
  const { reconciled = 0, source } = data;
  if (source === 'transcript') return reconciled > 0 ? [{ do: 'absorb', session: of.session, tokens: reconciled }] : [];
  const adopt: UsageStep[] = of.isFirst ? [{ do: 'adopt', agent: sessionOf(of), session: of.session }] : [];
  const shares = newShares(data);
  return shares.used > 0 || shares.cacheRead > 0
    ? [...adopt, { do: 'put', row: rowOf(of, data, shares, prices) }]
    : adopt;
};

/** Which part of a row nobody else had told: of what counts as used, and of what was read from caches. */
interface Shares {
  used: number;
  cacheRead: number;
}

const newShares = ({ tokensUsed, reconciled = 0, cacheRead = 0, cacheReconciled = 0 }: TokensRecorded): Shares => ({
  used: tokensUsed > 0 ? (tokensUsed - reconciled) / tokensUsed : 0,
  cacheRead: cacheRead > 0 ? (cacheRead - cacheReconciled) / cacheRead : 0,
});

/** A session that stint did not find at an agent's is one of a source of its own. */
const sessionOf = ({ owner, agent, session }: Reporting): LedgerSession => ({
  owner,
  source: agent?.source ?? 'api',
  sessionId: agent?.sessionId ?? session,
});

const rowOf = (of: Reporting, data: TokensRecorded, shares: Shares, prices: Pricing): LedgerRow => {
  const { id, timestamp, model = '', response = id, costUsd, source } = data;
  const row: LedgerRow = {
    ...sessionOf(of),
    key: `${source}:${response}`,
    request: '',
    agentId: '',
    sidechain: false,
    model,
    project: of.agent?.directory ?? of.run?.directory ?? '',
    beganAt: timestamp,
    at: timestamp,
    bornAt: timestamp,
    ...partsOf(data, shares),
    webSearches: 0,
    // Which tokens they were is often not told, nor, by telemetry, for how long a cache keeps what was written.
    confidence: isSplit(data) ? 'exact' : 'estimated',
    billing: '',
    toldBy: source,
    costPico: null,
    priceVersion: prices.version,
  };
  const share = data.tokensUsed > 0 ? shares.used : shares.cacheRead;
  // What it cost is not for prices to say: its row has no version of theirs.
  if (costUsd !== undefined) return { ...row, costPico: Math.round(picoOf(costUsd) * share), priceVersion: '' };
  return { ...row, costPico: costOf(row, prices) };
};

const isSplit = ({ source, input, output, cacheWrite5m = 0 }: TokensRecorded): boolean =>
  (input !== undefined || output !== undefined) && (source === 'api' || cacheWrite5m === 0);

/** Tokens of which it is not told what they were count as input. */
const partsOf = (data: TokensRecorded, { used, cacheRead: read }: Shares) => {
  const { input = 0, output = 0, reasoning = 0, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0 } = data;
  const told = input + output + cacheWrite5m + cacheWrite1h + cacheRead;
  const of = (part: number) => Math.round(part * used);
  return {
    input: of(told === 0 ? data.tokensUsed : input),
    output: of(output),
    reasoning: of(reasoning),
    cacheRead: Math.round(cacheRead * read),
    cacheWrite5m: of(cacheWrite5m),
    cacheWrite1h: of(cacheWrite1h),
  };
};
