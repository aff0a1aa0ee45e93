import { readFileSync } from 'node:fs';
import { randomUUIDv7 } from 'node:crypto';
import type { Logger } from 'pino';
import { newApp } from './faces/http/app.ts';
import type { FaceParts, ServerFacts } from './faces/http/parts.ts';
import type { CurrentPrices } from './ledger/prices/current-prices.ts';
import { openLog } from './log/log.ts';
import { newMetrics } from './metrics/metrics.ts';
import type { Metrics } from './metrics/metrics.ts';
import { processStart, removeServerFile, writeServerFile } from './place.ts';
import { summarize } from './projections/summary.ts';
import { Once } from './runner/once.ts';
import { startBudgets } from './serve/budgets.ts';
import { startBackups, startCheck } from './serve/care.ts';
import type { Care } from './serve/care.ts';
import { openCore } from './serve/core.ts';
import type { Core } from './serve/core.ts';
import { isOfDisk, openData } from './serve/data.ts';
import type { OpenedData } from './serve/data.ts';
import { takeFolder } from './serve/folder.ts';
import { startHooks } from './serve/hooks.ts';
import { startLoops } from './serve/loops.ts';
import { checkOptions, publicUrlOf } from './serve/options.ts';
import type { ServeOptions } from './serve/options.ts';
import { openFolderPrices } from './serve/prices.ts';
import { onceSo, startSearch } from './serve/search.ts';
import type { Search } from './serve/search.ts';
import { PortInUseError, StartError } from './serve/start-error.ts';
import { surroundingsOf } from './serve/surroundings.ts';
import { makeSessionDir, startRepl } from './serve/repl.ts';
import type { Repl } from './serve/repl.ts';
import { startUsage } from './serve/usage.ts';
import type { Usage } from './serve/usage.ts';
import type { SqliteStore } from './stores/sqlite/store.ts';

export { configured } from './serve/config.ts';
export type { ServeOptions } from './serve/options.ts';
export { FolderInUseError, PortInUseError, StartError } from './serve/start-error.ts';

/**
 * The composition root: it and its folder are the only place that knows all rooms. There is one way to start, and it is
 * recovery; stopping only drains first.
 */

export interface Serving {
  url: string;
  /** A link that signs one browser in. */
  newSignInLink: () => string;
  /** Writes down an error that nobody caught, before the process ends of it. */
  logFatal: (error: unknown) => void;
  /** How many sessions' time runs now. */
  activeSessions: () => Promise<number>;
  /** Resolves when someone who may has asked it to stop, which is for whoever started it to do. */
  stopAsked: Promise<void>;
  /** Drains and stops; resolves when all is on disk and closed. */
  stop: () => Promise<void>;
}

export const serve = async (options: ServeOptions): Promise<Serving> => {
  checkOptions(options);
  const { folder } = options;
  const held = takeFolder(folder);
  try {
    return await start(options, held.release);
  } catch (error) {
    held.release();
    throw isOfDisk(error) ? new StartError(`the data in ${folder} can't be written: ${error.message}`) : error;
  }
};

const start = async (options: ServeOptions, release: () => void): Promise<Serving> => {
  const { folder } = options;
  await makeSessionDir(options);
  const { log, flush, settled } = await openLog(folder, options.logLevel, options.quiet);
  const data = await openData(folder, log);
  try {
    return await compose(options, { ...data, log, flush, settled, release });
  } catch (error) {
    await data.store.close();
    throw error;
  }
};

interface Opened extends OpenedData {
  log: Logger;
  flush: () => void;
  settled: () => Promise<void>;
  release: () => void;
}

const compose = async (options: ServeOptions, opened: Opened): Promise<Serving> => {
  const { store, log, flush, settled, release } = opened;
  const prices = await openFolderPrices(options.folder, log);
  const core = await openCore(options, opened, prices);
  const loops = await startLoops(core, { ...opened, folder: options.folder });
  const backing = startBackups(options, () => core.clock.now(), log);
  const stopping = new AbortController();
  const bell = startHooks(core, opened, { stopping: stopping.signal, userAgent: `stint/${version()}` });
  const usage = await startUsage(core, opened, prices, { isRead: options.readsAgents ?? false, env: process.env });
  const purse = startBudgets(core, opened, (listener) => usage.agents.onChanged(listener));
  const repl = await startRepl(core, opened, options, process.env);
  const search = await startSearch(core, opened, {
    isOn: options.searches ?? false,
    isRead: options.readsAgents ?? false,
    surroundings: surroundingsOf(process.env),
    after: onceSo(() => usage.reading().state !== 'reading'),
  });
  const server: ServerFacts = {
    version: version(),
    startedAt: core.clock.now(),
    url: '',
    publicUrl: '',
    recovered: opened.recovered,
    state: 'healthy',
  };
  const metrics = metricsOf(store, server);
  const asked = Promise.withResolvers<void>();
  const care: Care = { ...backing, check: undefined };
  const app = await newApp(
    faceParts(core, opened, {
      server,
      metrics,
      care,
      hooks: bell.hooks,
      budgets: purse.budgets,
      usage,
      prices,
      repl,
      search,
      askToStop: asked.resolve,
      stopping: stopping.signal,
    }),
    {
      log,
      hub: core.hub,
      pages: new URL('../web/', import.meta.url),
      behindProxy: options.behindProxy,
    },
  );
  try {
    await announce(app, server, options);
  } catch (error) {
    await app.close();
    await Promise.all([
      loops.stop(),
      backing.stop(),
      bell.stop(),
      purse.stop(),
      usage.stop(),
      repl.stop(),
      search.stop(),
    ]);
    core.hub.stop();
    throw error;
  }
  usage.begin();
  if (opened.isUnclean) care.check = startCheck(options.folder, log);

  const stop = async () => {
    server.state = 'draining';
    stopping.abort();
    // A backup takes a while to give up: the data is closed meanwhile.
    const givenUp = backing.stop();
    // What runs is stopped, so that who waits for it is answered.
    const replStopped = repl.stop();
    await app.close();
    await Promise.all([replStopped, loops.stop(), purse.stop(), usage.stop(), search.stop(), care.check?.stop()]);
    await core.runner.drain();
    await bell.stop();
    core.hub.stop();
    const activeSessions = await activeIn(store);
    await store.close();
    removeServerFile(options.folder);
    await givenUp;
    release();
    log.info({ activeSessions }, 'stopped');
    await settled();
    flush();
  };
  const logFatal = (error: unknown) => {
    log.fatal({ err: error }, 'an error that nobody caught ends the server');
    flush();
  };
  const newSignInLink = () => `${server.publicUrl}/sign-in#${core.access.issueSignInCode(core.owner).code}`;
  const activeSessions = async () =>
    (await store.counts()).reduce((sum, { status, count }) => sum + (status === 'active' ? count : 0), 0);
  return { url: server.url, newSignInLink, activeSessions, logFatal, stopAsked: asked.promise, stop };
};

type App = Awaited<ReturnType<typeof newApp>>;

const faceParts = (
  { access, users, runner, clock }: Core,
  { store }: Opened,
  {
    server,
    metrics,
    care,
    hooks,
    budgets,
    usage,
    prices,
    repl,
    search,
    askToStop,
    stopping,
  }: Pick<FaceParts, 'server' | 'metrics' | 'hooks' | 'budgets' | 'askToStop' | 'stopping'> & {
    care: Care;
    usage: Usage;
    prices: CurrentPrices;
    repl: Repl;
    search: Search;
  },
): FaceParts => ({
  access,
  users,
  hooks,
  budgets,
  repl,
  runner,
  once: new Once(store, clock),
  journal: store,
  sessions: store,
  activity: store,
  usage: store,
  search,
  ledger: store,
  prices,
  reprice: usage.reprice,
  push: usage.push,
  sessionUsage: (sessions) => store.sessionUsage(sessions),
  limits: usage.limits,
  telemetry: usage.telemetry,
  skippedUsage: usage.skipped,
  usageFolders: usage.folders,
  usageReading: usage.reading,
  summarize,
  clock,
  newId: randomUUIDv7,
  server,
  storeHealth: () => store.health(),
  disk: () => store.disk(),
  metrics,
  backups: care.backups,
  dataCheck: () => care.check?.state,
  askToStop,
  backupSchedule: () => care.schedule && { dueAt: care.schedule.dueAt, failure: care.schedule.failure },
  stopping,
});

/** How many go on while no server runs; undefined where that can't be read. */
const activeIn = async (store: SqliteStore): Promise<number | undefined> => {
  const counts = await store.counts().catch(() => undefined);
  return counts?.filter(({ status }) => status === 'active').reduce((sum, { count }) => sum + count, 0);
};

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

/** Listens, and says in the data folder where. */
const announce = async (app: App, server: ServerFacts, options: ServeOptions): Promise<void> => {
  server.url = await listen(app, options);
  server.publicUrl = publicUrlOf(options, server.url);
  const { url, startedAt, version } = server;
  writeServerFile(options.folder, {
    url,
    pid: process.pid,
    startedAt,
    version,
    pidStartedAt: processStart(process.pid),
  });
};

const listen = async (app: App, { port, host }: ServeOptions): Promise<string> => {
  try {
    return await app.listen({ port, host, listenTextResolver: (url) => `stint ${version()} listens on ${url}` });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new PortInUseError(`port ${port} is in use; choose another with --port (0 for any free one)`);
    if (code === 'EACCES') throw new StartError(`port ${port} may not be opened by this user; choose one above 1023`);
    throw new StartError(`can't listen on ${host}:${port}: ${(error as Error).message}`);
  }
};

const version = (): string => {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
};
