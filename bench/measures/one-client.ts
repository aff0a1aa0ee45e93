import { report } from '../journal.ts';
import { load } from '../load/load.ts';
import type { Measure } from '../row.ts';
import { scratchFolder } from '../scratch.ts';
import { startServer, startSessions } from '../server.ts';
import { repeated } from '../statistics.ts';

/** What one client waits for a durable append when it is alone. */
export const oneClient: Measure = {
  name: 'one-client',
  run: async () => {
    const server = await startServer({ folder: scratchFolder() });
    const paths = (await startSessions(server, 1)).map((id) => `/api/sessions/${id}/tokens`);
    const results = await repeated(5, () =>
      load({ ...server, clients: 1, method: 'POST', paths, body: report, warmUpMs: 1000, forMs: 2000 }, 201),
    );
    await server.stop();
    return [
      {
        measure: 'one client appends, p50',
        unit: 'ms',
        values: results.map(({ p50Ms }) => p50Ms),
        asked: { atMost: 1 },
      },
      { measure: '  p99', unit: 'ms', values: results.map(({ p99Ms }) => p99Ms) },
    ];
  },
};
