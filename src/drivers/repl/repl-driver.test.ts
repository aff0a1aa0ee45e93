/** Sessions in real sandboxes, in real threads. */
import fc from 'fast-check';
import { onTestFinished } from 'vitest';
import { describe, expect, it } from 'vitest';
import { driverSuite } from '../driver.suite.ts';
import type { Driven, Words } from '../driver.suite.ts';
import { openRepl } from './repl-driver.suite.ts';

const words: Words = {
  set: (n) => `var n = ${n}`,
  add: (n) => `n += ${n}`,
  says: (n) => `${n}`,
  forEver: 'for (;;);',
  prints: 'console.log("a"); console.log("b")',
};

driverSuite(
  'a sandbox',
  async (): Promise<Driven> => {
    const repl = openRepl({ cpuMs: 60_000 });
    return {
      ...repl,
      start: async () => repl.driver.start(),
      send: async (session, command, printed) => {
        const { text } = await repl.send(session, command, printed);
        return text;
      },
      interrupt: (session) => repl.driver.interrupt(session),
      pause: (session) => repl.driver.pause(session),
      snapshot: (session) => repl.driver.snapshot(session),
      stop: (session) => repl.driver.stop(session),
    };
  },
  words,
);

const open = (limits = {}) => {
  const repl = openRepl(limits);
  onTestFinished(() => repl.close());
  return repl;
};

/** What each of the inputs came to. */
const texts = async (inputs: readonly string[], limits = {}): Promise<string[]> => {
  const repl = open(limits);
  const all: string[] = [];
  for (const input of inputs) all.push((await repl.send('a', input)).text);
  return all;
};

describe('values', () => {
  it('are shown as Node’s REPL shows them', async () => {
    expect(
      await texts([
        '1 + 1',
        '"a"',
        '({a: 1, b: {c: {d: {e: 1}}}})',
        'new Map([[{a: 1}, new Set([1])]])',
        'class A { #p = 1; y = 2 }; new A',
        'const o = {}; o.o = o; o',
        'undefined',
        '-0',
        '10n',
        '(function* () {})()',
        'throw new TypeError("no")',
      ]),
    ).toEqual([
      '2',
      "'a'",
      '{ a: 1, b: { c: { d: [Object] } } }',
      'Map(1) { { a: 1 } => Set(1) { 1 } }',
      'A { y: 2 }',
      '<ref *1> { o: [Circular *1] }',
      'undefined',
      '-0',
      '10n',
      'Object [Generator] {}',
      'Uncaught TypeError: no\n    at repl:1:11',
    ]);
  });

  it('declared at the top may be declared again, and constants do not change', async () => {
    expect(
      await texts([
        'let a = 1',
        'let a = 2; a',
        'const c = 1',
        'c = 2',
        'c',
        'const c = 3; c',
        'class A {}',
        'class A { b = 1 }; new A',
        '_',
      ]),
    ).toEqual([
      'undefined',
      '2',
      'undefined',
      'Uncaught TypeError: Assignment to constant variable.\n    at repl:1:1',
      '1',
      '3',
      'undefined',
      'A { b: 1 }',
      'A { b: 1 }',
    ]);
  });
});

describe('names that are the engine’s, or were declared otherwise', () => {
  it('leave the session usable', async () => {
    expect(
      await texts([
        'var x = 1',
        'const x = 2; x',
        'function f() { return 1 }',
        'const f = () => 2; f()',
        'const _ = 5',
        '1 + 1',
        '_',
        'let _ = 6',
        'let globalThis = 5; globalThis',
        'let y = 1; const z = 2; y + z',
        'Object.defineProperty(this, "t", { get() { throw 1 }, configurable: true }); 0',
        'let t = 1; t',
        'Object.defineProperty(Array.prototype, "0", { set() {}, get() { return 7 }, configurable: true }); 0',
        'await new Promise((done) => setTimeout(done, 5)); "later"',
        'throw new Proxy({}, { get() { throw null }, ownKeys() { throw null }, getPrototypeOf() { throw null } })',
        '"well"',
      ]),
    ).toEqual([
      'undefined',
      '2',
      'undefined',
      '2',
      'undefined',
      '2',
      '5',
      'undefined',
      '5',
      '3',
      '0',
      '1',
      '0',
      "'later'",
      expect.stringMatching(/^Uncaught /),
      "'well'",
    ]);
  });
});

describe('what a command awaits', () => {
  it('goes on with answers from outside, and with timers', async () => {
    expect(
      await texts([
        'await llm("hi")',
        'const p = llm("later"); 1',
        'await p',
        'let ticks = 0; const t = setInterval(() => ticks++, 10); await new Promise((done) => setTimeout(done, 35)); clearInterval(t); ticks',
        'await new Promise(() => {})',
        'await Promise.reject(new Error("x"))',
      ]),
    ).toEqual([
      "'answer to hi'",
      '1',
      "'answer to later'",
      '3',
      expect.stringMatching(/waits for something that nothing is left to bring about/),
      expect.stringMatching(/^Uncaught Error: x/),
    ]);
  });
});

describe('what a session may not', () => {
  it.each([
    ['run for ever', 'for (;;);', { cpuMs: 200 }, 'cpu'],
    ['match for ever', '/(a+)+$/.test("a".repeat(50) + "b")', { cpuMs: 200 }, 'cpu'],
    ['do so in jobs', 'const f = () => Promise.resolve().then(f); await f()', { cpuMs: 200 }, 'cpu'],
    ['print without end', 'for (;;) console.log("x".repeat(10_000))', { outputChars: 1e6 }, 'output'],
  ])('%s', async (_, input, limits, why) => {
    const repl = open(limits);
    await repl.send('a', 'var n = 1');
    expect(await repl.send('a', `n = 2; ${input}`)).toMatchObject({ as: 'stopped', why });
    expect(await repl.send('a', 'n')).toMatchObject({ text: '1' });
  });

  it('take more memory than there is for it, or more stack', async () => {
    const repl = open({ memoryBytes: 16 << 20 });
    expect((await repl.send('a', 'const a = []; for (;;) a.push(new Array(1e5).fill(0))')).text).toMatch(
      /out of memory/,
    );
    expect((await repl.send('a', 'const f = (n) => f(n + 1) + 1; f(0)')).text).toMatch(/Maximum call stack/);
    expect((await repl.send('a', '1 + 1')).text).toBe('2');
  });

  it('reach the host', async () => {
    const found = await texts([
      'typeof process + typeof require + typeof fetch + typeof SharedArrayBuffer + typeof WebAssembly',
      'Function("return typeof process")()',
      '[].constructor.constructor("return typeof require")()',
      'await import("fs")',
      'Object.prototype.polluted = 1; Array.prototype.map = null; 1',
    ]);
    expect(found.slice(0, 3)).toEqual([`'${'undefined'.repeat(5)}'`, "'undefined'", "'undefined'"]);
    expect(found[3]).toMatch(/could not load module 'fs'/);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('break what shows its values for longer than it is broken', async () => {
    const repl = open();
    await repl.send('a', 'const it = Array.prototype[Symbol.iterator]; delete Array.prototype[Symbol.iterator]');
    expect((await repl.send('a', '[1]')).text).toMatch(/can’t be shown/);
    await repl.send('a', 'Array.prototype[Symbol.iterator] = it');
    expect((await repl.send('a', '[1]')).text).toBe('[ 1 ]');
  });
});

describe('a state', () => {
  const commands = fc.constantFrom(
    'var n = (globalThis.n ?? 0) + 1; n',
    'var g = globalThis.g ?? (function* () { let i = 0; for (;;) yield i++ })(); g.next()',
    'var m = globalThis.m ?? new Map(); m.set(m.size, { n: m.size }); m',
    'Math.random()',
    'Date.now()',
    'var p = globalThis.p ?? Promise.resolve([]); p = p.then((all) => [...all, all.length]); await p',
    'class C { #x = 0; next() { return ++this.#x } }; var c = globalThis.c ?? new C; c.next()',
    'var w = globalThis.w ?? new WeakMap(); var k = globalThis.k ?? {}; w.set(k, (w.get(k) ?? 0) + 1); w.get(k)',
    'var r = globalThis.r ?? /a/g; [r.test("aaaa"), r.lastIndex]',
    'throw new Error("e")',
  );

  it('that was brought back at any point is that of a session that went straight through', async () => {
    const repl = open();
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(commands, fc.boolean()), { minLength: 1, maxLength: 12 }), async (steps) => {
        const [straight, broken] = [`straight ${++runs}`, `broken ${runs}`];
        for (const [i, [input, leaves]] of steps.entries()) {
          const expected = await repl.send(straight, input, undefined, i);
          expect((await repl.send(broken, input, undefined, i)).text).toBe(expected.text);
          if (leaves) await repl.driver.pause(broken);
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('sandboxes in memory', () => {
  it('are no more than may be', async () => {
    const repl = open({});
    for (let i = 0; i < 6; i++) await repl.send(`s${i}`, `var me = ${i}`);
    expect(repl.driver.kept).toBeLessThanOrEqual(3);
    for (let i = 0; i < 6; i++) expect((await repl.send(`s${i}`, 'me')).text).toBe(`${i}`);
  });

  it('are thrown away when what they came to was not kept', async () => {
    const repl = open();
    await repl.send('a', 'var n = 1');
    repl.fail();
    await expect(repl.send('a', 'n = 2')).rejects.toThrow('the disk is full');
    expect((await repl.send('a', 'n')).text).toBe('1');
  });
});
