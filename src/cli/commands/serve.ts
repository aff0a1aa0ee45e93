import { resolve } from 'node:path';
import { giveBackOnceIdle } from '../give-back.ts';
import { command, flag, optional, several, withDefault } from '../command.ts';
import { parseDuration } from '../duration.ts';
import { choice, text, wholeNumber } from '../parse.ts';
import { fitted } from '../screen.ts';
import { dataFolder } from '../../place.ts';
import { exitCodes, Failure, usageFailure } from '../failure.ts';
import { endOnSignals } from '../serving-signals.ts';
import type { StartWord } from '../start-word.ts';
import { farewell, welcome } from '../welcome.ts';

const perSecond = wholeNumber(1, 1_000_000);
const usualKept = 7;
const shortestEveryMs = 60_000;
const logLevels = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;

export const serveCommand = command({
  about:
    'Runs the server in this terminal until Ctrl-C or SIGTERM. Other commands start one in the background when none runs.',
  args: {},
  options: {
    config: optional('--config <file>', 'what follows in a file (config.json in the data folder)', text),
    port: optional('-p, --port <port>', 'port to listen on (8082); 0 for any that is free', wholeNumber(0, 65_535)),
    host: withDefault('--host <address>', 'address to listen on (127.0.0.1)', text, '127.0.0.1'),
    logLevel: optional('--log-level <level>', `${logLevels.join(', ')} (INFO)`, choice(logLevels)),
    hostNames: several('--host-name <name>', 'answer to this name too; may be repeated'),
    behindProxy: flag('--behind-proxy', 'a proxy with TLS stands in front'),
    corsOrigins: several(
      '--cors-origin <origin>',
      'let pages of this origin ask, such as https://app.example.org; may be repeated',
    ),
    rateLimit: optional('--rate-limit <n>', 'requests a second of each token of members and viewers (100)', perSecond),
    rateBurst: optional('--rate-burst <n>', 'of these so many at once (5 times the limit)', perSecond),
    ownerRateLimit: optional(
      '--owner-rate-limit <n>',
      'the same of each token of the owner’s (not limited)',
      perSecond,
    ),
    sessionDir: optional('--session-dir <folder>', 'mirror each REPL session there as <name>.jsonl', text),
    maxCachedSessions: optional(
      '--max-cached-sessions <n>',
      'REPL sessions that are in memory at once (10)',
      wholeNumber(1, 10_000),
    ),
    saveInterval: optional(
      '--save-interval <time>',
      'how often REPL sessions that changed get a full image (5s)',
      parseDuration,
    ),
    sessionMemory: optional('--session-memory <MiB>', 'memory of a REPL session’s code (64)', wholeNumber(8, 1024)),
    sessionCpu: optional('--session-cpu <time>', 'CPU time of one command of a REPL session (5s)', parseDuration),
    backupEvery: optional('--backup-every <time>', 'back up by itself so often, for example 24h', parseDuration),
    keep: withDefault('--keep <count>', 'how many of these backups stay (7)', wholeNumber(1, 10_000), usualKept),
    readsAgents: { ...flag('--no-agents', 'leave alone what agents have left on this machine'), fallback: true },
    searches: {
      ...flag('--no-search', 'index nothing of what was said to agents, and delete what was indexed'),
      fallback: true,
    },
    quiet: flag('-q, --quiet', 'log to the files in the data folder only'),
  },
  examples: [
    ['', 'on http://127.0.0.1:8082'],
    ['--port 0 --data /tmp/try', 'on any free port, with data of its own'],
    ['--backup-every 24h --keep 7', 'with a backup a day, the last week kept'],
    ['--session-dir ~/repl-journals', 'with a file of each REPL session’s journal'],
    ['--host 0.0.0.0 --behind-proxy --host-name stint.example.org', 'for a team, behind TLS'],
  ],
  exec: async ({ options, settings, screen }) => {
    // Before anything else is started, so that nothing can inherit it.
    const token = process.env['STINT_TOKEN'] || undefined;
    delete process.env['STINT_TOKEN'];
    const { backupEvery, keep, config, port, logLevel, sessionDir, maxCachedSessions, ...others } = options;
    const { saveInterval, sessionMemory, sessionCpu, ...rest } = others;
    const backups = backupEvery === undefined ? undefined : { everyMs: often(backupEvery), keep };
    const folder = dataFolder(settings.data, process.env);
    const serving = await start(
      { ...rest, backups, folder, token },
      {
        config: config === undefined ? undefined : resolve(config),
        port,
        logLevel: logLevel && lower(logLevel),
        sessionDir: sessionDir === undefined ? undefined : resolve(sessionDir),
        maxCachedSessions,
        saveIntervalMs: saveInterval,
        sessionMemoryMiB: sessionMemory,
        sessionCpuMs: sessionCpu,
      },
    );
    process.on('uncaughtException', (error) => {
      serving.logFatal(error);
      process.exit(exitCodes.failed);
    });
    let active: number | undefined;
    const ended = endOnSignals({
      stopAsked: serving.stopAsked,
      stop: async () => {
        active = await serving.activeSessions().catch(() => undefined);
        await serving.stop();
      },
    });
    giveBackOnceIdle();
    const { url } = serving;
    tellStarter({ url });
    const said = settings.json
      ? JSON.stringify({ url, pid: process.pid })
      : welcome({ ...serving, folder }, screen, process.env);
    process.stdout.write(`${said}\n`);
    const code = await ended;
    if (screen.isTerminal && !settings.json) process.stdout.write(`\n${fitted(screen, farewell(active))}\n`);
    return code;
  },
});

const lower = (level: (typeof logLevels)[number]) => level.toLowerCase() as Lowercase<typeof level>;

const often = (everyMs: number): number => {
  if (everyMs < shortestEveryMs) throw usageFailure('--backup-every is at least 1m');
  return everyMs;
};

const loadServer = () => import('../../serve.ts');
type Configured = Parameters<Awaited<ReturnType<typeof loadServer>>['configured']>;

const start = async (...said: Configured) => {
  const { serve, configured, StartError, FolderInUseError, PortInUseError } = await loadServer();
  try {
    return await serve(configured(...said));
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    const message = asTyped(error.message, process.env);
    if (error instanceof FolderInUseError) tellStarter({ refused: message, taken: 'folder' });
    else if (error instanceof PortInUseError) tellStarter({ refused: message, taken: 'port' });
    else tellStarter({ refused: message });
    throw new Failure(exitCodes.failed, 'not_started', message);
  }
};

/** `npm start` keeps options to itself unless they stand after `--`. */
const asTyped = (message: string, { npm_lifecycle_event: script }: Record<string, string | undefined>): string =>
  script === 'start' ? message.replace(/with --port.*$/, 'with: npm start -- --port 0 (any free one)') : message;

/** A command that started this server in the background waits for word of it. */
const tellStarter = (word: StartWord): void => {
  if (process.connected) process.send?.(word);
};
