import { randomUUIDv7 } from 'node:crypto';
import type { Logger } from 'pino';
import type { SkippedUsage } from '../contract/usage.ts';
import type { UsageStatus } from '../contract/usage-status.ts';
import type { CurrentPrices } from '../ledger/prices/current-prices.ts';
import { Follow } from '../readers/follow.ts';
import type { Place, Portion, Progress } from '../readers/follower.ts';
import type { Cursor, UsageRecord } from '../readers/reader.ts';
import { sourceNames, sources } from '../readers/sources.ts';
import { AgentUsage } from '../runner/agent-usage.ts';
import type { Reprice } from '../runner/reprice.ts';
import { RunOwners } from '../runner/run-owners.ts';
import { TelemetryUsage } from '../runner/telemetry-usage.ts';
import { UsagePush } from '../runner/usage-push.ts';
import { SqliteLimits } from '../stores/sqlite/limits.ts';
import type { SqliteStore } from '../stores/sqlite/store.ts';
import type { Core } from './core.ts';
import { surroundingsOf } from './surroundings.ts';
import { startReprice } from './prices.ts';
import { UsageReading } from './usage-reading.ts';

/** Every agent's usage on this machine: what is there is read in the background, then what comes as it comes. */
export interface Usage {
  agents: AgentUsage;
  telemetry: TelemetryUsage;
  push: UsagePush;
  reprice: Reprice;
  limits: SqliteLimits;
  /** How far the reading has come, as people are told. */
  reading: () => UsageStatus;
  /** The same by source; empty once all that was there is read. */
  progress: () => readonly Progress[];
  skipped: () => Promise<readonly SkippedUsage[]>;
  folders: () => readonly string[];
  /** Begins to read: once people are served, they do not wait for it. */
  begin: () => void;
  stop: () => Promise<void>;
}

const idleLookMs = 30_000;
const toldMs = 10_000;
const limitsKeptMs = 90 * 86_400_000;
const marksKeptMs = 31 * 86_400_000;

export const startUsage = async (
  { runner, clock, owner }: Core,
  { store, log }: { store: SqliteStore; log: Logger },
  prices: CurrentPrices,
  { isRead, env }: { isRead: boolean; env: NodeJS.ProcessEnv },
): Promise<Usage> => {
  const surroundings = surroundingsOf(env);
  const runs = await RunOwners.open(runner, store);
  const agents = new AgentUsage({
    runner,
    ledger: store,
    sessions: store,
    runs,
    clock,
    newId: randomUUIDv7,
    owner: owner.id,
    prices,
  });
  const reprice = startReprice({ ledger: store, prices, onChanged: () => agents.changed() }, { store, log });
  const limits = new SqliteLimits(store);
  const reading = new UsageReading({ names: isRead ? sourceNames : [], now: () => clock.now(), log });
  const onError = (error: unknown) => log.error({ err: error }, 'usage of agents could not be read');
  const take = async (portion: Portion<UsageRecord>) => {
    await agents.take(portion);
    if (portion.limits.length > 0) await limits.take(owner.id, portion.limits);
  };
  let following: Promise<Follow<'usage'> | undefined> = Promise.resolve(undefined);
  const follow = async () => {
    reading.begin();
    return new Follow({
      wants: 'usage',
      names: sourceNames,
      surroundings,
      known: await knownPlaces(store),
      take,
      onProgress: (at) => reading.progressed(at),
      onSettled: (source) => reading.settled(source),
      onError,
    });
  };
  const timer = setInterval(() => {
    agents.endIdle().catch(onError);
    limits.thin(clock.now() - limitsKeptMs).catch(onError);
    store.forgetMarks(clock.now() - marksKeptMs).catch(onError);
  }, idleLookMs).unref();
  const telling = setInterval(() => reading.tell(), toldMs).unref();
  return {
    agents,
    telemetry: new TelemetryUsage({ agents, ledger: store, clock }),
    push: new UsagePush(agents),
    reprice,
    limits,
    reading: () => reading.status,
    progress: () => reading.underWay,
    skipped: async () => (await store.skips()).flatMap(skippedIn),
    folders: () => sourceNames.flatMap((name) => sources[name]!.usage({}).roots(surroundings)),
    begin: () => {
      if (!isRead) return;
      following = follow();
      following.catch(onError);
    },
    stop: async () => {
      clearInterval(timer);
      clearInterval(telling);
      const follower = await following.catch(() => undefined);
      await Promise.all([follower?.stop(), reprice.stop()]);
      runs.close();
    },
  };
};

const knownPlaces = async (store: SqliteStore): Promise<Record<string, [string, Place][]>> => {
  const known: Record<string, [string, Place][]> = {};
  for (const name of sourceNames) {
    const files = await store.readFiles(name);
    known[name] = files.map(({ file, cursor, stamp, skipped }) => [
      file,
      { cursor: JSON.parse(cursor) as Cursor, stamp, skipped },
    ]);
  }
  return known;
};

const skippedIn = ({
  source,
  file,
  skipped,
}: {
  source: string;
  file: string;
  skipped: Readonly<Record<string, number>>;
}) => Object.entries(skipped).map(([reason, count]): SkippedUsage => ({ source, file, reason, count }));
