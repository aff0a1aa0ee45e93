import { homedir } from 'node:os';
import type { Logger } from 'pino';
import { endedRunsIn, isRunning, removeEndedRun } from '../place.ts';
import { claudeReader } from '../readers/claude/reader.ts';
import { Alarm } from '../runner/alarm.ts';
import { receiptsKeptMs } from '../runner/once.ts';
import { RunUsage } from '../runner/run-usage.ts';
import { RunWatch } from '../runner/run-watch.ts';
import type { SqliteStore } from '../stores/sqlite/store.ts';
import { keepAnchor } from './core.ts';
import type { Core } from './core.ts';
import { sweepHourly } from './sweep.ts';

/** What goes on by itself: the clock, the runs, the sweeping up. */
export const startLoops = async (
  { clock, setBy, runner }: Core,
  { store, log, folder }: { store: SqliteStore; log: Logger; folder: string },
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
    ended: { list: () => endedRunsIn(folder), forget: (session) => removeEndedRun(folder, session) },
    onError: onError('a lost run could not be ended'),
  });
  // Before the alarm ends those whose time was up while no server ran.
  await runUsage.open();
  // Who had ended by then falls due no more. Where the clock was set meanwhile, the sessions are told of that first.
  if (setBy === 0) await runWatch.endTold();
  await alarm.start(setBy);
  await runUsage.start();
  await runWatch.look();
  runWatch.start();
  const endSweep = sweepHourly(() => store.forgetReceipts(clock.now() - receiptsKeptMs), onError('old receipts stay'));
  const stop = async () => {
    endSweep();
    await Promise.all([alarm.stop(), runUsage.stop(), runWatch.stop()]);
  };
  return { stop };
};
