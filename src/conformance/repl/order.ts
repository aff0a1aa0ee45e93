import { ofDecision } from '../check.ts';
import { bodyOf, expectSame, expectStatus, rowsAt, textAt } from '../judge.ts';
import type { ReplContext, ReplGroup } from './context.ts';
import type { ReplSession } from './session.ts';
import { expectError } from './shapes.ts';

const sameAnswer = 'every POST takes Idempotency-Key; same body: waits for the first and gives its answer';
const otherBody = 'Idempotency-Key with another body: 422';
const count = 'globalThis.n = (globalThis.n ?? 0) + 1';

const newKey = () => ({ headers: { 'idempotency-key': crypto.randomUUID() } });

/** Words that change something, on a name that nobody has and a snapshot that there is. */
const changingWords: readonly (readonly [what: string, word: (free: { name: string; id: string }) => string])[] = [
  ['goto', () => 'goto 2'],
  ['fork', ({ name }) => `fork ${name}`],
  ['checkpoint', () => 'checkpoint here'],
  ['snapshot', () => 'snapshot now'],
  ['resume', ({ id }) => `resume ${id}`],
  ['annotate', () => 'annotate 2 said'],
];

/** How many there are of each. */
const thereIs = async (session: ReplSession): Promise<readonly number[]> => [
  (await session.events()).length,
  rowsAt(await session.read('/snapshots'), 'snapshots').length,
  rowsAt(await session.read('/timeline'), 'forks').length,
];

/** One order for all, and the same request sent again. */
export const order: ReplGroup = {
  name: 'order',
  title: 'Order and retries',
  checks: [
    ofDecision('order.two-hundred', 'one command at a time per session, in order of arrival', async (context) => {
      const session = await context.ran('const seen = []; 0');
      const outputs = await Promise.all(
        Array.from({ length: 200 }, (_, n) => session.begin(`await 0; seen.push(${n}); seen.length`)),
      );
      const places = outputs.map(Number);
      expectSame(
        'places',
        places.toSorted((a, b) => a - b),
        Array.from({ length: 200 }, (_, n) => n + 1),
      );
      // What each was told is what the journal and the state have.
      const arrived = places.map((_, n) => n).toSorted((a, b) => places[a]! - places[b]!);
      expectSame('order in the state', await session.run('seen.join()'), `'${arrived.join()}'`);
      const events = await session.events();
      expectSame(
        'seq',
        events.map(({ seq }) => seq),
        events.map((_, i) => i),
      );
      const typed = events
        .filter(({ type }) => type === 'input')
        .slice(1, -1)
        .map((event) => textAt(event, 'code'));
      expectSame(
        'order in the journal',
        typed,
        arrived.map((n) => `await 0; seen.push(${n}); seen.length`),
      );
    }),
    ofDecision('order.whole', 'one command at a time per session', async (context) => {
      const session = await context.ran('let running = 0, most = 0; 0');
      const command = `most = Math.max(most, ++running); await new Promise((done) => setTimeout(done, 10)); running--; most`;
      const outputs = await Promise.all(Array.from({ length: 10 }, () => session.run(command)));
      expectSame('commands at one time', new Set(outputs), new Set(['1']));
    }),
    ofDecision('order.goto', 'goto and commands come one after the other', async (context) => {
      const session = await context.ran('let n = 1');
      const [slow] = await Promise.all([
        session.run('await new Promise((done) => setTimeout(done, 100)); n += 1; n'),
        session.goto(2),
      ]);
      expectSame('output of the command, whichever came first', slow, '2');
      const events = await session.events();
      expectSame(
        'seq',
        events.map(({ seq }) => seq),
        events.map((_, i) => i),
      );
    }),
    ofDecision('order.apart', 'a second session never waits for the first', async (context) => {
      const session = await context.ran('1');
      const slow = session.begin('await new Promise((done) => setTimeout(done, 2000)); 1');
      const from = performance.now();
      await context.ran('1');
      expectSame('a session that waits for another', performance.now() - from < 1500, true);
      expectSame('output of the slow one', await slow, '1');
    }),
    ofDecision('order.again', sameAnswer, async (context) => {
      const session = await context.created();
      const key = newKey();
      const first = await session.post('/execute', { command: count }, key);
      const again = await session.post('/execute', { command: count }, key);
      expectSame('the answer again', [again.status, again.body], [first.status, first.body]);
      await session.says('n', '1');
    }),
    ofDecision('order.again-races', sameAnswer, async (context) => {
      const session = await context.created();
      const key = newKey();
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => session.post('/execute', { command: count }, key)),
      );
      expectSame('answers that differ', new Set(answers.map(({ status, text }) => `${status} ${text}`)).size, 1);
      await session.says('n', '1');
    }),
    ofDecision('order.again-throwing', sameAnswer, async (context) => {
      const session = await context.created();
      const key = newKey();
      const command = `${count}; throw new Error('no')`;
      const first = await session.post('/execute', { command }, key);
      expectSame('the answer again', (await session.post('/execute', { command }, key)).body, first.body);
      await session.says('n', '1');
    }),
    ofDecision('order.other-body', otherBody, async (context) => {
      const session = await context.created();
      const key = newKey();
      await session.post('/execute', { command: count }, key);
      expectError(await session.post('/execute', { command: '2' }, key), 422);
      await session.says('n', '1');
    }),
    ofDecision('order.without-key', 'without a key a POST is performed as often as it comes', async (context) => {
      const session = await context.ran(count, count);
      await session.says('n', '2');
    }),
    ofDecision('order.create-again', sameAnswer, async (context) => {
      const { name } = context.unborn();
      const key = newKey();
      const first = await context.createAnswer(name, {}, key);
      const again = await context.createAnswer(name, {}, key);
      expectSame('the answer again', [again.status, again.body], [201, first.body]);
      const rows = rowsAt(await context.list(), 'sessions').filter((row) => row['name'] === name);
      expectSame('sessions of that name', rows.length, 1);
    }),
    ofDecision('order.fork-again', sameAnswer, async (context) => {
      const session = await context.ran('1');
      const { name } = context.unborn();
      const key = newKey();
      const first = await session.post('/fork', { name }, key);
      expectStatus(first, 201);
      const again = await session.post('/fork', { name }, key);
      expectSame('the answer again', [again.status, again.body], [201, first.body]);
    }),
    ofDecision('order.goto-again', sameAnswer, async (context) => {
      const session = await context.ran('let n = 1', 'n = 2');
      const key = newKey();
      const first = await session.post('/goto', { seq: 2 }, key);
      expectStatus(first, 200);
      await session.run('n = 3');
      expectSame('the answer again', (await session.post('/goto', { seq: 2 }, key)).body, first.body);
      await session.says('n', '3');
    }),
    ofDecision('order.restore-again', sameAnswer, async (context) => {
      const session = await context.ran('let n = 1');
      const { id } = bodyOf(await session.post('/snapshots', {}));
      const key = newKey();
      const first = await session.post(`/snapshots/${String(id)}/restore`, {}, key);
      expectStatus(first, 200);
      await session.run('n = 3');
      const again = await session.post(`/snapshots/${String(id)}/restore`, {}, key);
      expectSame('the answer again', [again.status, again.body], [200, first.body]);
      await session.says('n', '3');
    }),
    ...changingWords.map(([what, word]) =>
      ofDecision<ReplContext>(`order.word-${what}`, sameAnswer, async (context) => {
        const session = await context.ran('let n = 1', 'n = 2');
        const { id } = bodyOf(await session.post('/snapshots', {}));
        const command = `:session ${word({ name: context.unborn().name, id: String(id) })}`;
        const key = newKey();
        const first = await session.post('/execute', { command }, key);
        expectStatus(first, 200);
        await session.run('n = 3');
        const before = await thereIs(session);
        const second = await session.post('/execute', { command }, key);
        expectSame('the answer again', [second.status, second.body], [200, first.body]);
        expectSame('events, snapshots and forks', await thereIs(session), before);
        await session.says('n', '3');
      }),
    ),
    ...(['/checkpoints', '/snapshots'] as const).map((rest) =>
      ofDecision<ReplContext>(`order.again-${rest.slice(1)}`, sameAnswer, async (context) => {
        const session = await context.ran('1');
        const key = newKey();
        const json = rest === '/snapshots' ? { description: 'd', tags: [] } : { label: 'l' };
        const first = await session.post(rest, json, key);
        expectStatus(first, 201);
        const again = await session.post(rest, json, key);
        expectSame('the answer again', [again.status, again.body], [201, first.body]);
        expectSame(
          'what there is',
          rowsAt(await session.read(rest), rest.slice(1)).length,
          rest === '/snapshots' ? 1 : 2,
        );
      }),
    ),
  ],
};
