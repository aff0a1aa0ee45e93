/** What is said of a session that a budget has paused. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyFolder, endOf, saidBy, spawnStint, stint, useServer } from './stint.suite.ts';

const { folder } = useServer();
const place = emptyFolder();
const run = (...args: string[]) => stint([...args, '--data', folder], { cwd: place });
const running = (...words: string[]) => spawnStint(['run', '--data', folder, ...words], { cwd: place });

const spend = async (name: string, period: string): Promise<void> => {
  await run('start', 'review', '--for', '1h');
  await expect
    .poll(async () => (await run('budget', 'set', `1s ${period}`, '--name', name)).stdout, { timeout: 5000 })
    .toMatch(/ [1-9]\d\d+ % used/);
};

const sentence = /^stint: paused by the budget work \(\d{3,} % used\); see: stint budget show work$/m;

describe('a session that a budget paused', () => {
  it('says so: a run before its command begins, once, and when it is shown', async () => {
    await spend('work', 'total');
    await run('budget', 'set', '1s total', '--pause');
    const child = running(
      '--name',
      'login',
      '--',
      'sh',
      '-c',
      'echo begun >&2; sleep 1; echo ready; until [ -e go ]; do sleep 0.05; done',
    );
    const ended = endOf(child);
    await saidBy(child.stdout, /ready/);
    expect((await run('show', 'login')).stdout).toMatch(/^login {2}paused by budget work\n/);
    expect(JSON.parse((await run('show', 'login', '--json')).stdout)).toMatchObject({ pausedBy: { name: 'work' } });
    writeFileSync(join(place, 'go'), '');
    const { stderr, code } = await ended;
    expect(code).toBe(0);
    expect(stderr.split('\n').slice(0, 2)).toEqual([expect.stringMatching(sentence) as string, 'begun']);
    expect(stderr.match(/paused by/g)).toHaveLength(1);
  });

  it('says so when it happens while the run goes on', async () => {
    await run('budget', 'set', '1s total', '--warn');
    const child = running('--', 'sh', '-c', 'echo ready; until [ -e over ]; do sleep 0.05; done');
    const ended = endOf(child);
    await saidBy(child.stdout, /ready/);
    const told = saidBy(child.stderr, sentence);
    await run('budget', 'set', '1s total', '--pause');
    expect(await told).toMatch(sentence);
    await run('budget', 'rm', 'work', '--yes');
    writeFileSync(join(place, 'over'), '');
    expect((await ended).code).toBe(0);
  });

  it('is only paused where somebody paused it', async () => {
    await run('start', 'mine', '--for', '1h');
    await run('pause', 'mine');
    expect((await run('show', 'mine')).stdout).toMatch(/^mine {2}paused\n/);
  });

  it('names its own budget, where that paused it', async () => {
    await run('start', 'small', '--for', '1h', '--budget', '10', '--on-budget', 'pause');
    await run('tokens', 'add', '10', 'small');
    expect((await run('show', 'small')).stdout).toMatch(/^small {2}paused by its own budget\n/);
  });
});
