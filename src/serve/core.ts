import { randomUUIDv7 } from 'node:crypto';
import type { Logger } from 'pino';
import { Access } from '../access/access.ts';
import type { User } from '../access/credentials.ts';
import { rateOf } from '../access/rate-limit.ts';
import { Users } from '../access/users.ts';
import { Hub } from '../faces/socket/hub.ts';
import type { Pricing } from '../ledger/settle.ts';
import { readOwnerToken, writeOwnerToken } from '../place.ts';
import { countChanges, summarize } from '../projections/summary.ts';
import { BootClock } from '../runner/clock.ts';
import type { Anchor } from '../runner/clock.ts';
import { machineTime } from '../runner/machine-time.ts';
import { Runner } from '../runner/runner.ts';
import { SqliteCredentials } from '../stores/sqlite/credentials.ts';
import type { SqliteStore } from '../stores/sqlite/store.ts';
import { SqliteUsers } from '../stores/sqlite/users.ts';
import type { ServeOptions } from './options.ts';
import { StartError } from './start-error.ts';
import { usageOfEvents } from './usage-of-events.ts';

/** Requests a second. */
const usualRateLimit = 100;

/** What decides, and who may ask. */
export interface Core {
  clock: BootClock;
  /** By how many ms the wall clock was set while no server ran. */
  setBy: number;
  access: Access;
  users: Users;
  /** The user as they are now; undefined once they are gone. */
  findUser: (id: string) => User | undefined;
  owner: User;
  runner: Runner;
  hub: Hub;
}

export const openCore = async (
  options: ServeOptions,
  { store, log }: { store: SqliteStore; log: Logger },
  prices: Pricing,
): Promise<Core> => {
  const clock = new BootClock(options.timeSources ?? machineTime());
  const setBy = clock.setSince(readAnchor(store));
  // A clock that was set is the alarm's to keep, once the sessions know of it.
  if (setBy === 0) await keepAnchor(store, clock);
  const credentials = new SqliteCredentials(store);
  const common = { now: () => clock.now(), newId: randomUUIDv7 };
  const access = new Access({
    ...common,
    credentials,
    onToken: (done, { id, name, kind, user }) => log.info({ id, name, kind, user }, `token ${done}`),
    hostNames: options.hostNames,
    scheme: options.behindProxy ? 'https' : 'http',
    corsOrigins: options.corsOrigins ?? [],
    rate: rateOf(options.rateLimit ?? usualRateLimit, options.rateBurst),
    ownerRate: options.ownerRateLimit === undefined ? undefined : rateOf(options.ownerRateLimit),
  });
  const userRows = new SqliteUsers(store, credentials);
  const users = new Users({
    ...common,
    rows: userRows,
    onUser: (done, { id, name, role }) => log.info({ id, name, role }, `user ${done}`),
    onRightsChanged: () => access.lookAtOpen(),
  });
  const owner = await ensureOwner(access, options);
  const runner = new Runner({
    journal: store,
    projector: { summarize, countChanges },
    usageOf: usageOfEvents(prices),
    clock,
    newId: randomUUIDv7,
  });
  const hub = new Hub({ sessions: store, clock, summarize, publishedTo: await store.lastPosition() });
  runner.onPublished((published) => hub.publish(published));
  return { clock, setBy, access, users, findUser: (id) => userRows.get(id), owner, runner, hub };
};

const ensureOwner = async (access: Access, { folder, token }: ServeOptions): Promise<User> => {
  try {
    const made = await access.ensureOwner(token, readOwnerToken(folder));
    if (made.token !== undefined) writeOwnerToken(folder, made.token);
    return made.owner;
  } catch (error) {
    throw new StartError((error as Error).message);
  }
};

const readAnchor = (store: SqliteStore): Anchor | undefined => {
  const kept = store.setting('clock');
  return kept === undefined ? undefined : (JSON.parse(kept) as Anchor);
};

export const keepAnchor = async (store: SqliteStore, { anchor }: BootClock): Promise<void> => {
  if (anchor) await store.keepSetting('clock', JSON.stringify(anchor));
};
