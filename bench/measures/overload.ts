import type { Measure } from '../row.ts';
import { scratchFolder } from '../scratch.ts';
import { call, startServer, startSessions } from '../server.ts';
import type { Server } from '../server.ts';
import { pause, quantile } from '../statistics.ts';

const heapMb = 256;
const clients = 200;
const forMs = 8000;
const lookMs = 20;
/** Instead of a status: a body that took too long to come. */
const cutOff = 0;

/** Small on the wire, and many times that once it is parsed. */
const large = JSON.stringify({
  phase: 'large',
  promptCount: 1,
  metadata: { lists: Array.from({ length: 340_000 }, () => []) },
});

/** More than a small heap can take: what becomes of it, of small reads beside it, and of writes after it. */
export const overload: Measure = {
  name: 'overload',
  run: async () => {
    const server = await startServer({ folder: scratchFolder(), heapMb });
    const [id = '', small = ''] = await startSessions(server, 2);
    const path = `/api/sessions/${id}/checkpoints`;
    const until = performance.now() + forMs;
    const statuses: number[] = [];
    const attack = Array.from({ length: clients }, async () => {
      while (performance.now() < until) {
        const status = await post(server, path);
        statuses.push(status);
        if (status !== 201) await pause(lookMs);
      }
    });
    const looks = await look(server, `/api/sessions/${small}`, until);
    await Promise.all(attack);
    const from = performance.now();
    while ((await post(server, path)) !== 201) await pause(lookMs);
    const recoveredMs = performance.now() - from;
    await server.stop();
    const count = (wanted: number): number => statuses.filter((status) => status === wanted).length;
    const taken = count(201);
    return [
      {
        measure: `bodies of 1 MiB taken, ${clients} clients on a heap of ${heapMb} MB`,
        unit: '/s',
        values: [(taken * 1000) / forMs],
        note: `${taken} taken, ${count(503)} refused, ${count(cutOff)} cut off`,
      },
      { measure: '  small reads beside them, p99', unit: 'ms', values: [quantile(looks, 0.99)] },
      { measure: '  a write after them', unit: 'ms', values: [recoveredMs], asked: { atMost: 1000 } },
    ];
  },
};

const post = async ({ url, token }: Server, path: string): Promise<number> => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  try {
    const response = await fetch(url + path, { method: 'POST', headers, body: large });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return cutOff;
  }
};

/** How long each small read took, sorted; any that is refused ends the measure. */
const look = async (server: Server, path: string, until: number): Promise<Float64Array> => {
  const took: number[] = [];
  while (performance.now() < until) {
    const from = performance.now();
    await call(server, path);
    took.push(performance.now() - from);
    await pause(lookMs);
  }
  return Float64Array.from(took).toSorted();
};
