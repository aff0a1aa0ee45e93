import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { unwrap } from '../../src/sdk/index.ts';
import type { StintClient } from '../../src/sdk/index.ts';
import { newFolder } from './data-folder.ts';
import { contentsOf, expectKept, expectWhole, findingsIn } from './journal-audit.ts';
import { runStint } from './kill-at.ts';
import { describeWhere } from './needs.ts';
import { record, recorded, recordSeries, refusalOf, startSession } from './operations.ts';
import { ServerProcess } from './server-process.ts';
import { SmallDisk } from './small-disk.ts';
import { Strace } from './strace.ts';
import { Writers } from './writers.ts';

const options = { timeout: 120_000 };
const backUp = async (client: StintClient) => unwrap(await client.POST('/api/backups'));
const backupsIn = (folder: string): string[] =>
  existsSync(join(folder, 'backups')) ? readdirSync(join(folder, 'backups')) : [];

it(
  'brings back exactly what was acknowledged by the position of a backup that was made under load',
  options,
  async () => {
    const folder = newFolder();
    const server = await ServerProcess.start(folder);
    const writers = await Writers.begin(server.client(), 16, 4);
    const writing = writers.run(server.client());
    await writers.afterMore(300);
    const acknowledged = [...writers.acknowledged];
    const made = await backUp(server.client());
    await writers.afterMore(300);
    await server.killHard();
    await writing;

    const all = await contentsOf(folder);
    expect(await runStint('restore', made.name, '--yes', '--data', folder)).toMatchObject({ code: 0 });
    const restored = await contentsOf(folder);
    expectWhole(restored);
    expect(restored.events).toEqual(all.events.filter(({ position }) => position <= made.position));
    expect(restored.events.length).toBeLessThan(all.events.length);
    expectKept(restored, { acknowledged, sent: writers.sent });

    const next = await ServerProcess.start(folder);
    const { sessions } = unwrap(await next.client().GET('/api/sessions', { params: { query: { status: 'active' } } }));
    expect(sessions.length).toBeGreaterThan(0);
    for (const { id } of sessions) await record(next.client(), id, `goes on in ${id}`);
    expect(await next.terminate()).toEqual({ code: 0, signal: null });
    expectWhole(await contentsOf(folder));
  },
);

describeWhere('strace', 'a kill while a backup is made', () => {
  const moments: [what: string, calls: string, n: number][] = [
    ...[1, 4, 12].map((n): [string, string, number] => [`as page ${n} is written`, 'pwrite64', n]),
    ['before it is on the disk', 'fsync', 1],
    ['before it has its name', 'rename', 1],
    ['before its name is on the disk', 'fsync', 2],
  ];

  it.each(moments)('leaves none that only looks whole: %s', options, async (_, calls, n) => {
    const folder = newFolder();
    const server = await ServerProcess.start(folder);
    const id = await startSession(server.client());
    const kept = await recordSeries(server.client(), id, 'kept', 20);
    const first = await backUp(server.client());

    const path = join(folder, 'backups');
    await Strace.attach(server.pid, [`--trace=${calls}`, `--inject=${calls}:signal=SIGKILL:when=${n}`]);
    await expect(backUp(server.client())).rejects.toThrow();
    await server.exited;

    const next = await ServerProcess.start(folder);
    const { backups } = unwrap(await next.client().GET('/api/backups'));
    expect(backups.at(-1)).toEqual(first);
    expect(backupsIn(folder).toSorted()).toEqual(backups.map(({ name }) => name).toSorted());
    for (const { name } of backups) expect(findingsIn(join(path, name))).toEqual([]);
    expect(await recorded(next.client(), id)).toEqual(kept);
    await next.terminate();
    expectWhole(await contentsOf(folder));
  });
});

describeWhere('mount', 'a disk without room for a backup', () => {
  it('is named; nothing is left behind, and the server is well', options, async () => {
    const disk = new SmallDisk('12m');
    const server = await ServerProcess.start(disk.folder);
    const client = server.client();
    const id = await startSession(client);
    const kept = await recordSeries(client, id, 'before', 20);
    for (const room of [0, 64 * 1024]) {
      disk.fillBut(room);
      const refusal = await refusalOf(backUp(client));
      expect(refusal).toMatchObject({ status: 507, error: 'store_full' });
      expect(refusal.message).toBe('the disk is full: no backup was made; free some space and try again');
      expect(backupsIn(disk.folder)).toEqual([]);
      expect(await recorded(client, id)).toEqual(kept);
      disk.free();
    }
    kept.push(...(await recordSeries(client, id, 'after', 5)));
    expect((await server.status()).store).toEqual({ state: 'writable' });
    await backUp(client);
    expect(await recorded(client, id)).toEqual(kept);
    await server.killHard();
    expectWhole(await contentsOf(disk.folder));
  });
});
