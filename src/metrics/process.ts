import { existsSync, readdirSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { newLoopDelay } from './loop-delay.ts';
import { gauge } from './store.ts';

/** What is known of the server itself. */
export interface Facts {
  version: string;
  /** Unix ms. */
  startedAt: number;
}

/** The process as the operating system and V8 see it: nothing is done here until somebody asks. */
export const observeProcess = (registry: Registry, { version, startedAt }: Facts): void => {
  gauge(registry, 'stint_process_resident_memory_bytes', 'Memory of the process, RSS', () => process.memoryUsage.rss());
  gauge(
    registry,
    'stint_process_heap_used_bytes',
    'JavaScript heap in use, main thread',
    () => process.memoryUsage().heapUsed,
  );
  gauge(registry, 'stint_process_start_time_seconds', 'When the server started, Unix time', () => startedAt / 1000);
  gauge(registry, 'stint_process_uptime_seconds', 'How long the process has run', () => process.uptime());
  const count = openFiles();
  if (count) gauge(registry, 'stint_process_open_fds', 'File descriptors that are open', count);
  const build = new Gauge({
    name: 'stint_build_info',
    help: 'Always 1; what runs stands in the labels',
    labelNames: ['version', 'node'] as const,
    registers: [registry],
  });
  build.set({ version, node: process.version }, 1);
  observeCpu(registry);
  observeLoop(registry);
};

const observeCpu = (registry: Registry): void => {
  registry.registerMetric(
    new Counter({
      name: 'stint_process_cpu_seconds_total',
      help: 'CPU time of all threads',
      registers: [],
      collect() {
        const { user, system } = process.cpuUsage();
        this.reset();
        this.inc((user + system) / 1e6);
      },
    }),
  );
};

const observeLoop = (registry: Registry): void => {
  registry.registerMetric(
    new Counter({
      name: 'stint_event_loop_busy_seconds_total',
      help: 'Time in which the main thread had something to do',
      registers: [],
      collect() {
        this.reset();
        this.inc(performance.eventLoopUtilization().active / 1000);
      },
    }),
  );
  const delay = newLoopDelay();
  registry.registerMetric(
    new Gauge({
      name: 'stint_event_loop_delay_seconds',
      help: 'How late the main thread was since metrics were last asked for; measured from the first time on',
      labelNames: ['quantile'] as const,
      registers: [],
      collect() {
        for (const [quantile, seconds] of Object.entries(delay.sinceLast())) this.set({ quantile }, seconds);
      },
    }),
  );
};

/** Undefined where the system does not tell, that is, anywhere but on Linux. */
const openFiles = (): (() => number) | undefined => (existsSync(ownFiles) ? countFiles : undefined);

const ownFiles = '/proc/self/fd';

/** The folder itself is open while it is read. */
const countFiles = (): number => readdirSync(ownFiles).length - 1;
