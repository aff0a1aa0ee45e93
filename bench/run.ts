/**
 * `npm run bench [-- NAME… --json --minutes N]`: measures what is asked of a running server and prints one table. The machine's noise is
 * in the figures, so they are medians; whatever they are, the exit code is 0 unless something could not be run.
 */
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { parseArgs } from 'node:util';
import { analytics } from './measures/analytics.ts';
import { appends } from './measures/appends.ts';
import { backup } from './measures/backup.ts';
import { cli } from './measures/cli.ts';
import { idle } from './measures/idle.ts';
import { lists } from './measures/lists.ts';
import { oneClient } from './measures/one-client.ts';
import { overload } from './measures/overload.ts';
import { reads } from './measures/reads.ts';
import { repl } from './measures/repl.ts';
import { reconnects } from './measures/reconnects.ts';
import { stalledMeasure } from './measures/stalled.ts';
import { soak } from './measures/soak.ts';
import { start } from './measures/start.ts';
import { timerAccuracy } from './measures/timer-accuracy.ts';
import { subscribersMeasure } from './measures/subscribers.ts';
import { usage } from './measures/usage.ts';
import { usageLive } from './measures/usage-live.ts';
import type { Measure, Row } from './row.ts';
import { stopServers } from './server.ts';
import { jsonOf, tableOf } from './table.ts';

const measures: readonly Measure[] = [
  appends,
  oneClient,
  reads,
  lists,
  analytics,
  start,
  idle,
  cli,
  backup,
  timerAccuracy,
  overload,
  subscribersMeasure,
  reconnects,
  stalledMeasure,
  usage,
  usageLive,
  repl,
  soak,
];

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, minutes: { type: 'string', default: '60' } },
  });
  const unknown = positionals.filter((name) => measures.every((measure) => measure.name !== name));
  if (unknown.length > 0) {
    console.error(`no such measure: ${unknown.join(', ')}; there are: ${measures.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const before = busy();
  const chosen = measures.filter(({ name, byHand }) =>
    positionals.length === 0 ? !byHand : positionals.includes(name),
  );
  const rows: Row[] = [];
  let failed = false;
  for (const { name, run } of chosen) {
    process.stderr.write(`measuring ${name} …\n`);
    try {
      rows.push(...(await run({ minutes: Number(values.minutes) })));
    } catch (error) {
      failed = true;
      console.error(`${name} could not be measured:`, error);
    } finally {
      await stopServers();
    }
  }
  console.log(values.json ? jsonOf(rows) : `${tableOf(rows)}\n\n${machine()}${before}`);
  return failed ? 1 : 0;
};

const machine = (): string => {
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  return `${availableParallelism()} cores (${model}), ${Math.round(totalmem() / 2 ** 30)} GB, ${type()} ${release()}, Node ${process.version}`;
};

/** The figures of a machine that has other work to do are those of what is left of it. */
const busy = (): string => {
  const [load = 0] = loadavg();
  return load < 0.5
    ? ''
    : `\nother processes were busy before it began (load ${load.toFixed(1)}): the machine can do better than this`;
};

// What was started and made goes when this ends, however it ends.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.exitCode = await main();
