/** `stint analytics` and `stint export`, as they are typed. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { unwrap } from '../sdk/index.ts';
import type { Schemas } from '../sdk/index.ts';
import { emptyFolder, stint, useServer } from './stint.suite.ts';

const { client, folder, run } = useServer();
const files = emptyFolder();

beforeAll(async () => {
  for (const [name, tokensUsed] of [
    ['one', 100],
    ['two', 20],
  ] as const) {
    const { id } = unwrap(await client().POST('/api/sessions', { body: { name, duration: 3600_000 } }));
    const body = { tokensUsed, operation: '=work' };
    unwrap(await client().POST('/api/sessions/{id}/tokens', { params: { path: { id } }, body }));
  }
});

const analytics = async (...args: string[]): Promise<Schemas['UsageAnalytics']> => {
  const { code, stdout, stderr } = await run('analytics', ...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Schemas['UsageAnalytics'];
};

describe('stint analytics', () => {
  it('tells what was used, in words', async () => {
    const { code, stdout, stderr } = await run('analytics', 'hour', '--tz', 'Asia/Kathmandu');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^120 tokens · 2 sessions · \d+s each · last hour · Asia\/Kathmandu\nbusiest hours \d\d:00\n/,
    );
    expect(stdout.trimEnd().split('\n')).toHaveLength(3 + 1 + 12);
  });

  it('asks for the period, the sessions and the time zone that were typed', async () => {
    expect(await analytics()).toMatchObject({ period: 'day', totalTokens: 120 });
    expect(await analytics('month')).toMatchObject({ period: 'month', totalTokens: 120 });
    expect(await analytics('-s', 'one')).toMatchObject({ totalTokens: 100, totalSessions: 1 });
    expect(await analytics('--session', 'one', '--session', 'two')).toMatchObject({ totalTokens: 120 });
  });

  it('takes the time zone of the machine', async () => {
    const at = (TZ: string) => stint(['analytics', '--json', '--data', folder], { env: { TZ } });
    const { tz } = JSON.parse((await at('Australia/Lord_Howe')).stdout) as Schemas['UsageAnalytics'];
    expect(tz).toBe('Australia/Lord_Howe');
  });

  it('refuses what it does not know', async () => {
    expect(await run('analytics', 'year')).toMatchObject({ code: 2 });
    expect(await run('analytics', '--tz', 'Mars/Olympus')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('tz: is not an IANA time zone') as string,
    });
    expect(await run('analytics', '-s', 'nobody')).toMatchObject({ code: 4 });
  });
});

describe('stint export', () => {
  const file = (name: string) => join(files, name);

  it('writes to stdout, or to a file in the format of its name', async () => {
    const { code, stdout } = await run('export');
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Schemas['Export']).sessions).toHaveLength(2);
    const said = await run('export', '-o', file('all.json'));
    expect(said).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^wrote .*all\.json · [\d,]+ bytes\n$/) as string,
    });
    const { tokenUsage } = JSON.parse(readFileSync(file('all.json'), 'utf8')) as Schemas['Export'];
    expect(tokenUsage.map(({ operation }) => operation)).toEqual(['=work', '=work']);
    await run('export', '-o', file('all.csv'), '-s', 'one');
    expect(readFileSync(file('all.csv'), 'utf8')).toMatch(/^table,.*\r\nsessions,.*\r\ntokenUsage,.*'=work.*\r\n$/);
    await run('export', '-o', file('usage.txt'), '--table', 'tokenUsage');
    expect(readFileSync(file('usage.txt'), 'utf8').split('\r\n')).toHaveLength(4);
  });

  it('says in JSON what it wrote', async () => {
    const { stdout } = await run('export', '-o', file('told.csv'), '--json');
    const bytes = readFileSync(file('told.csv')).length;
    expect(JSON.parse(stdout)).toEqual({ file: file('told.csv'), format: 'csv', bytes, isWhole: true });
  });

  it('overwrites a file only when it is told to, and leaves no half of one', async () => {
    writeFileSync(file('kept.json'), 'mine');
    expect(await run('export', '-o', file('kept.json'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--yes') as string,
    });
    expect(readFileSync(file('kept.json'), 'utf8')).toBe('mine');
    expect(await run('export', '-o', file('kept.json'), '--yes', '-s', 'nobody')).toMatchObject({ code: 4 });
    expect(readFileSync(file('kept.json'), 'utf8')).toBe('mine');
    expect(await run('export', '-o', file('kept.json'), '--yes')).toMatchObject({ code: 0 });
    expect(readFileSync(file('kept.json'), 'utf8')).toMatch(/^\{"sessions":\[/);
    expect(readdirSync(files).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('says why it can’t write', async () => {
    expect(await run('export', '-o', '/proc/x.json')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('could not be written') as string,
    });
    expect(existsSync(file('nowhere'))).toBe(false);
    expect(await run('export', '-f', 'json', '-t', 'sessions')).toMatchObject({ code: 2 });
  });
});
