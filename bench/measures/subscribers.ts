import { load } from '../load/load.ts';
import { startSockets } from '../load/sockets.ts';
import { cpuMsOf, memoryOf } from '../proc.ts';
import type { Measure } from '../row.ts';
import { scratchFolder } from '../scratch.ts';
import { startServer, startSessions } from '../server.ts';
import { pause, quantile } from '../statistics.ts';

export const subscribers = 10_000;
const settleMs = 5000;
const watchMs = 20_000;

/** Many subscribers, each to a session of its own that ticks each second. */
export const subscribersMeasure: Measure = {
  name: 'subscribers',
  run: async () => {
    const server = await startServer({ folder: scratchFolder() });
    const sessions = await startSessions(server, subscribers);
    await pause(settleMs);
    const before = memoryOf(server.pid).rss;
    const sockets = startSockets(server);
    await sockets.ask({ do: 'open', sessions, reading: subscribers });
    await pause(settleMs);
    const paths = sessions.slice(0, 4).map((id) => `/api/sessions/${id}`);
    const cpuBefore = cpuMsOf(server.pid);
    const [ticks, gets] = await Promise.all([
      sockets.ask({ do: 'ticks', forMs: watchMs }),
      load({ ...server, clients: 1, method: 'GET', paths, warmUpMs: 1000, forMs: watchMs - 2000 }, 200),
    ]);
    const cores = (cpuMsOf(server.pid) - cpuBefore) / watchMs;
    const after = memoryOf(server.pid).rss;
    await sockets.stop();
    await server.stop();
    const count = subscribers.toLocaleString('en-US');
    const perSecond = ticks.samples.length / (watchMs / 1000);
    return [
      {
        measure: `${count} subscribers, memory of the server for each`,
        unit: 'KB',
        values: [((after - before) * 1024) / subscribers],
        asked: { atMost: 25 },
        note: `${Math.round(before)} MB before, ${Math.round(after)} MB with them`,
      },
      {
        measure: '  ticks, late against their slot, p99',
        unit: 'ms',
        values: [quantile(ticks.samples, 0.99)],
        asked: { atMost: 50 },
        note: `${Math.round(perSecond).toLocaleString('en-US')} a second came, ${ticks.closed} sockets were closed; the server: ${cores.toFixed(2)} cores`,
      },
      { measure: '  GET meanwhile, p99', unit: 'ms', values: [gets.p99Ms], asked: { atMost: 20 } },
    ];
  },
};
