/** The store and its file: what is in it when an append is answered, and when it is opened again. */
import { copyFileSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { Author, commented, newYear, receiptOf, savedAt, sessionId } from '../../journal/author.suite.ts';
import type { Entry } from '../../journal/journal.ts';
import { newAppender, pack } from './append.ts';
import { openForWriting } from './connection.ts';
import { newReads } from './read.ts';
import type { SqliteStore } from './store.ts';
import { openStore, tamper, tempFile } from './store-folder.suite.ts';
import { sessions } from './migrations/sessions.ts';
import { migrations } from './tables.ts';

const [a, b] = [sessionId(1), sessionId(2)];

/** Transactions in the write-ahead log: the frames whose header says that they commit. */
const commitsIn = (file: string): number => {
  const wal = readFileSync(`${file}-wal`);
  const frameSize = 24 + wal.readUInt32BE(8);
  let commits = 0;
  for (let frame = 32; frame + frameSize <= wal.length; frame += frameSize) {
    const isOfThisLog = wal.compare(wal, 16, 24, frame + 8, frame + 16) === 0;
    if (isOfThisLog && wal.readUInt32BE(frame + 4) > 0) commits++;
  }
  return commits;
};

describe('a store that is opened again', () => {
  it('has all that was appended', async () => {
    const { store, file } = await openStore();
    const author = new Author(store);
    const started = await author.start(
      a,
      { name: 'Ä', wakeAt: newYear + 5, run: { directory: '/' } },
      { receipt: receiptOf('k') },
    );
    const said = await author.comment(a, 'one', { saved: savedAt(2) });
    const more = await author.comment(a, 'two');
    await author.start(b);
    await author.enter(b, 'completed');
    const view = async ({ store: of }: { store: typeof store }) => ({
      events: await of.read(a, { limit: 10 }),
      history: await of.load(a),
      all: await of.readAll({ after: 0, limit: 10 }),
      list: await of.list({ limit: 10, nameContains: '' }),
      totals: await Promise.all([of.list({ limit: 1, status: 'active' }), of.list({ limit: 1, status: 'completed' })]),
      receipt: await of.receipt(receiptOf('k')),
      clock: [await of.nextWake(), await of.waking(newYear + 5, 5), await of.openRuns()],
    });
    const before = await view({ store });
    expect(before.events).toEqual([...started, ...said, ...more]);
    await store.close();
    expect(await view(await openStore(file))).toEqual(before);
  });

  it('goes on with versions and positions where it was', async () => {
    const { store, file } = await openStore();
    const first = new Author(store);
    const [started] = await first.start(a);
    await store.close();
    const again = new Author((await openStore(file)).store);
    await expect(again.start(a)).rejects.toMatchObject({ kind: 'write_conflict' });
    again.summaries.set(a, first.summaries.get(a)!);
    const [next] = await again.comment(a, 'on');
    expect(next).toMatchObject({ seq: 1 });
    expect(next!.position).toBeGreaterThan(started!.position);
  });

  it('gives no position twice, also when the sessions with the last ones were removed (J2)', async () => {
    const { store, file } = await openStore();
    const author = new Author(store);
    for (const id of [a, b]) await author.start(id);
    const [last] = await author.comment(b, 'the last');
    await author.remove(b);
    await author.remove(a);
    await store.close();
    const again = new Author((await openStore(file)).store);
    const [next] = await again.start(a);
    expect(next!.position).toBeGreaterThan(last!.position);
  });
});

describe('an append that is answered', () => {
  it('is in the files, whatever becomes of the process then (J1)', async () => {
    const { store, file } = await openStore();
    const [event] = await new Author(store).start(a, {}, { receipt: receiptOf('k') });
    const copy = tempFile();
    for (const suffix of ['', '-wal']) copyFileSync(file + suffix, copy + suffix);
    const { store: afterCrash } = await openStore(copy);
    expect(await afterCrash.read(a, { limit: 10 })).toEqual([event]);
    expect(await afterCrash.list({ limit: 10 })).toMatchObject({ total: 1 });
    expect(await afterCrash.receipt(receiptOf('k'))).toEqual(receiptOf('k'));
  });

  it('shares its commit with those that were handed in while another was under way', async () => {
    const { store, file } = await openStore();
    const author = new Author(store);
    await author.start(sessionId(0));
    const before = commitsIn(file);
    await Promise.all(Array.from({ length: 300 }, (_, n) => author.start(sessionId(n + 1))));
    expect(commitsIn(file) - before).toBeLessThanOrEqual(4);
    expect(await store.list({ limit: 1 })).toMatchObject({ total: 301 });
  });

  it('has a commit of its own when nothing else is handed in', async () => {
    const { store, file } = await openStore();
    const author = new Author(store);
    await author.start(a);
    const before = commitsIn(file);
    for (let n = 0; n < 5; n++) await author.comment(a, `${n}`);
    expect(commitsIn(file) - before).toBe(5);
  });
});

describe('old receipts', () => {
  const withReceipts = async () => {
    const { store, file } = await openStore();
    tamper(
      file,
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
       INSERT INTO receipts SELECT 'ada', 'POST /', i, '', 200, '{}', 1 FROM n`,
    );
    return store;
  };
  const count = (store: SqliteStore) => store.rows('SELECT count(*) AS n FROM receipts')[0]?.['n'];

  it('keep no append waiting while many of them are forgotten', async () => {
    const store = await withReceipts();
    const author = new Author(store);
    const order: string[] = [];
    const forgotten = store.forgetReceipts(2).then(() => order.push('forgotten'));
    await author.start(a);
    order.push('appended');
    await forgotten;
    expect(order).toEqual(['appended', 'forgotten']);
    expect(count(store)).toBe(0);
  });

  it('that are left when the store is closed are the next start’s', async () => {
    const store = await withReceipts();
    const forgotten = store.forgetReceipts(2);
    await store.close();
    await forgotten;
  });
});

describe('an entry that cannot be written', () => {
  /** Passes every check but the table's. */
  const unwritable = (author: Author): Entry => ({
    ...author.beginning(b),
    receipt: receiptOf('bad', { body: undefined as unknown as string }),
  });

  it('is refused alone; those it came with are written, in their order', async () => {
    const { store } = await openStore();
    const author = new Author(store);
    await author.start(a);
    const comment = (text: string, expectedVersion: number) =>
      store.append({ ...author.change(a, [commented(text)]), expectedVersion });
    const heard: number[] = [];
    store.onCommitted((events) => heard.push(...events.map(({ position }) => position)));
    const results = await Promise.allSettled([
      comment('one', 1),
      store.append(unwritable(author)),
      comment('two', 2),
      comment('conflict', 2),
      comment('three', 3),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(results[1]).toMatchObject({ reason: { kind: 'internal_error' } });
    expect(results[3]).toMatchObject({ reason: { kind: 'write_conflict' } });
    const events = await store.read(a, { limit: 10 });
    expect(events.map(({ data }) => (data as { text?: string }).text)).toEqual([undefined, 'one', 'two', 'three']);
    expect(heard).toEqual(events.slice(1).map(({ position }) => position));
  });

  it('leaves nothing behind', async () => {
    const { store } = await openStore();
    const author = new Author(store);
    await author.start(a);
    await expect(store.append(unwritable(author))).rejects.toMatchObject({ kind: 'internal_error' });
    expect([store.get(b), await store.read(b, { limit: 10 }), await store.load(b)]).toEqual([undefined, [], undefined]);
    expect(await store.list({ limit: 10 })).toMatchObject({ total: 1, sessions: [{ id: a }] });
    expect(store.health()).toEqual({ state: 'writable' });
    await author.start(b);
  });
});

describe('a disk that is full', () => {
  it('refuses the batch, changes nothing, and is tried again at the next one', async () => {
    const db = openForWriting(tempFile());
    const appender = newAppender(db);
    const reads = newReads(db);
    const author = new Author(undefined as never);
    appender.append([pack(author.beginning(a))]);
    db.exec(`PRAGMA max_page_count = ${Number(db.prepare('PRAGMA page_count').get()?.['page_count'])}`);
    const large = { ...author.beginning(b), events: [commented('x'.repeat(100_000))] };
    expect(() => appender.append([pack(large)])).toThrow(/full/);
    expect([reads.get(b), reads.readAll({ after: 0, limit: 10 }).length]).toEqual([undefined, 1]);
    db.exec('PRAGMA max_page_count = 1000000');
    expect(appender.append([pack(large)])).toEqual([2]);
    expect(reads.read(b, { limit: 10 })).toMatchObject([{ position: 2, seq: 0 }]);
    db.close();
  });
});

describe('a file that the store cannot open', () => {
  const contents = (file: string) =>
    readdirSync(dirname(file)).map((name) => [name, readFileSync(join(dirname(file), name))]);

  it('is of a newer stint: it is told so, and nothing is touched', async () => {
    const { store, file } = await openStore();
    await new Author(store).start(a);
    await store.close();
    tamper(file, `PRAGMA user_version = ${migrations.length + 1}`);
    const before = contents(file);
    await expect(openStore(file)).rejects.toThrow(/newer than this stint knows.*start a newer stint on it/);
    expect(contents(file)).toEqual(before);
  });

  it('is not a database: it is not overwritten', async () => {
    const file = tempFile();
    writeFileSync(file, `a letter to a friend ${'x'.repeat(8192)}`);
    const before = contents(file);
    await expect(openStore(file)).rejects.toThrow(/not a database/);
    expect(contents(file)).toEqual(before);
  });

  it('lies in a folder that does not exist', async () => {
    await expect(openStore(join(dirname(tempFile()), 'nowhere', 'stint.db'))).rejects.toThrow(/unable to open/);
  });
});

describe('a store that was closed', () => {
  it('takes no more', async () => {
    const { store } = await openStore();
    await store.close();
    await expect(new Author(store).start(a)).rejects.toMatchObject({ kind: 'store_read_only' });
    expect(store.health()).toMatchObject({ state: 'read_only' });
  });
});

describe('data of the version before', () => {
  it('has its runs found', async () => {
    const file = tempFile();
    const db = new DatabaseSync(file);
    db.exec(`${sessions}; PRAGMA user_version = 1`);
    const insert = db.prepare(
      `INSERT INTO sessions (id, owner, kind, status, start_time, has_run, version, doc)
       VALUES (?, 'owner', 'timer', ?, 1, 1, 1, ?)`,
    );
    insert.run('open', 'active', JSON.stringify({ id: 'open' }));
    insert.run('ended', 'completed', JSON.stringify({ id: 'ended', endTime: newYear }));
    db.close();
    const { store } = await openStore(file);
    expect(await store.openRuns()).toEqual([{ id: 'open' }]);
    expect(await store.runsEndedSince(newYear)).toEqual([{ id: 'ended', endTime: newYear }]);
    expect(await store.runsEndedSince(newYear + 1)).toEqual([]);
  });
});
