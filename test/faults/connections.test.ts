import { expect, it } from 'vitest';
import { newFolder } from './data-folder.ts';
import { record, recorded, recordSeries, startSession } from './operations.ts';
import { RawConnection } from './raw-connection.ts';
import { ServerProcess } from './server-process.ts';

const slowConnections = 2000;
const dribbleMs = 1000;
/** The server's own limit for headers, and how late it may look. */
const patienceMs = 10_000 + 20_000;
/** What a request may take beside so many others, on a machine that has other work. */
const bearableMs = 5000;

it(
  'serves others beside 2,000 connections that never finish asking, and cuts those off',
  { timeout: 90_000 },
  async () => {
    const server = await ServerProcess.start(newFolder());
    const client = server.client();
    const id = await startSession(client);
    const before = server.openFiles();
    const slow = await openMany(server, slowConnections);
    const openedAt = performance.now();
    const dribbling = setInterval(() => {
      for (const { socket } of slow) if (!socket.destroyed) socket.write('X');
    }, dribbleMs);
    await Promise.all(
      slow.map((connection) => connection.send('GET /api/sessions HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')),
    );

    const over = new AbortController();
    const allCut = Promise.all(slow.map(({ closed }) => closed)).then(() => {
      over.abort();
      return performance.now() - openedAt;
    });
    const took: number[] = [];
    const kept: string[] = [];
    while (!over.signal.aborted) {
      const from = performance.now();
      const name = `beside-${took.length}`;
      await record(client, id, name);
      kept.push(name);
      took.push(performance.now() - from);
    }
    clearInterval(dribbling);
    expect(await allCut).toBeLessThan(patienceMs);
    expect(quantile(took, 0.99)).toBeLessThan(bearableMs);
    await expect.poll(() => server.openFiles(), { timeout: 10_000 }).toBeLessThan(before + 20);
    expect(await recorded(client, id)).toEqual(kept);
  },
);

const openFiles = 256;

it('out of descriptors it keeps writing, tells once, and takes connections again', { timeout: 60_000 }, async () => {
  const folder = newFolder();
  const server = await ServerProcess.start(folder, { openFiles });
  const client = server.client();
  const id = await startSession(client);
  const kept = await recordSeries(client, id, 'before', 5);

  const attack = async (): Promise<RawConnection[]> => {
    const all = await openMany(server, 600);
    await Promise.all(all.map((connection) => connection.send('GET /api/se')));
    return all;
  };
  for (let round = 0; round < 3; round++) {
    const connections = await attack();
    // Over the connection that it has.
    kept.push(...(await recordSeries(client, id, `during-${round}`, 20)));
    expect(server.openFiles()).toBeLessThan(openFiles);
    for (const connection of connections) connection.drop();
    await expect
      .poll(() =>
        record(client, id, `after-${round}`).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    kept.push(`after-${round}`, ...(await recordSeries(client, id, `more-${round}`, 20)));
  }
  expect(await recorded(client, id)).toEqual(kept);
  expect(server.stderr.all.filter((line) => line.includes('connections are refused'))).toHaveLength(1);
  expect(await server.terminate()).toEqual({ code: 0, signal: null });
});

const openMany = (server: ServerProcess, count: number): Promise<RawConnection[]> =>
  Promise.all(Array.from({ length: count }, () => RawConnection.open(server.port)));

const quantile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * part)] ?? Infinity;
