/** The tree of JSON files from before the database, and where opencode keeps what. */
import * as fs from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Following, tempFolder } from '../following.suite.ts';
import { opencodeReader } from './reader.ts';
import { answer, directory, idAt, noon, running, spent, tokens, Whole, writeJson } from './stored.suite.ts';

const reader = opencodeReader();

function message(session: string, ms: number, data: unknown, storage = join(tempFolder(), 'storage')): Whole {
  return new Whole(reader, writeJson(join(storage, 'message', session, `${idAt(ms)}.json`), data));
}

describe('a message of the tree', () => {
  it('is read with the session that it belongs to, found among all projects', async () => {
    const follow = message('ses_c', 0, answer(0, tokens(10, 5, { cache: { read: 7, write: 3 } })));
    const sessions = follow.file.replace(/message.*$/, 'session');
    const born = { created: noon - 50, updated: noon };
    writeJson(join(sessions, 'p1/ses_a.json'), { id: 'ses_a', title: 'Speed', directory, time: born });
    writeJson(join(sessions, 'p2/ses_b.json'), { id: 'ses_b', parentID: 'ses_a', directory, time: born });
    writeJson(join(sessions, 'p2/ses_c.json'), { id: 'ses_c', parentID: 'ses_b', directory, time: born });
    await follow.readAll();
    expect(spent(follow.records)).toEqual([[10, 5, 0, 7, 3]]);
    expect(follow.records).toMatchObject([
      { sessionId: 'ses_a', agentId: 'ses_c', sidechain: true, request: idAt(0), fileBornAt: noon - 50, offset: 0 },
    ]);
    expect(follow.sightings).toEqual([
      { source: 'opencode', sessionId: 'ses_a', agentId: 'ses_c', from: noon, until: noon + 500, cwd: directory },
    ]);
  });

  it('counts where nothing is known of its session', async () => {
    const follow = await message('ses_a', 0, answer(0, tokens(10, 5))).readAll();
    expect(follow.records).toMatchObject([{ sessionId: 'ses_a', sidechain: false, cwd: directory }]);
  });

  it('is read again when it has grown', async () => {
    const follow = await message('ses_a', 0, running(0)).readAll();
    expect([follow.records, follow.skipped]).toEqual([[], []]);
    writeJson(follow.file, answer(0, tokens(10, 5)));
    await follow.readAll();
    expect(follow.outputs).toEqual([5]);
    expect((await follow.read()).records).toEqual([]);
  });

  it.each([
    ['torn', JSON.stringify(answer(0, tokens(1, 2))).slice(0, 50), 'malformed'],
    ['no object', '[]', 'malformed'],
    ['without counts', answer(0, null), 'no_usage'],
  ])('that is %s is reported', async (_, data, reason) => {
    expect((await message('ses_a', 0, data).readAll()).reasons).toEqual([`0 ${reason}`]);
  });

  it.each([
    ['empty', ''],
    ['a prompt', { role: 'user', time: { created: noon } }],
  ])('that is %s is none', async (_, data) => {
    const follow = await message('ses_a', 0, data).readAll();
    expect([follow.records, follow.skipped]).toEqual([[], []]);
  });

  it('that is longer than a message can be is reported', async () => {
    const { file } = message('ses_a', 0, answer(0, tokens(1, 2), { summary: 'x'.repeat(9000) }));
    expect((await new Following(opencodeReader({ maxLineBytes: 5000 }), file).readAll()).reasons).toEqual([
      '0 line_too_long',
    ]);
  });
});

describe('the files', () => {
  const data = '.local/share/opencode';

  function home(...files: string[]): string {
    const folder = tempFolder();
    for (const file of files) writeJson(join(folder, file), '');
    return folder;
  }

  async function found(folder: string, env: Record<string, string> = {}): Promise<string[]> {
    const { files, skipped } = await reader.allFiles({ home: folder, env });
    expect(skipped).toEqual([]);
    return files.map((file) => relative(folder, file));
  }

  it('are the databases of all channels, and messages of the tree', async () => {
    const files = [
      `${data}/opencode-dev.db`,
      `${data}/opencode.db`,
      `${data}/storage/message/ses_a/msg_1.json`,
      `${data}/storage/message/ses_b/msg_2.json`,
    ];
    const others = [
      `${data}/opencode.db-wal`,
      `${data}/opencode.db-shm`,
      `${data}/opencode.db.backup.2026`,
      `${data}/opencode-backup.db`,
      `${data}/opencode-dev.bak.db`,
      `${data}/opencode.db.old`,
      `${data}/auth.json`,
      `${data}/storage/session/p/ses_a.json`,
      `${data}/storage/part/msg_1/prt_1.json`,
      `${data}/storage/message/ses_a/msg_1.json.tmp`,
      `${data}/storage/message/notes.json`,
    ];
    expect(await found(home(...files, ...others))).toEqual(files);
  });

  it('of sessions now are the databases, where there are any', async () => {
    const tree = `${data}/storage/message/ses_a/msg_1.json`;
    const of = async (folder: string) => (await reader.filesOf(directory, { home: folder, env: {} })).files.length;
    expect([await of(home(tree)), await of(home(tree, `${data}/opencode.db`))]).toEqual([1, 1]);
  });

  it.each([
    ['XDG_DATA_HOME', 'xdg', 'xdg/opencode/opencode.db'],
    ['OPENCODE_DB', 'elsewhere/mine.sqlite', 'elsewhere/mine.sqlite'],
  ])('are also where $%s says', async (name, value, file) => {
    const folder = home(file);
    const env = { [name]: join(folder, value) };
    expect(await found(folder, env)).toEqual([file]);
    expect(reader.roots({ home: folder, env }).some((root) => join(folder, file).startsWith(root))).toBe(true);
  });

  it('are none where $OPENCODE_DB is in memory or not there, or opencode was never used', async () => {
    for (const own of [':memory:', '', 'other.db']) expect(await found(home(), { OPENCODE_DB: own })).toEqual([]);
  });

  it('come with what could not be looked into', async () => {
    const folder = home(`${data}/opencode.db`);
    const storage = join(folder, data, 'storage');
    fs.symlinkSync(storage, storage);
    const { files, skipped } = await reader.allFiles({ home: folder, env: {} });
    expect([files.length, skipped.map(({ reason }) => reason)]).toEqual([1, ['symlink_loop']]);
  });
});
