import { randomUUIDv7 } from 'node:crypto';
import { homedir } from 'node:os';
import type { Logger } from 'pino';
import { mayHear } from '../faces/rights.ts';
import { Dispatcher } from '../hooks/dispatcher.ts';
import { Hooks } from '../hooks/hooks.ts';
import { newSender } from '../hooks/sender.ts';
import type { Send } from '../hooks/sender.ts';
import { newSecret } from '../hooks/signature.ts';
import { newTroubleWatch } from '../hooks/trouble.ts';
import { machineResolve } from '../hooks/webhook.ts';
import type { BootClock } from '../runner/clock.ts';
import { SqliteHooks } from '../stores/sqlite/hooks.ts';
import type { SqliteStore } from '../stores/sqlite/store.ts';
import type { Core } from './core.ts';
import { sweepHourly } from './sweep.ts';

const deliveriesKeptMs = 30 * 24 * 3600_000;
const callTimeoutMs = 10_000;
const commandTimeoutMs = 60_000;

/** Alerts on their way to those who want to hear of them. */
export const startHooks = (
  { clock, findUser }: Core,
  { store, log }: { store: SqliteStore; log: Logger },
  { stopping, userAgent }: { stopping: AbortSignal; userAgent: string },
): { hooks: Hooks; stop: () => Promise<void> } => {
  const rows = new SqliteHooks(store);
  const send = sender(clock, userAgent);
  const troubleOf = newTroubleWatch();
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
    onVerdict: (hook, verdict) => {
      const trouble = troubleOf(hook, verdict);
      if (trouble) log.warn(...trouble);
    },
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
  const endSweep = sweepHourly(
    () => rows.forget(clock.now() - deliveriesKeptMs),
    (error) => log.error({ err: error }, 'old deliveries stay'),
  );
  dispatcher.start();
  const stop = async () => {
    endSweep();
    await dispatcher.stop();
  };
  return { hooks, stop };
};

const sender = (clock: BootClock, userAgent: string): Send =>
  newSender({
    call: { resolve: machineResolve, timeoutMs: callTimeoutMs, userAgent },
    run: { env: process.env, home: homedir(), timeoutMs: commandTimeoutMs },
    now: () => clock.now(),
  });
