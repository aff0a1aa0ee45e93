import { Counter, Gauge, Registry } from 'prom-client';
import { observeProcess } from './process.ts';
import type { Facts } from './process.ts';
import { observeStore } from './store.ts';
import type { StoreSources } from './store.ts';
import { TalliedHistogram } from './tally.ts';
import type { Tally } from './tally.ts';

/** A commit of appends, as the writer tells of it. */
export interface Commit {
  appends: number;
  /** How many of them came with a receipt. */
  receipts: number;
  tookMs: number;
}

/** An answered request. `route` is the pattern: an id never becomes a label. */
export interface AnsweredRequest {
  route: string;
  method: string;
  status: number;
  tookMs: number;
}

/** What is counted as it happens; all else is looked up when somebody asks. */
export interface Metrics {
  committed(commit: Commit): void;
  answered(request: AnsweredRequest): void;
  socketOpened(): void;
  socketClosed(): void;
  frameSent(): void;
  /** A reader fell too far behind and was cut off. */
  readerCutOff(): void;
  streamOpened(): void;
  streamClosed(): void;
  /** All of it in Prometheus's text format, 0.0.4. */
  text(): Promise<string>;
}

export const newMetrics = (facts: Facts, store: StoreSources): Metrics => {
  const registry = new Registry();
  observeStore(registry, store);
  observeProcess(registry, facts);
  return { ...commitsIn(registry), ...requestsIn(registry), ...readersIn(registry), text: () => registry.metrics() };
};

const commitSeconds = [0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
const commitAppends = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
const requestSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

const commitsIn = (registry: Registry): Pick<Metrics, 'committed'> => {
  const registers = [registry];
  const appends = new Counter({
    name: 'stint_appends_total',
    help: 'Appends to the journal that were committed or, decided on an older version, refused',
    registers,
  });
  const receipts = new Counter({
    name: 'stint_receipts_written_total',
    help: 'Receipts of requests with an Idempotency-Key that were committed with their appends',
    registers,
  });
  const together = new TalliedHistogram(registry, {
    name: 'stint_commit_appends',
    help: 'Appends that one commit carried',
    buckets: commitAppends,
  }).series({});
  const took = new TalliedHistogram(registry, {
    name: 'stint_commit_duration_seconds',
    help: 'Time that a commit of appends took, fsync included',
    buckets: commitSeconds,
  }).series({});
  return {
    committed: (commit) => {
      appends.inc(commit.appends);
      if (commit.receipts > 0) receipts.inc(commit.receipts);
      together.observe(commit.appends);
      took.observe(commit.tookMs / 1000);
    },
  };
};

const requestsIn = (registry: Registry): Pick<Metrics, 'answered'> => {
  const duration = new TalliedHistogram<'route' | 'method' | 'status'>(registry, {
    name: 'stint_http_request_duration_seconds',
    help: 'Time from a request’s head to the end of its answer, by route pattern, method and class of status',
    labelNames: ['route', 'method', 'status'],
    buckets: requestSeconds,
  });
  const turnedAway = new Counter({
    name: 'stint_http_requests_turned_away_total',
    help: 'Requests that were answered 429 (too many) or 503 (not now)',
    labelNames: ['status'] as const,
    registers: [registry],
  });
  const known = new Map<string, Tally>();
  return {
    answered: ({ route, method, status, tookMs }) => {
      const statusClass = `${Math.floor(status / 100)}xx`;
      const key = `${method} ${route} ${statusClass}`;
      let series = known.get(key);
      if (!series) known.set(key, (series = duration.series({ route, method, status: statusClass })));
      series.observe(tookMs / 1000);
      if (status === 429 || status === 503) turnedAway.inc({ status });
    },
  };
};

type Readers = Pick<
  Metrics,
  'socketOpened' | 'socketClosed' | 'frameSent' | 'readerCutOff' | 'streamOpened' | 'streamClosed'
>;

const readersIn = (registry: Registry): Readers => {
  const registers = [registry];
  const sockets = new Gauge({ name: 'stint_sockets', help: 'Sockets that are open', registers });
  const frames = new Counter({ name: 'stint_socket_frames_sent_total', help: 'Frames sent to sockets', registers });
  const cutOff = new Counter({
    name: 'stint_socket_readers_cut_off_total',
    help: 'Sockets that were closed because their reader fell too far behind',
    registers,
  });
  const streams = new Gauge({ name: 'stint_event_streams', help: 'Event streams that are open', registers });
  return {
    socketOpened: () => sockets.inc(),
    socketClosed: () => sockets.dec(),
    frameSent: () => frames.inc(),
    readerCutOff: () => cutOff.inc(),
    streamOpened: () => streams.inc(),
    streamClosed: () => streams.dec(),
  };
};
