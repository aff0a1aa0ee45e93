/** `stint usage`, as it is typed, against the API's own routes. */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { usageApp } from '../faces/http/usage-app.suite.ts';
import type { Schemas } from '../sdk/index.ts';
import { emptyFolder, stint } from './stint.suite.ts';

const folder = emptyFolder();
const now = Date.now();
const skipped = [{ source: 'claude', file: '/x.jsonl', reason: 'malformed', count: 3 }];

const claude = { at: now, source: 'claude', project: folder, sessionId: '11112222-aaaa', costPico: 2e12 };
const used = [
  { ...claude, model: 'claude-opus-4-5', input: 1 },
  { ...claude, at: now - 1, model: 'claude-sonnet-4-5', input: 2 },
  {
    at: now - 10 * 86_400_000,
    source: 'codex',
    model: '=gpt',
    project: '/srv',
    sessionId: 'b3c4d5',
    input: 4,
    unpriced: 1,
  },
];

let apps: FastifyInstance[] = [];
let [url, emptyUrl] = ['', ''];
const listen = async (some: typeof used): Promise<string> => {
  const app = await usageApp({ used: some, skipped: some.length === 0 ? [] : skipped, folders: ['/there'], now });
  apps = [...apps, app];
  await app.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
};
beforeAll(async () => {
  [url, emptyUrl] = [await listen(used), await listen([])];
});
afterAll(() => Promise.all(apps.map((app) => app.close())));

const env = (at: string) => ({
  STINT_URL: at,
  STINT_TOKEN: 'x'.repeat(40),
  STINT_DATA: folder,
  TZ: 'Australia/Lord_Howe',
});
const usage = (...args: string[]) => stint(['usage', ...args], { env: env(url), cwd: folder });

const json = async (...args: string[]): Promise<Schemas['UsageByModel']> => {
  const { code, stdout, stderr } = await usage(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Schemas['UsageByModel'];
};
const sum = async (...args: string[]): Promise<number> => (await json('models', ...args)).totals.input;

describe('stint usage', () => {
  it('tells what was used, day by day, in words', async () => {
    const { code, stdout, stderr } = await usage();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^7 tokens · \$4\.00\+ · 3 responses · .* · Australia\/Lord_Howe\n\nDAY /);
    expect(stdout).toMatch(/\n3 things in 1 file were not counted: 3 malformed; see them with --json\n$/);
  });

  it.each([
    ['daily', 'DAY'],
    ['weekly', 'WEEK'],
    ['monthly', 'MONTH'],
    ['blocks', 'BLOCK'],
    ['sessions', 'SESSION'],
    ['models', 'MODEL'],
    ['projects', 'PROJECT'],
  ])('%s', async (kind, heading) =>
    expect(await usage(kind)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(new RegExp(`\\n${heading} (.*\\n)*TOTAL `)) as string,
    }),
  );

  it('asks for what was typed alone', async () => {
    expect(await sum()).toBe(7);
    expect(await sum('--source', 'claude')).toBe(3);
    expect(await sum('--model', 'claude-opus-4-5')).toBe(1);
    expect(await sum('--project', '.')).toBe(3);
    expect(await sum('--since', '3d')).toBe(3);
    expect(await sum('--until', '5d', '--tz', 'UTC')).toBe(4);
    expect((await json('daily', '--breakdown')).rows[0]).toHaveProperty('models');
  });

  it('knows what is meant by a part of a name', async () => {
    expect(await sum('--model', 'opus')).toBe(1);
    expect(await sum('--session', '2222-aaaa')).toBe(3);
    expect(await sum('--project', 'srv', '--source', 'codex')).toBe(4);
    expect(await usage('--model', 'CLAUDE')).toMatchObject({
      code: 2,
      stderr: 'stint: “CLAUDE” fits 2: claude-sonnet-4-5, claude-opus-4-5; say which\n',
    });
    expect(await usage('--session', 'nobody')).toMatchObject({
      code: 4,
      stderr: 'stint: no session “nobody” has used anything; see what there is with: stint usage sessions\n',
    });
  });

  it('writes CSV, and what was not counted beside it', async () => {
    const { code, stdout, stderr } = await usage('models', '--csv');
    expect(code).toBe(0);
    expect(stdout.split('\r\n').slice(0, -1)).toHaveLength(4);
    expect(stdout).toMatch(/\r\n'=gpt,codex,.*\r\n$/);
    expect(stderr).toMatch(/^stint: 3 things in 1 file were not counted/);
  });

  it('has as many rows as asked for, and the totals of all, in every form', async () => {
    const { rows, totals } = await json('models', '-n', '1');
    expect([rows.length, totals.input]).toEqual([1, 7]);
    expect((await json('daily', '-n', '1')).rows).toHaveLength(1);
    const { stdout } = await usage('models', '--csv', '-n', '2');
    expect(stdout.split('\r\n').slice(0, -1)).toHaveLength(3);
  });

  it('knows a folder in which nothing was used from a name that is misspelt', async () => {
    const empty = emptyFolder();
    expect(await stint(['usage', '--project', '.'], { env: env(url), cwd: empty })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Nothing that was used in ${empty} fits. See all with: stint usage`) as string,
    });
    expect(await usage('--project', '.', '--source', 'codex')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Nothing that was used in ${folder} fits.`) as string,
    });
    expect(await usage('--model', 'opus', '--session', 'b3c4d5')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Nothing that was used fits\./) as string,
    });
    expect(await usage('--project', 'srvv')).toMatchObject({ code: 4 });
    expect(await usage('--project', '.', '--model', 'opuss')).toMatchObject({ code: 4 });
  });

  it('says how it is had without a server', async () =>
    expect(await stint(['usage', '--no-start'], { env: { STINT_DATA: emptyFolder() } })).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/; or read the agents’ files without one, with: --no-server\n$/) as string,
    }));

  it('says when there is nothing, and where it was looked for', async () => {
    expect(await stint(['usage'], { env: env(emptyUrl) })).toMatchObject({
      code: 0,
      stdout: 'No agent’s usage was found. Looked in:\n  /there\n',
    });
    expect(await usage('--since', 'today', '--source', 'codex')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Nothing that was used fits\. See all with: stint usage daily\n/) as string,
    });
  });

  it.each([
    [['sesions'], /projects, prices, reprice, push; did you mean sessions\?/],
    [['pries'], /did you mean prices\?/],
    [['yearly'], /one of daily, weekly, monthly, blocks, sessions, models, projects/],
    [['--since', 'soon'], /“soon” can’t be --since: a day is a date such as 2026-11-20/],
    [['--tz', 'Mars/Olympus'], /“Mars\/Olympus” can’t be --tz: it is an IANA time zone/],
    [['--since', '2026-11-20', '--until', '2026-11-19'], /--until 2026-11-19 lies before --since 2026-11-20/],
    [['--csv', '--json'], /choose one/],
    [['-n', '0'], /from 1 to/],
  ])('refuses %j', async (args, sentence) => {
    const { code, stderr } = await usage(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(sentence);
  });
});
