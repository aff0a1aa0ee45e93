import { ofDecision } from '../check.ts';
import { expectBetween, expectSame, expectStatus, expectThat, shown } from '../judge.ts';
import type { ReplCheck, ReplGroup } from './context.ts';
import { expectResult } from './shapes.ts';

const stopped = 'a runaway command is stopped with an error, and the state is that before the command';
const neighbours = 'nothing a session does slows another';
/** Words with which anyone would say that something was too much. */
const clear =
  /memory|stack|recursion|limit|too |stopped|terminated|interrupted|exceed|timed? ?out|RangeError|length|nothing is left/i;
const mostOutputChars = 4 << 20;

type Runaway = readonly [what: string, command: string];

/** Within their CPU. */
const greedy: readonly Runaway[] = [
  ['memory', 'const hoard = []; for (;;) hoard.push(new Array(1e5).fill(1))'],
  ['memory-text', `let text = 'x'; for (;;) text += text`],
  ['memory-buffer', 'const hold = []; for (;;) hold.push(new ArrayBuffer(1 << 22))'],
  ['memory-once', 'new ArrayBuffer(2 ** 31)'],
  ['memory-map', 'const m = new Map(); for (let i = 0; ; i++) m.set(i, new Array(1000).fill(i))'],
  ['recursion', 'const f = () => f() + 1; f()'],
  ['recursion-deep', 'const nest = (n) => [n, () => nest(n + 1)()][1](); nest(0)'],
  ['recursion-json', 'let o = {}; for (let i = 0; i < 1e6; i++) o = { o }; JSON.stringify(o)'],
  ['recursion-catch', 'const g = () => { try { return g() } finally { g.n = 1 } }; g()'],
  ['proxy-loop', 'const p = new Proxy({}, { get: (_, __, r) => r.x }); p.x'],
  ['never', 'await new Promise(() => {})'],
];

const greedyCheck = ([what, command]: Runaway): ReplCheck =>
  ofDecision(
    `limits.${what}`,
    '64 MiB memory: stopped with a clear error, and the session lives on',
    async (context) => {
      const session = await context.ran('let kept = { n: 41 }');
      const answer = await session.execute(command);
      expectStatus(answer, 200);
      const output = (answer.body as { output: string }).output;
      expectThat(clear.test(output), 'an error that says what was too much', shown(output.slice(-300)));
      await session.says('kept.n + 1', '42');
    },
  );

/** Those need all the CPU that a command is given. */
const endless: readonly Runaway[] = [
  ['loop', 'kept.n = 0; for (;;) try { for (;;) {} } catch {} finally { continue }'],
  ['regex', `kept.n = 0; /^(a+)+$/.test('a'.repeat(50) + 'b')`],
  ['jobs', 'kept.n = 0; (function again() { Promise.resolve().then(again) })(); await new Promise(() => {})'],
];

const endlessCheck = ([what, command]: Runaway): ReplCheck =>
  ofDecision(`limits.${what}`, `5 s of CPU for one command: ${stopped}`, async (context) => {
    const session = await context.ran('let kept = { n: 41 }');
    const before = await session.events();
    const answer = await session.executeLong(command);
    expectStatus(answer, 200);
    const output = (answer.body as { output: string }).output;
    expectThat(clear.test(output), 'an error that says that it was stopped', shown(output));
    await session.says('kept.n + 1', '42');
    const types = (await session.events()).slice(before.length).map(({ type }) => type);
    expectSame('the events of it', types.slice(0, 2), ['input', 'error']);
  });

/** What no command may do to the server, its session or another. */
export const limits: ReplGroup = {
  name: 'limits',
  title: 'Limits',
  checks: [
    ...endless.map(endlessCheck),
    ...greedy.map(greedyCheck),
    ofDecision(
      'limits.memory-caught',
      '64 MiB memory, also where the code catches what it is told',
      async (context) => {
        const session = await context.ran('let kept = 41');
        await session.run(
          'const hoard = []; try { for (;;) hoard.push(new Array(1e5).fill(1)) } catch {} hoard.length = 0; 1',
        );
        await session.says('kept + 1', '42');
      },
    ),
    ofDecision('limits.neighbour', neighbours, async (context) => {
      const [busy, neighbour] = [await context.ran('1'), await context.ran('let n = 0')];
      let isDone = false;
      const running = busy.begin('for (;;) {}').finally(() => (isDone = true));
      running.catch(() => undefined);
      for (let n = 0; n < 3; n++) await neighbour.run('++n');
      await busy.events();
      expectSame('whether the endless loop was waited for', isDone, false);
      await running;
      await neighbour.says('n', '3');
    }),
    ofDecision('limits.neighbour-memory', neighbours, async (context) => {
      const [greedyOne, neighbour] = [await context.ran('1'), await context.ran('let n = 0')];
      const running = greedyOne.begin('const hoard = []; for (;;) hoard.push(new Array(1e5).fill(1))');
      for (let n = 1; n <= 3; n++) await neighbour.says('++n', `${n}`);
      await running;
      await neighbour.says('n', '3');
    }),
    ofDecision('limits.output', 'a big output is stopped, or cut and said to be', async (context) => {
      const session = await context.ran('let kept = 41');
      const answer = await session.execute(`for (;;) console.log('y'.repeat(1000))`);
      expectStatus(answer, 200);
      expectThat(
        answer.text.length < mostOutputChars,
        `at most ${mostOutputChars} characters`,
        shown(answer.text.length),
      );
      expectThat(clear.test(answer.text.slice(-2000)), 'words for what was cut', shown(answer.text.slice(-300)));
      await session.says('kept + 1', '42');
    }),
    ofDecision('limits.value', 'a big value is stopped, or cut and said to be', async (context) => {
      const session = await context.ran('let kept = 41');
      const answer = await session.execute(`'z'.repeat(6 << 20)`);
      expectResult(answer.body as Record<string, unknown>);
      expectThat(
        answer.text.length < mostOutputChars,
        `at most ${mostOutputChars} characters`,
        shown(answer.text.length),
      );
      await session.says('kept + 1', '42');
    }),
    ofDecision('limits.goto-after', `${stopped}: and it can be gone to`, async (context) => {
      const session = await context.ran('let n = 1');
      await session.run('n = 2; const f = () => f(); f()');
      await session.goto(2);
      await session.says('n', '1');
    }),
    ofDecision('limits.long-code', 'a long command is a command', async (context) => {
      const session = await context.created();
      await session.says(`[${'1,'.repeat(50_000)}].length`, '50000');
    }),
    ofDecision('limits.timer-waits', 'a command ends when its value settles', async (context) => {
      const session = await context.created();
      const from = performance.now();
      await session.run('setTimeout(() => {}, 3000); 1');
      expectBetween('ms of a command that leaves a timer behind', performance.now() - from, 0, 2000);
    }),
  ],
};
