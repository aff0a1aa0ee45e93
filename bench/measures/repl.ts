import { statSync } from 'node:fs';
import { join } from 'node:path';
import { builtLauncher } from '../built.ts';
import { hasJupyter, startJupyter } from '../jupyter.ts';
import { load } from '../load/load.ts';
import type { LoadResult } from '../load/load.ts';
import { memoryOf } from '../proc.ts';
import type { Measure, Row } from '../row.ts';
import { memoryFolder, scratchFolder } from '../scratch.ts';
import { call, startServer } from '../server.ts';
import type { Server } from '../server.ts';
import { median, repeated } from '../statistics.ts';

/** Sessions of code: commands one after another and at once, going back and coming back, what they take; beside Jupyter's kernels. */
export const repl: Measure = {
  name: 'repl',
  run: async () => {
    const own = await commandRows();
    return [...own.rows, ...(await manyRows()), ...(await sizeRows()), ...(await besideJupyter(own))];
  },
};

const runs = 5;
const cached = 100;
const many = 1000;

const pathOf = (name: string, doing = 'execute'): string => `/api/repl/sessions/${name}/${doing}`;
const execute = (server: Server, name: string, command: string) => call(server, pathOf(name), { command });

const commands = (server: Server, sessions: number): Promise<LoadResult> => {
  const paths = Array.from({ length: sessions }, (_, i) => pathOf(`s${sessions}-${i}`));
  const spec = { ...server, clients: sessions, method: 'POST', paths, body: { command: '1+1' } } as const;
  return load({ ...spec, warmUpMs: 1000, forMs: 2000 }, 200);
};

interface Own {
  rows: Row[];
  executeMs: number[];
  startMs: number[];
  sessionMb: number[];
}

const commandRows = async (): Promise<Own> => {
  const server = await startServer({ folder: scratchFolder(), args: ['--max-cached-sessions', `${2 * cached}`] });
  const one = await repeated(runs, () => commands(server, 1));
  const eight = await repeated(runs, () => commands(server, 8));
  const startMs = await repeated(runs, () => medianOf(20, (i) => execute(server, `new${performance.now()}-${i}`, '1')));
  const before = memoryOf(server.pid).rss;
  for (let i = 0; i < cached; i++) await execute(server, `idle${i}`, '1+1');
  const sessionMb = [(memoryOf(server.pid).rss - before) / cached];
  await server.stop();
  const executeMs = one.map(({ p50Ms }) => p50Ms);
  const rows: Row[] = [
    { measure: 'execute 1+1, p50', unit: 'ms', values: executeMs, asked: { atMost: 1 } },
    { measure: '  p99', unit: 'ms', values: one.map(({ p99Ms }) => p99Ms) },
    ...(await withoutDisk()),
    {
      measure: 'execute 1+1 in 8 sessions at once',
      unit: '/s',
      values: eight.map(({ perSecond }) => perSecond),
      asked: { atLeast: 3000 },
    },
    { measure: '  p50', unit: 'ms', values: eight.map(({ p50Ms }) => p50Ms) },
  ];
  return { rows, executeMs, startMs, sessionMb };
};

/** With the data in memory an fsync costs nothing. */
const withoutDisk = async (): Promise<Row[]> => {
  const folder = memoryFolder();
  if (folder === undefined) return [];
  const server = await startServer({ folder });
  const one = await repeated(runs, () => commands(server, 1));
  await server.stop();
  return [
    {
      measure: '  … the part that is not the disk',
      unit: 'ms',
      values: one.map(({ p50Ms }) => p50Ms),
      asked: { atMost: 0.3 },
      note: 'the data in memory',
    },
  ];
};

/** A thousand sessions, of which a hundred are alive, in a server as it is published. */
const manyRows = async (): Promise<Row[]> => {
  const from = builtLauncher();
  // Fills the cache of compiled modules.
  await (await startServer({ folder: scratchFolder(), from })).stop();
  const server = await startServer({ folder: scratchFolder(), from, args: ['--max-cached-sessions', `${cached}`] });
  for (let i = 0; i < many; i++) await execute(server, `m${i}`, `var n = ${i}`);
  const memory = memoryOf(server.pid).rss;
  // One with a history.
  for (let i = 0; i < 300; i++) await execute(server, 'm0', `n += ${i}`);
  const word = (said: string) => repeated(runs, () => medianOf(20, () => execute(server, 'm0', `:session ${said}`)));
  const [listMs, checkpointsMs, traceMs] = [await word('list'), await word('checkpoints'), await word('trace')];
  const gotoMs = await repeated(runs, () =>
    medianOf(20, (i) => call(server, pathOf('m0', 'goto'), { seq: 10 + 40 * i })),
  );
  let next = 1;
  // Each was left long ago.
  const backMs = await repeated(runs, () => medianOf(40, () => execute(server, `m${next++}`, 'n')));
  await server.stop();
  return [
    rowOf(`:session list at ${many} sessions`, listMs, 10),
    rowOf(':session checkpoints of 302', checkpointsMs, 10),
    rowOf(':session trace', traceMs, 10),
    rowOf('goto', gotoMs, 20),
    rowOf('a command that brings its session back', backMs, 30),
    {
      measure: `memory of ${many} sessions with ${cached} alive`,
      unit: 'MB',
      values: [memory],
      asked: { atMost: 400 },
    },
  ];
};

const rowOf = (measure: string, values: number[], atMost: number): Row => ({
  measure,
  unit: 'ms',
  values,
  asked: { atMost },
});

const sizeRows = async (): Promise<Row[]> => {
  const folder = scratchFolder();
  const size = async (count: number): Promise<number> => {
    const server = await startServer({ folder });
    for (let i = 0; i < count; i++) await execute(server, 'small', 'var n = (globalThis.n ?? 0) + 1; n');
    await server.stop();
    return statSync(join(folder, 'stint.db')).size;
  };
  const count = 2000;
  const values = await repeated(3, async () => (-(await size(1)) + (await size(count))) / count / 1024);
  return [{ measure: 'journal and checkpoints of a small command', unit: 'KB', values, asked: { atMost: 2 } }];
};

const besideJupyter = async ({ executeMs, startMs, sessionMb }: Own): Promise<Row[]> => {
  if (!hasJupyter()) return [];
  const shipped = await jupyter(false);
  const noDelay = await jupyter(true);
  return [
    against('execute, beside Jupyter as shipped', executeMs, 'ms', shipped.executeMs, 0.05),
    against('execute, beside Jupyter with TCP_NODELAY', executeMs, 'ms', noDelay.executeMs, 0.5),
    against('start of a session with its first command', startMs, 'ms', shipped.startMs, 0.05),
    against('memory of an idle session', sessionMb, 'MB', shipped.memoryMb, 0.05),
  ];
};

/** The ratio to the peer's median. */
const against = (measure: string, values: number[], unit: 'ms' | 'MB', peers: number[], atMost: number): Row => ({
  measure,
  unit: '×',
  values: values.map((value) => value / median(peers)),
  asked: { atMost },
  note: `${median(values).toFixed(2)} ${unit}, Jupyter ${median(peers).toFixed(2)} ${unit}`,
});

const jupyter = async (isNoDelay: boolean) => {
  const server = await startJupyter(isNoDelay);
  const startMs: number[] = [];
  const memoryMb: number[] = [];
  let kernel = await server.startKernel();
  for (let i = 0; i < 3; i++) {
    const from = performance.now();
    kernel = await server.startKernel();
    startMs.push(performance.now() - from);
    memoryMb.push(kernel.memory());
  }
  const executeMs = await repeated(runs, () => medianOf(40, () => kernel.execute('1+1')));
  await server.stop();
  return { startMs, memoryMb, executeMs };
};

const medianOf = async (times: number, run: (i: number) => Promise<unknown>): Promise<number> => {
  const took: number[] = [];
  for (let i = 0; i < times; i++) {
    const from = performance.now();
    await run(i);
    took.push(performance.now() - from);
  }
  return median(took);
};
