import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openRepl } from './repl-driver.suite.ts';
import { cpuOfThread, ownThread } from './thread-cpu.ts';

const open = (limits = {}) => {
  const repl = openRepl(limits);
  onTestFinished(() => repl.close());
  return repl;
};

const isKnown = ownThread() !== undefined;

const threads = (): number => (isKnown ? readdirSync('/proc/self/task').length : 0);

/** How far behind the threads of this process stand, the last one first. */
const niceness = (): number[] =>
  readdirSync('/proc/self/task')
    .map((thread) => Number(readFileSync(`/proc/self/task/${thread}/stat`, 'latin1').split(') ')[1]!.split(' ')[16]))
    .toSorted((a, b) => b - a);

describe('given a call of the engine’s own, which can’t be interrupted', () => {
  const call = '"a".repeat(2e6).indexOf(`${"a".repeat(1e6)}b`)';

  it('when it takes more CPU than a command may, then its thread is ended and its session is what it was', async () => {
    const repl = open({ cpuMs: 300 });
    await repl.send('a', 'var n = 1');
    expect(await repl.send('a', `n = 2; ${call}`)).toMatchObject({ as: 'stopped', why: 'cpu' });
    expect(await repl.send('a', 'n')).toMatchObject({ text: '1' });
  });

  it('when it is cancelled, then its thread is ended', async () => {
    const repl = open({ cpuMs: 60_000 });
    await repl.send('a', 'var n = 1');
    const stopped = repl.send('a', `console.log('began'); n = 2; ${call}`, () => repl.driver.interrupt('a'));
    expect(await stopped).toMatchObject({ as: 'stopped', why: 'cancelled' });
    expect(await repl.send('a', 'n')).toMatchObject({ text: '1' });
  });
});

describe('given more commands that never end than there are cores', () => {
  const busy = 'console.log("began"); for (;;);';

  it.runIf(isKnown)('then others come before them, and all are equal again when they were stopped', async () => {
    const repl = open({ cpuMs: 60_000 });
    const names = Array.from({ length: availableParallelism() + 1 }, (_, i) => `busy ${i}`);
    const running = names.map((name) => repl.send(name, busy));
    await expect.poll(() => niceness()[names.length - 1]).toBe(10);
    expect(await repl.send('a', '1 + 1')).toMatchObject({ text: '2' });
    for (const name of names) repl.driver.interrupt(name);
    for (const stopped of running) expect(await stopped).toMatchObject({ as: 'stopped', why: 'cancelled' });
    for (const name of names) expect(await repl.send(name, '1 + 1')).toMatchObject({ text: '2' });
    expect(niceness()[0]).toBe(0);
  });
});

describe('given many more commands that never end', () => {
  it('then others are quick, each has begun once for who looks on, and who is stopped waits for nothing', async () => {
    const repl = open({ cpuMs: 60_000 });
    await repl.send('a', '1');
    const before = threads();
    const names = Array.from({ length: 12 }, (_, i) => `busy ${i}`);
    const printed = new Map<string, string>();
    const running = names.map((name) =>
      repl.send(name, `var n = 1; console.log('began'); await 0; for (;;);`, (text) =>
        printed.set(name, (printed.get(name) ?? '') + text),
      ),
    );
    await expect.poll(() => printed.size, { timeout: 60_000 }).toBe(names.length);
    expect(await repl.send('a', '1 + 1')).toMatchObject({ text: '2' });
    // Eight long ones, those for short ones, and what is just coming or going.
    expect(threads() - before).toBeLessThanOrEqual(8 + availableParallelism() + 2);
    for (const name of names) repl.driver.interrupt(name);
    for (const stopped of running) expect(await stopped).toMatchObject({ as: 'stopped', why: 'cancelled' });
    expect([...new Set(printed.values())]).toEqual(['began\n']);
    for (const name of names) expect(await repl.send(name, 'typeof n')).toMatchObject({ text: "'undefined'" });
  }, 90_000);

  it('when one had to make room and has room again, then it goes on as if nothing had been', async () => {
    const repl = open({ cpuMs: 60_000 });
    const names = Array.from({ length: 10 }, (_, i) => `long ${i}`);
    const code =
      'console.log(Math.random()); const until = Date.now() + 60_000; for (let i = 0; i < 2e6; i++); Math.random()';
    const alone = await repl.send('alone', code, undefined, 7);
    let said = '';
    const all = names.map((name) => repl.send(name, code, name === 'long 9' ? (text) => (said += text) : undefined, 7));
    for (const one of all) expect((await one).text).toBe(alone.text);
    expect(said.split('\n')).toHaveLength(2);
  }, 90_000);
});

describe('given many short commands at once', () => {
  it.runIf(isKnown)('then they do not each have a thread', async () => {
    const repl = open();
    await repl.send('a', '1');
    const before = threads();
    const all = Array.from({ length: 40 }, (_, i) => repl.send(`s${i}`, 'for (let i = 0; i < 1e5; i++); 1 + 1'));
    for (const one of all) expect(await one).toMatchObject({ text: '2' });
    expect(threads() - before).toBeLessThanOrEqual(availableParallelism());
  });
});

describe('given a proxy with a trap that never ends', () => {
  it('when names behind it are asked for, then its session is there again soon, and is what it was', async () => {
    const repl = open({ cpuMs: 60_000 });
    await repl.send('a', 'var n = 1; var trap = new Proxy({}, { getPrototypeOf() { for (n = 2; ; ); } })');
    const before = process.cpuUsage();
    const asked = repl.driver.ask('a', { ask: 'complete', path: 'trap' });
    await expect(asked).rejects.toThrow('stopped: cpu');
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(5000);
    expect(await repl.send('a', 'n')).toMatchObject({ text: '1' });
    expect((await repl.driver.ask('a', { ask: 'bindings' })).words).toEqual(['n', 'trap']);
  });
});

describe('given a thread', () => {
  it.runIf(isKnown)('then its CPU is what it has taken', () => {
    const thread = ownThread()!;
    const before = cpuOfThread(thread)!;
    const until = process.threadCpuUsage().user + 50_000;
    while (process.threadCpuUsage().user < until);
    expect(cpuOfThread(thread)! - before).toBeGreaterThan(40);
    expect(cpuOfThread(2 ** 30)).toBeUndefined();
  });
});
