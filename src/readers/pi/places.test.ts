import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../following.suite.ts';
import { idNamedBy } from './places.ts';
import { piReader } from './reader.ts';

const reader = piReader();

function home(...files: string[]): string {
  const folder = tempFolder();
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
  return folder;
}

describe('the roots', () => {
  it.each([
    [{}, ['/home/dev/.pi/agent/sessions']],
    [{ PI_CODING_AGENT_DIR: '' }, ['/home/dev/.pi/agent/sessions']],
    [{ PI_CODING_AGENT_DIR: '~/pi' }, ['/home/dev/pi/sessions']],
    [{ PI_CODING_AGENT_SESSION_DIR: '/srv/s' }, ['/home/dev/.pi/agent/sessions', '/srv/s']],
    [{ PI_CODING_AGENT_SESSION_DIR: '~/.pi/agent/sessions/' }, ['/home/dev/.pi/agent/sessions']],
  ])('with %j', (env, expected) => expect(reader.roots({ home: '/home/dev', env })).toEqual(expected));
});

describe('the files', () => {
  const own = [
    '.pi/agent/sessions/--home-dev-work--/sub/run-0/session.jsonl',
    '.pi/agent/sessions/--home-dev-work--/t_1.jsonl',
  ];
  const files = [...own, '.pi/agent/sessions/--home-dev-x--/t_2.jsonl', '.pi/agent/sessions/t_3.jsonl'];
  const others = ['.pi/agent/auth.json', '.pi/agent/sessions/--home-dev-work--/a.jsonl.tmp'];

  it('are the sessions of all directories, those of subagents and those without a folder', async () => {
    const folder = home(...files, ...others);
    const { files: found, skipped } = await reader.allFiles({ home: folder, env: {} });
    expect([found.map((file) => relative(folder, file)), skipped]).toEqual([files, []]);
  });

  it('of a directory are those in its folder and those that may be of any', async () => {
    const folder = home(...files);
    const { files: found } = await reader.filesOf('/home/dev/work', { home: folder, env: {} });
    expect(found.map((file) => relative(folder, file))).toEqual([...own, '.pi/agent/sessions/t_3.jsonl']);
  });

  it('are none where pi was never used', async () =>
    expect(await reader.allFiles({ home: home(), env: {} })).toEqual({ files: [], skipped: [] }));

  it('come with what could not be looked into, and not through links into each other', async () => {
    const folder = home('.pi/agent/sessions/--x--/t_1.jsonl', 'other/x');
    symlinkSync(join(folder, '.pi/agent/sessions'), join(folder, '.pi/agent/sessions/--x--/loop'));
    const loop = join(folder, 'loop');
    symlinkSync(loop, loop);
    const { files: found, skipped } = await reader.allFiles({
      home: folder,
      env: { PI_CODING_AGENT_SESSION_DIR: loop },
    });
    expect([found.length, skipped]).toEqual([1, [{ file: loop, offset: 0, reason: 'symlink_loop' }]]);
  });
});

describe('the id in the name of a file', () => {
  it.each([
    ['/s/--x--/2026-10-01T12-00-00-000Z_0199.jsonl', '0199'],
    ['C:\\s\\2026_0199.jsonl', '0199'],
    ['0199', '0199'],
  ])('of %s', (file, id) => expect(idNamedBy(file)).toBe(id));
});
