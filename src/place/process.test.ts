import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { isRunning } from '../place.ts';
import { processFacts } from './process.ts';

const hasPs = spawnSync('ps', ['-p', '1']).status === 0;
/** Where it is told by /proc, and where by `ps`. */
const platforms = [
  ...(process.platform === 'linux' ? (['linux'] as const) : []),
  ...(hasPs ? (['darwin'] as const) : []),
];

describe.each(platforms)('a process, as told on %s', (platform) => {
  it('was started at one time, however often that is asked', async () => {
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    const facts = processFacts(child.pid!, platform);
    expect(facts?.startedAt).toMatch(platform === 'linux' ? /^\d+$/ : /^\w{3} \w{3} \d+ [\d:]{8} \d{4}$/);
    expect(processFacts(child.pid!, platform)?.startedAt).toBe(facts?.startedAt);
    expect(processFacts(1, platform)?.startedAt).not.toBe(facts?.startedAt);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(processFacts(child.pid!, platform)).toBeUndefined();
  });
});

describe('a process', () => {
  it('is another when it was started at another time', () => {
    const { startedAt } = processFacts(process.pid)!;
    expect(isRunning(process.pid, startedAt)).toBe(true);
    expect(isRunning(process.pid, `${startedAt}0`)).toBe(false);
  });

  it('is not told of where the system does not tell', () => {
    expect(processFacts(process.pid, 'win32')).toBeUndefined();
  });
});
