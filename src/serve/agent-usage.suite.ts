/** What agents leave on disk, portion by portion, into a real store; the time is in the hands of the test. */
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import type { EventOf, Recorded, Run, TokensRecorded } from '../contract/event.ts';
import type { UsageSum } from '../contract/usage.ts';
import { noUsage } from '../ledger/sum.ts';
import { sessionId } from '../journal/author.suite.ts';
import { countChanges, summarize } from '../projections/summary.ts';
import type { Place, Portion } from '../readers/follower.ts';
import type { Sighting, UsageRecord } from '../readers/reader.ts';
import { AgentUsage } from '../runner/agent-usage.ts';
import { RunOwners } from '../runner/run-owners.ts';
import { Runner } from '../runner/runner.ts';
import type { Intent } from '../runner/runner.ts';
import { TelemetryUsage } from '../runner/telemetry-usage.ts';
import { startedFacts } from '../session/decider-specification.suite.ts';
import type { Existing } from '../session/state.ts';
import { openStore, tempFile } from '../stores/sqlite/store-folder.suite.ts';
import { usageOfEvents } from './usage-of-events.ts';

export const minute = 60_000;
/** A Friday, noon. */
export const noon = Date.parse('2026-11-20T12:00Z');
export const ada = '019a8f5e-0000-7000-8000-00000000000a';

/** 2 pico-dollars a token of output, 1 of any other. */
export const prices = {
  version: '1',
  price: ({ parts }: UsageRecord) => ({
    costPico: parts.input + 2 * parts.output + parts.cacheRead + parts.cacheWrite5m + parts.cacheWrite1h,
  }),
};

/** A response of 15 tokens that count, a minute before noon, unless told otherwise. */
export const copy = (over: Partial<UsageRecord> = {}): UsageRecord => ({
  source: 'claude',
  key: 'msg_1',
  sessionId: 's1',
  sidechain: false,
  model: 'opus',
  beganAt: over.at ?? noon - minute,
  at: over.beganAt ?? noon - minute,
  cwd: '/work',
  parts: parts(3, 10, 2),
  confidence: 'exact',
  file: '/s1.jsonl',
  offset: 0,
  fileBornAt: 1,
  ...over,
});

export const parts = (input: number, output: number, cacheWrite5m = 0, cacheRead = 100): UsageRecord['parts'] => ({
  input,
  output,
  reasoning: 0,
  cacheRead,
  cacheWrite5m,
  cacheWrite1h: 0,
});

/** Copies of one session at the minutes before noon that are named, each a response of its own. */
export const copiesAt = (sessionId: string, ...minutesBefore: number[]): UsageRecord[] =>
  minutesBefore.map((before) => copy({ sessionId, key: `${sessionId} ${before}`, at: noon - before * minute }));

export const portion = (
  items: UsageRecord[],
  sightings: Partial<Sighting>[] = [],
  places: Portion<UsageRecord>['places'] = [],
): Portion<UsageRecord> => ({
  source: 'claude',
  items,
  sightings: sightings.map((sighting) => ({
    source: 'claude',
    sessionId: 's1',
    from: noon - 2 * minute,
    until: noon - minute,
    ...sighting,
  })),
  limits: [],
  places,
});

export const placeOf = (file: string, over: Partial<Place> = {}): { file: string; place: Place } => ({
  file,
  place: { cursor: 1, stamp: '1', skipped: {}, ...over },
});

interface Lasting {
  file: string;
  time: { now: number };
  ids: { last: number };
}

/** `lasting`: what another server before it left. */
export const openAgents = async (lasting: Lasting = { file: tempFile(), time: { now: noon }, ids: { last: 1000 } }) => {
  const { time, ids, file } = lasting;
  const { store } = await openStore(file);
  const clock = { now: () => time.now };
  const newId = () => sessionId(++ids.last);
  const runner = new Runner({
    journal: store,
    projector: { summarize, countChanges },
    usageOf: usageOfEvents(prices),
    clock,
    newId,
  });
  const runs = await RunOwners.open(runner, store);
  onTestFinished(() => runs.close());
  const agents = new AgentUsage({ runner, ledger: store, sessions: store, runs, clock, newId, owner: ada, prices });

  const idOf = async (agentsId: string): Promise<string> => {
    const id = await store.adopted({ owner: ada, source: 'claude', sessionId: agentsId });
    if (id === undefined) throw new Error(`${agentsId} is not adopted`);
    return id;
  };
  const stateOf = async (agentsId: string): Promise<Existing> => {
    const state = await runner.state(await idOf(agentsId));
    if (state === undefined) throw new Error(`${agentsId} has no session`);
    return state;
  };
  const eventsOf = async (agentsId: string): Promise<readonly Recorded[]> =>
    store.read(await idOf(agentsId), { limit: 100_000 });
  const ask = (session: string, ...intents: Intent[]) => runner.execute(session, intents, done);
  return {
    store,
    file,
    runner,
    agents,
    telemetry: new TelemetryUsage({ agents, ledger: store, clock }),
    runs,
    time,
    /** As after a stop of the server. */
    restart: async () => {
      await store.close();
      return openAgents(lasting);
    },
    take: async (items: UsageRecord[], sightings?: Partial<Sighting>[]): Promise<void> => {
      await agents.take(portion(items, sightings));
    },
    idOf,
    stateOf,
    eventsOf,
    ask,
    /** Usage posted through the API. */
    post: async (agentsId: string, data: Partial<TokensRecorded> & Pick<TokensRecorded, 'tokensUsed'>) =>
      ask(await idOf(agentsId), { type: 'record_tokens', source: 'api', operation: 'chat', ...data }),
    startRun: async (run: Run): Promise<string> => {
      const id = newId();
      await ask(id, { type: 'start', ...startedFacts, owner: ada, duration: 0, run });
      return id;
    },
    rowsOf: async (agentsId: string): Promise<TokensRecorded[]> =>
      (await eventsOf(agentsId)).flatMap((event) => (isTokens(event) ? [event.data] : [])),
    /** Event types with the minute before noon at which each happened. */
    historyOf: async (agentsId: string): Promise<string[]> =>
      (await eventsOf(agentsId)).map(({ type, at }) => `${type} ${(noon - at) / minute}`),
    /** The ledger's sum; of one agent's session, if it is named. */
    total: async (agentsId?: string): Promise<UsageSum> => {
      const only = agentsId === undefined ? {} : { only: { sessionId: agentsId } };
      const [cell = noUsage] = await store.cells({ by: [], ...only });
      return Object.fromEntries(sumNames.map((name) => [name, cell[name]])) as unknown as UsageSum;
    },
  };
};

const sumNames = Object.keys(noUsage) as (keyof UsageSum)[];

const isTokens = (event: Recorded): event is Recorded<EventOf<'tokens_recorded'>> => event.type === 'tokens_recorded';

/** What the ledger has that counts towards a budget. */
export const countedIn = ({ input, output, cacheWrite5m, cacheWrite1h }: UsageSum): number =>
  input + output + cacheWrite5m + cacheWrite1h;

/** All that the file holds but what tells when it was written: what a portion that is taken again must leave as it is. */
export const contentsOf = (file: string): Record<string, unknown[]> => {
  const db = new DatabaseSync(file, { readOnly: true });
  const tables = ['events', 'sessions', 'usage_agents', 'usage_slots', 'usage_sessions', 'shared_responses'];
  const contents = Object.fromEntries(
    tables.map((table): [string, unknown[]] => [table, db.prepare(`SELECT * FROM ${table}`).all()]),
  );
  const responses = db.prepare('SELECT * FROM responses ORDER BY scope, key, request').all();
  db.close();
  return { ...contents, responses: responses.map(({ id: _, revision: __, ...row }) => row) };
};

const done = () => ({ status: 200, body: '' });
