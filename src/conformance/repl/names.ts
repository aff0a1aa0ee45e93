import { ofDecision } from '../check.ts';
import { expectSame, expectStatus, rowsAt, textAt } from '../judge.ts';
import { Skipped } from '../mismatch.ts';
import type { ReplCheck, ReplContext, ReplGroup } from './context.ts';
import { expectError } from './shapes.ts';
import { sessionsPath } from './session.ts';

const rule =
  'names: 1–64 of letters, digits, ., _, -, not starting with a dot and not looking like a UUID; anything else 400';

const bad: readonly [what: string, name: string][] = [
  ['empty', ''],
  ['dot', '.'],
  ['dots', '..'],
  ['leading-dot', '.hidden'],
  ['slash', 'a/b'],
  ['backslash', 'a\\b'],
  ['traversal', '../../etc/passwd'],
  ['nul', 'a\0b'],
  ['line-feed', 'a\n'],
  ['space', 'a b'],
  ['leading-space', ' a'],
  ['percent', 'a%2fb'],
  ['65', 'n'.repeat(65)],
  ['200', 'n'.repeat(200)],
  ['umlaut', 'ü'],
  ['emoji', '🦀'],
  ['digits-elsewhere', '١٢'],
  ['markup', '<b>'],
  ['colon', 'a:b'],
  ['uuid', '01a1fa74-70d6-790b-a5a0-9daa8d285a53'],
  ['uuid-v4', '9b2c7d0e-3f41-4c55-8a6b-1d2e3f405162'],
  ['uuid-capitals', '01A1FA74-70D6-790B-A5A0-9DAA8D285A53'],
];

const good: readonly [what: string, name: (own: string) => string][] = [
  ['64', (own) => `${own}${'n'.repeat(64)}`.slice(0, 64)],
  ['dots', (own) => `${own}.a..b.`],
  ['underscore', (own) => `_${own}_`],
  ['dash', (own) => `-${own}-`],
  ['capitals', (own) => `ABC-${own}-XYZ`],
  ['digits', (own) => `0123-${own}`],
  ['jsonl', (own) => `${own}.jsonl`],
  ['nearly-uuid', () => crypto.randomUUID().slice(0, 35)],
];

const creating = ([what, name]: (typeof bad)[number]): ReplCheck =>
  ofDecision(`names.create-${what}`, rule, async (context) => {
    expectError(await context.createAnswer(name), 400, 'name');
  });

/** What looks like a UUID is an id there, and none that is known; what the client can’t say in a path is left out. */
const inPath = bad.filter(([what]) => what !== 'empty' && !what.startsWith('uuid'));

const executing = ([what, name]: (typeof bad)[number]): ReplCheck =>
  ofDecision(`names.execute-${what}`, `${rule}; nothing is created`, async ({ http }) => {
    const path = `${sessionsPath}/${escaped(name)}`;
    expectError(await http.post(`${path}/execute`, { command: '1' }), 400, 'name');
    expectError(await http.get(path), 400, 'name');
  });

/** Dots too, so that nothing on the way takes them for a way up. */
const escaped = (name: string): string => encodeURIComponent(name).replaceAll('.', '%2e');

const taking = ([what, name]: (typeof good)[number]): ReplCheck =>
  ofDecision(`names.good-${what}`, rule, async (context) => {
    const session = context.named(name(context.unborn().name.slice(-12)));
    expectStatus(await context.createAnswer(session.name), 201);
    expectSame('name', (await session.read())['name'], session.name);
    await session.says('1 + 1', '2');
  });

/** What a session may be called. */
export const names: ReplGroup = {
  name: 'names',
  title: 'Names',
  checks: [
    ...bad.map(creating),
    ...inPath.map(executing),
    ofDecision('names.execute-uuid', 'an id that is not one is 404; nothing is created', async (context) => {
      const id = crypto.randomUUID();
      expectError(await context.http.post(`${sessionsPath}/${id}/execute`, { command: '1' }), [400, 404]);
      const found = rowsAt(await context.list(), 'sessions').filter((row) => row['name'] === id || row['id'] === id);
      expectSame('sessions of that name', found, []);
    }),
    ...['..', 'a/b', '.f', 'n'.repeat(65), '01a1fa74-70d6-790b-a5a0-9daa8d285a53'].map((name, i) =>
      ofDecision<ReplContext>(`names.fork-${i + 1}`, rule, async (context) => {
        const session = await context.ran('1');
        const before = await session.read();
        expectError(await session.post('/fork', { name }), 400, 'name');
        expectSame('the session', await session.read(), before);
      }),
    ),
    ...good.map(taking),
    ...['constructor', '__proto__', 'toString', 'hasOwnProperty'].map((word) =>
      ofDecision<ReplContext>(`names.word-${word}`, `${rule}; ${word} is one`, async (context) => {
        const { status } = await context.http.get(`${sessionsPath}/${word}`);
        if (status === 200) throw new Skipped(`somebody has a session ${word} there`);
        expectSame('status of a session that nobody made', status, 404);
        const session = context.named(word);
        await session.says('1 + 1', '2');
        expectSame('name', textAt(await session.read(), 'name'), word);
      }),
    ),
  ],
};
