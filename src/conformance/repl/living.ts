import { ofDecision } from '../check.ts';
import { expectBetween, expectSame, expectThat, shown } from '../judge.ts';
import type { ReplCheck, ReplGroup } from './context.ts';

/** Lines of a session: what is typed, and what is to come of it where that matters. */
export type Lines = readonly (readonly [command: string, expected?: string])[];

const kept = 'the whole state of a session stays from command to command';
const redeclared = 'const and let may be declared again across inputs';

/** What lives on. Those whose every line has one outcome are used to see that going back is exact, too. */
export const scripts: readonly [what: string, rule: string, lines: Lines][] = [
  ['let', kept, [['let a = 1'], ['a += 1', '2'], ['a', '2']]],
  ['function', kept, [['function twice(x) { return 2 * x }'], ['twice(4)', '8']]],
  [
    'class',
    `${kept}: classes`,
    [
      ['class P { #n = 1; up() { return ++this.#n } }'],
      ['var p = new P()'],
      ['p.up()', '2'],
      ['p.up()', '3'],
      ['p instanceof P', 'true'],
    ],
  ],
  [
    'closure',
    `${kept}: closures`,
    [
      ['const next = (() => { let i = 0; return () => ++i })()'],
      ['next()', '1'],
      ['next()', '2'],
      ['next() + next()', '7'],
    ],
  ],
  [
    'generator',
    `${kept}: generators`,
    [
      ['function* count() { let i = 0; while (true) i += yield i }'],
      ['const g = count(); g.next().value', '0'],
      ['g.next(5).value', '5'],
      ['g.next(2).value', '7'],
    ],
  ],
  [
    'async-generator',
    `${kept}: generators`,
    [
      ['async function* slow() { for (let i = 1; ; i++) { await 0; yield i } }'],
      ['const s = slow(); (await s.next()).value', '1'],
      ['(await s.next()).value', '2'],
    ],
  ],
  [
    'map',
    `${kept}: Maps`,
    [
      ['const key = {}; const map = new Map([[key, 1]])'],
      ['map.set(key, map.get(key) + 1).get(key)', '2'],
      ['map.size', '1'],
    ],
  ],
  ['set', kept, [['const seen = new Set()'], ['seen.add(1).add(1).size', '1'], ['[...seen.add(2)]', '[ 1, 2 ]']]],
  [
    'weak-map',
    kept,
    [['const owner = {}; const weak = new WeakMap([[owner, 3]])'], ['weak.get(owner)', '3'], ['weak.has({})', 'false']],
  ],
  ['symbol', kept, [['const tag = Symbol("t"); const tagged = { [tag]: 4 }'], ['tagged[tag]', '4']]],
  [
    'identity',
    kept,
    [
      ['const one = { n: 1 }; const same = [one, one]'],
      ['same[0] === same[1]', 'true'],
      ['one.n = 2; same.map(({ n }) => n)', '[ 2, 2 ]'],
    ],
  ],
  [
    'proxy',
    kept,
    [
      ['let looks = 0; const watched = new Proxy({ a: 1 }, { get: (t, k) => (looks++, t[k]) })'],
      ['watched.a', '1'],
      ['looks > 0', 'true'],
    ],
  ],
  [
    'promise',
    `${kept}: pending promises`,
    [
      ['let settle; const waiting = new Promise((done) => { settle = done })'],
      ['let got = 0; waiting.then((v) => { got = v }); 0', '0'],
      ['got', '0'],
      ['settle(9); await waiting', '9'],
      ['got', '9'],
    ],
  ],
  [
    'timer',
    'what is pending stays in the image and goes on with the next',
    [
      ['const later = new Promise((done) => setTimeout(() => done("rung"), 30)); 0', '0'],
      ['1', '1'],
      ['await later', `'rung'`],
    ],
  ],
  [
    'buffer',
    kept,
    [
      ['const bytes = new Uint8Array(4); const view = new DataView(bytes.buffer)'],
      ['view.setUint16(0, 513); bytes', 'Uint8Array(4) [ 2, 1, 0, 0 ]'],
    ],
  ],
  [
    'regex',
    kept,
    [
      ['const sticky = /a/g'],
      ['sticky.test("aa"); sticky.lastIndex', '1'],
      ['sticky.test("aa"); sticky.lastIndex', '2'],
    ],
  ],
  [
    'prototype',
    kept,
    [
      ['Array.prototype.second = function () { return this[1] }; 0', '0'],
      ['[1, 2].second()', '2'],
    ],
  ],
  ['let-again', redeclared, [['let a = 1'], ['let a = 2'], ['a', '2']]],
  ['const-again', redeclared, [['const c = 1'], ['const c = 2'], ['c', '2'], ['let c = 3'], ['c', '3']]],
  [
    'class-again',
    redeclared,
    [['class K { v() { return 1 } }'], ['class K { v() { return 2 } }'], ['new K().v()', '2']],
  ],
  ['function-again', redeclared, [['function f() { return 1 }'], ['const f = () => 2'], ['f()', '2']]],
  [
    'destructuring',
    kept,
    [['const { a, b: [c, ...d] } = { a: 1, b: [2, 3, 4] }'], ['[a, c, d]', '[ 1, 2, [ 3, 4 ] ]']],
  ],
  [
    'last-value',
    '_ is the last value',
    [
      ['6 * 7', '42'],
      ['_ + 1', '43'],
      ['_ + 1', '44'],
    ],
  ],
  [
    'top-level-await',
    'top-level await',
    [
      ['const got = await Promise.resolve(5); got', '5'],
      ['got', '5'],
    ],
  ],
  [
    'await-in-loop',
    'top-level await',
    [
      ['let sum = 0; for (const p of [Promise.resolve(1), Promise.resolve(2)]) sum += await p; sum', '3'],
      ['sum', '3'],
    ],
  ],
  [
    'for-await',
    'top-level await',
    [
      ['let all = []; for await (const x of (async function* () { yield 1; yield 2 })()) all.push(x); all', '[ 1, 2 ]'],
      ['all.length', '2'],
    ],
  ],
  [
    'multi-line',
    'multi-line input',
    [
      ['function area(w,\n  h) {\n  // both in m\n  return w * h;\n}\n\narea(2,\n3)', '6'],
      ['area(3, 3)', '9'],
    ],
  ],
  [
    'template',
    'multi-line input',
    [
      ['const poem = `a\n  b`\npoem.length', '5'],
      ['poem', `'a\\n  b'`],
    ],
  ],
  ['set-timeout', 'setTimeout is given', [['await new Promise((done) => setTimeout(done, 5, "after"))', `'after'`]]],
  [
    'clear-timeout',
    'setTimeout is given',
    [
      [
        'let rang = 0; clearTimeout(setTimeout(() => { rang = 1 }, 1)); await new Promise((done) => setTimeout(done, 10)); rang',
        '0',
      ],
    ],
  ],
  [
    'jobs-in-order',
    'timers and jobs run while a command is under way',
    [
      [
        'const order = []; setTimeout(() => order.push("timer"), 0); Promise.resolve().then(() => order.push("job")); order.push("now"); await new Promise((done) => setTimeout(done, 5)); order',
        `[ 'now', 'job', 'timer' ]`,
      ],
    ],
  ],
];

const scriptCheck = ([what, rule, lines]: (typeof scripts)[number]): ReplCheck =>
  ofDecision(`living.${what}`, rule, async (context) => {
    const session = await context.created();
    for (const [command, expected] of lines) {
      if (expected === undefined) await session.run(command);
      else await session.says(command, expected);
    }
  });

/** What the code has, and what stays of it. */
export const living: ReplGroup = {
  name: 'living',
  title: 'State that lives on',
  checks: [
    ...scripts.map(scriptCheck),
    ofDecision('living.const', 'const is a constant after its input', async (context) => {
      const session = await context.ran('const fixed = 1');
      const output = await session.run('fixed = 2');
      expectThat(output.includes('TypeError'), 'a TypeError for a constant that is assigned', shown(output));
      await session.says('fixed', '1');
    }),
    ofDecision(
      'living.throw-keeps',
      'a throwing command: the session lives on, with what was done before',
      async (context) => {
        const session = await context.ran('let steps = 0', 'steps = 1; throw new Error("half way")');
        await session.says('steps', '1');
      },
    ),
    ofDecision('living.syntax-error', 'a command that is no code does nothing', async (context) => {
      const session = await context.ran('let n = 1');
      await session.run('n = 2; let = = 3');
      await session.says('n', '1');
    }),
    ofDecision(
      'living.only-while-running',
      'timers and jobs run only while a command is under way',
      async (context) => {
        const session = await context.ran('let ticks = 0; setInterval(() => { ticks++ }, 1); 0');
        await context.ran('await new Promise((done) => setTimeout(done, 100))');
        const first = Number(await session.run('ticks'));
        expectBetween('ticks of a timer while no command ran', first, 0, 5);
      },
    ),
    ofDecision('living.clock', 'the code has the time', async (context) => {
      const session = await context.created();
      const before = Date.now();
      const clock = Number(await session.run('Date.now()'));
      expectBetween('Date.now() of the code less ours in ms', clock - before, -5000, 5000);
      await session.says('typeof performance.now()', `'number'`);
    }),
    ofDecision('living.random', 'a random seed for each command', async (context) => {
      const session = await context.created();
      const outputs = [await session.run('Math.random()'), await session.run('Math.random()')];
      for (const output of outputs) expectBetween('Math.random()', Number(output), 0, 1);
      expectThat(outputs[0] !== outputs[1], 'random numbers that differ', shown(outputs));
    }),
    ofDecision('living.apart', 'a sandboxed VM a session', async (context) => {
      const [a, b] = [await context.ran('globalThis.mine = 1; Array.prototype.odd = 1; 0'), await context.created()];
      await b.says('typeof mine + typeof [].odd', `'undefinedundefined'`);
      await a.says('mine + [].odd', '2');
    }),
    ofDecision('living.evicted', 'coming back is invisible to the client', async (context) => {
      const session = await context.ran('const next = (() => { let i = 0; return () => ++i })(); next()');
      // More than a server keeps in memory by default.
      await Promise.all(Array.from({ length: 12 }, () => context.ran('1')));
      expectSame('next() after others were used', await session.run('next()'), '2');
    }),
  ],
};
