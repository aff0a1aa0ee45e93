import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

/** Where the store's figures are looked up when somebody asks. */
export interface StoreSources {
  /** Appends that wait for a commit, those of the one under way included. */
  queued(): number;
  /** How many sessions there are by kind and status, from counts that are kept. */
  sessionCounts(): Promise<readonly { kind: string; status: string; count: number }[]>;
  isWritable(): boolean;
  /** Bytes of the files on the disk. */
  fileSizes(): { database: number; log: number };
}

export const observeStore = (registry: Registry, store: StoreSources): void => {
  gauge(registry, 'stint_writer_queue_entries', 'Appends that wait for their commit', () => store.queued());
  gauge(registry, 'stint_store_writable', '1 while the store takes writes, else 0', () => Number(store.isWritable()));
  gauge(registry, 'stint_database_bytes', 'Size of the database file', () => store.fileSizes().database);
  gauge(registry, 'stint_wal_bytes', 'Size of the write-ahead log’s file', () => store.fileSizes().log);
  registry.registerMetric(
    new Gauge({
      name: 'stint_sessions',
      help: 'Sessions by kind and state (active, paused, completed)',
      labelNames: ['kind', 'state'] as const,
      registers: [],
      async collect() {
        const counts = await store.sessionCounts();
        this.reset();
        for (const { kind, status, count } of counts) this.set({ kind, state: status }, count);
      },
    }),
  );
};

/** A figure that is looked up when somebody asks. */
export const gauge = (registry: Registry, name: string, help: string, look: () => number): void => {
  registry.registerMetric(
    new Gauge({
      name,
      help,
      registers: [],
      collect() {
        this.set(look());
      },
    }),
  );
};
