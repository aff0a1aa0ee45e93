import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { addBudgetTables } from '../stores/sqlite/budgets.suite.ts';
import { SqliteStore } from '../stores/sqlite/store.ts';
import { emptyFolder, startServer, stint, useFolder } from './stint.suite.ts';

const folder = useFolder();
const project = emptyFolder();
const run = (...args: string[]) => stint(['--data', folder, ...args], { cwd: project });
const json = async (...args: string[]): Promise<unknown> => JSON.parse((await run(...args, '--json')).stdout);

beforeAll(async () => {
  const file = join(folder, 'stint.db');
  mkdirSync(folder, { recursive: true });
  await (await SqliteStore.open(file)).close();
  addBudgetTables(file);
  await startServer(folder);
});

const said = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await run(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};

describe('budgets by the command line', () => {
  it('are set, changed by being set again, shown, listed and deleted', async () => {
    expect(await said('budget', 'ls')).toBe('no budgets yet; set one with: stint budget set 20usd day\n');
    expect(await json('budget', 'ls')).toEqual({ budgets: [] });
    expect(await said('budget', 'set', '5M tokens per day')).toBe('set 5M tokens a day · everything · 0 % used\n');
    expect(await said('budget', 'set', 'day', '6M', '--name', 'mine', '--pause')).toBe(
      'changed mine · 6M tokens a day · everything · pauses · 0 % used\n',
    );
    expect(await said('budget', 'set', 'month', '200usd', '--project', '.')).toBe(
      `set $200.00 a month · ${project} · 0 % used\n`,
    );
    const [dollars, tokens] = ((await json('budget', 'ls')) as { budgets: { only: object; limit: unknown }[] }).budgets;
    expect([dollars, tokens]).toMatchObject([
      { only: { project }, limit: '200', measure: 'usd', period: 'month' },
      { only: {}, limit: 6_000_000, name: 'mine', action: 'pause' },
    ]);
    expect(await said('budget', 'show', 'mine')).toMatch(
      /^mine {2}within\nid +[0-9a-f-]{36}\nlimit +6M tokens a day · pauses what stint runs\nof +everything\nused +0 % · 0 of 6M\n/,
    );
    expect(await run('budget', 'rm', 'mine')).toMatchObject({ code: 2 });
    expect(await said('budget', 'rm', 'mine', '--yes')).toBe(
      'deleted mine · 6M tokens a day · everything · pauses · 0 % used\n',
    );
    expect(await run('budget', 'show', 'mine')).toMatchObject({ code: 4 });
  });

  it('of a session raise their alerts on it, and say how they stand', async () => {
    await said('start', 'review', '--for', '1h');
    await said('budget', 'set', 'total', '1M', '--session', 'review', '--name', 'rev');
    await said('tokens', 'add', '830k', 'review');
    await expect
      .poll(async () => said('show', 'review'))
      .toMatch(/\n83 % of the budget “rev” is used: 830000 of 1000000 tokens in all +\d\d:\d\d\n/);
    expect(await said('budget', 'show', 'rev')).toMatch(
      /used +83 % · 830k of 1M\n[^]*\nacross_80 +\d\d:\d\d +[0-9a-f]{8}\n/,
    );
    expect(await said('budget', 'ls')).toMatch(/rev +session [0-9a-f…]+ +830k of 1M +83 +near\n/);
  });

  it('of a model that nobody used say how models are spelled', async () => {
    expect(await said('budget', 'set', 'week', '40h', '--model', 'opis', '--agent', 'claude')).toBe(
      'set 40h a week · claude, opis · 0 % used\n' +
        'nothing of it was used so far; how models and agents are spelled: stint usage models\n',
    );
  });

  it.each([
    [['day', '30m'], /30m could be tokens \(30M\) or minutes \(30min\)/],
    [['day'], /how much is missing/],
    [['5M'], /the period is missing/],
    [['200', 'month'], /200usd/],
    [['0usd', 'day'], /^stint: “0usd” can’t be a limit: a limit is more than 0\n$/],
    [['day', '5M', '--pause', '--warn'], /not both/],
    [['day', '5usd', '--count', 'all'], /goes with tokens/],
    [[], /say how much and for how long, for example: stint budget set 20usd day/],
  ])('are not set by %j: 2', async (args, sentence) => {
    const { code, stderr } = await run('budget', 'set', ...args);
    expect([code, sentence.test(stderr)]).toEqual([2, true]);
  });

  it('are not set in a time zone that there is not', async () => {
    expect(await run('budget', 'set', 'day', '5M', '--tz', 'Mars/Olympus')).toMatchObject({
      stderr: expect.stringContaining('is not an IANA time zone') as string,
    });
  });
});
