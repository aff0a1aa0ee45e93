import { startSockets } from '../load/sockets.ts';
import type { Measure } from '../row.ts';
import { scratchFolder } from '../scratch.ts';
import { startServer, startSessions } from '../server.ts';
import { pause, quantile } from '../statistics.ts';
import { subscribers } from './subscribers.ts';

const withinMs = 10_000;
const awayMs = 5000;
const reportsPerSecond = 1000;

/** All subscribers lose their connection and come back with their cursors within ten seconds, while reports go on. */
export const reconnects: Measure = {
  name: 'reconnects',
  run: async () => {
    const server = await startServer({ folder: scratchFolder() });
    const sessions = await startSessions(server, subscribers);
    const sockets = startSockets(server);
    await sockets.ask({ do: 'open', sessions, reading: subscribers });
    await sockets.ask({ do: 'report', perSecond: reportsPerSecond });
    await pause(awayMs);
    await sockets.ask({ do: 'cut' });
    await pause(awayMs);
    const back = await sockets.ask({ do: 'return', withinMs });
    const { reported } = await sockets.ask({ do: 'rest' });
    await pause(1000);
    const checked = await sockets.ask({ do: 'check' });
    await sockets.stop();
    await server.stop();
    const wrong = [...back.wrong, ...checked.wrong];
    if (wrong.length > 0 || back.gaps > 0)
      throw new Error(`not all was told once: ${back.gaps} gaps; ${wrong.join('; ')}`);
    return [
      {
        measure: `${subscribers.toLocaleString('en-US')} reconnects over ${withinMs / 1000} s, until all are live`,
        unit: 's',
        values: [back.elapsedMs / 1000],
        asked: { atMost: 30 },
        note: `${reported.toLocaleString('en-US')} reports in all, each heard once`,
      },
      { measure: '  of one, p99', unit: 'ms', values: [quantile(back.samples, 0.99)] },
    ];
  },
};
