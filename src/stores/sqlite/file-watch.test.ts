/** The data folder goes away under a running server. */
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Doorway } from '../../../test/doorways/doorway.ts';
import { unwrap } from '../../sdk/index.ts';
import { FileWatch } from './file-watch.ts';

describe('the watch', () => {
  it('looks by itself, and tells once of each change', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stint-watch-'));
    const file = join(folder, 'a.db');
    writeFileSync(file, 'a');
    const heard: boolean[] = [];
    const hears = async (count: number) => {
      await expect.poll(() => heard.length, { interval: 1 }).toBe(count);
    };
    const watch = new FileWatch(file, (isThere) => heard.push(isThere), 1);
    renameSync(file, `${file}.away`);
    await hears(1);
    renameSync(`${file}.away`, file);
    await hears(2);
    // Another file of the same name is not the same file.
    cpSync(file, `${file}.copy`);
    renameSync(`${file}.copy`, file);
    await hears(3);
    watch.stop();
    expect(heard).toEqual([false, true, false]);
    rmSync(folder, { recursive: true });
  });
});

describe('a server whose data folder is moved', () => {
  let door: Doorway;
  afterEach(() => door.close());

  const start = () => door.request('POST', '/api/sessions', { json: { duration: 1000 } });
  const health = async () => (await door.request('GET', '/health')).body as { services: { store: string } };

  it('says so, refuses to write, and goes on when it is back', async () => {
    door = await Doorway.open();
    const { id } = await door.startSession();
    const away = `${door.folder}.away`;
    renameSync(door.folder, away);
    expect((await health()).services.store).toBe('failed');
    expect(unwrap(await door.client().GET('/api/status')).store).toMatchObject({
      state: 'read_only',
      reason: expect.stringContaining('moved') as string,
    });
    const { status, problem } = await start();
    expect([status, problem.error]).toEqual([503, 'store_read_only']);
    expect(problem.message).toMatch(/data folder was deleted, moved or replaced.*put it back/);
    expect((await door.request('GET', `/api/sessions/${id}`)).status).toBe(200);
    renameSync(away, door.folder);
    expect((await health()).services.store).toBe('running');
    expect((await start()).status).toBe(201);
    expect(door.logs().match(/"msg":"the data folder was deleted/g)).toHaveLength(1);
    expect(door.logs()).toContain('the data folder is back');
    await door.stop();
    await door.start();
    expect((await door.request('GET', '/api/sessions')).body).toMatchObject({ total: 2 });
  });

  it('or deleted, ends as it should', async () => {
    door = await Doorway.open();
    rmSync(door.folder, { recursive: true });
    expect((await health()).services.store).toBe('failed');
    expect((await start()).status).toBe(503);
    await door.stop();
    expect(existsSync(join(door.folder, 'stint.db'))).toBe(false);
    await door.start();
  });
});
