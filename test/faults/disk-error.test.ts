import { expect, it } from 'vitest';
import { unwrap } from '../../src/sdk/index.ts';
import type { StintClient } from '../../src/sdk/index.ts';
import { databaseOf, newFolder } from './data-folder.ts';
import { contentsOf, expectWhole } from './journal-audit.ts';
import { describeWhere } from './needs.ts';
import { record, recorded, recordSeries, refusalOf, startSession } from './operations.ts';
import { ServerProcess } from './server-process.ts';
import { Strace } from './strace.ts';

const failingSync = ['--trace=fsync,fdatasync', '--inject=fsync,fdatasync:error=EIO'];
const readOnly = { status: 503, error: 'store_read_only' };

describeWhere('strace', 'an I/O error in fsync', () => {
  it('is never acknowledged over: the server turns read-only and says so', { timeout: 60_000 }, async () => {
    const folder = newFolder();
    const server = await ServerProcess.start(folder);
    const client = server.client();
    const id = await startSession(client);
    const kept = await recordSeries(client, id, 'before', 20);

    const strace = await Strace.attach(server.pid, failingSync);
    const refusals = await Promise.all(
      Array.from({ length: 16 }, (_, i) => refusalOf(record(client, id, `failed-${i}`))),
    );
    for (const refusal of refusals) expect(refusal).toMatchObject(readOnly);
    expect(refusals[0]?.message).toMatch(/only reads until it is restarted/);

    // The disk is well again, but nobody knows what it kept.
    await strace.detach();
    expect(await refusalOf(record(client, id, 'after'))).toMatchObject(readOnly);
    expect(await refusalOf(startSession(client))).toMatchObject(readOnly);
    expect((await server.status()).store).toMatchObject({
      state: 'read_only',
      reason: expect.stringMatching(/./) as string,
    });
    await server.stderr.line(/store_read_only/);
    expect(await recorded(client, id)).toEqual(kept);
    expect(unwrap(await client.GET('/api/sessions')).total).toBe(1);

    expect(await server.terminate()).toEqual({ code: 0, signal: null });
    const next = await ServerProcess.start(folder);
    expect((await recorded(next.client(), id)).slice(0, kept.length)).toEqual(kept);
    await record(next.client(), id, 'after');
    expect((await recorded(next.client(), id)).at(-1)).toBe('after');
    expect((await next.status()).store).toEqual({ state: 'writable' });
    await next.terminate();
    expectWhole(await contentsOf(folder));
  });

  it(
    'turns it read-only also when it strikes while the log is moved into the database',
    { timeout: 90_000 },
    async () => {
      const folder = newFolder();
      const server = await ServerProcess.start(folder);
      const client = server.client();
      const id = await startSession(client);
      const kept = await recordSeries(client, id, 'before', 20);

      await Strace.attach(server.pid, ['-P', databaseOf(folder), ...failingSync]);
      while ((await server.status()).store.state === 'writable') {
        expect(kept.length).toBeLessThan(5000);
        kept.push(...(await recordAtOnce(client, id, kept.length)));
      }
      expect(await refusalOf(record(client, id, 'after'))).toMatchObject(readOnly);
      expect((await server.status()).store).toMatchObject({ state: 'read_only' });
      expect((await recorded(client, id)).toSorted()).toEqual(kept.toSorted());

      await server.killHard();
      const next = await ServerProcess.start(folder);
      expect((await recorded(next.client(), id)).toSorted()).toEqual(kept.toSorted());
      await record(next.client(), id, 'after');
    },
  );
});

/** The names of those that were not refused. */
const recordAtOnce = async (client: StintClient, id: string, from: number): Promise<string[]> => {
  const names = Array.from({ length: 64 }, (_, i) => `large-${from + i}`.padEnd(200, '.'));
  const outcomes = await Promise.allSettled(names.map((name) => record(client, id, name)));
  return names.filter((_, i) => outcomes[i]?.status === 'fulfilled');
};
