import { startSockets } from '../load/sockets.ts';
import { memoryOf } from '../proc.ts';
import type { Measure } from '../row.ts';
import { scratchFolder } from '../scratch.ts';
import { call, startServer, startSessions } from '../server.ts';
import { pause, quantile } from '../statistics.ts';

const healthy = 50;
const stalled = 1000;
const bytesPerSecond = 10_000_000;
/** What Linux keeps for a reader that does not read; until that is full, frames come as fast as they can. */
const fillBytes = 4_100_000;
const atOnce = 16;
const watchMs = 30_000;
const phase = '間'.repeat(200);
/** A frame of such a checkpoint, about. */
const frameBytes = 780;

/** Sockets that are never read, beside some that are: all hear the same. */
export const stalledMeasure: Measure = {
  name: 'stalled',
  run: async () => {
    const server = await startServer({ folder: scratchFolder() });
    const [session = ''] = await startSessions(server, 1);
    const sockets = startSockets(server);
    await sockets.ask({ do: 'open', sessions: Array.from({ length: healthy + stalled }, () => '*'), reading: healthy });
    await pause(2000);
    const before = memoryOf(server.pid).rss;
    const checkpoint = () => call(server, `/api/sessions/${session}/checkpoints`, { phase, promptCount: 1 });
    for (let sent = 0; sent < fillBytes; sent += atOnce * frameBytes)
      await Promise.all(Array.from({ length: atOnce }, checkpoint));
    let most = memoryOf(server.pid).rss;
    const perSecond = bytesPerSecond / frameBytes / (healthy + stalled);
    const from = performance.now();
    const deliveries = sockets.ask({ do: 'deliveries', forMs: watchMs });
    for (let sent = 1; performance.now() - from < watchMs; sent++) {
      await checkpoint();
      await pause(Math.max(0, from + (sent * 1000) / perSecond - performance.now()));
      most = Math.max(most, memoryOf(server.pid).rss);
    }
    const { samples, closed } = await deliveries;
    await sockets.stop();
    await server.stop();
    return [
      {
        measure: `${stalled} stalled sockets beside ${healthy}, delivery to these, p99`,
        unit: 'ms',
        values: [quantile(samples, 0.99)],
        asked: { atMost: 500 },
        note: `${(bytesPerSecond / 1e6).toFixed(0)} MB/s in all, ${samples.length.toLocaleString('en-US')} frames`,
      },
      {
        measure: '  memory of the server, more than before at the most',
        unit: 'MB',
        values: [most - before],
        asked: { atMost: 256 },
        note: `${closed} were cut off meanwhile`,
      },
    ];
  },
};
