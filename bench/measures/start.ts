import { report } from '../journal.ts';
import { load } from '../load/load.ts';
import { longHistory } from '../long-history.ts';
import type { Measure } from '../row.ts';
import { startServer, startSessions } from '../server.ts';
import { repeated } from '../statistics.ts';

/** From the start of the process to the line that says where it listens, a million events in the journal. */
export const start: Measure = {
  name: 'start',
  run: async () => {
    const folder = longHistory();
    await (await startServer({ folder })).stop();
    const afterStop = await repeated(5, async () => {
      const server = await startServer({ folder });
      await server.stop();
      return server.readyMs;
    });
    const afterKill = await repeated(5, async () => {
      await killUnderLoad(folder);
      const server = await startServer({ folder });
      await server.stop();
      return server.readyMs;
    });
    return [
      { measure: 'start with 1,000,000 events', unit: 'ms', values: afterStop, asked: { atMost: 1000 } },
      { measure: '  after kill -9 under load', unit: 'ms', values: afterKill, asked: { atMost: 1000 } },
    ];
  },
};

const killUnderLoad = async (folder: string): Promise<void> => {
  const server = await startServer({ folder });
  const paths = (await startSessions(server, 16)).map((id) => `/api/sessions/${id}/tokens`);
  await load({ ...server, clients: 16, method: 'POST', paths, body: report, warmUpMs: 0, forMs: 500 }, 201);
  await server.kill();
};
