import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../following.suite.ts';
import { geminiReader } from './reader.ts';

const reader = geminiReader();

function home(...files: string[]): string {
  const folder = tempFolder();
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
  return folder;
}

async function found(folder: string): Promise<string[]> {
  const { files, skipped } = await reader.allFiles({ home: folder, env: {} });
  expect(skipped).toEqual([]);
  return files.map((file) => relative(folder, file));
}

describe('the root', () => {
  it.each([
    [{}, ['/home/dev/.gemini/tmp']],
    [{ GEMINI_CLI_HOME: '' }, ['/home/dev/.gemini/tmp']],
    [{ GEMINI_CLI_HOME: '/srv/g' }, ['/srv/g/.gemini/tmp']],
  ])('with %j', (env, expected) => expect(reader.roots({ home: '/home/dev', env })).toEqual(expected));
});

describe('the files', () => {
  it('are the chats of all projects in both formats, and those of subagents', async () => {
    const files = [
      '.gemini/tmp/0a1b/chats/session-2025-11-01T10-00-aaaaaaaa.json',
      '.gemini/tmp/work/chats/5b7c2f0e-0d5e/agent-1.jsonl',
      '.gemini/tmp/work/chats/session-2026-10-01T12-00-5b7c2f0e.json',
      '.gemini/tmp/work/chats/session-2026-10-01T12-00-5b7c2f0e.jsonl',
    ];
    const others = [
      '.gemini/tmp/work/logs.json',
      '.gemini/tmp/work/checkpoint-a.json',
      '.gemini/tmp/work/chats/notes.json',
      '.gemini/tmp/work/chats/session-a.jsonl.tmp',
      '.gemini/tmp/work/tool-outputs/session-b/out.jsonl',
      '.gemini/tmp/session-c.json',
    ];
    const folder = home(...files, ...others);
    expect(await found(folder)).toEqual(files);
    expect((await reader.filesOf('/home/dev/work', { home: folder, env: {} })).files).toHaveLength(files.length);
  });

  it('are none where Gemini CLI was never used', async () => expect(await found(home())).toEqual([]));

  it('come with what could not be looked into, and not through links into each other', async () => {
    const folder = home('.gemini/tmp/work/chats/session-a.jsonl');
    const loop = join(folder, '.gemini/tmp/work/chats/loop');
    symlinkSync(join(folder, '.gemini/tmp/work/chats'), loop);
    mkdirSync(join(folder, '.gemini/tmp/other'));
    const chats = join(folder, '.gemini/tmp/other/chats');
    symlinkSync(chats, chats);
    const { files, skipped } = await reader.allFiles({ home: folder, env: {} });
    expect([files.length, skipped]).toEqual([1, [{ file: chats, offset: 0, reason: 'symlink_loop' }]]);
  });
});
