import type { AgentOrigin, BudgetCounts, Run, TokensRecorded } from '../contract/event.ts';
import { shrunk } from '../contract/shrink.ts';
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
  counts: BudgetCounts;
  /** Nothing was reported of it before. */
  isFirst: boolean;
}

/** Steps that a row in a session's journal calls for. */
export const reportedSteps = (of: Reporting, data: TokensRecorded, prices: Pricing): UsageStep[] => {
  if (data.source === 'transcript') return absorbing(of, data);
  const adopt: UsageStep[] = of.isFirst ? [{ do: 'adopt', agent: sessionOf(of), session: of.session }] : [];
  const fresh = freshIn(of, data);
  return fresh.used > 0 || fresh.cacheRead > 0 ? [...adopt, { do: 'put', row: rowOf(of, data, fresh, prices) }] : adopt;
};

const absorbing = (of: Reporting, data: TokensRecorded): UsageStep[] => {
  const { used, cacheRead } = knownIn(of, data);
  return used > 0 || cacheRead > 0 ? [{ do: 'absorb', session: of.session, tokens: used, cacheRead }] : [];
};

/** Tokens that are no cache reads, whatever the session's budget counts, and cache reads. */
interface Tokens {
  used: number;
  cacheRead: number;
}

const tokensIn = ({ counts }: Reporting, { tokensUsed, cacheRead = 0 }: TokensRecorded): Tokens => ({
  used: counts === 'all' ? tokensUsed - cacheRead : tokensUsed,
  cacheRead,
});

/** What of a row others had told. */
const knownIn = ({ counts }: Reporting, { reconciled = 0, cacheReconciled = 0 }: TokensRecorded): Tokens => ({
  used: Math.max(0, counts === 'all' ? reconciled - cacheReconciled : reconciled),
  cacheRead: Math.max(0, cacheReconciled),
});

/** What of a row nobody else had told. */
const freshIn = (of: Reporting, data: TokensRecorded): Tokens => {
  const [all, known] = [tokensIn(of, data), knownIn(of, data)];
  return { used: Math.max(0, all.used - known.used), cacheRead: Math.max(0, all.cacheRead - known.cacheRead) };
};

/** A session that stint did not find at an agent's is one of a source of its own. */
const sessionOf = ({ owner, agent, session }: Reporting): LedgerSession => ({
  owner,
  source: agent?.source ?? 'api',
  sessionId: agent?.sessionId ?? session,
});

const rowOf = (of: Reporting, data: TokensRecorded, fresh: Tokens, prices: Pricing): LedgerRow => {
  const { id, timestamp, model = '', response = id, costUsd, source } = data;
  const all = tokensIn(of, data);
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
    ...partsOf(all.used, data, fresh),
    webSearches: 0,
    // Which tokens they were is often not told, nor, by telemetry, for how long a cache keeps what was written.
    confidence: isSplit(data) ? 'exact' : 'estimated',
    billing: '',
    toldBy: source,
    costPico: null,
    priceVersion: prices.version,
  };
  const share = all.used > 0 ? fresh.used / all.used : fresh.cacheRead / all.cacheRead;
  // What it cost is not for prices to say: its row has no version of theirs.
  if (costUsd !== undefined) {
    const told = Math.round(picoOf(costUsd) * share);
    // More than can be counted exactly is no cost of a response.
    return { ...row, costPico: Number.isSafeInteger(told) ? told : null, priceVersion: '' };
  }
  return { ...row, costPico: costOf(row, prices) };
};

const isSplit = ({ source, input, output, cacheWrite5m = 0 }: TokensRecorded): boolean =>
  (input !== undefined || output !== undefined) && (source === 'api' || cacheWrite5m === 0);

/** Tokens of which it is not told what they were count as input. */
const partsOf = (used: number, data: TokensRecorded, fresh: Tokens) => {
  const told = [data.input ?? 0, data.output ?? 0, data.cacheWrite5m ?? 0, data.cacheWrite1h ?? 0] as const;
  const isTold = told.some((count) => count > 0);
  const [input, output, cacheWrite5m, cacheWrite1h] = shrunk(isTold ? told : ([used, 0, 0, 0] as const), fresh.used);
  const reasoning = output === 0 ? 0 : Math.round(((data.reasoning ?? 0) * output) / told[1]);
  return { input, output, reasoning, cacheRead: fresh.cacheRead, cacheWrite5m, cacheWrite1h };
};
