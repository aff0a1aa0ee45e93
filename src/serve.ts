import { readFileSync } from 'node:fs';
import { randomUUIDv7 } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { Access } from './access/access.ts';
import { isOrigin } from './access/origin.ts';
import { rateOf } from './access/rate-limit.ts';
import { Users } from './access/users.ts';
import { Problem } from './contract/problem.ts';
import type { User } from './access/credentials.ts';
import { BackgroundCheck } from './doctor/background-check.ts';
import { newApp } from './faces/http/app.ts';
import type { FaceParts, ServerFacts } from './faces/http/parts.ts';
import { mayHear } from './faces/rights.ts';
import { Hub } from './faces/socket/hub.ts';
import { Dispatcher } from './hooks/dispatcher.ts';
import { Hooks } from './hooks/hooks.ts';
import { newSender } from './hooks/sender.ts';
import type { Send } from './hooks/sender.ts';
import { newSecret } from './hooks/signature.ts';
import { machineResolve } from './hooks/webhook.ts';
import { openLog } from './log/log.ts';
import { newMetrics } from './metrics/metrics.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { LogLevel } from './log/log.ts';
import {
  ensureFolder,
  isRunning,
  lockFile,
  lockHolder,
  processStart,
  readOwnerToken,
  readServerFile,
  removeServerFile,
  writeOwnerToken,
  writeServerFile,
} from './place.ts';
import { claudeReader } from './readers/claude/reader.ts';
import { countChanges, summarize } from './projections/summary.ts';
import { Alarm } from './runner/alarm.ts';
import { BootClock } from './runner/clock.ts';
import type { Anchor, TimeSources } from './runner/clock.ts';
import { machineTime } from './runner/machine-time.ts';
import { Once, receiptsKeptMs } from './runner/once.ts';
import { RunUsage } from './runner/run-usage.ts';
import { RunWatch } from './runner/run-watch.ts';
import { Runner } from './runner/runner.ts';
import { SqliteCredentials } from './stores/sqlite/credentials.ts';
import { SqliteBackups } from './stores/sqlite/backup.ts';
import { BackupSchedule } from './stores/sqlite/backup-schedule.ts';
import { SqliteHooks } from './stores/sqlite/hooks.ts';
import { lock } from './stores/sqlite/lock.ts';
import { finishRestore, sweepStaged } from './stores/sqlite/restore.ts';
import { SqliteStore } from './stores/sqlite/store.ts';
import { SqliteUsers } from './stores/sqlite/users.ts';
import type { TornLog } from './stores/sqlite/torn-log.ts';

/**
 * The composition root: the only place that knows all rooms. There is one way to start, and it is recovery; stopping only
 * drains first.
 */

export interface ServeOptions {
  /** 0 for any free port. */
  port: number;
  host: string;
  /** Absolute path of the data folder. */
  folder: string;
  logLevel: LogLevel;
  /** Names besides loopback's that the server answers to. */
  hostNames: readonly string[];
  /** TLS is in front: a proxy on this or another machine. */
  behindProxy: boolean;
  /** Other origins whose pages may ask (CORS), as a browser spells them. */
  corsOrigins?: readonly string[];
  /** Requests a second of each token of members and viewers; 100 when absent. */
  rateLimit?: number | undefined;
  /** Of these so many at once; five times the limit when absent. */
  rateBurst?: number | undefined;
  /** Requests a second of each token of the owner's; not counted when absent. */
  ownerRateLimit?: number | undefined;
  /** STINT_TOKEN, to become the owner's token `env`. */
  token: string | undefined;
  /** Back up by itself so often, and keep so many of these backups. */
  backups?: { everyMs: number; keep: number } | undefined;
  /** Logs to files only, not to stderr. */
  quiet?: boolean;
  /** Where the time comes from; the machine's own when absent. */
  timeSources?: TimeSources;
}

/** The server can't start; the message says why and what to do. */
export class StartError extends Error {}

/** Another server is using the data folder. */
export class FolderInUseError extends StartError {}

export interface Serving {
  url: string;
  /** A link that signs one browser in. */
  newSignInLink: () => string;
  /** Writes down an error that nobody caught, before the process ends of it. */
  logFatal: (error: unknown) => void;
  /** Drains and stops; resolves when all is on disk and closed. */
  stop: () => Promise<void>;
}

const loopback = ['127.0.0.1', '::1', 'localhost'];
/** Requests a second. */
const usualRateLimit = 100;
const receiptsSweepMs = 3600_000;
const deliveriesKeptMs = 30 * 24 * 3600_000;
const callTimeoutMs = 10_000;
const commandTimeoutMs = 60_000;

export const serve = async (options: ServeOptions): Promise<Serving> => {
  checkHost(options);
  checkOrigins(options);
  const { folder } = options;
  const held = takeFolder(folder);
  try {
    return await start(options, held.release);
  } catch (error) {
    held.release();
    throw isOfDisk(error) ? new StartError(`the data in ${folder} can't be written: ${error.message}`) : error;
  }
};

/** The store's refusal, or the system's: no mistake of the program's. */
const isOfDisk = (error: unknown): error is Error =>
  error instanceof Problem || (error instanceof Error && 'syscall' in error);

const start = async (options: ServeOptions, release: () => void): Promise<Serving> => {
  const { folder } = options;
  const { log, flush } = await openLog(folder, options.logLevel, options.quiet);
  const file = join(folder, 'stint.db');
  const restored = finishRestore(folder);
  sweepStaged(folder);
  const store = await SqliteStore.open(file).catch((error: unknown) => {
    throw new StartError(`the data in ${folder} can't be opened: ${(error as Error).message}`);
  });
  store.onAstray = (is) => {
    if (is)
      log.error({ folder }, 'the data folder was deleted, moved or replaced: nothing is written until it is back');
    else log.warn({ folder }, 'the data folder is back: the server writes again');
  };
  const isUnclean = readServerFile(folder) !== undefined || store.torn !== undefined;
  const recovered = [...recovery(folder, store.torn), ...(restored ? [restoreFinished(restored.aside)] : [])];
  for (const sentence of recovered) log.warn(sentence);
  try {
    return await compose(options, { store, log, flush, recovered, isUnclean, release });
  } catch (error) {
    await store.close();
    throw error;
  }
};

interface Opened {
  store: SqliteStore;
  log: Logger;
  flush: () => void;
  recovered: readonly string[];
  /** The last server did not stop as it should: all data is looked at in the background. */
  isUnclean: boolean;
  release: () => void;
}

const compose = async (options: ServeOptions, opened: Opened): Promise<Serving> => {
  const { store, log, flush, release } = opened;
  const core = await openCore(options, opened);
  const loops = await startLoops(core, opened);
  const backing = startBackups(options, core, opened);
  const stopping = new AbortController();
  const bell = startHooks(core, opened, stopping.signal);
  const server: ServerFacts = {
    version: version(),
    startedAt: core.clock.now(),
    url: '',
    publicUrl: '',
    recovered: opened.recovered,
    state: 'healthy',
  };
  const metrics = metricsOf(store, server);
  const care: Care = { ...backing, check: undefined };
  const app = await newApp(
    faceParts(core, opened, { server, metrics, care, hooks: bell.hooks, stopping: stopping.signal }),
    {
      log,
      hub: core.hub,
      pages: new URL('../web/', import.meta.url),
      behindProxy: options.behindProxy,
    },
  );
  try {
    server.url = await listen(app, options);
    server.publicUrl = publicUrlOf(options, server.url);
    writeServerFile(options.folder, {
      url: server.url,
      pid: process.pid,
      startedAt: server.startedAt,
      version: server.version,
      pidStartedAt: processStart(process.pid),
    });
  } catch (error) {
    await app.close();
    await Promise.all([loops.stop(), backing.stop(), bell.stop()]);
    throw error;
  }
  log.info({ url: server.url }, 'listening');
  if (opened.isUnclean) care.check = startCheck(options.folder, log);

  const stop = async () => {
    server.state = 'draining';
    stopping.abort();
    await app.close();
    await Promise.all([loops.stop(), backing.stop(), care.check?.stop()]);
    await core.runner.drain();
    await bell.stop();
    core.hub.stop();
    await store.close();
    removeServerFile(options.folder);
    release();
    log.info('stopped');
    flush();
  };
  const logFatal = (error: unknown) => {
    log.fatal({ err: error }, 'an error that nobody caught ends the server');
    flush();
  };
  const newSignInLink = () => `${server.publicUrl}/sign-in#${core.access.issueSignInCode(core.owner).code}`;
  return { url: server.url, newSignInLink, logFatal, stop };
};

/** What decides, and who may ask. */
interface Core {
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

const openCore = async (options: ServeOptions, { store }: Opened): Promise<Core> => {
  const clock = new BootClock(options.timeSources ?? machineTime());
  const setBy = clock.setSince(readAnchor(store));
  // A clock that was set is the alarm's to keep, once the sessions know of it.
  if (setBy === 0) await keepAnchor(store, clock);
  const credentials = new SqliteCredentials(store);
  const common = { now: () => clock.now(), newId: randomUUIDv7 };
  const access = new Access({
    ...common,
    credentials,
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
    onRightsChanged: () => access.lookAtOpen(),
  });
  const owner = await ensureOwner(access, options);
  const runner = new Runner({ journal: store, projector: { summarize, countChanges }, clock, newId: randomUUIDv7 });
  const hub = new Hub({ sessions: store, clock, summarize, publishedTo: await store.lastPosition() });
  runner.onPublished((published) => hub.publish(published));
  return { clock, setBy, access, users, findUser: (id) => userRows.get(id), owner, runner, hub };
};

/** What goes on by itself: the clock, the runs, the sweeping up. */
const startLoops = async (
  { clock, setBy, runner }: Core,
  { store, log }: Opened,
): Promise<{ stop: () => Promise<void> }> => {
  const onError = (what: string) => (error: unknown) => log.error({ err: error }, what);
  const alarm = new Alarm({
    runner,
    sessions: store,
    clock,
    onClockSet: () => keepAnchor(store, clock),
    onError: onError('a session could not be told what is due'),
  });
  const runUsage = new RunUsage({
    runner,
    journal: store,
    sessions: store,
    clock,
    reader: claudeReader(),
    // What the server was started with says nothing of the runs: each brings its own.
    surroundings: { home: homedir(), env: {} },
    onError: onError('usage of a run could not be read'),
  });
  const runWatch = new RunWatch({
    runner,
    sessions: store,
    isRunning,
    onError: onError('a lost run could not be ended'),
  });
  // Before the alarm ends those whose time was up while no server ran.
  await runUsage.open();
  await alarm.start(setBy);
  await runUsage.start();
  runWatch.start();
  const sweepReceipts = () => {
    store.forgetReceipts(clock.now() - receiptsKeptMs).catch(onError('old receipts stay'));
  };
  sweepReceipts();
  const sweep = setInterval(sweepReceipts, receiptsSweepMs);
  const stop = async () => {
    clearInterval(sweep);
    await Promise.all([alarm.stop(), runUsage.stop(), runWatch.stop()]);
  };
  return { stop };
};

/** Backups, and the look at all data after an unclean stop. */
interface Care {
  backups: SqliteBackups;
  schedule: BackupSchedule | undefined;
  check: BackgroundCheck | undefined;
}

const startBackups = ({ folder, backups: order }: ServeOptions, { clock }: Core, { log }: Opened) => {
  const now = () => clock.now();
  const backups = new SqliteBackups(join(folder, 'stint.db'), join(folder, 'backups'), now);
  backups.sweep();
  const schedule =
    order &&
    new BackupSchedule({
      ...order,
      backups,
      now,
      onMade: (name) => log.info({ name }, 'backed up'),
      onError: (error) => log.error({ err: error }, 'the scheduled backup could not be made'),
    });
  schedule?.start();
  const stop = async () => {
    // The schedule first: it would begin another.
    const stopped = schedule?.stop();
    await backups.close();
    await stopped;
  };
  return { backups, schedule, stop };
};

const startCheck = (folder: string, log: Logger): BackgroundCheck => {
  const file = join(folder, 'stint.db');
  log.info('looking at all data, since the last server did not stop cleanly');
  return new BackgroundCheck({
    file,
    onFinding: (finding) => log.error(finding, 'the data is not as it should be'),
    onEnd: (state) => log.info(state, 'looked at all data'),
  });
};

/** Alerts on their way to those who want to hear of them. */
const startHooks = (
  { clock, findUser }: Core,
  { store, log }: Opened,
  stopping: AbortSignal,
): { hooks: Hooks; stop: () => Promise<void> } => {
  const rows = new SqliteHooks(store);
  const send = sender(clock);
  const dispatcher = new Dispatcher({
    store: rows,
    journal: store,
    sessions: store,
    send,
    mayHear: (hook, session) => {
      const user = findUser(hook.user);
      return user !== undefined && mayHear(user, hook, session);
    },
    clock,
    newId: randomUUIDv7,
    random: Math.random,
    onError: (error) => log.error({ err: error }, 'alerts could not be brought to their hooks'),
  });
  const hooks = new Hooks({
    store: rows,
    send,
    now: () => clock.now(),
    newId: randomUUIDv7,
    newSecret,
    onChanged: () => dispatcher.look(),
    stopping,
  });
  const sweep = () => {
    rows
      .forget(clock.now() - deliveriesKeptMs)
      .catch((error: unknown) => log.error({ err: error }, 'old deliveries stay'));
  };
  sweep();
  const sweeping = setInterval(sweep, receiptsSweepMs);
  dispatcher.start();
  const stop = async () => {
    clearInterval(sweeping);
    await dispatcher.stop();
  };
  return { hooks, stop };
};

const sender = (clock: BootClock): Send =>
  newSender({
    call: { resolve: machineResolve, timeoutMs: callTimeoutMs, userAgent: `stint/${version()}` },
    run: { env: process.env, home: homedir(), timeoutMs: commandTimeoutMs },
    now: () => clock.now(),
  });

const faceParts = (
  { access, users, runner, clock }: Core,
  { store }: Opened,
  {
    server,
    metrics,
    care,
    hooks,
    stopping,
  }: Pick<FaceParts, 'server' | 'metrics' | 'hooks' | 'stopping'> & { care: Care },
): FaceParts => ({
  access,
  users,
  hooks,
  runner,
  once: new Once(store, clock),
  journal: store,
  sessions: store,
  activity: store,
  summarize,
  clock,
  newId: randomUUIDv7,
  server,
  storeHealth: () => store.health(),
  disk: () => store.disk(),
  metrics,
  backups: care.backups,
  dataCheck: () => care.check?.state,
  backupSchedule: () => care.schedule && { dueAt: care.schedule.dueAt, failure: care.schedule.failure },
  stopping,
});

const metricsOf = (store: SqliteStore, server: ServerFacts): Metrics => {
  const metrics = newMetrics(server, {
    queued: () => store.queued,
    sessionCounts: () => store.counts(),
    isWritable: () => store.health().state === 'writable',
    fileSizes: () => store.fileSizes(),
  });
  store.onCommit = (commit) => metrics.committed(commit);
  return metrics;
};

const publicUrlOf = ({ behindProxy, hostNames: [name] }: ServeOptions, url: string): string =>
  behindProxy && name !== undefined ? `https://${name}` : url;

const checkHost = ({ host, behindProxy }: ServeOptions): void => {
  if (loopback.includes(host) || behindProxy) return;
  throw new StartError(
    `refusing to listen on ${host} without TLS: put a proxy with TLS in front and say --behind-proxy, or use an SSH tunnel`,
  );
};

const checkOrigins = ({ corsOrigins = [] }: ServeOptions): void => {
  const bad = corsOrigins.find((origin) => !isOrigin(origin));
  if (bad === undefined) return;
  throw new StartError(
    `--cors-origin ${bad} is no origin; it is spelled as a browser does: https://app.example.org, with a port where it is not the usual one`,
  );
};

/** Makes the folder and makes it ours alone, for the life of the process. */
const takeFolder = (folder: string): { release: () => void } => {
  try {
    ensureFolder(folder);
    const held = lock(lockFile(folder));
    if (held) return held;
  } catch (error) {
    throw new StartError(
      `the data folder ${folder} can't be written: ${(error as Error).message}; choose another with --data`,
    );
  }
  throw new FolderInUseError(inUse(folder));
};

/** Whose the folder is, as far as that is known, and what to do. */
const inUse = (folder: string): string => {
  const other = readServerFile(folder);
  if (other) {
    const where = `${other.url} (process ${other.pid})`;
    return `another stint server at ${where} is using ${folder}; stop it with: stint stop, or choose another --data`;
  }
  const pid = lockHolder(folder);
  const who = pid === undefined ? 'another stint server' : `another stint server (process ${pid})`;
  return (
    `${who} is using ${folder} and its server.json is not there: it is starting or stopping, or the file was deleted. ` +
    `Try again in a moment; ${pid === undefined ? 'end that process' : 'stop it with: stint stop'}, or choose another --data`
  );
};

/** What an unclean end left, in sentences. */
const recovery = (folder: string, torn: TornLog | undefined): string[] => {
  const unclean = readServerFile(folder) ? ['the last server did not stop cleanly'] : [];
  if (torn === undefined)
    return unclean.map((sentence) => `${sentence}; all that it acknowledged was read back from the disk`);
  const lost =
    torn.transactions <= 1
      ? 'they belong to a commit that was not finished, and so not acknowledged, unless the disk lost what it said it had written'
      : `up to ${torn.transactions} commits are lost with them: the disk did not keep what it said it had written`;
  return [...unclean, `the last ${torn.bytes} bytes of the write-ahead log were torn and are left out; ${lost}`];
};

const restoreFinished = (aside: string): string =>
  `a restore that was interrupted was brought to its end; the data before it is in ${aside}, in the data folder`;

const ensureOwner = async (access: Access, { folder, token }: ServeOptions): Promise<User> => {
  try {
    const made = await access.ensureOwner(token, readOwnerToken(folder));
    if (made.token !== undefined) writeOwnerToken(folder, made.token);
    return made.owner;
  } catch (error) {
    throw new StartError((error as Error).message);
  }
};

const listen = async (app: Awaited<ReturnType<typeof newApp>>, { port, host }: ServeOptions): Promise<string> => {
  try {
    return await app.listen({ port, host });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new StartError(`port ${port} is in use; choose another with --port (0 for any free one)`);
    if (code === 'EACCES') throw new StartError(`port ${port} may not be opened by this user; choose one above 1023`);
    throw new StartError(`can't listen on ${host}:${port}: ${(error as Error).message}`);
  }
};

const readAnchor = (store: SqliteStore): Anchor | undefined => {
  const kept = store.setting('clock');
  return kept === undefined ? undefined : (JSON.parse(kept) as Anchor);
};

const keepAnchor = async (store: SqliteStore, { anchor }: BootClock): Promise<void> => {
  if (anchor) await store.keepSetting('clock', JSON.stringify(anchor));
};

const version = (): string => {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
};
