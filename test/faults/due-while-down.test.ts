import { expect, it } from 'vitest';
import { unwrap } from '../../src/sdk/index.ts';
import type { Schemas, StintClient } from '../../src/sdk/index.ts';
import { newFolder } from './data-folder.ts';
import { startSession } from './operations.ts';
import { ServerProcess } from './server-process.ts';

const tenMinutesMs = 600_000;
/** Long enough for the server to be killed before it is over. */
const briefMs = 3000;

it(
  'ends a session that fell due while no server ran at the moment it fell due, and alerts once',
  { timeout: 60_000 },
  async () => {
    const folder = newFolder();
    const server = await ServerProcess.start(folder);
    const startedAfter = Date.now();
    const [due, alerted] = await Promise.all([
      startSession(server.client(), briefMs),
      startSession(server.client(), tenMinutesMs + briefMs),
    ]);
    await server.killHard();
    expect(Date.now()).toBeLessThan(startedAfter + briefMs);
    await until(Date.now() + briefMs + 100);

    // A second fall must not tell again what the first start told.
    const first = await ServerProcess.start(folder);
    await expectTold(first.client(), { due, alerted });
    await first.killHard();
    const second = await ServerProcess.start(folder);
    await expectTold(second.client(), { due, alerted });
    expect((await second.terminate()).code).toBe(0);
  },
);

const expectTold = async (client: StintClient, { due, alerted }: { due: string; alerted: string }): Promise<void> => {
  const ended = await sessionOf(client, due);
  expect(ended).toMatchObject({
    status: 'completed',
    outcome: 'completed',
    endTime: ended.startTime + briefMs,
    elapsed: briefMs,
  });
  const endings = await eventsOf(client, due);
  expect(endings.map(({ seq, type }) => [seq, type])).toEqual([
    [0, 'started'],
    [1, 'completed'],
  ]);
  expect(endings[1]).toMatchObject({ at: ended.endTime, data: { reason: 'due' } });

  expect(await sessionOf(client, alerted)).toMatchObject({ status: 'active' });
  const events = await eventsOf(client, alerted);
  expect(events.map(({ type }) => type)).toEqual(['started', 'alert_raised']);
  expect(events[1]?.data).toMatchObject({ threshold: 'time_10m', level: 'warning' });
};

const sessionOf = async (client: StintClient, id: string): Promise<Schemas['SessionWithCheckpoints']> =>
  unwrap(await client.GET('/api/sessions/{id}', { params: { path: { id } } }));

const eventsOf = async (client: StintClient, id: string): Promise<Schemas['SessionEvent'][]> =>
  unwrap(await client.GET('/api/sessions/{id}/events', { params: { path: { id } } })).events;

/** A moment of the clock that sessions are timed by. */
const until = (time: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, time - Date.now())));
