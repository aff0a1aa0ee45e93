/** stint usage push, prices and reprice, as they are typed: two servers, the one with transcripts of a machine. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { readServerFile } from '../place.ts';
import { assistant } from '../readers/claude/transcript.suite.ts';
import { unwrap } from '../sdk/index.ts';
import type { Schemas } from '../sdk/index.ts';
import { clientOn, emptyFolder, startServer, stint, useFolder } from './stint.suite.ts';

const home = emptyFolder();
const [laptop, team, both] = [useFolder(), useFolder(), useFolder()];
const config = join(home, '.claude');
const transcript = join(config, 'projects', '-home-dev-work', 's-1.jsonl');
const count = 1200;

interface Given {
  key: string;
  at?: number;
  output?: number;
  model?: string;
}

const then = Date.UTC(2026, 9, 1, 12);
const lineOf = ({ key, at = then, output = 200, model = 'claude-sonnet-4-5-20250929' }: Given): string =>
  `${JSON.stringify(
    assistant({
      id: key,
      requestId: `req_${key}`,
      model,
      usage: { input_tokens: 3, output_tokens: output, cache_read_input_tokens: 10 },
      line: { timestamp: new Date(at).toISOString() },
    }),
  )}\n`;

/** Neither server reads what lies in the home of whoever runs the tests. */
const env = { HOME: home, XDG_DATA_HOME: join(home, 'data'), XDG_CONFIG_HOME: join(home, 'config') };

let [teamUrl, tokenFile] = ['', ''];
beforeAll(async () => {
  mkdirSync(join(config, 'projects', '-home-dev-work'), { recursive: true });
  writeFileSync(
    transcript,
    Array.from({ length: count }, (_, i) => lineOf({ key: `msg_${i}`, at: then + i * 1000 })).join(''),
  );
  await startServer(laptop, { ...env, CLAUDE_CONFIG_DIR: config });
  teamUrl = await startServer(team, { ...env, HOME: emptyFolder() });
  const { id } = unwrap(await clientOn(team).POST('/api/users', { body: { name: 'ada' } }));
  const made = unwrap(
    await clientOn(team).POST('/api/users/{id}/tokens', { params: { path: { id } }, body: { name: 'push' } }),
  );
  tokenFile = join(home, 'push-token');
  writeFileSync(tokenFile, `${made.token}\n`);
  await responsesAre(laptop, count);
});

const totalsOf = async (folder: string): Promise<Schemas['UsageSums']> =>
  unwrap(await clientOn(folder).GET('/api/usage/models')).totals;

const responsesAre = (folder: string, responses: number): Promise<void> =>
  vi.waitFor(async () => expect(await totalsOf(folder)).toMatchObject({ responses }), { timeout: 20_000 });

const run = (...args: string[]) => stint(['usage', ...args, '--data', laptop]);
const push = (url: string, ...more: string[]) => run('push', url, '--token-file', tokenFile, ...more);

interface Sums {
  sent: number;
  taken: number;
  known: number;
}

const pushed = async (url: string, ...more: string[]): Promise<Sums> => {
  const { code, stdout, stderr } = await push(url, '--json', ...more);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Sums;
};

describe('stint usage push', () => {
  it('breaks off where the other server does, and goes on where it was', async () => {
    // What comes through, and how much of it until nothing does any more.
    const passes = { left: 2, rows: 0 };
    const proxy = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks);
        if (request.method === 'POST' && passes.left-- <= 0) return void request.socket.destroy();
        if (request.method === 'POST') passes.rows += (JSON.parse(body.toString()) as Schemas['PushUsage']).rows.length;
        void fetch(teamUrl + (request.url ?? ''), {
          method: request.method ?? 'GET',
          headers: { authorization: request.headers.authorization ?? '', 'content-type': 'application/json' },
          ...(body.length > 0 && { body }),
        }).then(async (answer) => response.writeHead(answer.status).end(await answer.text()));
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    try {
      const { code, stderr, stdout } = await push(url);
      expect([code, stdout]).toEqual([3, '']);
      expect(stderr).toMatch(
        /^stint: http:\/\/127\.0\.0\.1:\d+ does not answer .*; push again to go on where it was\n$/,
      );
      expect(passes.rows).toBe(1000);
      passes.left = 10;
      expect(await pushed(url)).toMatchObject({ sent: 200, taken: 200, known: 0 });
      expect(await totalsOf(team)).toEqual(await totalsOf(laptop));
    } finally {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    }
  });

  it('sends what another way knows already, and nothing counts twice', async () => {
    const { code, stdout, stderr } = await push(teamUrl);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`pushed 1,200 responses to ${teamUrl}: 0 new, 1,200 known there\n`);
    expect((await push(teamUrl)).stdout).toBe(`${teamUrl} has it all already\n`);
    expect(await pushed(teamUrl, '--all')).toMatchObject({ sent: 1200, taken: 0, known: 1200 });
    expect(await totalsOf(team)).toEqual(await totalsOf(laptop));
  });

  it('sends only what is new, or more than it was', async () => {
    writeFileSync(
      transcript,
      lineOf({ key: 'msg_7', at: then + 7000, output: 999 }) + lineOf({ key: 'new', at: then + 5_000_000 }),
      { flag: 'a' },
    );
    await responsesAre(laptop, count + 1);
    expect(await pushed(teamUrl)).toMatchObject({ sent: 2, taken: 2, known: 0 });
    expect(await totalsOf(team)).toEqual(await totalsOf(laptop));
    expect(await pushed(teamUrl)).toMatchObject({ sent: 0 });
  });

  it('has sessions there that are the token’s user’s and look as they do here', async () => {
    const { sessions } = unwrap(await clientOn(team).GET('/api/sessions'));
    const [own] = unwrap(await clientOn(laptop).GET('/api/sessions')).sessions;
    const ada = unwrap(await clientOn(team).GET('/api/users')).users.find(({ name }) => name === 'ada');
    expect(sessions).toMatchObject([
      {
        kind: 'agent',
        owner: ada?.id,
        tokensUsed: own?.tokensUsed,
        startTime: own?.startTime,
        endTime: own?.endTime,
        agent: {
          sessionId: 's-1',
          directory: '/home/dev/work',
          gitBranch: 'main',
          machine: expect.any(String) as string,
        },
      },
    ]);
  });

  it('keeps no token, and takes none from what other users of the machine see', async () => {
    const token = readFileSync(tokenFile, 'utf8').trim();
    expect(readFileSync(join(laptop, 'pushed.json'), 'utf8')).not.toContain(token);
    const inEnv = { env: { STINT_PUSH_TOKEN: token } };
    expect(await stint(['usage', 'push', teamUrl, '--data', laptop], inEnv)).toMatchObject({ code: 0 });
    expect((await stint(['usage', 'push', teamUrl, token, '--data', laptop])).code).toBe(2);
  });

  const own = () => readServerFile(laptop)?.url ?? '';
  it.each<[string, () => string[], number, RegExp]>([
    ['no token', () => [teamUrl], 2, /^stint: say who you are there: .*--token-file, or in STINT_PUSH_TOKEN/],
    ['a token that is not there', () => [teamUrl, '--token-file', '/nowhere'], 2, /\/nowhere can’t be read \(ENOENT\)/],
    ['no token in the file', () => [teamUrl, '--token-file', '/dev/null'], 2, /\/dev\/null is empty/],
    [
      'another server’s token',
      () => [teamUrl, '--token-file', join(laptop, 'token')],
      5,
      /does not know the token that .*token holds/,
    ],
    [
      'another protocol',
      () => ['ftp://x', '--token-file', tokenFile],
      2,
      /^stint: ftp:\/\/x can’t be pushed to: it must be http:\/\/ or https:\/\//,
    ],
    ['no URL', () => ['stint.example.org', '--token-file', tokenFile], 2, /is not a URL; one looks like https:/],
    ['a password', () => ['https://ada:pw@stint.example.org', '--token-file', tokenFile], 2, /no place for a password/],
    ['a page', () => ['https://stint.example.org/?x=1', '--token-file', tokenFile], 2, /is a page/],
    [
      'the clear',
      () => ['http://stint.example.org', '--token-file', tokenFile],
      2,
      /would go in the clear; use https:/,
    ],
    ['itself', () => [own(), '--token-file', join(laptop, 'token')], 2, /is the very server/],
    [
      'nobody',
      () => ['http://127.0.0.1:1', '--token-file', tokenFile],
      3,
      /http:\/\/127\.0\.0\.1:1 does not answer \(ECONNREFUSED\)/,
    ],
  ])('refuses %s', async (_, args, code, sentence) => {
    const said = await run('push', ...args());
    expect([said.code, said.stdout]).toEqual([code, '']);
    expect(said.stderr).toMatch(sentence);
    expect(said.stderr).not.toContain('pw');
  });

  it('is one with what the other server reads itself', async () => {
    await startServer(both, { ...env, CLAUDE_CONFIG_DIR: config });
    await responsesAre(both, count + 1);
    const before = await totalsOf(both);
    const { url } = readServerFile(both)!;
    const said = await stint(['usage', 'push', url, '--token-file', join(both, 'token'), '--data', laptop, '--json']);
    expect(JSON.parse(said.stdout)).toMatchObject({ sent: count + 1, taken: 0, known: count + 1 });
    expect(await totalsOf(both)).toEqual(before);
    expect(unwrap(await clientOn(both).GET('/api/sessions')).sessions).toHaveLength(1);
  });
});

describe('stint usage prices and reprice', () => {
  const file = join(laptop, 'prices.json');

  it('tell what has no price and how to give it one, and reckon by it', async () => {
    writeFileSync(transcript, lineOf({ key: 'own', model: 'in-house-1', at: then + 5_000_001 }), { flag: 'a' });
    await responsesAre(laptop, count + 2);
    const { stdout } = await run('prices');
    expect(stdout).toMatch(/^prices genai-prices-\S+\nno own prices in \S+prices\.json\n\nmodels that were used, /);
    expect(stdout).toMatch(/\n\nwithout a price:\n/);
    expect(stdout).toMatch(/\nin-house-1 +claude +1 +213 +input, /);
    const [example = ''] = /^\{\n[^]*^\}$/m.exec(stdout) ?? [];
    writeFileSync(file, example);
    const { stdout: repriced } = await run('reprice');
    expect(repriced).toMatch(/^priced 1,202 responses anew by genai-prices-\S+; 1 cost something else now\n/);
    expect(repriced).toMatch(/\nin-house-1 +1 +\$0\.00 +\$0\.0008\d*\n$/);
    expect((await run('reprice')).stdout).toMatch(/^nothing to do: /);
    expect(JSON.parse((await run('reprice', '--json')).stdout)).toMatchObject({ repriced: 0, changed: 0 });
    expect((await run('prices')).stdout).toMatch(
      /own prices in \S+, US dollars a million tokens:\n\nMODEL +INPUT +OUTPUT .*\nin-house-1 +\$1 +\$4[^]*\n\nevery response has a price\n$/,
    );
  });

  it('are those of reports without a server as well', async () => {
    const report = await stint(['usage', 'models', '--no-server', '--json', '--data', laptop], {
      env: { ...env, CLAUDE_CONFIG_DIR: config },
    });
    expect(report.stderr).toBe('');
    const { totals } = JSON.parse(report.stdout) as Schemas['UsageByModel'];
    expect(totals).toEqual(await totalsOf(laptop));
    expect(totals.unpriced).toBe(0);
  });

  it('say what is wrong with own ones, and leave all as it is', async () => {
    writeFileSync(file, '{"models": {"in-house-1": {"input": "1"}}}');
    const before = await totalsOf(laptop);
    const sentence = /prices\.json: models\["in-house-1"\]\.input: /;
    const refused = await run('reprice');
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toMatch(sentence);
    expect(await totalsOf(laptop)).toEqual(before);
    expect((await run('prices')).stdout).toMatch(sentence);
    const report = await stint(['usage', 'models', '--no-server', '--data', laptop], {
      env: { ...env, CLAUDE_CONFIG_DIR: config },
    });
    expect([report.code, report.stderr]).toEqual([0, expect.stringMatching(sentence)]);
  });
});
