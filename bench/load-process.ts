/** The process that makes the load: reads a {@link LoadSpec} from its argument, prints a {@link LoadResult}. */
import { open } from './load/connection.ts';
import type { Heard } from './load/connection.ts';
import type { LoadResult, LoadSpec } from './load/load.ts';
import { pause, quantile } from './statistics.ts';

const spec = JSON.parse(process.argv[2] ?? '') as LoadSpec;
const url = new URL(spec.url);

const requestOf = (path: string): Buffer => {
  const body = spec.body === undefined ? '' : JSON.stringify(spec.body);
  const about = body === '' ? '' : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
  return Buffer.from(
    `${spec.method} ${path} HTTP/1.1\r\nhost: ${url.host}\r\nauthorization: Bearer ${spec.token}\r\n${about}\r\n${body}`,
  );
};

const latencies: number[] = [];
const statuses: Record<string, number> = {};
let measuring = false;

const hear = ({ status, elapsedMs }: Heard): void => {
  statuses[status] = (statuses[status] ?? 0) + 1;
  if (measuring) latencies.push(elapsedMs);
};

const load = async (): Promise<LoadResult> => {
  const paths = Array.from({ length: spec.clients }, (_, i) => spec.paths[i % spec.paths.length] as string);
  const connections = await Promise.all(paths.map((path) => open(url, requestOf(path), hear)));
  const done = Promise.all(connections.map((connection) => connection.run()));
  const cpuFrom = process.cpuUsage();
  await Promise.race([pause(spec.warmUpMs), done]);
  measuring = true;
  const from = performance.now();
  await Promise.race([pause(spec.forMs), done]);
  measuring = false;
  const elapsedMs = performance.now() - from;
  for (const connection of connections) connection.stop();
  await done;
  const { user, system } = process.cpuUsage(cpuFrom);
  const sorted = Float64Array.from(latencies).toSorted();
  return {
    perSecond: (sorted.length * 1000) / elapsedMs,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    maxMs: sorted.at(-1) ?? Number.NaN,
    statuses,
    generatorCpu: (user + system) / 1000 / (spec.warmUpMs + elapsedMs),
  };
};

process.stdout.write(JSON.stringify(await load()));
