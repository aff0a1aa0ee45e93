import { load, answered } from '../load/load.ts';
import type { LoadResult } from '../load/load.ts';
import { wrk } from '../load/wrk.ts';
import { report } from '../journal.ts';
import type { Measure, Row } from '../row.ts';
import { scratchFolder } from '../scratch.ts';
import { call, startServer, startSessions } from '../server.ts';
import type { Server } from '../server.ts';
import { statementsAlone } from '../statements.ts';
import { median } from '../statistics.ts';

const clients = 64;
const runs = 5;
const observer = new URL('../batch-sizes.ts', import.meta.url);

/** Durable appends: what is acknowledged is on the disk, and is there at the end. */
export const appends: Measure = {
  name: 'appends',
  run: async () => [...(await onSessions(clients)), ...(await onSessions(1))],
};

const onSessions = async (sessions: number): Promise<Row[]> => {
  const server = await startServer({ folder: scratchFolder(), observedBy: observer });
  const ids = await startSessions(server, sessions);
  const paths = ids.map((id) => `/api/sessions/${id}/tokens`);
  const results: LoadResult[] = [];
  const alone: number[] = [];
  const batches: number[][] = [];
  for (let run = 0; run < runs; run++) {
    results.push(
      await load({ ...server, clients, method: 'POST', paths, body: report, warmUpMs: 1000, forMs: 3000 }, 201),
    );
    const sizes = await batchSizes(server);
    batches.push(sizes);
    alone.push(await statementsAlone(sessions, sizes));
  }
  const total = results.reduce((sum, result) => sum + answered(result), 0);
  await checkTotals(server, ids, total * report.tokensUsed);
  const byWrk = await wrk(server, paths, report);
  await server.stop();
  return rowsOf(sessions, { results, alone, batches, byWrk });
};

interface Found {
  results: readonly LoadResult[];
  alone: readonly number[];
  batches: readonly number[][];
  byWrk: number | undefined;
}

const rowsOf = (sessions: number, { results, alone, batches, byWrk }: Found): Row[] => {
  const where = sessions === 1 ? 'one session' : `${sessions} sessions`;
  const rates = results.map(({ perSecond }) => perSecond);
  const means = batches.map((sizes) => sizes.reduce((a, b) => a + b, 0) / sizes.length);
  const largest = Math.max(...batches.flat());
  return [
    {
      measure: `durable appends, ${clients} clients on ${where}`,
      unit: '/s',
      values: rates,
      asked: { atLeast: 5000 },
      note: `the load itself: ${median(results.map(({ generatorCpu }) => generatorCpu)).toFixed(2)} cores`,
    },
    { measure: '  p99', unit: 'ms', values: results.map(({ p99Ms }) => p99Ms), asked: { atMost: 25 } },
    { measure: '  p50', unit: 'ms', values: results.map(({ p50Ms }) => p50Ms) },
    { measure: '  appends a commit', unit: '', values: means, note: `the largest commit had ${largest}` },
    {
      measure: '  of its statements alone',
      unit: '×',
      values: rates.map((rate, i) => rate / (alone[i] ?? Number.NaN)),
      asked: { atLeast: 0.4 },
      note: `alone, in one thread, same batches: ${Math.round(median(alone)).toLocaleString('en-US')}/s`,
    },
    ...(byWrk === undefined ? [] : [{ measure: '  as wrk counts it', unit: '/s', values: [byWrk] } as const]),
  ];
};

/** Sizes of the transactions since it was last asked. */
const batchSizes = async ({ child }: Server): Promise<number[]> => {
  const sizes = await new Promise<number[]>((resolve) => {
    const hear = (message: { batchSizes?: number[] }): void => {
      if (message.batchSizes === undefined) return;
      child.off('message', hear);
      resolve(message.batchSizes);
    };
    child.on('message', hear);
    child.send('batch sizes');
  });
  if (sizes.length === 0)
    throw new Error('no transaction was seen: does the writer still take {do: "append", entries}?');
  return sizes;
};

const checkTotals = async (server: Server, ids: readonly string[], acknowledged: number): Promise<void> => {
  const sessions = await Promise.all(ids.map((id) => call(server, `/api/sessions/${id}`)));
  const recorded = sessions.reduce((sum, session) => sum + Number(session['tokensUsed']), 0);
  if (recorded !== acknowledged)
    throw new Error(`${acknowledged} tokens were acknowledged and ${recorded} are recorded`);
};
