import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badPaths } from '../../../test/doorways/answers.ts';
import { Doorway } from '../../../test/doorways/doorway.ts';
import { unwrap } from '../../sdk/index.ts';
import type { paths, Schemas } from '../../sdk/index.ts';

type Query = NonNullable<paths['/api/sessions']['get']['parameters']['query']>;

let door: Doorway;

const list = async (query: Query = {}): Promise<Schemas['SessionList']> =>
  unwrap(await door.client().GET('/api/sessions', { params: { query } }));

const namesOf = ({ sessions }: Schemas['SessionList']): (string | undefined)[] => sessions.map(({ name }) => name);

/** Sessions of these names, the last of them the newest; each a second after the one before unless told otherwise. */
const start = async (names: readonly string[], apartMs = 1000): Promise<string[]> => {
  const ids: string[] = [];
  for (const name of names) {
    door.time.pass(apartMs);
    ids.push((await door.startSession({ name })).id);
  }
  return ids;
};

const end = async (id: string): Promise<void> => {
  unwrap(await door.client().PATCH('/api/sessions/{id}', { params: { path: { id } }, body: { status: 'completed' } }));
};

const numbered = (n: number): string[] => Array.from({ length: n }, (_, i) => `s${i + 1}`);

/** All that a walk meets; `between` happens after each page. */
const walk = async (
  query: Query,
  between: (page: number) => Promise<void> = async () => undefined,
): Promise<string[]> => {
  const met: string[] = [];
  for (let page = 0, cursor: string | undefined; ; page++) {
    const answer = await list({ ...query, ...(cursor === undefined ? {} : { cursor }) });
    met.push(...answer.sessions.map(({ id }) => id));
    if (answer.cursor === undefined) return met;
    cursor = answer.cursor;
    await between(page);
  }
};

describe('a list of sessions', () => {
  beforeAll(async () => {
    door = await Doorway.open();
  });
  afterAll(() => door.close());

  it('of none has none', async () => {
    expect(await list()).toEqual({ sessions: [], total: 0, limit: 50, offset: 0 });
  });

  it('has the newest first, fifty unless told otherwise, and the number of all', async () => {
    await start(numbered(60));
    const all = await list();
    expect(namesOf(all)).toEqual(numbered(60).toReversed().slice(0, 50));
    expect(all).toMatchObject({ total: 60, limit: 50, offset: 0, cursor: expect.any(String) as string });
  });

  it('keeps to the limit and the offset', async () => {
    const page = await list({ limit: 3, offset: 10 });
    expect(namesOf(page)).toEqual(['s50', 's49', 's48']);
    expect(page).toMatchObject({ total: 60, limit: 3, offset: 10 });
    expect((await list({ limit: 200 })).sessions).toHaveLength(60);
  });

  it('has nothing behind the last, and then no cursor', async () => {
    expect(await list({ offset: 60 })).toEqual({ sessions: [], total: 60, limit: 50, offset: 60 });
    expect(await list({ offset: 999_999_999_999_999 })).toMatchObject({ sessions: [], total: 60 });
    expect('cursor' in (await list({ limit: 10, offset: 50 }))).toBe(false);
    expect('cursor' in (await list({ limit: 10, offset: 49 }))).toBe(true);
  });

  it('has ties in the order of their ids, newest first', async () => {
    const ids = await start(numbered(5), 0);
    expect((await list({ limit: 5 })).sessions.map(({ id }) => id)).toEqual(ids.toSorted().toReversed());
  });

  it.each([
    ['limit=0', ['limit']],
    ['limit=201', ['limit']],
    ['limit=-1', ['limit']],
    ['limit=1.5', ['limit']],
    ['limit=1e2', ['limit']],
    ['limit=0x10', ['limit']],
    ['limit=%2010', ['limit']],
    ['limit=', ['limit']],
    ['limit=ten', ['limit']],
    ['limit=99999999999999999999', ['limit']],
    ['limit=1&limit=2', ['limit']],
    ['offset=-1', ['offset']],
    ['offset=9007199254740993', ['offset']],
    ['status=done', ['status']],
    ['status=active&status=paused', ['status']],
    ['status=', ['status']],
    ['kind=thing', ['kind']],
    [`q=${'q'.repeat(201)}`, ['q']],
    ['q=', ['q']],
    ['cursor=nonsense', ['cursor']],
    ['cursor=', ['cursor']],
    ['cursor=MS5h', ['cursor']],
    [`cursor=${'A'.repeat(300)}`, ['cursor']],
    ['offset=1&cursor=MTc5MDAwMDAwMDAwMC4wMTlhOGY1ZS03YzFiLTcwMDAtODAwMC0zYjVmMDAwMDAwMDA', ['cursor']],
    ['page=2', ['page']],
    ['limit=0&sort=name', ['limit', 'sort']],
    ['__proto__=1', ['__proto__']],
  ])('refuses ?%s and names what is wrong', async (query, paths) => {
    const { status, problem } = await door.request('GET', `/api/sessions?${query}`);
    expect(status).toBe(400);
    expect(badPaths(problem)).toEqual(paths);
  });
});

describe('a list of some sessions', () => {
  beforeAll(async () => {
    door = await Doorway.open();
    const [, paused = '', done = ''] = await start(['Refactor the parser', 'refine 50% of it', 'Über_sicht', 'plain']);
    unwrap(
      await door.client().PATCH('/api/sessions/{id}', { params: { path: { id: paused } }, body: { status: 'paused' } }),
    );
    await end(done);
    unwrap(await door.client().POST('/api/sessions', { body: { duration: 1000 } }));
  });
  afterAll(() => door.close());

  it.each([
    ['active', [undefined, 'plain', 'Refactor the parser']],
    ['paused', ['refine 50% of it']],
    ['completed', ['Über_sicht']],
  ] as const)('by status %s has these and their number', async (status, names) => {
    const found = await list({ status });
    expect(namesOf(found)).toEqual(names);
    expect(found.total).toBe(names.length);
  });

  it.each([
    ['ref', ['refine 50% of it', 'Refactor the parser']],
    ['PARSER', ['Refactor the parser']],
    ['%', ['refine 50% of it']],
    ['_', ['Über_sicht']],
    ['über', ['Über_sicht']],
    ["' OR 1=1 --", []],
    ['nowhere', []],
  ])('by name takes %s as it is, in either case', async (q, names) => {
    const found = await list({ q });
    expect(namesOf(found)).toEqual(names);
    expect(found.total).toBe(names.length);
  });

  it('by kind has those of that kind', async () => {
    expect((await list({ kind: 'timer' })).total).toBe(5);
    expect(await list({ kind: 'repl' })).toMatchObject({ sessions: [], total: 0 });
  });

  it('by several has what fits all of them', async () => {
    expect(namesOf(await list({ status: 'active', q: 'p', kind: 'timer' }))).toEqual(['plain', 'Refactor the parser']);
    expect(namesOf(await list({ q: 'p', limit: 1, offset: 1 }))).toEqual(['Refactor the parser']);
  });

  it('shows each with the time as it is now', async () => {
    const [before] = (await list({ q: 'plain' })).sessions;
    door.time.pass(500);
    expect((await list({ q: 'plain' })).sessions[0]?.elapsed).toBe((before?.elapsed ?? 0) + 500);
  });
});

describe('a walk by cursor', () => {
  beforeAll(async () => {
    door = await Doorway.open();
  });
  afterAll(() => door.close());

  it('meets every session once, newest first, whatever the size of its pages', async () => {
    const ids = [...(await start(numbered(10))), ...(await start(numbered(13), 0))];
    const all = (await list({ limit: 200 })).sessions.map(({ id }) => id);
    expect(all.toSorted()).toEqual(ids.toSorted());
    for (const limit of [1, 3, 7, 23, 24]) expect(await walk({ limit })).toEqual(all);
  });

  it('neither repeats nor drops a session while others are started, ended and deleted', async () => {
    const before = (await list({ limit: 200 })).sessions.map(({ id }) => id);
    const deleted = new Set<string>();
    const met = await walk({ limit: 2 }, async (page) => {
      await start([`new ${page}`]);
      // One that was met already, one that was just met, and one that is still to come.
      for (const id of [before[page], before[page * 2 + 1], before[before.length - 1 - page]]) {
        if (id === undefined || deleted.has(id)) continue;
        await end(id);
        unwrap(await door.client().DELETE('/api/sessions/{id}', { params: { path: { id } } }));
        deleted.add(id);
      }
    });
    expect(new Set(met).size).toBe(met.length);
    expect(before.filter((id) => !deleted.has(id) && !met.includes(id))).toEqual([]);
    expect(met.filter((id) => !before.includes(id))).toEqual([]);
  });

  it('keeps to the filter that is given with it', async () => {
    const ids = await start(['walk a', 'walk b', 'other', 'walk c']);
    expect(await walk({ limit: 1, q: 'walk', status: 'active' })).toEqual([ids[3], ids[1], ids[0]]);
    expect((await list({ limit: 1, q: 'walk' })).total).toBe(3);
  });
});
