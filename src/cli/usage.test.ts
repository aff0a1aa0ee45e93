import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogue } from './catalogue.ts';
import { emptyFolder, spawnStint, endOf, stint } from './stint.suite.ts';

/** What can be said without a server. */

const closedPort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

const nowhere = join(emptyFolder(), 'none');
const offline = (...args: string[]) => stint([...args, '--data', nowhere, '--no-start']);

describe('help', () => {
  it('lists every command, and the exit codes', async () => {
    const { code, stdout, stderr } = await stint(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const { name } of catalogue) expect(stdout).toMatch(new RegExp(`^  ${name.split(' ')[0]} +\\S`, 'm'));
    expect(stdout).toMatch(/Exit codes:\n {2}0 {2}done\n/);
  });

  it.each(catalogue.map(({ name }) => name))('of %s has its arguments, its options and examples', async (name) => {
    const said = await stint([...name.split(' '), '--help']);
    expect(said).toMatchObject({ code: 0, stderr: '' });
    expect(said.stdout).toMatch(new RegExp(`^Usage: stint ${name} \\[options\\]`));
    expect(said.stdout).toMatch(/--json .*\n(.*\n)*Examples:\n {2}# \S/);
    expect(said.stdout).toContain(`\n  stint ${name}`);
    expect(await stint(['help', ...name.split(' ')])).toEqual(said);
  });

  it('fits the terminal it is read on', async () => {
    for (const { load } of catalogue) {
      const { examples } = await load();
      for (const [typed, meaning] of examples) expect(Math.max(typed.length, meaning.length)).toBeLessThan(72);
    }
  });
});

describe('what is not understood', () => {
  it.each([
    [['foo'], /unknown command 'foo'/],
    [['lss'], /Did you mean ls\?/],
    [['help', 'nosuch'], /unknown command 'nosuch'; see what there is with: stint help/],
    [['help', 'token', 'nosuch'], /unknown command 'nosuch'/],
    [['start', '--for', '90'], /90m are minutes/],
    [['start', '--for', 'soon'], /looks like 5h, 90m/],
    [['start', '--budget', '-5'], /looks like 500, 200k/],
    [['start', '--on-end', 'explode'], /one of complete, extend/],
    [['ls', '--limit', '0'], /from 1 to 200/],
    [['ls', '--colour'], /unknown option '--colour'/],
    [['tokens', 'add'], /missing required argument 'count'/],
    [['tokens', 'add', '1.5'], /whole/],
    [['checkpoint', 'x', '--metadata', '[1]'], /JSON object/],
    [['run'], /missing required argument 'command'/],
    [['serve', '--port', '70000'], /from 0 to 65535/],
    [['serve', '--log-level', 'loud'], /one of DEBUG, INFO, WARN, ERROR/],
    [['pause', 'a', 'b'], /too many arguments/],
    [['change', '--json'], /say what to change/],
    [['tokens'], /say what to do/],
    [[], /say what to do/],
  ])('%j: 2, and a sentence', async (args, sentence) => {
    const { code, stdout, stderr } = await offline(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^stint: /);
    if (args.includes('--json')) expect(JSON.parse(stdout)).toMatchObject({ error: 'usage', exitCode: 2 });
    else expect(stdout).toBe('');
  });
});

describe('without a server', () => {
  it.each([['ls'], ['show', 'x'], ['status'], ['stop'], ['run', '--', 'true'], ['token', 'list']])(
    '%s %s says so with 3 and starts none when told not to',
    async (...args) => {
      const child = spawnStint(['--no-start', '--data', nowhere, ...args.filter((arg) => arg !== undefined)]);
      const { code, stdout, stderr } = await endOf(child);
      expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
      expect(stderr).toBe(
        `stint: no server runs on ${nowhere}; start one with: stint serve, or any command without --no-start\n`,
      );
    },
  );

  it('says it in JSON too', async () => {
    const { code, stdout } = await offline('ls', '--json');
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ error: 'no_server', exitCode: 3 });
  });

  it('does not take a server that is named and away for none', async () => {
    const env = { STINT_URL: `http://127.0.0.1:${await closedPort()}`, STINT_TOKEN: 'x'.repeat(40) };
    expect(await stint(['ls'], { env })).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/does not answer \(ECONNREFUSED\)/) as string,
    });
    expect(await stint(['ls'], { env: { STINT_URL: env.STINT_URL } })).toMatchObject({ code: 2 });
    expect(await stint(['ls'], { env: { ...env, STINT_URL: '127.0.0.1:8082' } })).toMatchObject({ code: 2 });
  });

  it('prints its version', async () => {
    expect(await stint(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
    });
  });
});
