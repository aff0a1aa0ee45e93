import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../following.suite.ts';
import { claudeReader } from './reader.ts';

const reader = claudeReader();

function home(...files: string[]): string {
  const folder = tempFolder();
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
  return folder;
}

async function found(folder: string, directory?: string): Promise<string[]> {
  const surroundings = { home: folder, env: {} };
  const { files, skipped } =
    directory === undefined ? await reader.allFiles(surroundings) : await reader.filesOf(directory, surroundings);
  expect(skipped).toEqual([]);
  return files.map((file) => relative(folder, file));
}

describe('the roots', () => {
  it.each([
    [{}, ['/home/dev/.claude/projects', '/home/dev/.config/claude/projects']],
    [{ CLAUDE_CONFIG_DIR: '' }, ['/home/dev/.claude/projects', '/home/dev/.config/claude/projects']],
    [{ CLAUDE_CONFIG_DIR: '/srv/claude' }, ['/srv/claude/projects']],
  ])('with %j', (env, expected) => expect(reader.roots({ home: '/home/dev', env })).toEqual(expected));
});

describe('the files of a directory', () => {
  it('are its sessions and their subagents, however deep', async () => {
    const files = [
      '.claude/projects/-home-dev-my-app/s-1.jsonl',
      '.claude/projects/-home-dev-my-app/s-1/subagents/agent-a.jsonl',
      '.claude/projects/-home-dev-my-app/s-1/subagents/workflows/w-1/agent-b.jsonl',
      '.config/claude/projects/-home-dev-my-app/s-0.jsonl',
    ];
    const others = [
      '.claude/projects/-home-dev-my-app/s-1/subagents/agent-a.meta.json',
      '.claude/projects/-home-dev-my-app/s-1/tool-results/out.jsonl',
      '.claude/projects/-home-dev-my-app-2/s-2.jsonl',
      '.claude/projects/s-3.jsonl',
    ];
    const folder = home(...files, ...others);
    for (const directory of ['/home/dev/my.app', '/home/dev/my.app/', '/home/dev/x/../my.app']) {
      expect(await found(folder, directory)).toEqual(files);
    }
  });

  it.each([
    ['/home/dev/a_b c.d', '-home-dev-a-b-c-d'],
    ['/home/dev/A-1', '-home-dev-A-1'],
    ['/home/dev/naïve', '-home-dev-na-ve'],
    ['/home/dev/日本', '-home-dev---'],
    ['/home/dev/🚀', '-home-dev---'],
  ])('are found under the slug of %s', async (directory, slug) => {
    expect(await found(home(`.claude/projects/${slug}/s.jsonl`), directory)).toEqual([
      `.claude/projects/${slug}/s.jsonl`,
    ]);
  });

  it('are found under a slug that was cut for its length', async () => {
    const directory = `/home/${'long/'.repeat(60)}end`;
    const file = `.claude/projects/${directory.replaceAll('/', '-').slice(0, 200)}-1x2y3z/s.jsonl`;
    expect(await found(home(file), directory)).toEqual([file]);
  });

  it('are found under the name that a symbolic link leads to', async () => {
    const work = join(tempFolder(), 'work');
    mkdirSync(work);
    symlinkSync(work, `${work}-link`);
    const file = `.claude/projects/${work.replaceAll(/[^A-Za-z0-9-]/g, '-')}/s.jsonl`;
    expect(await found(home(file), `${work}-link`)).toEqual([file]);
  });

  it('are none where the agent was never used', async () => {
    expect(await found(home(), '/home/dev/app')).toEqual([]);
  });
});

describe('all files', () => {
  it('are those of every project, one that is linked elsewhere once', async () => {
    const folder = home('.claude/projects/-a/s-1.jsonl', '.claude/projects/-b/s-2.jsonl');
    symlinkSync(join(folder, '.claude/projects/-a'), join(folder, '.claude/projects/-0'));
    mkdirSync(join(folder, '.config'));
    symlinkSync(join(folder, '.claude'), join(folder, '.config/claude'));
    expect(await found(folder)).toEqual(['.claude/projects/-a/s-1.jsonl', '.claude/projects/-b/s-2.jsonl']);
  });

  it('end where folders are linked into each other', async () => {
    const folder = home('.claude/projects/-a/s-1.jsonl', '.claude/projects/-a/s-1/subagents/agent-a.jsonl');
    symlinkSync(join(folder, '.claude/projects/-a'), join(folder, '.claude/projects/-a/s-1/subagents/loop'));
    expect(await found(folder)).toHaveLength(2);
  });

  it('come with what could not be looked into', async () => {
    const folder = home('.claude/projects/-a/s-1.jsonl');
    const loop = join(folder, '.claude/projects/-b');
    symlinkSync(loop, loop);
    const { files, skipped } = await reader.allFiles({ home: folder, env: {} });
    expect([files.length, skipped]).toEqual([1, [{ file: loop, offset: 0, reason: 'symlink_loop' }]]);
  });
});
