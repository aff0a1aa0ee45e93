/** stint backup, restore and doctor, as they are typed: with a server and without one. */
import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readServerFile } from '../place.ts';
import { tamper } from '../stores/sqlite/store-folder.suite.ts';
import { emptyFolder, startServer, stint, stopServer, useFolder, useServer } from './stint.suite.ts';

interface Told {
  name: string;
  path: string;
  position: number;
}

const json = (stdout: string) => JSON.parse(stdout) as unknown;

describe('with a server', () => {
  const { folder, run } = useServer();
  const elsewhere = emptyFolder();

  it('backs up into the data folder, and lists what is there', async () => {
    expect((await run('start', 'kept')).code).toBe(0);
    const { code, stdout } = await run('backup', '--json');
    const made = json(stdout) as Told;
    expect([code, made.position, statSync(made.path).mode & 0o777]).toEqual([0, 1, 0o600]);
    expect((await run('backup', 'ls')).stdout).toContain(made.name);
    expect((await run('backup')).stdout).toMatch(
      /^backed up to \/\S+\/backups\/stint-\S+Z\.db · \d+ KB, up to position 1\n$/,
    );
  });

  it('backs up into a file, leaves nothing else, and writes over no file', async () => {
    const before = (await run('backup', 'ls', '--json')).stdout;
    const file = join(elsewhere, 'mine.db');
    expect((await run('backup', '--output', file)).stdout).toContain(`backed up to ${file} · `);
    const bytes = readFileSync(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await run('backup', 'ls', '--json')).stdout).toBe(before);
    const again = await run('backup', '--output', file);
    expect([again.code, again.stderr]).toEqual([2, `stint: ${file} is there already; choose another name\n`]);
    expect(readFileSync(file).equals(bytes)).toBe(true);
    expect((await run('backup', '--output', join(elsewhere, 'none', 'x.db'))).code).toBe(2);
  });

  it('looks at all data meanwhile, and says what it could not look at', async () => {
    const { code, stdout } = await run('doctor', '--json');
    expect([code, json(stdout)]).toEqual([
      0,
      expect.objectContaining({
        well: true,
        findings: [],
        notChecked: [expect.stringContaining('a server is running')],
      }),
    ]);
    expect((await run('doctor')).stdout).toContain('all is well');
  });

  it('is looked for before anyone is asked whether to rebuild', async () =>
    expect(await run('doctor', '--rebuild')).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/^stint: the server at \S+ is using /) as string,
    }));

  it('neither restores nor rebuilds beneath it', async () => {
    const { name } = (json((await run('backup', 'ls', '--json')).stdout) as { backups: Told[] }).backups[0] as Told;
    for (const args of [
      ['restore', name, '--yes'],
      ['doctor', '--rebuild', '--yes'],
    ]) {
      const { code, stderr } = await run(...args);
      expect([code, stderr]).toEqual([
        5,
        expect.stringContaining(`the server at ${readServerFile(folder)?.url} is using`),
      ]);
    }
  });
});

describe('the drill of the guide', () => {
  const { folder, run } = useServer();

  it('runs as it stands there', async () => {
    const guide = readFileSync(join(import.meta.dirname, '../../docs/backup.md'), 'utf8');
    const drill = /^## A drill$[\s\S]*?^```\n([\s\S]*?)^```$/m.exec(guide)?.[1]?.trim().split('\n') ?? [];
    expect(drill).toHaveLength(4);
    await run('start', 'drilled');
    const place = emptyFolder();
    // The last line is a server, which would stay.
    for (const line of drill.slice(0, -1)) {
      const [, ...words] = line.replaceAll('/tmp', place).split(' ');
      const { code, stderr } = await stint(words, { env: { STINT_DATA: folder } });
      expect({ line, code, stderr }).toEqual({ line, code: 0, stderr: '' });
    }
    expect((await stint(['ls', '--data', join(place, 'drill')])).stdout).toContain('drilled');
    await stopServer(join(place, 'drill'));
  });
});

describe('without a server', () => {
  const folder = useFolder();
  const run = (...args: string[]) => stint([...args, '--data', folder]);

  it('has nothing to do in a folder that is not there, and makes none', async () => {
    const nowhere = join(emptyFolder(), 'none');
    for (const args of [['backup'], ['doctor']]) expect((await stint([...args, '--data', nowhere])).code).toBe(4);
    expect(existsSync(nowhere)).toBe(false);
  });

  it('backs up, asks before it restores, and restores', async () => {
    await startServer(folder);
    await run('start', 'then');
    await stopServer(folder);
    const made = json((await run('backup', '--json')).stdout) as Told;
    expect(readServerFile(folder)).toBeUndefined();
    await run('start', 'now');
    await stopServer(folder);

    const unasked = await run('restore', made.name);
    expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining('there is nobody to ask; say --yes')]);
    const { code, stdout } = await run('restore', made.name, '--yes');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^restored 1 sessions, up to position 1 .*\nwhat was there before is (\S+); go back with: stint restore \1\n$/,
    );
    const undo = /go back with: stint restore (\S+)/.exec(stdout)?.[1] ?? '';
    expect((await run('ls')).stdout).not.toContain('now');
    await stopServer(folder);
    expect(json((await run('restore', undo, '--yes', '--json')).stdout)).toMatchObject({ restored: { sessions: 2 } });
    expect((await run('ls')).stdout).toContain('now');
    await stopServer(folder);
  });

  it('ends with 1 when something is wrong, says what and where, and mends what can be folded again', async () => {
    tamper(join(folder, 'stint.db'), 'UPDATE session_counts SET n = n + 1');
    chmodSync(join(folder, 'token'), 0o644);
    const { code, stdout } = await run('doctor');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^warning token: other users of this machine may open it \(644\)\n {8}chmod 600$/m);
    expect(stdout).toMatch(/^error .* are counted for .*\n.*stint doctor --rebuild$/m);
    expect(stdout).toContain('2 things are wrong');
    chmodSync(join(folder, 'token'), 0o600);
    const { findings } = json((await run('doctor', '--json')).stdout) as { findings: unknown[] };
    expect(findings).toEqual([expect.objectContaining({ severity: 'error', kind: 'counts_differ' })]);
    expect((await run('doctor', '--rebuild')).code).toBe(2);
    const rebuilt = await run('doctor', '--rebuild', '--yes', '--json');
    expect([rebuilt.code, json(rebuilt.stdout)]).toEqual([
      0,
      expect.objectContaining({ well: true, rebuilt: { sessions: 2, setAside: [] } }),
    ]);
  });
});
