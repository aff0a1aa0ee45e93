import { load } from '../load/load.ts';
import type { LoadResult, LoadSpec } from '../load/load.ts';
import { longHistory } from '../long-history.ts';
import type { Limit, Measure, Row } from '../row.ts';
import { call, startServer } from '../server.ts';
import type { Server } from '../server.ts';
import { repeated } from '../statistics.ts';

const quick: Limit = { atMost: 5 };
const inReader: Limit = { atMost: 30 };

const pages: readonly { measure: string; query: string; asked: Limit }[] = [
  { measure: 'list of 50 among 100,000', query: '', asked: quick },
  { measure: 'list by status, active', query: '?status=active', asked: quick },
  { measure: 'list by status, completed', query: '?status=completed', asked: quick },
  { measure: 'list by q, many found', query: '?q=parser', asked: inReader },
  { measure: 'list by q, nothing found', query: '?q=nowhere', asked: inReader },
  { measure: 'list at offset 99,000', query: '?offset=99000', asked: inReader },
];

/** Pages of a long list, one client at a time; p50 of each run. */
export const lists: Measure = {
  name: 'lists',
  run: async () => {
    const server = await startServer({ folder: longHistory() });
    const rows: Row[] = [];
    for (const page of pages) rows.push(await pageRow(server, page));
    rows.push(await besides(server));
    await server.stop();
    return rows;
  },
};

const get = (server: Server, path: string, spec: Partial<LoadSpec> = {}): Promise<LoadResult> =>
  load({ ...server, clients: 1, method: 'GET', paths: [path], warmUpMs: 300, forMs: 1000, ...spec }, 200);

const pageRow = async (server: Server, { measure, query, asked }: (typeof pages)[number]): Promise<Row> => {
  const results = await repeated(5, () => get(server, `/api/sessions${query}`));
  const worst = Math.max(...results.map(({ p99Ms }) => p99Ms));
  return {
    measure,
    unit: 'ms',
    values: results.map(({ p50Ms }) => p50Ms),
    asked,
    note: `worst p99 ${worst.toFixed(1)} ms`,
  };
};

/** Whether long reads leave the event loop alone: what another client waits while they go on without a break. */
const besides = async (server: Server): Promise<Row> => {
  const { sessions } = await call(server, '/api/sessions?limit=1');
  const [{ id }] = sessions as [{ id: string }];
  const values = await repeated(5, async () => {
    const long = get(server, '/api/sessions?q=nowhere', { clients: 4, forMs: 2000 });
    const { p99Ms } = await get(server, `/api/sessions/${id}`);
    await long;
    return p99Ms;
  });
  return { measure: 'GET by another client while q goes on, p99', unit: 'ms', values, asked: quick };
};
