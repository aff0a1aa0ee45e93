import { busyMonth } from '../busy-month.ts';
import { report } from '../journal.ts';
import { load } from '../load/load.ts';
import type { Measure, Row } from '../row.ts';
import { call, startServer, startSessions } from '../server.ts';
import type { Server } from '../server.ts';
import { repeated } from '../statistics.ts';

const runs = 5;
const month = '/api/analytics/usage?period=month&tz=Europe/Berlin';

/** Analytics of a month with 100,000 sessions and a million usage rows, and what others wait meanwhile. */
export const analytics: Measure = {
  name: 'analytics',
  run: async () => {
    const folder = busyMonth();
    const first: number[] = [];
    const firstBesides: number[] = [];
    let server = await startServer({ folder });
    for (let run = 0; run < runs; run++) {
      await server.stop();
      server = await startServer({ folder });
      // Connected already, as a page is that asks for this: what is measured is the question.
      await call(server, '/api/sessions?limit=1');
      const besides = longestWait(server);
      first.push(await asked(server));
      firstBesides.push(await besides.stop());
    }
    const again = await repeated(runs * 4, () => asked(server));
    const afterAppend = await repeatedAfterAppend(server);
    const waits = await besides(server);
    const exported = await timed(async () => {
      const response = await fetch(`${server.url}/api/analytics/export`, {
        headers: { authorization: `Bearer ${server.token}` },
      });
      for await (const chunk of response.body ?? []) void chunk;
    });
    await server.stop();
    return [
      { measure: 'analytics of a month, the first time', unit: 'ms', values: first, asked: { atMost: 300 } },
      { measure: '  longest GET by another client meanwhile', unit: 'ms', values: firstBesides },
      { measure: '  asked again', unit: 'ms', values: again, asked: { atMost: 20 } },
      { measure: '  asked again after an append', unit: 'ms', values: afterAppend, asked: { atMost: 20 } },
      ...waits,
      { measure: 'export of all that as JSON', unit: 'ms', values: [exported] },
    ];
  },
};

const asked = (server: Server): Promise<number> => timed(() => call(server, month));

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const from = performance.now();
  await work();
  return performance.now() - from;
};

const repeatedAfterAppend = async (server: Server): Promise<number[]> => {
  const [id] = await startSessions(server, 1);
  return repeated(runs * 4, async () => {
    await call(server, `/api/sessions/${id}/tokens`, report);
    return asked(server);
  });
};

/** One request after the other until it is stopped; resolves to the longest, ms. */
const longestWait = (server: Server): { stop: () => Promise<number> } => {
  const stopping = new AbortController();
  const worst = (async () => {
    let longest = 0;
    while (!stopping.signal.aborted) longest = Math.max(longest, await timed(() => call(server, '/api/me')));
    return longest;
  })();
  return {
    stop: () => {
      stopping.abort();
      return worst;
    },
  };
};

/** Whether analytics leave the event loop alone: what another client waits while they are asked for without a break. */
const besides = async (server: Server): Promise<Row[]> => {
  const { sessions } = await call(server, '/api/sessions?limit=1');
  const [{ id }] = sessions as [{ id: string }];
  const get = (path: string, forMs: number) =>
    load({ ...server, clients: 1, method: 'GET', paths: [path], warmUpMs: 300, forMs }, 200);
  const alone = await repeated(runs, () => get(`/api/sessions/${id}`, 1000));
  const meanwhile = await repeated(runs, async () => {
    const long = get(month, 2000);
    const result = await get(`/api/sessions/${id}`, 1000);
    await long;
    return result;
  });
  const p99 = (results: typeof alone) => results.map(({ p99Ms }) => p99Ms);
  const worst = Math.max(...meanwhile.map(({ maxMs }) => maxMs));
  return [
    {
      measure: 'GET by another client while analytics go on, p99',
      unit: 'ms',
      values: p99(meanwhile),
      asked: { atMost: 5 },
      peer: { name: 'alone', values: p99(alone) },
      note: `the longest took ${worst.toFixed(1)} ms`,
    },
  ];
};
