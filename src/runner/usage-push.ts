import type { PushedRow, PushedSession, PushUsage, UsagePushed } from '../contract/usage-push.ts';
import type { Sighting, UsageRecord } from '../readers/reader.ts';
import type { AgentUsage } from './agent-usage.ts';

/** How long before its first response a session may have begun. */
const longestPreludeMs = 86_400_000;

/**
 * What is pushed from another machine becomes rows of its user's ledger and sessions of theirs, by the very rules by which transcripts
 * on this machine do: a response that is pushed again, or read here as well, is one.
 */
export class UsagePush {
  readonly #agents: Pick<AgentUsage, 'take'>;

  constructor(agents: Pick<AgentUsage, 'take'>) {
    this.#agents = agents;
  }

  /** Resolves when all of it is durable. */
  async take(owner: string, { machine, rows, sessions = [] }: PushUsage): Promise<UsagePushed> {
    let taken = 0;
    for (const source of new Set([...rows, ...sessions].map((one) => one.source))) {
      const items = rows.filter((row) => row.source === source).map(recordOf);
      const sightings = sessions.filter((one) => one.source === source).map((one) => sightingOf(one, items));
      taken += await this.#agents.take({ source, items, sightings, limits: [], places: [] }, { owner, machine });
    }
    return { taken, known: rows.length - taken };
  }
}

const recordOf = (row: PushedRow): UsageRecord => {
  const { source, key, request, sessionId, agentId, sidechain, model, project, beganAt, at, bornAt } = row;
  const { input, output, reasoning, cacheRead, cacheWrite5m, cacheWrite1h, webSearches, confidence, billing } = row;
  return {
    source,
    key,
    ...(request !== undefined && { request }),
    sessionId,
    ...(agentId !== undefined && { agentId }),
    sidechain,
    model,
    beganAt,
    at,
    ...(project !== undefined && { cwd: project }),
    parts: { input, output, reasoning, cacheRead, cacheWrite5m, cacheWrite1h },
    ...(webSearches !== undefined && webSearches > 0 && { webSearches }),
    ...(billing !== undefined && { billing: billingOf(billing) }),
    confidence,
    file: '',
    offset: 0,
    fileBornAt: bornAt,
  };
};

const billingOf = (told: NonNullable<PushedRow['billing']>): NonNullable<UsageRecord['billing']> =>
  Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));

const sightingOf = (session: PushedSession, items: readonly UsageRecord[]): Sighting => {
  const { source, sessionId, name, directory, gitBranch, forkedFrom, startedAt = Infinity } = session;
  const first = Math.min(...items.filter((item) => item.sessionId === sessionId).map(({ beganAt }) => beganAt));
  // A time that can't be would have it active for years.
  const from = Number.isFinite(first) ? Math.max(Math.min(startedAt, first), first - longestPreludeMs) : startedAt;
  return {
    source,
    sessionId,
    from,
    until: from,
    ...(name !== undefined && { title: name }),
    ...(directory !== undefined && { cwd: directory }),
    ...(gitBranch !== undefined && { gitBranch }),
    ...(forkedFrom !== undefined && { forkedFrom }),
  };
};
