import { expect, it } from 'vitest';
import { unwrap } from '../../src/sdk/index.ts';
import type { StintClient } from '../../src/sdk/index.ts';
import { contentsOf, expectWhole } from './journal-audit.ts';
import { describeWhere } from './needs.ts';
import { record, recorded, recordSeries, refusalOf, startSession } from './operations.ts';
import { ServerProcess } from './server-process.ts';
import { SmallDisk } from './small-disk.ts';

describeWhere('mount', 'a full disk', () => {
  it('refuses writes, goes on with reads, and takes writes again when there is room', { timeout: 60_000 }, async () => {
    const disk = new SmallDisk('8m');
    const server = await ServerProcess.start(disk.folder);
    const client = server.client();
    const id = await startSession(client);
    const kept = await recordSeries(client, id, 'before', 20);

    disk.fill();
    kept.push(...(await recordUntilRefused(client, id)));
    const refusal = await refusalOf(record(client, id, 'refused'));
    expect(refusal).toMatchObject({ status: 507, error: 'store_full' });
    expect(refusal.message).toMatch(/disk is full: nothing was changed; free some space and try again/);
    // The log has no room for these either.
    const refusals = await Promise.all(
      Array.from({ length: 32 }, (_, i) => refusalOf(record(client, id, `burst-${i}`))),
    );
    expect(new Set(refusals.map(({ error }) => error))).toEqual(new Set(['store_full']));
    expect((await server.status()).store).toMatchObject({ state: 'full' });
    expect(await recorded(client, id)).toEqual(kept);
    const { tokensUsed } = unwrap(await client.GET('/api/sessions/{id}', { params: { path: { id } } }));
    expect(tokensUsed).toBe(kept.length);

    disk.free();
    await record(client, id, 'refused');
    kept.push('refused', ...(await recordSeries(client, id, 'after', 20)));
    expect((await server.status()).store).toEqual({ state: 'writable' });
    expect(await recorded(client, id)).toEqual(kept);

    await server.killHard();
    expectWhole(await contentsOf(disk.folder));
    const next = await ServerProcess.start(disk.folder);
    expect(await recorded(next.client(), id)).toEqual(kept);
  });

  it('keeps a start from harming anything', { timeout: 60_000 }, async () => {
    const disk = new SmallDisk('8m');
    const server = await ServerProcess.start(disk.folder);
    const id = await startSession(server.client());
    const kept = await recordSeries(server.client(), id, 'before', 20);
    await server.killHard();

    disk.fill();
    const onFull = ServerProcess.launch(disk.folder);
    expect(await onFull.exited).toEqual({ code: 1, signal: null });
    expect(onFull.stderr.text).toMatch(/^stint: the data in .* can't be (opened|written): .*disk is full/m);
    expect(onFull.stderr.text).not.toMatch(/\n\s+at /);

    disk.free();
    const next = await ServerProcess.start(disk.folder);
    expect(await recorded(next.client(), id)).toEqual(kept);
  });
});

describeWhere('mount', 'a disk that stays nearly full', () => {
  it('loses nothing that was acknowledged, through kills while it is full', { timeout: 60_000 }, async () => {
    const disk = new SmallDisk('12m');
    let server = await ServerProcess.start(disk.folder);
    const id = await startSession(server.client());
    const kept: string[] = [];
    for (let round = 0; round < 4; round++) {
      const client = server.client();
      kept.push(...(await recordSeries(client, id, `room-${round}`, 20)));
      disk.fill();
      kept.push(...(await recordUntilRefused(client, id, `last-${round}`)));
      expect(await refusalOf(record(client, id, 'refused'))).toMatchObject({ status: 507, error: 'store_full' });
      expect((await server.status()).store).toMatchObject({ state: 'full' });
      if (round % 2 === 0) await server.killHard();
      disk.free();
      if (round % 2 === 0) server = await ServerProcess.start(disk.folder);
      expect(await recorded(server.client(), id)).toEqual(kept);
    }
    expect(await server.terminate()).toEqual({ code: 0, signal: null });
    expectWhole(await contentsOf(disk.folder));
  });
});

/** The names of those that still found room. */
const recordUntilRefused = async (client: StintClient, id: string, prefix = 'last'): Promise<string[]> => {
  for (let n = 0; ; n++) {
    const names = await recordSeries(client, id, `${prefix}-${n}`, 1).catch(() => undefined);
    if (names === undefined) return Array.from({ length: n }, (_, i) => `${prefix}-${i}-0`);
  }
};
