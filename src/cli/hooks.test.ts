import { describe, expect, it } from 'vitest';
import { Receiver, withStatus } from '../hooks/receiver.suite.ts';
import { stint, useServer } from './stint.suite.ts';

const { folder } = useServer();
/** The folder first: what follows `--` is the command's. */
const run = (...args: string[]) => stint(['--data', folder, ...args]);

const add = async (...args: string[]) => {
  const { code, stdout, stderr } = await run('hook', 'add', ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};

const raise = async (name: string, tokens: string): Promise<void> => {
  await run('start', name, '--for', '1h', '--budget', '100');
  await run('tokens', 'add', tokens, name);
};

describe('hooks by the command line', () => {
  it('are added, tried, listed, shown with what they were told, switched and deleted', async () => {
    const receiver = await Receiver.open();
    const said = await add(receiver.url, '--allow-private', '--on', 'budget_95,budget_100', '--name', 'team');
    expect(said).toMatch(new RegExp(`^added team · ${receiver.url}\\nsecret: whsec_\\S{44}\\n$`));
    expect((await run('hook', 'test', 'team')).stdout).toMatch(/^team works: answered 204 in \d+ ms\n$/);
    await raise('login', '96');
    await receiver.count(2);
    await expect
      .poll(async () => (await run('hook', 'show', 'team')).stdout)
      .toMatch(/\nbudget_95 +[0-9a-f]{8} +\d\d:\d\d +delivered +1 +answered 204 in \d+ ms\n$/);
    expect((await run('hook', 'ls')).stdout).toMatch(/^ID +NAME +CALLS .*\n[0-9a-f]{8} +team +http:\/\/\S+ .*on\n$/);
    expect((await run('hook', 'off', 'team')).stdout).toBe('team is off\n');
    expect((await run('hook', 'on', 'team')).stdout).toBe('team is on\n');
    expect(await run('hook', 'rm', 'team')).toMatchObject({ code: 2 });
    expect((await run('hook', 'rm', 'team', '--yes')).stdout).toMatch(/^deleted team · http/);
    expect(await run('hook', 'show', 'team')).toMatchObject({ code: 4 });
  });

  it('are commands after --, with options of their own, of one session', async () => {
    await run('start', 'only', '--for', '1h', '--budget', '100');
    await add(
      '--name',
      'desk',
      '--session',
      'only',
      '--',
      'sh',
      '-c',
      'printf "\\033[2Jtold: $1\\n"; exit 1',
      '--on',
      'x',
    );
    const tried = await run('hook', 'test', 'desk');
    expect(tried).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^desk fails: exit code 1 in \d+ ms\n�\[2Jtold: x\n$/) as string,
    });
    await raise('another', '90');
    await run('tokens', 'add', '90', 'only');
    await expect
      .poll(async () => (await run('hook', 'show', 'desk')).stdout)
      .toMatch(/budget_80.*pending +1 +exit code 1/);
    await run('hook', 'rm', 'desk', '--yes');
  });

  it('say when they fail, with 1', async () => {
    const receiver = await Receiver.open(withStatus(500));
    await add(receiver.url, '--allow-private', '--name', 'bad');
    expect(await run('hook', 'test', 'bad')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^bad fails: answered 500 in/) as string,
    });
  });

  it.each([
    [['http://127.0.0.1/'], /leads to a private address; .*--allow-private\) allows it/],
    [['https://example.com', 'x'], /stands alone/],
    [['--allow-private', '--', 'true'], /goes with a URL/],
    [['https://example.com', '--on', 'budget_81'], /one of budget_80/],
    [[], /missing required argument/],
  ])('are not added by %j: 2', async (args, sentence) => {
    const { code, stderr } = await stint(['--data', folder, 'hook', 'add', ...args]);
    expect([code, sentence.test(stderr)]).toEqual([2, true]);
  });
});
