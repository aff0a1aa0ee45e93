/** How opencode's database is read while opencode writes it, where it cannot be read, and what a reader leaves behind: nothing. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { Following, tempFolder } from '../following.suite.ts';
import { opencodeReader } from './reader.ts';
import { answer, idAt, laterAnswer, Store, tokens } from './stored.suite.ts';

describe('reading on', () => {
  it('does not open a database that did not change', async () => {
    const store = new Store().session('ses_a').message('ses_a', idAt(0), answer(0, tokens(1, 2)));
    const follow = await store.follow().readAll();
    fs.chmodSync(store.file, 0o000);
    const { records, status, cursor } = await follow.read();
    expect([records, status, cursor]).toEqual([[], 'end', follow.cursor]);
  });

  it('gives what is new, a batch at a time', async () => {
    const store = new Store('both').session('ses_a').laterSession('ses_b');
    for (let i = 0; i < 30; i++) {
      store.message('ses_a', idAt(i), answer(i, tokens(1, 100 + i)));
      store.later('ses_b', idAt(i, 2), 'assistant', laterAnswer(i, tokens(1, 200 + i)));
    }
    const follow = await store.follow({ batchBytes: 2000 }).readAll();
    expect(follow.statuses.filter((status) => status === 'more').length).toBeGreaterThan(5);
    expect(follow.outputs).toEqual([100, 200].flatMap((n) => Array.from({ length: 30 }, (_, i) => n + i)));
    store.message('ses_a', idAt(40), answer(40, tokens(1, 140)));
    const { records } = await follow.read();
    expect(records.map(({ parts }) => parts.output)).toContain(140);
    expect(records.length).toBeLessThan(5);
  });

  it('meets what came in the place of rows that were deleted', async () => {
    const store = new Store().session('ses_a');
    const put = (i: number, output: number) => store.message('ses_a', idAt(i), answer(i, tokens(1, output)));
    for (let i = 0; i < 200; i++) put(i, i + 1);
    const follow = await store.follow().readAll();
    store.db.exec('DELETE FROM message WHERE rowid > 50');
    for (let i = 300; i < 400; i++) put(i, 1000 + i);
    const reading = await follow.readAll();
    expect(reading.outputs.filter((output) => output >= 1300).length).toBe(100);
    expect(follow.statuses.at(-1)).toBe('end');
  });

  it('begins again where nothing is as it was', async () => {
    const store = new Store().session('ses_a').message('ses_a', idAt(0), answer(0, tokens(1, 2)));
    const follow = await store.follow().readAll();
    store.db.exec('DELETE FROM message');
    store.message('ses_a', idAt(5), answer(5, tokens(1, 3)));
    const { records, restarted } = await follow.read();
    expect([records.map(({ parts }) => parts.output), restarted]).toEqual([[3], true]);
  });

  it.each([{ version: 'x' }, 'x', { version: 'opencode-1', tables: { message: 7 } }])(
    'begins again with a cursor of another make: %j',
    async (cursor) => {
      const store = new Store().session('ses_a').message('ses_a', idAt(0), answer(0, tokens(1, 2)));
      const follow = store.follow();
      follow.cursor = cursor;
      await follow.readAll();
      expect(follow.outputs).toEqual([2]);
    },
  );
});

describe('a database that cannot be read', () => {
  const begin = () => new Following(opencodeReader(), join(tempFolder(), 'opencode.db'));

  it('is not there', async () => {
    expect(await begin().read()).toMatchObject({ status: 'vanished', skipped: [], cursor: null });
  });

  it('is empty as long as it is being made', async () => {
    const follow = begin();
    fs.writeFileSync(follow.file, '');
    expect(await follow.read()).toMatchObject({ status: 'end', skipped: [] });
    new DatabaseSync(follow.file).exec('PRAGMA journal_mode = DELETE; PRAGMA user_version = 1');
    expect(await follow.read()).toMatchObject({ status: 'end', skipped: [] });
  });

  it.each([
    ['a directory', (file: string) => fs.mkdirSync(file), 'not_a_file'],
    ['a link to itself', (file: string) => fs.symlinkSync(file, file), 'symlink_loop'],
    ['text', (file: string) => fs.writeFileSync(file, 'no database '.repeat(900)), 'unknown_format'],
    ['zeros', (file: string) => fs.writeFileSync(file, Buffer.alloc(9000)), 'unknown_format'],
    [
      "another program's",
      (file: string) => new DatabaseSync(file).exec('CREATE TABLE message (id, body)'),
      'unknown_format',
    ],
  ])('is %s', async (_, make, reason) => {
    const follow = begin();
    make(follow.file);
    const { records, status, skipped, cursor } = await follow.read();
    expect([records, status, cursor]).toEqual([[], 'unreadable', null]);
    expect(skipped).toEqual([{ file: follow.file, offset: 0, reason }]);
  });

  it('is locked, and is read when it no longer is', async () => {
    const file = join(tempFolder(), 'opencode.db');
    const store = new Store('first', file).session('ses_a').message('ses_a', idAt(0), answer(0, tokens(1, 2)));
    store.db.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE; UPDATE session SET title = 1');
    const follow = store.follow();
    expect(await follow.read()).toMatchObject({ status: 'unreadable', skipped: [{ reason: 'unreadable' }] });
    store.db.exec('COMMIT');
    await follow.readAll();
    expect(follow.outputs).toEqual([2]);
  });

  it('is corrupt in the middle: what is before that is read', async () => {
    const store = new Store().session('ses_a');
    for (let i = 0; i < 400; i++) store.message('ses_a', idAt(i), answer(i, tokens(1, i + 1)));
    store.close();
    const bytes = fs.readFileSync(store.file);
    bytes.fill(0xff, bytes.length / 2, bytes.length / 2 + 8192);
    fs.writeFileSync(store.file, bytes);
    const follow = await store.follow().readAll();
    expect(follow.statuses.at(-1)).toBe('unreadable');
    expect(follow.skipped).toEqual([{ file: store.file, offset: 0, reason: 'unknown_format' }]);
    expect(follow.outputs.length).toBeGreaterThan(20);
    expect(follow.outputs.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });
});

describe('a reader', () => {
  const beside = (file: string) => fs.readdirSync(join(file, '..')).toSorted();

  it('leaves nothing behind where opencode is not running', async () => {
    const store = new Store().session('ses_a').message('ses_a', idAt(0), answer(0, tokens(1, 2)));
    store.close();
    expect(beside(store.file)).toEqual(['opencode.db']);
    const follow = await store.follow().readAll();
    await opencodeReader().textsFrom!(store.file);
    expect([follow.outputs, beside(store.file)]).toEqual([[2], ['opencode.db']]);
  });

  it('changes nothing where it is running, and sees what is only in its log', async () => {
    const store = new Store().session('ses_a').message('ses_a', idAt(0), answer(0, tokens(1, 2)));
    const before = beside(store.file).map((name) => [name, fs.statSync(join(store.file, '..', name)).mtimeMs]);
    const follow = await store.follow().readAll();
    expect(follow.outputs).toEqual([2]);
    expect(beside(store.file).map((name) => [name, fs.statSync(join(store.file, '..', name)).mtimeMs])).toEqual(before);
  });

  it('sees what a crash left in the log', async () => {
    const store = new Store().session('ses_a').message('ses_a', idAt(0), answer(0, tokens(1, 2)));
    const copy = join(tempFolder(), 'opencode.db');
    for (const end of ['', '-wal']) fs.copyFileSync(store.file + end, copy + end);
    expect((await new Following(opencodeReader(), copy).readAll()).outputs).toEqual([2]);
  });

  it("is in nobody's way: the log can be emptied while it reads", async () => {
    const store = new Store().session('ses_a');
    for (let i = 0; i < 50; i++) store.message('ses_a', idAt(i), answer(i, tokens(1, 2)));
    const reading = store.follow({ batchBytes: 100 }).readAll();
    store.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    for (let i = 50; i < 80; i++) store.message('ses_a', idAt(i), answer(i, tokens(1, 2)));
    expect((await (await reading).readAll()).merged.length).toBe(80);
  });
});
