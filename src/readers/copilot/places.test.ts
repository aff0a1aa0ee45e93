import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../following.suite.ts';
import { idNamedBy } from './places.ts';
import { copilotReader } from './reader.ts';

const reader = copilotReader();

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
    [{}, '/home/dev/.copilot'],
    [{ COPILOT_HOME: '' }, '/home/dev/.copilot'],
    [{ COPILOT_HOME: '/srv/c' }, '/srv/c'],
  ])('with %j', (env, folder) =>
    expect(reader.roots({ home: '/home/dev', env })).toEqual(
      ['session-state', 'history-session-state', 'otel'].map((name) => `${folder}/${name}`),
    ),
  );
});

describe('the files', () => {
  it('are sessions in all three layouts, and exported telemetry wherever it goes to', async () => {
    const files = [
      '.copilot/history-session-state/session_a_1.json',
      '.copilot/otel/b.jsonl',
      '.copilot/session-state/c.jsonl',
      '.copilot/session-state/d/events.jsonl',
      'elsewhere/e.jsonl',
    ];
    const others = ['.copilot/session-state/d/workspace.yaml', '.copilot/session-state/d/files/x.jsonl'];
    const folder = home(...files, ...others, '.copilot/session-state/d/notes.jsonl', '.copilot/config.json');
    const env = { COPILOT_OTEL_FILE_EXPORTER_PATH: join(folder, 'elsewhere/e.jsonl') };
    const { files: found, skipped } = await reader.allFiles({ home: folder, env });
    expect([found.map((file) => relative(folder, file)), skipped]).toEqual([files, []]);
    expect((await reader.filesOf('/home/dev/work', { home: folder, env })).files).toEqual(found);
  });

  it('are none where Copilot CLI was never used', async () => {
    const env = { COPILOT_OTEL_FILE_EXPORTER_PATH: '/nowhere/at/all.jsonl' };
    expect(await reader.allFiles({ home: home(), env })).toEqual({ files: [], skipped: [] });
  });

  it('come with what could not be looked into', async () => {
    const folder = home('.copilot/session-state/d/events.jsonl');
    const loop = join(folder, '.copilot/otel');
    symlinkSync(loop, loop);
    const { files, skipped } = await reader.allFiles({ home: folder, env: {} });
    expect([files.length, skipped]).toEqual([1, [{ file: loop, offset: 0, reason: 'symlink_loop' }]]);
  });
});

describe('the id that a file is named for', () => {
  it.each([
    ['/c/session-state/0199-a/events.jsonl', '0199-a'],
    ['/c/session-state/0199-a.jsonl', '0199-a'],
    ['/c/history-session-state/session_0199-a_1761000000000.json', '0199-a'],
  ])('of %s', (file, id) => expect(idNamedBy(file)).toBe(id));
});
