import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { createClient, unwrap } from '../../src/sdk/index.ts';
import { serve } from '../../src/serve.ts';
import type { ServeOptions } from '../../src/serve.ts';
import { copyOf, databaseOf, logOf, newFolder } from './data-folder.ts';
import { contentsOf, expectWhole } from './journal-audit.ts';
import { changes, killAt, runStint, stint } from './kill-at.ts';
import { describeWhere } from './needs.ts';
import { recorded, recordSeries, startSession } from './operations.ts';
import { ServerProcess, token } from './server-process.ts';

const here: Omit<ServeOptions, 'folder'> = {
  port: 0,
  host: '127.0.0.1',
  hostNames: [],
  behindProxy: false,
  logLevel: 'ERROR',
  quiet: true,
  token,
};

interface Lived {
  /** As a kill left it: the database and its log. */
  folder: string;
  id: string;
  backup: string;
  before: string[];
  now: string[];
}

let lived: Lived;

beforeEach(async () => {
  const folder = newFolder();
  const server = await ServerProcess.start(folder);
  const id = await startSession(server.client());
  const before = await recordSeries(server.client(), id, 'then', 10);
  const { name } = unwrap(await server.client().POST('/api/backups'));
  const now = [...before, ...(await recordSeries(server.client(), id, 'now', 10))];
  lived = { folder, id, backup: join(folder, 'backups', name), before, now };
  await server.killHard();
  expect(existsSync(logOf(folder))).toBe(true);
}, 60_000);

describeWhere('strace', 'a kill while a backup is restored', () => {
  it(
    'leaves the data of before or that of the backup, whole, and never none, wherever it strikes',
    { timeout: 280_000 },
    async () => {
      const met = { before: 0, after: 0, committed: 0 };
      for (let n = 1; ; n++) {
        const folder = copyOf(lived.folder);
        const killed = await killAt(stint('restore', lived.backup, '--yes', '--data', folder), changes, n);
        const isCommitted = existsSync(join(folder, 'restore.json'));
        if (isCommitted) met.committed += 1;
        expect({ n, isThere: isCommitted || existsSync(databaseOf(folder)) }).toEqual({ n, isThere: true });

        const server = await serve({ ...here, folder });
        const found = await recorded(createClient({ url: server.url, token }), lived.id);
        const isBefore = found.length > lived.before.length;
        met[isBefore ? 'before' : 'after'] += 1;
        expect({ n, found }).toEqual({ n, found: isBefore ? lived.now : lived.before });
        expect({ n, isBefore: isCommitted && isBefore }).toEqual({ n, isBefore: false });
        expect(readdirSync(folder).filter((name) => /\.part$|^restore\.json$/.test(name))).toEqual([]);
        await server.stop();
        expectWhole(await contentsOf(folder));
        if (!isBefore) await expectUndo(folder);
        if (!killed) break;
      }
      // It was struck before the commit, between the commit and its end, and after.
      for (const count of Object.values(met)) expect(count).toBeGreaterThan(2);
    },
  );
});

/** What was there before is kept with its log, and can be restored. */
const expectUndo = async (folder: string): Promise<void> => {
  const aside = readdirSync(folder).find((name) => name.startsWith('before-restore-')) ?? '';
  const copy = copyOf(join(folder, aside));
  const undone = await contentsOf(copy);
  expectWhole(undone);
  expect(undone.events).toHaveLength(lived.now.length + 1);
};

it('is refused while a server runs, and leaves it alone', { timeout: 60_000 }, async () => {
  const server = await ServerProcess.start(lived.folder);
  const refused = await runStint('restore', lived.backup, '--yes', '--data', lived.folder);
  expect(refused).toMatchObject({ code: 5, stdout: '' });
  expect(refused.stderr).toMatch(/^stint: the server at http:\S+ is using .*; stop it with: stint stop\n$/);
  expect(await recorded(server.client(), lived.id)).toEqual(lived.now);
});
