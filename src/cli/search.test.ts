import { beforeAll, describe, expect, it } from 'vitest';
import type { Screen } from './screen.ts';
import { nothingWords, readingWords, searchText } from './search-words.ts';
import type { FoundTexts } from './search-words.ts';
import { emptyFolder, saidBy, spawnStint, startServer, stint, useFolder } from './stint.suite.ts';

/** What was found, in words; what is found is tested by the guide. */

const screen: Screen = { isTerminal: false, columns: 80, rows: 24, colors: false };
const now = Date.UTC(2026, 10, 20, 12);
type Found = FoundTexts['texts'][number];

const found = (over: Partial<Found> = {}): Found => ({
  session: '019a8f5e-7c1b-7000-8000-3b5f1b2c3d4e',
  agentSession: 's1',
  source: 'claude',
  title: 'fix the cart',
  project: '/home/ada/shop',
  at: new Date(now - 7_500_000).toISOString(),
  by: 'user',
  snippet: 'the cart is empty',
  marks: [{ start: 4, end: 8 }],
  ...over,
});
const answer = (...texts: Found[]): FoundTexts => ({ texts, total: texts.length, index: { state: 'ready' } });

describe('what was found', () => {
  it('stands under its session, with who said it and how long ago', () => {
    const other = { session: '019a8f5e-7c1b-7000-8000-3b5f00000002', title: undefined, project: undefined };
    const { title: _, project: __, ...untitled } = found({ session: other.session, by: 'agent', agentId: 'a' });
    expect(
      searchText(screen, answer(found(), untitled, found({ by: 'agent', at: new Date(now).toISOString() })), now),
    ).toBe(
      [
        'fix the cart  /home/ada/shop · claude · 1b2c3d4e',
        '  you, 2h ago: the cart is empty',
        '  agent, just now: the cart is empty',
        '',
        'claude · 00000002',
        '  subagent, 2h ago: the cart is empty',
      ].join('\n'),
    );
  });

  it('is in colour where a person sees it, on one line with a title that fits', () => {
    const terminal = { ...screen, isTerminal: true, colors: true, columns: 60 };
    const shown = searchText(terminal, { ...answer(found({ title: 'long '.repeat(20) })), total: 4 }, now);
    expect(shown).toContain('the \u001b[33mcart\u001b[39m is empty');
    expect(shown).toContain('lon…\u001b[22m  \u001b[2m/home/ada/shop · claude · 1b2c3d4e');
    expect(shown).toContain('and 3 more; see them with -n · look at a session with: stint show 1b2c3d4e');
  });

  it('steers no terminal, wherever in it that is tried', () => {
    const shown = searchText(
      screen,
      answer(
        found({
          snippet: '\u001b[2J ca\u202ert \u{e0041}x',
          marks: [{ start: 5, end: 10 }],
          title: 'a\u0007',
          project: '/a\nb',
        }),
      ),
      now,
    );
    // oxlint-disable-next-line no-control-regex
    expect(shown.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u202e\u{e0041}]/u);
    expect(shown.split('\n')).toHaveLength(2);
  });

  it('may be missing some while there is more to read', () => {
    expect(readingWords(answer())).toBeUndefined();
    expect(readingWords({ ...answer(), index: { state: 'reading', files: 3, of: 7 } })).toContain('(3 of 7 files)');
    expect(readingWords({ ...answer(), index: { state: 'reading', files: 0, of: 0 } })).not.toContain('files)');
  });

  it('is nothing, with what else to try', () => {
    expect(nothingWords('abc b', true)).toContain('try fewer, or look without the options, or ');
    expect(nothingWords('a', false)).not.toMatch(/fewer|options/);
    expect(nothingWords('zzzqq', false)).toContain('the beginning of a word does too: “zzzqq*”');
    expect(nothingWords('-"not this" wanted', false)).toContain('“wanted*”');
    expect(nothingWords('zzz*', false)).toBe('nothing that was said fits “zzz*”');
  });
});

describe('stint search', () => {
  const folder = useFolder();
  const home = emptyFolder();
  const run = (...args: string[]) => stint([...args, '--data', folder]);
  beforeAll(async () => {
    await startServer(folder, { HOME: home });
  });

  it('ends with 1 and a sentence where nothing is found', async () => {
    const said = await run('search', 'nothing', 'there', '--json');
    expect(said).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^stint: nothing that was said fits/m) as string,
    });
    expect(JSON.parse(said.stdout)).toMatchObject({ texts: [], total: 0 });
    expect(await run('search', 'nothing')).toMatchObject({ code: 1, stdout: '' });
  });

  it.each([
    [['search'], /missing required argument 'words'; it looks like: stint search session cookie/],
    [['search', 'a', '--since', 'soon'], /2026-11-20, a month such as 2026-11, today/],
    [['search', '!?'], /^stint: “!\?” has no word in it/],
    [['search', 'a', '--since', '3d', '--until', '5d'], /lies before --since/],
    [['search', 'a', '--by', 'me'], /one of user, agent/],
  ])('%j is refused with a sentence', async (args, sentence) => {
    expect(await run(...args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(sentence) as string,
    });
  });
});

const [without, alone] = [emptyFolder(), emptyFolder()];
const serving = (folder: string, ...options: string[]) =>
  saidBy(
    spawnStint(['serve', '--port', '0', '--data', folder, '--quiet', ...options], { env: { HOME: folder } }).stdout,
    /listening on .*\n/,
  );

it('is told that a server has no search', async () => {
  await serving(without, '--no-search');
  expect(await stint(['search', 'a', '--data', without])).toEqual({
    code: 5,
    stdout: '',
    stderr: 'stint: the search is switched off: the server was started with --no-search, and nothing is indexed\n',
  });
});

it('waits for nothing where agents are left alone', async () => {
  await serving(alone, '--no-agents');
  const { stdout } = await stint(['search', 'a', '--data', alone, '--json']);
  expect(JSON.parse(stdout)).toEqual({ texts: [], total: 0, index: { state: 'ready' } });
});
