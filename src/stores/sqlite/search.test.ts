import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ada, dayMs, newYear, said, Searched, sessionId, shown } from './search.suite.ts';

const letter = /[\p{L}\p{N}]/u;
/** Its vowels were marks when SQLite learnt them, and break words. */
const newTaiLue = /[\u19b0-\u19c9\u1cf2\u1cf3]/g;
/** What has no name yet may be a letter, and is one to the index. */
const notOfWords = /[^\p{L}\p{N}\p{M}\p{Co}\p{Cn}]+/u;

describe('what was said', () => {
  it('is found by its words, whatever their case and accents', async () => {
    const searched = await Searched.open();
    await searched.keep(said('Der Zug fährt über die Brücke'), said('the train crosses the bridge'));
    expect(await searched.find('BRUCKE fahrt')).toEqual(['Der Zug [fährt] über die [Brücke]']);
    expect(await searched.find('train bridge')).toEqual(['the [train] crosses the [bridge]']);
    expect(await searched.find('train Brücke')).toEqual([]);
    expect(await searched.find('cross*')).toEqual(['the train [crosses] the bridge']);
    expect(await searched.find('"the bridge"')).toEqual(['the train crosses [the bridge]']);
    expect(await searched.find('"bridge the"')).toEqual([]);
    expect(await searched.find('the -bridge')).toEqual([]);
    expect(await searched.find('the -brid*')).toEqual([]);
    expect(await searched.find('the -tunnel')).toEqual(['[the] train crosses [the] bridge']);
    expect(await searched.find('-tunnel')).toEqual([]);
  });

  it('is found by any word of it, and by all of them', async () => {
    const searched = await Searched.open();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.lorem({ maxCount: 5 }), fc.string()), { minLength: 1 }),
        async (parts) => {
          const text = parts.join(' ').replaceAll(newTaiLue, ' ');
          const words = text.split(notOfWords).filter((word) => letter.test(word));
          await searched.keep(said(text, { key: 'the one' }));
          for (const word of words.slice(0, 20)) {
            const { total, texts } = await searched.ask(`"${word}"`);
            expect([word, total]).toEqual([word, 1]);
            expect(texts[0]?.marks.length).toBeGreaterThan(0);
            const first = word.normalize('NFC').match(/^\P{M}/u)?.[0];
            if (first !== undefined && letter.test(first)) expect((await searched.ask(`"${word}"*`)).total).toBe(1);
          }
          if (words.length > 0) expect((await searched.ask(words.join(' ').slice(0, 1000))).total).toBe(1);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('answers every question, however it is spelled', async () => {
    const searched = await Searched.open();
    await searched.keep(said('SELECT * FROM "texts" WHERE text NEAR/2 MATCH column:filter ^start {a b} + c'));
    const odd = fc.constantFrom(
      '"',
      '*',
      '-',
      ' ',
      'AND',
      'OR',
      'NOT',
      'NEAR(',
      ')',
      '(',
      '^',
      '+',
      ':',
      '{',
      "'",
      '\0',
      'a',
    );
    const queries = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.array(odd, { maxLength: 500 }).map((parts) => parts.join('')),
      fc.array(fc.string({ maxLength: 4 }), { maxLength: 300 }).map((parts) => parts.join(' ')),
      fc.array(fc.string({ maxLength: 4 }), { maxLength: 300 }).map((parts) => parts.join(' -')),
    );
    await fc.assert(
      fc.asyncProperty(queries, async (query) => {
        expect((await searched.ask(query.slice(0, 1000))).total).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
    expect(await searched.find('near/2 column:filter ^start')).toHaveLength(1);
  });

  it.each([
    ['「セッションのテストを直して」', 'テスト', '「セッションの[テスト]を直して」'],
    ['请修复登录页面的错误', '登录', '请修复[登录]页面的错误'],
    ['请修复登录页面的错误', '错', '请修复登录页面的[错]误'],
    ['로그인 페이지를 고쳐', '페이지', '로그인 [페이지]를 고쳐'],
    ['แก้ไขหน้าเข้าสู่ระบบ', 'หน้า', 'แก้ไข[หน้า]เข้าสู่ระบบ'],
    ['使用React框架', 'react', '使用[React]框架'],
    ['Tシャツ', 'シャツ', 'T[シャツ]'],
    ['🤖Generated', 'generated', '🤖[Generated]'],
    ['done👩🏽‍💻🫠', 'done', '[done]👩🏽‍💻🫠'],
    ['か\u3099き', 'がき', '[がき]'],
  ])('is found by a part of it where words have no spaces: %s, %s', async (text, query, found) => {
    const searched = await Searched.open();
    await searched.keep(said(text));
    expect(await searched.find(query)).toEqual([found]);
    expect(await searched.find(`${query}猫`)).toEqual([]);
  });

  it('comes best first, and recent before old where it fits as well', async () => {
    const searched = await Searched.open();
    const filler = 'something else that is much longer and has nothing to do with it at all';
    await searched.keep(
      said('deploy old', { at: newYear - 400 * dayMs }),
      said('deploy new', { at: newYear - dayMs }),
      said(`deploy ${filler} ${filler}`, { at: newYear }),
    );
    expect(await searched.find('deploy')).toEqual(['[deploy] new', '[deploy] old', `[deploy] ${filler} ${filler}`]);
  });

  it('is told with where it was said', async () => {
    const searched = await Searched.open();
    await searched.adopt(2, 'c9', { source: 'codex', directory: '/home/ada/shop', name: 'fix the cart' });
    await searched.keep(
      said('the cart is empty', { source: 'codex', sessionId: 'c9', agentId: 'sub', by: 'agent', at: newYear + 5 }),
    );
    expect((await searched.ask('cart')).texts).toEqual([
      {
        session: sessionId(2),
        source: 'codex',
        sessionId: 'c9',
        agentId: 'sub',
        project: '/home/ada/shop',
        title: 'fix the cart',
        by: 'agent',
        at: newYear + 5,
        snippet: 'the cart is empty',
        marks: [{ start: 4, end: 8 }],
        isCut: false,
      },
    ]);
  });

  it('is asked for by owner, agent, session, folder, speaker and time', async () => {
    const searched = await Searched.open();
    await searched.adopt(2, 's2', { directory: '/home/ada/shop' });
    await searched.adopt(3, 's3', { directory: '/home/ada/shopping' });
    await searched.adopt(4, 's4', { directory: '/home/ada/shop/web', source: 'codex' });
    await searched.keep(
      said('word 1', { at: newYear + 1 }),
      said('word 2', { sessionId: 's2', by: 'agent' }),
      said('word 3', { sessionId: 's3', at: newYear + 3 }),
      said('word 4', { sessionId: 's4', source: 'codex' }),
    );
    await searched.texts.keepTexts('bob', [said('word 5', { sessionId: 's5' })], []);
    const found = async (over: Parameters<Searched['find']>[1]) =>
      (await searched.find('word', over))
        .map((line) => line.slice(-1))
        .toSorted()
        .join('');
    expect(await found({})).toBe('1234');
    expect(await found({ owner: ada })).toBe('1234');
    expect(await found({ owner: 'bob' })).toBe('');
    await searched.adopt(5, 's5', { owner: 'bob' });
    expect(await found({ owner: 'bob' })).toBe('5');
    expect(await found({ owner: ada, source: 'codex' })).toBe('4');
    expect(await found({ session: 's2' })).toBe('2');
    expect(await found({ session: sessionId(3) })).toBe('3');
    expect(await found({ project: '/home/ada/shop' })).toBe('24');
    expect(await found({ project: '/home/ada/shop/' })).toBe('24');
    expect(await found({ project: '/' })).toBe('234');
    expect(await found({ by: 'agent' })).toBe('2');
    expect(await found({ since: newYear + 1, until: newYear + 3 })).toBe('1');
  });

  it('comes in pages that neither repeat nor drop what was there at first', async () => {
    const searched = await Searched.open();
    await searched.keep(...Array.from({ length: 25 }, (_, i) => said(`word ${i}`, { at: newYear - i * dayMs })));
    const met: string[] = [];
    let page = await searched.ask('word', { limit: 10 });
    for (;;) {
      met.push(...page.texts.map(shown));
      expect(page.total).toBe(25);
      if (page.next === undefined) break;
      await searched.keep(said('word of later'));
      page = await searched.ask('word', { limit: 10, walk: page.next });
    }
    expect(met.toSorted()).toEqual(Array.from({ length: 25 }, (_, i) => `[word] ${i}`).toSorted());
  });

  it('is kept up to its first 64 KB', async () => {
    const searched = await Searched.open();
    await searched.keep(said(`beginning ${'ü '.repeat(40_000)} end`), said(`beginning ${'u '.repeat(32_000)} short`));
    const { texts } = await searched.ask('beginning');
    expect(texts.map(({ isCut }) => String(isCut)).toSorted()).toEqual(['false', 'true']);
    expect(await searched.find('end')).toEqual([]);
    expect(await searched.find('short')).toHaveLength(1);
  });
});

describe('a text that is told again', () => {
  it('is the same one in a fork, and is the first session’s', async () => {
    const searched = await Searched.open();
    await searched.adopt(2, 's2');
    await searched.keep(said('shared history', { key: 'a' }));
    await searched.keep(
      said('shared history', { key: 'a', sessionId: 's2' }),
      said('history goes on', { sessionId: 's2' }),
    );
    const { texts } = await searched.ask('history');
    expect(texts.map((text) => `${text.sessionId} ${shown(text)}`).toSorted()).toEqual([
      's1 shared [history]',
      's2 [history] goes on',
    ]);
  });

  it('takes the place of what the session had told before', async () => {
    const searched = await Searched.open();
    await searched.keep(said('the first half', { key: 'a' }));
    await searched.keep(said('the first half and the second', { key: 'a' }));
    expect(await searched.find('first')).toEqual(['the [first] half and the second']);
    await searched.keep(said('something else', { key: 'a' }));
    expect(await searched.find('first')).toEqual([]);
    expect(await searched.find('else')).toHaveLength(1);
  });

  it('is another one of another agent’s', async () => {
    const searched = await Searched.open();
    await searched.adopt(2, 's1', { source: 'codex' });
    await searched.keep(said('word', { key: 'a' }), said('word', { key: 'a', source: 'codex' }));
    expect((await searched.ask('word')).total).toBe(2);
  });
});

describe('what is kept', () => {
  const place = (over: object = {}) => ({
    source: 'claude',
    file: '/f',
    cursor: '{"at":1}',
    stamp: '1 2 3',
    skipped: { malformed: 2 },
    ...over,
  });

  it('is there after a restart, with how far files were read', async () => {
    const first = await Searched.open();
    await first.texts.keepTexts(ada, [said('lasting words')], [place()]);
    await first.texts.keepTexts(ada, [], [place({ cursor: '{"at":2}' }), place({ file: '/g', source: 'codex' })]);
    const then = await first.again();
    expect(await then.find('lasting')).toEqual(['[lasting] words']);
    expect(await then.texts.textPlaces('claude')).toEqual([place({ cursor: '{"at":2}' })]);
  });

  it('is kept all or nothing', async () => {
    const searched = await Searched.open();
    const bad = place({ cursor: undefined as unknown as string });
    await expect(searched.texts.keepTexts(ada, [said('never kept')], [bad])).rejects.toThrow();
    expect(await searched.find('never')).toEqual([]);
    expect(await searched.texts.textPlaces('claude')).toEqual([]);
    await searched.keep(said('kept afterwards'));
    expect(await searched.find('afterwards')).toHaveLength(1);
  });
});

const indexIsSound = async ({ store }: Searched) =>
  store.run([{ sql: "INSERT INTO text_words (text_words, rank) VALUES ('integrity-check', 1)", params: [] }]);

describe('a session that is deleted', () => {
  const begin = async () => {
    const searched = await Searched.open();
    await searched.adopt(2, 's2');
    await searched.keep(...Array.from({ length: 40 }, (_, i) => said(`secret number ${i}`, { key: `k${i}` })));
    await searched.keep(said('secret of another', { sessionId: 's2' }));
    return searched;
  };

  it('takes with it what was said in it, from the tables too', async () => {
    const searched = await begin();
    await searched.store.remove(sessionId(1), 1);
    expect(await searched.find('secret')).toEqual(['[secret] of another']);
    await searched.texts.sweepTexts();
    await indexIsSound(searched);
    expect(searched.store.rows('SELECT text FROM texts')).toEqual([{ text: 'secret of another' }]);
    expect(searched.store.rows('SELECT count(*) AS n FROM text_sessions')).toEqual([{ n: 1 }]);
  });

  it('has no part in what the agent says in it afterwards', async () => {
    const searched = await begin();
    await searched.store.remove(sessionId(1), 1);
    await searched.adopt(3, 's1');
    expect(await searched.find('secret')).toEqual(['[secret] of another']);
    await searched.keep(said('secret of later'), said('secret number seven', { key: 'k7' }));
    const expected = ['[secret] number seven', '[secret] of another', '[secret] of later'];
    expect((await searched.find('secret')).toSorted()).toEqual(expected);
    await searched.texts.sweepTexts();
    await indexIsSound(searched);
    expect((await searched.find('secret')).toSorted()).toEqual(expected);
  });

  it('keeps what was said when it could not be deleted', async () => {
    const searched = await begin();
    await expect(searched.store.remove(sessionId(1), 7)).rejects.toThrow();
    expect((await searched.ask('secret')).total).toBe(41);
  });
});

describe('forgetting', () => {
  it('leaves nothing of what was said, in the file neither', async () => {
    const searched = await Searched.open();
    const canary = 'zqxcanary';
    await searched.keep(...Array.from({ length: 250 }, (_, i) => said(`${canary} ${i} ${'x'.repeat(i * 10)}`)));
    const { hadSome, gone } = await searched.texts.forgetTexts();
    expect(hadSome).toBe(true);
    expect(await searched.find(canary)).toEqual([]);
    await gone;
    for (const table of ['texts', 'text_sessions', 'text_files'])
      expect(searched.store.rows(`SELECT count(*) AS n FROM ${table}`)).toEqual([{ n: 0 }]);
    expect((await searched.texts.forgetTexts()).hadSome).toBe(false);
    await searched.store.close();
    expect(readFileSync(searched.file).includes(canary)).toBe(false);
  });

  it('goes on where it was interrupted, before anything is kept again', async () => {
    const first = await Searched.open();
    await first.keep(...Array.from({ length: 250 }, (_, i) => said(`forgotten ${i}`, { key: `k${i}` })));
    const { gone } = await first.texts.forgetTexts();
    const closed = first.again();
    await gone.catch(() => undefined);
    const then = await closed;
    expect(then.store.rows('SELECT 1 FROM texts LIMIT 1')).toHaveLength(1);
    await then.texts.sweepTexts();
    expect(then.store.rows('SELECT count(*) AS n FROM texts')).toEqual([{ n: 0 }]);
    await then.keep(said('remembered again', { key: 'k1' }));
    await indexIsSound(then);
    expect(await then.find('remembered')).toHaveLength(1);
    expect(await then.find('forgotten')).toEqual([]);
  });
});
