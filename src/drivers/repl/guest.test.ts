/** What the sandbox itself does: how promises are shown, what is said of those that nobody handles, and its timers. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { openRepl } from './repl-driver.suite.ts';

/** What an input printed, and what it came to. */
const opened = (limits = {}) => {
  const repl = openRepl(limits);
  onTestFinished(() => repl.close());
  const said = async (input: string): Promise<{ printed: string; text: string }> => {
    let printed = '';
    const { text } = await repl.send('a', input, (more) => (printed += more));
    return { printed, text };
  };
  return { ...repl, said };
};

describe('a promise', () => {
  it('is shown as what it is', async () => {
    const { said } = opened();
    const cases = [
      ['Promise.resolve({ a: 1 })', 'Promise { { a: 1 } }'],
      ['new Promise(() => {})', 'Promise { <pending> }'],
      ['[Promise.resolve(undefined)]', '[ Promise { undefined } ]'],
      ['(class P extends Promise {}).resolve(1)', 'P [Promise] { 1 }'],
      ['const p = Promise.reject(7); p.catch(() => {}); p', 'Promise { <rejected> 7 }'],
      ['const v = { get a() { throw 1 }, then: 1 }; Promise.resolve(v)', 'Promise { { a: [Getter], then: 1 } }'],
      // What only says that it is one.
      ['({ [Symbol.toStringTag]: "Promise" })', "{ Symbol(Symbol.toStringTag): 'Promise' }"],
    ];
    for (const [input = '', shown] of cases) expect((await said(input)).text).toBe(shown);
  });

  it('is shown so after it was brought back', async () => {
    const { said, driver } = opened();
    await said('var open; var p = new Promise((done) => (open = done)); p');
    await driver.pause('a');
    expect((await said('p')).text).toBe('Promise { <pending> }');
    await said('open("yes")');
    await driver.pause('a');
    expect((await said('p')).text).toBe("Promise { 'yes' }");
  });

  it('leaves nothing behind when it is shown', async () => {
    const { said, send } = opened();
    await said('const p = Promise.resolve("x".repeat(100)); for (let i = 0; i < 100; i++) console.log(p)');
    const before = (await send('a', '1')).size;
    for (let i = 0; i < 5; i++)
      await said('for (let i = 0; i < 500; i++) console.log(Promise.resolve("x".repeat(1000)))');
    expect((await send('a', '1')).size).toBe(before);
  });
});

describe('a rejection', () => {
  it('that nothing handles is told when the command ends', async () => {
    const { said } = opened();
    expect(await said('Promise.reject(new Error("no")); 1')).toEqual({
      printed: 'Uncaught (in promise) Error: no\n    at repl:1:20\n',
      text: '1',
    });
    expect(await said('1')).toEqual({ printed: '', text: '1' });
  });

  it('is not told when something handles it by then', async () => {
    const { said } = opened();
    const inputs = [
      'const p = Promise.reject(1); await null; p.catch(() => {}); 1',
      'try { await Promise.reject(1) } catch {} 1',
      'await Promise.allSettled([Promise.reject(1), (async () => { throw 2 })()]); 1',
    ];
    for (const input of inputs) expect(await said(input)).toEqual({ printed: '', text: '1' });
    expect((await said('await Promise.reject(new Error("once"))')).printed).toBe('');
    expect((await said('throw new Error("once")')).printed).toBe('');
  });

  it('is told also when it happened before the command was brought back', async () => {
    const { said } = opened();
    expect((await said('Promise.reject("before"); await llm("a")')).printed).toBe("Uncaught (in promise) 'before'\n");
    expect((await said('Promise.reject("at once"); throw 1')).printed).toBe("Uncaught (in promise) 'at once'\n");
  });

  it('is told of ten at most', async () => {
    const { printed } = await opened().said('for (let i = 0; i < 5000; i++) Promise.reject(i)');
    expect(printed.split('\n')).toHaveLength(12);
    expect(printed).toMatch(/Uncaught \(in promise\) 9\nUncaught \(in promise\), 4990 more\n$/);
  });

  it.each([
    ['time', { cpuMs: 1000 }, /stopped: cpu/],
    ['memory', { memoryBytes: 8 << 20, cpuMs: 20_000 }, /out of memory/],
  ])('may come until there is no %s left', { timeout: 60_000 }, async (_, limits, how) => {
    const { send } = opened(limits);
    await send('a', 'var n = 1');
    expect((await send('a', 'var kept = []; for (;;) kept.push(Promise.reject([n]))')).text).toMatch(how);
    expect((await send('a', 'kept = null; n')).text).toBe('1');
  });

  it('can’t hold up the thread by the way in which it is shown', async () => {
    const { send } = opened({ cpuMs: 1000 });
    const input = 'Promise.reject({ [Symbol.for("nodejs.util.inspect.custom")]() { for (;;); } }); 1';
    expect(await send('a', input)).toMatchObject({ as: 'stopped', why: 'cpu' });
    expect((await send('a', '1 + 1')).text).toBe('2');
  });
});

describe('timers', () => {
  it('run in the order of their times, and then of their making', async () => {
    const { printed } = await opened().said(`
      for (const ms of [30, 10, 20, 10, 5]) setTimeout(() => console.log(ms), ms);
      const gone = setTimeout(() => console.log('gone'), 1);
      clearTimeout(gone);
      let n = 0;
      const every = setInterval(() => { console.log('every'); if (++n === 3) clearInterval(every) }, 8);
      await new Promise((done) => setTimeout(done, 40))`);
    expect(printed.trim().split('\n')).toEqual(['5', 'every', '10', '10', 'every', '20', 'every', '30']);
  });

  it('come in thousands', async () => {
    const { text } = await opened({ cpuMs: 2000 }).said(`
      let seen = 0, last = 0, isSorted = true;
      const ids = [];
      for (let i = 0; i < 20_000; i++) {
        const ms = 1 + ((i * 7919) % 1000);
        const at = Date.now() + ms;
        // The clock may go on between the two looks at it.
        ids.push(setTimeout(() => { seen++; isSorted &&= at >= last - 1; last = at }, ms));
      }
      for (let i = 0; i < ids.length; i += 2) clearTimeout(ids[i]);
      await new Promise((done) => setTimeout(done, 2000));
      [seen, isSorted]`);
    expect(text).toBe('[ 10000, true ]');
  });
});
