import { expect, it } from 'vitest';
import { tamper } from '../../src/stores/sqlite/store-folder.suite.ts';
import { databaseOf, newFolder } from './data-folder.ts';
import { record, recordSeries, startSession } from './operations.ts';
import { ServerProcess } from './server-process.ts';

const options = { timeout: 60_000 };

it('looks at all data after an unclean stop, is usable meanwhile, and says how it went', options, async () => {
  const folder = newFolder();
  const server = await ServerProcess.start(folder);
  expect((await server.status()).check).toBeUndefined();
  const id = await startSession(server.client());
  await recordSeries(server.client(), id, 'kept', 20);
  await server.killHard();

  const next = await ServerProcess.start(folder);
  await record(next.client(), id, 'meanwhile');
  await expect
    .poll(async () => (await next.status()).check, options)
    .toEqual({ state: 'well', done: 1, of: 1, faults: 0 });
  await next.stderr.line(/looked at all data/);

  await next.killHard();
  tamper(databaseOf(folder), "UPDATE events SET data = '{}' WHERE seq = 3");
  const third = await ServerProcess.start(folder);
  await expect.poll(async () => (await third.status()).check?.state, options).toBe('found');
  expect((await third.status()).check?.faults).toBe(1);
  await third.stderr.line(/event_damaged.*"position":4/);
  expect(await third.terminate()).toEqual({ code: 0, signal: null });

  const after = await ServerProcess.start(folder);
  expect((await after.status()).check).toBeUndefined();
});
