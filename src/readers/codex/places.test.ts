import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../following.suite.ts';
import { codexReader } from './reader.ts';

const reader = codexReader();

function home(...files: string[]): string {
  const folder = tempFolder();
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
  return folder;
}

async function found(folder: string, env: Record<string, string> = {}): Promise<string[]> {
  const { files, skipped } = await reader.allFiles({ home: folder, env });
  expect(skipped).toEqual([]);
  return files.map((file) => relative(folder, file));
}

describe('the roots', () => {
  it.each([
    [{}, ['/home/dev/.codex/sessions', '/home/dev/.codex/archived_sessions']],
    [{ CODEX_HOME: '' }, ['/home/dev/.codex/sessions', '/home/dev/.codex/archived_sessions']],
    [{ CODEX_HOME: '/srv/codex' }, ['/srv/codex/sessions', '/srv/codex/archived_sessions']],
  ])('with %j', (env, expected) => expect(reader.roots({ home: '/home/dev', env })).toEqual(expected));
});

describe('the files', () => {
  it('are the rollouts of all days and those that were archived', async () => {
    const files = [
      '.codex/archived_sessions/rollout-2026-01-01T00-00-00-a.jsonl',
      '.codex/archived_sessions/rollout-2026-01-01T00-00-00-b.jsonl.zst',
      '.codex/sessions/2026/10/01/rollout-2026-10-01T12-00-00-c.jsonl',
      '.codex/sessions/2026/10/02/rollout-2026-10-02T12-00-00-d.jsonl.zst',
      '.codex/sessions/rollout-2025-05-01-e.jsonl',
    ];
    const others = ['.codex/history.jsonl', '.codex/sessions/2026/10/01/notes.jsonl', '.codex/sessions/rollout-x.json'];
    const folder = home(...files, ...others);
    expect(await found(folder)).toEqual(files);
    expect((await reader.filesOf('/home/dev/work', { home: folder, env: {} })).files).toHaveLength(files.length);
    expect(await found(folder, { CODEX_HOME: join(folder, '.codex') })).toEqual(files);
  });

  it('are read once while one is being packed', async () => {
    const file = '.codex/sessions/2026/10/01/rollout-2026-10-01T12-00-00-c.jsonl';
    expect(await found(home(file, `${file}.zst`))).toEqual([file]);
  });

  it('are none where Codex was never used', async () => expect(await found(home())).toEqual([]));

  it('end where folders are linked into each other, and come with what could not be looked into', async () => {
    const folder = home('.codex/sessions/2026/10/01/rollout-a.jsonl');
    symlinkSync(join(folder, '.codex/sessions'), join(folder, '.codex/sessions/2026/loop'));
    const loop = join(folder, '.codex/archived_sessions');
    symlinkSync(loop, loop);
    const { files, skipped } = await reader.allFiles({ home: folder, env: {} });
    expect([files.length, skipped]).toEqual([1, [{ file: loop, offset: 0, reason: 'symlink_loop' }]]);
  });
});
