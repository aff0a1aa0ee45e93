import { ofDecision, ofDocument } from '../check.ts';
import { expectBetween, expectSame, expectStatus, expectThat, numberAt, shown } from '../judge.ts';
import type { ReplGroup } from './context.ts';
import { expectMetrics } from './shapes.ts';

const fields = 'SessionMetrics has commandCount, averageExecutionTime, peakMemoryUsage, lastAccessed and sessionSize';

/** What a session took. */
export const metrics: ReplGroup = {
  name: 'metrics',
  title: 'Metrics',
  checks: [
    ofDocument('metrics.fields', fields, async (context) => {
      expectMetrics(await (await context.ran('1')).read('/metrics'));
    }),
    ofDocument('metrics.new', fields, async (context) => {
      const body = await (await context.created()).read('/metrics');
      expectMetrics(body);
      expectSame('commandCount', body['commandCount'], 0);
    }),
    ofDocument('metrics.count', 'commandCount counts the commands', async (context) => {
      const session = await context.ran('1', 'throw 2', '3');
      expectSame('commandCount', (await session.read('/metrics'))['commandCount'], 3);
    }),
    ofDecision('metrics.average', 'averageExecutionTime in ms', async (context) => {
      const session = await context.ran('await new Promise((done) => setTimeout(done, 200))');
      const slow = numberAt(await session.read('/metrics'), 'averageExecutionTime');
      expectBetween('averageExecutionTime of a command of 200 ms', slow, 150, 5000);
      for (let n = 0; n < 3; n++) await session.run('1');
      const average = numberAt(await session.read('/metrics'), 'averageExecutionTime');
      expectThat(average < slow, 'an average over all commands', shown([slow, average]));
    }),
    ofDecision('metrics.memory', 'peakMemoryUsage in bytes', async (context) => {
      const session = await context.ran('1');
      const before = numberAt(await session.read('/metrics'), 'peakMemoryUsage');
      await session.run('var bytes = new Uint8Array(8 << 20).fill(1); 0');
      const after = numberAt(await session.read('/metrics'), 'peakMemoryUsage');
      expectThat(before > 0 && after >= before + (4 << 20), 'the peak to grow by what is used', shown([before, after]));
      expectThat(after <= 64 << 20, 'no more than 64 MiB of memory', shown(after));
    }),
    ofDecision('metrics.size', 'sessionSize is the size of SessionMetadata', async (context) => {
      const session = await context.ran('1', '2');
      expectSame('sessionSize', (await session.read('/metrics'))['sessionSize'], (await session.read())['size']);
    }),
    ofDecision('metrics.reads', 'reading changes nothing', async (context) => {
      const session = await context.ran('1');
      const before = await session.read('/metrics');
      for (const rest of ['/events', '/checkpoints', '/metrics', '']) expectStatus(await session.get(rest), 200);
      expectSame('metrics', await session.read('/metrics'), before);
    }),
  ],
};
