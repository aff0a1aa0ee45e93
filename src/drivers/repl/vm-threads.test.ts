import { availableParallelism } from 'node:os';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openRepl } from './repl-driver.suite.ts';

const open = () => {
  const repl = openRepl({ cpuMs: 60_000 });
  onTestFinished(() => repl.close());
  return repl;
};

it('given a thread that nobody used for long, when a command comes as it ends, then the command runs elsewhere', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const repl = open();
  // More commands at once than threads are kept.
  const names = Array.from({ length: Math.max(2, availableParallelism()) + 2 }, (_, i) => `s${i}`);
  const busy = names.map((name) => repl.send(name, 'console.log("began"); for (;;);', () => running.delete(name)));
  const running = new Set(names);
  await vi.waitUntil(() => running.size === 0, { timeout: 20_000 });
  for (const name of names) repl.driver.interrupt(name);
  for (const stopped of busy) expect(await stopped).toMatchObject({ as: 'stopped', why: 'cancelled' });
  vi.advanceTimersByTime(20_001);
  const all = names.map((name) => repl.send(name, '1 + 1'));
  for (const one of all) expect(await one).toMatchObject({ as: 'value', text: '2' });
});

it('given a call that can’t be interrupted, when it is cancelled again and again, then its thread is ended all the same', async () => {
  const repl = open();
  const again: NodeJS.Timeout[] = [];
  onTestFinished(() => again.forEach(clearInterval));
  const call = 'console.log("began"); "a".repeat(2e6).indexOf(`${"a".repeat(1e6)}b`)';
  const stopped = repl.send('a', call, () => {
    again.push(setInterval(() => repl.driver.interrupt('a'), 100));
  });
  expect(await stopped).toMatchObject({ as: 'stopped', why: 'cancelled' });
});
