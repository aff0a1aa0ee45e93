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
    [['pause', 'read', 'the', 'paper'], /got 3: read, the, paper; quote a name with spaces$/m],
    [['tokens', 'add', 'abc'], /^stint: “abc” can’t be the count: a count looks like 500/],
    [['start', '-f', 'banana'], /^stint: “banana” can’t be --for: a duration looks like 5h/],
    [['start', 'n'.repeat(300)], /^stint: “n{39}…” can’t be the name: it takes 1 to 200 characters$/m],
    [['change', '--json'], /say what to change/],
    [['tokens'], /^stint: say what to do: stint tokens add; more with: stint help tokens\n$/],
    [['token'], /^stint: say what to do: stint token create, .*; more with: stint help token\n$/],
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

describe('a file that can’t be written', () => {
  it.each([
    ['export', '-o'],
    ['backup', '-o'],
    ['conformance', 'timer', 'http://127.0.0.1:1', '--junit'],
  ])('is refused by %s before anything is done', async (...args) => {
    const typed = args.filter((arg) => arg !== undefined);
    expect(await offline(...typed, '/nope/x')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'stint: there is no folder /nope\n',
    });
  });

  it('is not a folder', async () =>
    expect(await offline('export', '-o', '/', '--yes')).toMatchObject({
      code: 2,
      stderr: 'stint: / is a folder; name a file\n',
    }));
});

describe('STINT_URL', () => {
  const env = (url: string) => ({ STINT_URL: url, STINT_TOKEN: 'x'.repeat(40), STINT_DATA: nowhere });

  it.each([
    [
      'localhost:8082',
      'stint: STINT_URL=localhost:8082 has no http:// or https:// before it; write http://localhost:8082\n',
    ],
    ['http://host/ui/', 'stint: STINT_URL=http://host/ui/ is a page; write where the server is: http://host\n'],
    ['nonsense', 'stint: STINT_URL=nonsense is not a URL; it looks like http://127.0.0.1:8082\n'],
  ])('%s is refused with what is wrong with it', async (url, stderr) =>
    expect(await stint(['ls'], { env: env(url) })).toEqual({ code: 2, stdout: '', stderr }),
  );

  it('is named when nothing answers there', async () => {
    const url = `http://127.0.0.1:${await closedPort()}`;
    const { stderr } = await stint(['ls'], { env: env(url) });
    expect(stderr).toBe(`stint: the server that STINT_URL names, ${url}, does not answer (ECONNREFUSED)\n`);
  });

  it.each([['logs'], ['doctor'], ['stop']])('means nothing to %s, which says so', async (name) => {
    const { stderr } = await stint([name], { env: env('http://192.0.2.1') });
    expect(stderr).toContain(
      `stint: STINT_URL means nothing to this command: it is about ${nowhere} on this machine\n`,
    );
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
    for (const typed of ['--version', 'version'])
      expect(await stint([typed])).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
      });
  });
});
