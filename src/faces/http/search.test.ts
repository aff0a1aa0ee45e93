/** What was said, over HTTP: who may read it, what is asked and answered. How it is found is tested with the store. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badPaths } from '../../../test/doorways/answers.ts';
import { Doorway } from '../../../test/doorways/doorway.ts';
import { foundTextsSchema } from '../../contract/search.ts';
import { unwrap } from '../../sdk/index.ts';
import type { Schemas } from '../../sdk/index.ts';
import { newYear, said, Searched, sessionId } from '../../stores/sqlite/search.suite.ts';

type FoundTexts = Schemas['FoundTexts'];

const canary = 'zqxcanary';
const day = 86_400_000;
let door: Doorway;
const tokens = { member: '', viewer: '', other: '' };
let owner: string;

beforeAll(async () => {
  door = await Doorway.open();
  owner = unwrap(await door.client().GET('/api/me')).id;
  const member = await door.newUser('member');
  tokens.member = member.token;
  tokens.viewer = (await door.newUser('viewer', { role: 'viewer' })).token;
  tokens.other = (await door.newUser('other')).token;
  await door.stop();
  const searched = await Searched.on(join(door.folder, 'stint.db'));
  await searched.adopt(1, 's1', { owner, directory: '/home/ada/shop', name: 'fix <b>the</b> cart' });
  await searched.adopt(2, 's2', { owner: member.id, source: 'codex' });
  await searched.texts.keepTexts(
    owner,
    [
      said(`the cart is ${canary}\n<script>alert(1)</script>`, { at: newYear }),
      said('the cart is mended', { by: 'agent', agentId: 'sub', at: newYear + day }),
      ...Array.from({ length: 30 }, (_, i) => said(`page ${i}`, { at: newYear - i })),
    ],
    [],
  );
  await searched.texts.keepTexts(
    member.id,
    [said('a cart of the member’s', { source: 'codex', sessionId: 's2', at: newYear + 2 * day })],
    [],
  );
  await searched.store.close();
  await door.start({ searches: true });
});

afterAll(() => door.close());

const ask = async (query: string, token?: string) => {
  const { status, body, problem } = await door.request('GET', `/api/search?${query}`, token ? { token } : {});
  return { status, body: body as FoundTexts, problem };
};
const sessionsFor = async (query: string, token?: string) =>
  (await ask(query, token)).body.texts.map(({ agentSession, by }) => `${agentSession} ${by}`).toSorted();

describe('GET /api/search', () => {
  it('answers as it is described, with the session and where in the snippet it fits', async () => {
    const { status, body } = await ask(`q=${canary}`);
    expect(status).toBe(200);
    expect(foundTextsSchema.parse(body)).toEqual(body);
    expect(body).toEqual({
      texts: [
        {
          session: sessionId(1),
          agentSession: 's1',
          source: 'claude',
          project: '/home/ada/shop',
          title: 'fix <b>the</b> cart',
          at: '2026-01-01T00:00:00.000Z',
          by: 'user',
          snippet: `the cart is ${canary} <script>alert(1)</script>`,
          marks: [{ start: 12, end: 12 + canary.length }],
        },
      ],
      total: 1,
      index: { state: 'ready' },
    });
  });

  it('is about the owner’s and everybody’s for the owner, about their own for members, and about none for others', async () => {
    expect(await sessionsFor('q=cart')).toEqual(['s1 agent', 's1 user', 's2 user']);
    expect(await sessionsFor('q=cart', tokens.member)).toEqual(['s2 user']);
    for (const token of [tokens.other, tokens.viewer])
      expect((await ask('q=cart', token)).body).toEqual({ texts: [], total: 0, index: { state: 'ready' } });
    expect(await sessionsFor(`q=cart&session=${sessionId(1)}`, tokens.member)).toEqual([]);
  });

  it('is about what was asked for alone', async () => {
    expect(await sessionsFor('q=cart&source=codex')).toEqual(['s2 user']);
    expect(await sessionsFor('q=cart&project=%2Fhome%2Fada')).toEqual(['s1 agent', 's1 user']);
    expect(await sessionsFor('q=cart&session=s1&by=agent')).toEqual(['s1 agent']);
    expect(await sessionsFor('q=cart&since=2026-01-02')).toEqual(['s1 agent', 's2 user']);
    expect(await sessionsFor('q=cart&until=2026-01-01')).toEqual(['s1 user']);
    expect(await sessionsFor('q=cart&until=2026-01-01T00:00:00Z')).toEqual([]);
    expect(await sessionsFor('q=cart&since=2026-01-03T00:30:00%2B01:00')).toEqual(['s2 user']);
    expect(await sessionsFor('q=%22is+mended%22+-canary')).toEqual(['s1 agent']);
  });

  it('comes in pages, to their end', async () => {
    const met = new Set<string>();
    for (let cursor: string | undefined = '', pages = 1; cursor !== undefined; pages++) {
      const { body } = await ask(`q=page&limit=12${cursor && `&cursor=${cursor}`}`);
      for (const { snippet } of body.texts) met.add(snippet);
      expect(body.total).toBe(30);
      cursor = body.cursor;
      if (cursor === undefined) expect(pages).toBe(3);
    }
    expect(met.size).toBe(30);
  });

  it.each([
    ['', ['q']],
    ['q=', ['q']],
    ['q=%3F%21', ['q']],
    ['q=-cart', ['q']],
    ['q=a&limit=0', ['limit']],
    ['q=a&limit=101', ['limit']],
    ['q=a&cursor=x', ['cursor']],
    [`q=a&cursor=${Buffer.from('1.2.3.4').toString('base64url')}`, ['cursor']],
    ['q=a&since=yesterday', ['since']],
    ['q=a&until=2026-02-30', ['until']],
    ['q=a&by=me', ['by']],
    ['q=a&owner=me', ['owner']],
  ])('%s is refused with the path of what is wrong', async (query, paths) => {
    const { status, problem } = await ask(query);
    expect([status, problem.error, badPaths(problem)]).toEqual([400, 'invalid_request', paths]);
  });

  it('takes so many characters', async () => {
    expect((await ask(`q=${'ab '.repeat(333)}`)).status).toBe(200);
    expect((await ask(`q=${'ab '.repeat(334)}`)).status).toBe(400);
  });

  it('takes whatever is typed', async () => {
    for (const q of [
      'a"b',
      '"',
      'NEAR(a b)',
      'a AND',
      '(a',
      'text:a',
      "a' OR 1=1",
      'a\u0000b',
      '^a',
      '\ud83d a'.toWellFormed(),
    ])
      expect([q, [200, 400].includes((await ask(`q=${encodeURIComponent(q)}`)).status)]).toEqual([q, true]);
  });

  it('says when it is switched off, and what was said stands in no log', async () => {
    await door.stop();
    await door.start({ searches: false });
    expect((await ask(`q=${canary}`)).body).toEqual({ texts: [], total: 0, index: { state: 'off' } });
    await door.stop();
    expect(door.logs()).not.toContain(canary);
    await door.start({ searches: true });
    expect((await ask('q=cart')).body.total).toBe(0);
  });
});
