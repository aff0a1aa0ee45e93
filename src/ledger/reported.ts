import type { AgentOrigin, Run, TokensRecorded } from '../contract/event.ts';
import type { LedgerRow, LedgerSession, UsageStep } from '../contract/usage.ts';
import { picoOf } from './prices/usd.ts';
import type { Pricing } from './settle.ts';
import { recordOf } from './settle.ts';

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
  const share = newShare(data);
  return share > 0 ? [...adopt, { do: 'put', row: rowOf(of, data, share, prices) }] : adopt;
};

/** Which part of it nobody else had told. */
const newShare = ({ tokensUsed, reconciled = 0, cacheRead = 0, cacheReconciled = 0 }: TokensRecorded): number => {
  if (tokensUsed > 0) return (tokensUsed - reconciled) / tokensUsed;
  return cacheRead > 0 ? (cacheRead - cacheReconciled) / cacheRead : 0;
};

/** A session that stint did not find at an agent's is one of a source of its own. */
const sessionOf = ({ owner, agent, session }: Reporting): LedgerSession => ({
  owner,
  source: agent?.source ?? 'api',
  sessionId: agent?.sessionId ?? session,
});

const rowOf = (of: Reporting, data: TokensRecorded, share: number, prices: Pricing): LedgerRow => {
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
    ...partsOf(data, share),
    webSearches: 0,
    // The caller's word for it; which tokens they were is often not told.
    confidence: data.input === undefined && data.output === undefined ? 'estimated' : 'exact',
    billing: '',
    toldBy: source,
    costPico: null,
    priceVersion: prices.version,
  };
  const told = costUsd === undefined ? undefined : Math.round(picoOf(costUsd) * share);
  return { ...row, costPico: told ?? (model === '' ? null : (prices.price(recordOf(row))?.costPico ?? null)) };
};

/** Tokens of which it is not told what they were count as input. */
const partsOf = (data: TokensRecorded, share: number) => {
  const { input = 0, output = 0, reasoning = 0, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0 } = data;
  const told = input + output + cacheWrite5m + cacheWrite1h + cacheRead;
  const of = (part: number) => Math.round(part * share);
  return {
    input: of(told === 0 ? data.tokensUsed : input),
    output: of(output),
    reasoning: of(reasoning),
    cacheRead: of(cacheRead),
    cacheWrite5m: of(cacheWrite5m),
    cacheWrite1h: of(cacheWrite1h),
  };
};
