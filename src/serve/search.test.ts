import { appendFileSync, mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { termsIn } from '../contract/search-terms.ts';
import { tempFolder } from '../readers/following.suite.ts';
import { ada, newYear, Searched, sessionId, shown } from '../stores/sqlite/search.suite.ts';
import type { SqliteStore } from '../stores/sqlite/store.ts';
import { onceSo, startSearch } from './search.ts';
import type { SearchOptions } from './search.ts';

/** A line of a transcript of Claude Code's. */
const line = (text: string, { uuid = text, session = 's1', by = 'user' } = {}): string =>
  `${JSON.stringify({
    type: by === 'user' ? 'user' : 'assistant',
    uuid,
    sessionId: session,
    timestamp: new Date(newYear).toISOString(),
    message: { role: by, content: by === 'user' ? text : [{ type: 'text', text }] },
  })}\n`;

const begin = async () => {
  const home = tempFolder();
  const searched = await Searched.open();
  await searched.adopt(2, 's2');
  const logged: string[] = [];
  const log = pino({ level: 'debug' }, { write: (text: string) => void logged.push(text) });
  const fileOf = (session: string) => join(home, '.claude', 'projects', '-work', `${session}.jsonl`);
  const write = (session: string, ...lines: string[]) => {
    mkdirSync(dirname(fileOf(session)), { recursive: true });
    writeFileSync(fileOf(session), lines.join(''));
  };
  const start = async (store: SqliteStore = searched.store, options: Partial<SearchOptions> = {}) => {
    const search = await startSearch(
      { owner: { id: ada, name: 'ada', role: 'owner', createdAt: 0 } },
      { store, log },
      { isOn: true, isRead: true, surroundings: { home, env: {} }, after: Promise.resolve(), ...options },
    );
    onTestFinished(() => search.stop());
    const find = async (query: string) =>
      (await search.find({ terms: termsIn(query), limit: 20, walk: { now: newYear, offset: 0 } })).texts.map(shown);
    const isReady = async () => {
      await expect.poll(() => search.state()).toEqual({ is: 'ready' });
    };
    return { search, find, isReady };
  };
  return { searched, logged, fileOf, write, start };
};

describe('what was said to agents', () => {
  it('is indexed once usage is read, and live from then on', async () => {
    const { write, start, fileOf, searched } = await begin();
    write('s1', line('fix the login'), line('The login is fixed.', { by: 'assistant' }));
    const usage = Promise.withResolvers<void>();
    const { search, find, isReady } = await start(searched.store, { after: usage.promise });
    expect(search.state()).toEqual({ is: 'reading', files: 0, of: 0 });
    expect(await find('login')).toEqual([]);
    usage.resolve();
    await isReady();
    expect((await find('login')).toSorted()).toEqual(['The [login] is fixed.', 'fix the [login]']);
    appendFileSync(fileOf('s1'), line('now the logout'));
    await expect.poll(() => find('logout')).toEqual(['now the [logout]']);
  });

  it('is not read again after a restart where nothing changed', async () => {
    const { write, start, fileOf, searched } = await begin();
    write('s1', line('as it was'));
    utimesSync(fileOf('s1'), 1, 1);
    const first = await start();
    await first.isReady();
    await first.search.stop();
    const { store } = await searched.again();
    // As long as before: who looked into the file would see it.
    writeFileSync(fileOf('s1'), line('as it is!', { uuid: 'as it was' }));
    utimesSync(fileOf('s1'), 1, 1);
    const { find, isReady } = await start(store);
    await isReady();
    expect(await find('as')).toEqual(['[as] it was']);
  });

  it('is there once, however files are written anew, moved and forked', async () => {
    const { write, start, fileOf } = await begin();
    const history = [line('shared words', { uuid: 'a' }), line('other words', { uuid: 'b' })];
    write('s1', ...history);
    const { find, isReady } = await start();
    await isReady();
    write('s2', ...history.map((one) => one.replace('"s1"', '"s2"')), line('forked words', { session: 's2' }));
    await expect.poll(() => find('forked')).toHaveLength(1);
    writeFileSync(`${fileOf('s1')}.new`, [...history, line('more words')].join(''));
    renameSync(`${fileOf('s1')}.new`, fileOf('s1'));
    await expect.poll(() => find('more')).toHaveLength(1);
    expect((await find('words')).toSorted()).toEqual(
      ['shared', 'other', 'forked', 'more'].map((word) => `${word} [words]`).toSorted(),
    );
  });

  it('is what is in all of many files, slice by slice', async () => {
    const { write, start } = await begin();
    const lines = Array.from({ length: 700 }, (_, i) => line(`number n${i} ${'x '.repeat(i)}`));
    write('s1', ...lines.slice(0, 400), line(`pasted ${'p'.repeat(2_000_000)} beyond`));
    write('s2', ...lines.slice(400).map((one) => one.replace('"s1"', '"s2"')));
    const { search, find, isReady } = await start();
    await isReady();
    const { total } = await search.find({ terms: termsIn('number'), limit: 1, walk: { now: newYear, offset: 0 } });
    expect(total).toBe(700);
    expect(await find('n699')).toHaveLength(1);
    expect([(await find('pasted')).length, (await find('beyond')).length]).toEqual([1, 0]);
  });

  it('goes on where a stop cut it short', async () => {
    const { write, start, searched, logged } = await begin();
    write('s1', ...Array.from({ length: 2500 }, (_, i) => line(`number n${i} ${'x '.repeat(100)}`)));
    const first = await start();
    const count = () => Number(searched.store.rows('SELECT count(*) AS n FROM texts')[0]?.['n']);
    await expect.poll(count, { interval: 1 }).toBeGreaterThan(0);
    await first.search.stop();
    expect(count()).toBeLessThan(2500);
    const then = await searched.again();
    const { find, isReady } = await start(then.store);
    await isReady();
    expect(then.store.rows('SELECT count(*) AS n FROM texts')).toEqual([{ n: 2500 }]);
    expect(await find('n2499')).toHaveLength(1);
    expect(logged.filter((text) => text.includes('could not'))).toEqual([]);
  });

  it('is taken away with its session', async () => {
    const { write, start, searched } = await begin();
    write('s1', line('secret of one'));
    write('s2', line('secret of two', { session: 's2' }));
    const { search, find, isReady } = await start();
    await isReady();
    await searched.store.remove(sessionId(1), 1);
    expect(await find('secret')).toEqual(['[secret] of two']);
    await search.stop();
    await start();
    await expect.poll(() => searched.store.rows('SELECT text FROM texts')).toEqual([{ text: 'secret of two' }]);
  });

  it('is deleted at the next start when the search is switched off, and the log says so and nothing else', async () => {
    const { write, start, searched, logged } = await begin();
    write('s1', line('canary of the prompt'), '{"type":"user", torn canary\n', line('canary', { by: 'assistant' }));
    const first = await start();
    await first.isReady();
    expect(await first.find('canary')).toHaveLength(2);
    await first.search.stop();
    const { search, find } = await start(searched.store, { isOn: false });
    expect(search.state()).toEqual({ is: 'off' });
    expect(await find('canary')).toEqual([]);
    await expect.poll(() => searched.store.rows('SELECT count(*) AS n FROM texts')).toEqual([{ n: 0 }]);
    expect(logged.filter((text) => text.includes('switched off: what was indexed for it is deleted'))).toHaveLength(1);
    await start(searched.store, { isOn: false });
    expect(logged.filter((text) => text.includes('switched off'))).toHaveLength(1);
    expect(logged.join('')).not.toContain('canary');
    const again = await start();
    await again.isReady();
    expect(await again.find('canary')).toHaveLength(2);
  });

  it('is left alone where agents’ files are, and what was indexed is found', async () => {
    const { write, start } = await begin();
    write('s1', line('indexed before'));
    const first = await start();
    await first.isReady();
    await first.search.stop();
    write('s1', line('indexed before'), line('written since'));
    const { search, find } = await start(undefined, { isRead: false });
    expect(search.state()).toEqual({ is: 'ready' });
    expect([await find('before'), await find('since')]).toEqual([['indexed [before]'], []]);
  });
});

it('waits until it is so', async () => {
  const looks = [false, false, true, true];
  await onceSo(() => looks.shift() ?? false, 1);
  expect(looks).toEqual([true]);
});
