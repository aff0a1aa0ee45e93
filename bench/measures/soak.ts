import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { WebSocket } from 'ws';
import { builtLauncher } from '../built.ts';
import { memoryOf } from '../proc.ts';
import type { Measure, Row } from '../row.ts';
import { scratchFolder } from '../scratch.ts';
import { call, startServer, startSessions } from '../server.ts';
import type { Server } from '../server.ts';
import { pause } from '../statistics.ts';
import { leastIn, slopePerHour } from '../trend.ts';
import type { Point } from '../trend.ts';

/** What a server gains in memory over hours of mixed load, and whether it leaves anything open. */
export const soak: Measure = {
  name: 'soak',
  byHand: true,
  run: async ({ minutes }) => {
    const server = await startServer({ folder: scratchFolder(), from: builtLauncher() });
    const shared = await startSessions(server, 20);
    await warmUp(server, shared);
    const load = beginLoad(server, shared);
    const samples = await watch(server, minutes);
    const rounds = await load.end();
    await pause(settleMs);
    const filesAtRest = openFiles(server);
    const figures = await metricsOf(server);
    await server.stop();
    return rowsOf({ minutes, samples, rounds, filesAtRest, figures });
  },
};

/** After this the server has closed connections that nobody uses any more. */
const settleMs = 80_000;
const sampleMs = 5000;
/** Of the whole time; what caches fill in it is no leak. */
const warmUpShare = 0.25;
/** Between two rounds of one worker, ms: the load is to last, not to find limits. */
const restMs = 50;

interface Sample {
  atMs: number;
  rss: number;
  heap: number;
  files: number;
}

const watch = async (server: Server, minutes: number): Promise<Sample[]> => {
  const samples: Sample[] = [];
  const from = performance.now();
  for (let atMs = 0; atMs < minutes * 60_000; atMs = performance.now() - from) {
    await pause(sampleMs);
    const { rss } = memoryOf(server.pid);
    const heap = ((await metricsOf(server)).get('stint_process_heap_used_bytes') ?? 0) / 2 ** 20;
    samples.push({ atMs, rss, heap, files: openFiles(server) });
    if (samples.length % 12 === 0) {
      const { files } = samples.at(-1) ?? { files: 0 };
      process.stderr.write(
        `  ${Math.round(atMs / 60_000)} min: RSS ${rss.toFixed(1)} MB, heap ${heap.toFixed(1)} MB, ${files} files\n`,
      );
    }
  }
  return samples;
};

const openFiles = ({ pid }: Server): number => readdirSync(`/proc/${pid}/fd`).length;

const metricsOf = async ({ url, token }: Server): Promise<Map<string, number>> => {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
};

/** Everything once: what is loaded and opened at the first use stays. */
const warmUp = async (server: Server, shared: readonly string[]): Promise<void> => {
  for (const work of works) await work(server, shared);
  await pause(settleMs);
};

const beginLoad = (server: Server, shared: readonly string[]): { end: () => Promise<number> } => {
  let rounds = 0;
  const over = new AbortController();
  const workers = works.map(async (work) => {
    while (!over.signal.aborted) {
      await work(server, shared);
      rounds += 1;
      await pause(restMs);
    }
  });
  const failed = Promise.all(workers);
  // A worker that failed is told of at the end.
  failed.catch(() => undefined);
  return {
    end: async () => {
      over.abort();
      await failed;
      return rounds;
    },
  };
};

type Work = (server: Server, shared: readonly string[]) => Promise<void>;

const anyOf = (ids: readonly string[]): string => ids[Math.floor(Math.random() * ids.length)] ?? '';

const send = async ({ url, token }: Server, method: string, path: string, body?: unknown): Promise<void> => {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
};

/** A session's whole life. */
const live: Work = async (server) => {
  const { id } = await call(server, '/api/sessions', { name: `soak ${Math.random()}`, duration: 3_600_000 });
  const path = `/api/sessions/${String(id)}`;
  for (let i = 0; i < 8; i++) await send(server, 'POST', `${path}/tokens`, { tokensUsed: 10, operation: 'chat' });
  for (const phase of ['plan', 'build']) await send(server, 'POST', `${path}/checkpoints`, { phase, promptCount: 1 });
  for (const status of ['paused', 'active', 'completed']) await send(server, 'PATCH', path, { status });
  await send(server, 'DELETE', path);
};

const look: Work = async (server, shared) => {
  const path = `/api/sessions/${anyOf(shared)}`;
  for (const question of [
    '/api/sessions?limit=20',
    '/api/sessions?q=bench',
    '/api/status',
    '/health',
    '/openapi.json',
  ]) {
    await call(server, question);
  }
  for (const question of [path, `${path}/projection`, `${path}/tokens?limit=10`, `${path}/events?limit=10`]) {
    await call(server, question);
  }
};

/** Wrong in each of the usual ways: refusals leave nothing behind either. */
const err: Work = async ({ url, token }, shared) => {
  const authorization = `Bearer ${token}`;
  const asked = [
    fetch(`${url}/api/sessions`, { headers: { authorization: 'Bearer wrong' } }),
    fetch(`${url}/nowhere`, { headers: { authorization } }),
    fetch(`${url}/api/sessions/${anyOf(shared)}/tokens`, { method: 'POST', body: '{', headers: { authorization } }),
  ];
  for (const response of await Promise.all(asked)) await response.arrayBuffer();
};

/** As the command line asks: a connection for each request. */
const askOnce: Work = async ({ url, token }) => {
  const response = await fetch(`${url}/api/sessions?limit=5`, {
    headers: { authorization: `Bearer ${token}`, connection: 'close' },
  });
  await response.arrayBuffer();
};

const watchSocket: Work = async ({ url, token }, shared) => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, { headers: { authorization: `Bearer ${token}` } });
  await once(socket, 'open');
  const sessionId = Math.random() < 0.5 ? '*' : anyOf(shared);
  socket.send(JSON.stringify({ type: 'subscribe', sessionId }));
  await once(socket, 'message');
  const closed = once(socket, 'close');
  if (Math.random() < 0.5) socket.close();
  else socket.terminate();
  await closed;
};

const watchEvents: Work = async ({ url, token }, shared) => {
  const leave = new AbortController();
  const response = await fetch(`${url}/api/sessions/${anyOf(shared)}/events`, {
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
    signal: leave.signal,
  });
  await response.body?.getReader().read();
  leave.abort();
};

const works: readonly Work[] = [live, live, look, err, askOnce, watchSocket, watchEvents];

interface Found {
  minutes: number;
  samples: readonly Sample[];
  rounds: number;
  filesAtRest: number;
  figures: ReadonlyMap<string, number>;
}

const rowsOf = ({ minutes, samples, rounds, filesAtRest, figures }: Found): Row[] => {
  const warm = samples.filter(({ atMs }) => atMs >= minutes * 60_000 * warmUpShare);
  const points = (pick: (sample: Sample) => number): Point[] =>
    warm.map((one) => ({ atMs: one.atMs, value: pick(one) }));
  // The heap is a saw: what stays shows where it is lowest.
  const heap = leastIn(
    points((one) => one.heap),
    60_000,
  );
  // At rest there are fewer than there ever were under load, unless some were left.
  const left = Math.max(0, filesAtRest - Math.min(...warm.map(({ files }) => files)));
  const note = `${minutes} min of mixed load, ${rounds} rounds, the first ${warmUpShare * 100}% left out`;
  return [
    {
      measure: 'soak: RSS gained',
      unit: 'MB/h',
      values: [slopePerHour(points((one) => one.rss))],
      asked: { atMost: 1 },
      note,
    },
    {
      measure: '  heap gained, its lowest of each minute',
      unit: 'MB/h',
      values: [slopePerHour(heap)],
      asked: { atMost: 1 },
    },
    { measure: '  RSS at the end', unit: 'MB', values: [samples.at(-1)?.rss ?? 0] },
    { measure: '  descriptors left open', unit: '', values: [left], asked: { atMost: 0 } },
    {
      measure: '  sockets and streams left open',
      unit: '',
      values: [(figures.get('stint_sockets') ?? 0) + (figures.get('stint_event_streams') ?? 0)],
      asked: { atMost: 0 },
    },
  ];
};
