/** What is told, against what was counted, in values that are known. */
import { describe, expect, it } from 'vitest';
import { parseMetrics } from './exposition.suite.ts';
import { newMetrics } from './metrics.ts';

const quiet = {
  queued: () => 0,
  sessionCounts: async () => [],
  isWritable: () => false,
  fileSizes: () => ({ database: 1, log: 2 }),
};
const begin = () => newMetrics({ version: '1.2.3', startedAt: 1_700_000_000_000 }, quiet);

const samplesOf = async (metrics: ReturnType<typeof begin>, name: string) =>
  parseMetrics(await metrics.text()).get(name)?.samples ?? [];

const upTo512 = { 1: 1, 2: 2, 4: 3, 8: 3, 16: 3, 32: 3, 64: 3, 128: 3, 256: 3, 512: 4 };

describe('a histogram', () => {
  it('has each value in the bucket that it is not larger than, and in all larger ones', async () => {
    const metrics = begin();
    for (const appends of [1, 2, 3, 512, 513]) metrics.committed({ appends, receipts: 0, tookMs: appends });
    const samples = await samplesOf(metrics, 'stint_commit_appends');
    const upTo = Object.fromEntries(samples.map(({ name, labels, value }) => [labels['le'] ?? name, value]));
    expect(upTo).toEqual({
      ...upTo512,
      '+Inf': 5,
      stint_commit_appends_sum: 1031,
      stint_commit_appends_count: 5,
    });
  });

  it('is in seconds, a series for each route, method and class', async () => {
    const metrics = begin();
    const request = { route: '/api/sessions/:id', method: 'GET', status: 200, tookMs: 500 };
    metrics.answered(request);
    metrics.answered({ ...request, status: 204 });
    metrics.answered({ ...request, status: 404 });
    const samples = await samplesOf(metrics, 'stint_http_request_duration_seconds');
    const sums = samples.filter(({ name }) => name.endsWith('_sum'));
    expect(sums.map(({ labels, value }) => [labels['status'], value])).toEqual([
      ['2xx', 1],
      ['4xx', 0.5],
    ]);
  });
});

describe('figures that are looked up', () => {
  it('are those of the moment', async () => {
    const metrics = begin();
    expect(await samplesOf(metrics, 'stint_store_writable')).toMatchObject([{ value: 0 }]);
    expect(await samplesOf(metrics, 'stint_wal_bytes')).toMatchObject([{ value: 2 }]);
    expect(await samplesOf(metrics, 'stint_process_start_time_seconds')).toMatchObject([{ value: 1_700_000_000 }]);
    expect(await samplesOf(metrics, 'stint_sessions')).toEqual([]);
  });

  it('of CPU rise, also when they are asked for again and again', async () => {
    const metrics = begin();
    const cpu = async () => (await samplesOf(metrics, 'stint_process_cpu_seconds_total'))[0]?.value ?? 0;
    const first = await cpu();
    const second = await cpu();
    expect(first).toBeGreaterThan(0);
    expect(second).toBeGreaterThanOrEqual(first);
    expect(second).toBeLessThan(first * 1.5 + 1);
  });
});
