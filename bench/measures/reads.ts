import { load } from '../load/load.ts';
import type { LoadResult } from '../load/load.ts';
import { wrk } from '../load/wrk.ts';
import type { Measure, Row } from '../row.ts';
import { scratchFolder } from '../scratch.ts';
import { startServer, startSessions } from '../server.ts';
import type { Server } from '../server.ts';
import { median, repeated } from '../statistics.ts';

const clients = 64;

/** GET of a session: one in use, and one that nobody has changed since the server was started. */
export const reads: Measure = {
  name: 'reads',
  run: async () => {
    const folder = scratchFolder();
    const first = await startServer({ folder });
    const paths = (await startSessions(first, clients)).map((id) => `/api/sessions/${id}`);
    const inUse = await read(first, paths);
    const byWrk = await wrk(first, paths);
    await first.stop();
    const second = await startServer({ folder });
    const untouched = await read(second, paths);
    await second.stop();
    return [
      ...rowsOf('GET of a session in use', inUse),
      ...(byWrk === undefined ? [] : [{ measure: '  as wrk counts it', unit: '/s', values: [byWrk] } as const]),
      ...rowsOf('GET of a session untouched since the start', untouched),
    ];
  },
};

const read = (server: Server, paths: readonly string[]): Promise<LoadResult[]> =>
  repeated(5, () => load({ ...server, clients, method: 'GET', paths, warmUpMs: 1000, forMs: 2000 }, 200));

const rowsOf = (measure: string, results: readonly LoadResult[]): Row[] => [
  {
    measure: `${measure}, ${clients} clients`,
    unit: '/s',
    values: results.map(({ perSecond }) => perSecond),
    asked: { atLeast: 12_000 },
    note: `the load itself: ${median(results.map(({ generatorCpu }) => generatorCpu)).toFixed(2)} cores`,
  },
  { measure: '  p99', unit: 'ms', values: results.map(({ p99Ms }) => p99Ms) },
];
