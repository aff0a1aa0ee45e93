import { expect, it } from 'vitest';
import { never, Receiver, withStatus } from '../../src/hooks/receiver.suite.ts';
import { unwrap } from '../../src/sdk/index.ts';
import type { StintClient } from '../../src/sdk/index.ts';
import { newFolder } from './data-folder.ts';
import { ServerProcess } from './server-process.ts';

const path = (id: string) => ({ params: { path: { id } } });

const addHook = async (client: StintClient, url: string): Promise<string> =>
  unwrap(await client.POST('/api/hooks', { body: { kind: 'webhook', url, allowPrivate: true } })).id;

/** Raises an alert; resolves to the session once that is on the disk. */
const raise = async (client: StintClient): Promise<string> => {
  const { id } = unwrap(await client.POST('/api/sessions', { body: { duration: 3600_000, tokenBudget: 100 } }));
  unwrap(await client.POST('/api/sessions/{id}/tokens', { ...path(id), body: { tokensUsed: 90, operation: 'o' } }));
  return id;
};

const sessionsOf = (receiver: Receiver): string[] => receiver.received.map(({ message }) => message.data.session.id);

const deliveries = async (client: StintClient, id: string) =>
  unwrap(await client.GET('/api/hooks/{id}/deliveries', { params: { path: { id }, query: { limit: 200 } } }))
    .deliveries;

it('an alert is delivered though the server is killed the moment it is on the disk', { timeout: 120_000 }, async () => {
  const folder = newFolder();
  const receiver = await Receiver.open();
  let server = await ServerProcess.start(folder);
  const hook = await addHook(server.client(), receiver.url);
  const raised: string[] = [];
  const confirmed = new Set<string>();
  const again: string[] = [];
  receiver.answering = (response, { id }) => {
    if (confirmed.has(id)) again.push(id);
    response.writeHead(200).end();
  };
  for (let round = 0; round < 12; round++) {
    const client = server.client();
    // All but the last are under way somewhere between the disk and the receiver.
    for (let n = 0; n < 1 + (round % 4); n++) raised.push(await raise(client));
    for (const { id, state } of await deliveries(client, hook)) if (state === 'delivered') confirmed.add(id);
    await server.killHard();
    server = await ServerProcess.start(folder);
  }
  await expect
    .poll(async () => (await deliveries(server.client(), hook)).filter(({ state }) => state === 'delivered').length, {
      timeout: 20_000,
    })
    .toBe(raised.length);
  expect([...new Set(sessionsOf(receiver))].toSorted()).toEqual(raised.toSorted());
  expect(again).toEqual([]);
});

it('one that is killed while a receiver has it tells it again, under the same id', { timeout: 60_000 }, async () => {
  const folder = newFolder();
  const receiver = await Receiver.open(never);
  let server = await ServerProcess.start(folder);
  await addHook(server.client(), receiver.url);
  await raise(server.client());
  await receiver.count(1);
  await server.killHard();
  receiver.answering = withStatus(200);
  server = await ServerProcess.start(folder);
  const [first, second] = await receiver.count(2);
  expect([second?.id, second?.body]).toEqual([first?.id, first?.body]);
});

it('one that stops does not wait for a receiver that hangs', { timeout: 60_000 }, async () => {
  const folder = newFolder();
  const receiver = await Receiver.open(never);
  const server = await ServerProcess.start(folder);
  await addHook(server.client(), receiver.url);
  await raise(server.client());
  await receiver.count(1);
  const startedAt = performance.now();
  expect(await server.terminate()).toEqual({ code: 0, signal: null });
  expect(performance.now() - startedAt).toBeLessThan(8000);
});
