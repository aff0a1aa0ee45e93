import { describe, expect, it } from 'vitest';
import { unwrap } from '../sdk/index.ts';
import type { Session } from '../sdk/index.ts';
import { useServer } from './stint.suite.ts';

const { client, run } = useServer();

const json = async <T>(...args: string[]): Promise<T> => {
  const { code, stdout, stderr } = await run(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as T;
};

const sessionNamed = async (name: string): Promise<Session> => {
  const { sessions } = unwrap(await client().GET('/api/sessions', { params: { query: { q: name } } }));
  return sessions[0] as Session;
};

describe('a session from its start to its deletion', () => {
  it('is started with its limits', async () => {
    const { code, stdout } = await run(
      'start',
      'login',
      '--for',
      '1h30m',
      '--budget',
      '200k',
      '--on-budget',
      'pause',
      '--on-end',
      'extend',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^started login · 0s of 1h 30m · 0 of 200k tokens · [0-9a-f]{8}\n$/);
    expect(await sessionNamed('login')).toMatchObject({
      duration: 5_400_000,
      tokenBudget: 200_000,
      onBudget: 'pause',
      onDue: 'extend',
    });
  });

  it('takes tokens, with their parts', async () => {
    const recorded = await json(
      'tokens',
      'add',
      '1.2k',
      'login',
      '--input',
      '1k',
      '--output',
      '200',
      '--cache-read',
      '40k',
      '-o',
      'review',
      '-m',
      'opus',
      '--cost',
      '$0.01',
    );
    expect(recorded).toMatchObject({
      totalUsed: 1200,
      usage: {
        tokensUsed: 1200,
        input: 1000,
        output: 200,
        cacheRead: 40_000,
        operation: 'review',
        model: 'opus',
        costUsd: '0.01',
      },
    });
    const more = await run('tokens', 'add', '800', 'login');
    expect(more.stdout).toBe('added 800 tokens to login · 2k of 200k\n');
  });

  it('reaches a checkpoint', async () => {
    const { stdout } = await run('checkpoint', 'tests pass', 'login', '--prompts', '12', '--metadata', '{"pr":7}');
    expect(stdout).toBe('login reached “tests pass” at 2k tokens\n');
  });

  it('is commented on', async () => {
    expect((await run('comment', 'a first word')).stdout).toBe('commented on login\n');
    await json('comment', 'login', 'why\u001b[2J twice?', '--type', 'question', '--at', 'plan 3');
    const { stdout } = await run('comments', 'login');
    expect(stdout).toMatch(
      /^plan 3\n\d\d:\d\d owner · question\n {2}why�\[2J twice\?\n\n\d\d:\d\d owner\n {2}a first word\n$/,
    );
    expect(await run('comment', 'login', 'not', 'quoted')).toMatchObject({ code: 2 });
  });

  it('is shown with all of that', async () => {
    const { stdout } = await run('show', 'login');
    expect(stdout).toMatch(/^login {2}active\nid +[0-9a-f-]{36}\n/);
    expect(stdout).toMatch(/tokens +2k of 200k · 1 % · 40k cache reads\n/);
    expect(stdout).toMatch(/tests pass +\d\d:\d\d +12 +2k\n/);
    expect(stdout).toMatch(/owner\n {2}a first word\n\n\d\d:\d\d owner · question · on plan 3\n {2}why.* twice\?\n$/);
    expect(await json('show', 'login')).toMatchObject({
      checkpoints: [{ phase: 'tests pass', metadata: { pr: 7 } }],
      projection: { projectedTotal: 2000 },
    });
  });

  it('is paused, resumed and changed', async () => {
    expect((await run('pause', 'login')).stdout).toMatch(/^paused login · /);
    expect((await run('resume')).stdout).toMatch(/^resumed login · /);
    expect((await run('change', 'login', '--for', '2h', '--budget', '1M', '--name', 'log-in')).stdout).toMatch(
      /^changed log-in · .* of 2h · 2k of 1M tokens/,
    );
  });

  it('is shown with the alerts it raised', async () => {
    await run('change', 'log-in', '--budget', '2.1k');
    const { stdout } = await run('show', 'log-in');
    expect(stdout).toMatch(/\nALERT +AT\n95 % of the token budget is used \(2000 of 2100\) +\d\d:\d\d\n/);
    expect(await json('show', 'log-in')).toMatchObject({ alerts: [{ threshold: 'budget_95', level: 'error' }] });
    await run('change', 'log-in', '--budget', '1M');
  });

  it('is listed', async () => {
    const { stdout } = await run('ls', 'log');
    expect(stdout.split('\n')[0]).toMatch(/^ID +NAME +STATUS +TIME +TOKENS +BUDGET +STARTED$/);
    expect(stdout.split('\n')[1]).toMatch(/^[0-9a-f]{8} +log-in +active +\d+s of 2h +2k +0 % of 1M +\d\d:\d\d$/);
    expect(await json('ls', '--status', 'paused')).toMatchObject({ sessions: [], total: 0 });
  });

  it('is not completed by a shorter time without being asked for', async () => {
    await run('start', 'short', '--for', '1h');
    expect(await run('change', 'short', '--for', '0.01s')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/nobody to ask.*--yes/) as string,
    });
    expect(await json('show', 'short')).toMatchObject({ status: 'active', duration: 3_600_000 });
    expect((await run('change', 'short', '--for', '0.01s', '--yes')).stdout).toMatch(/^completed short/);
    await run('rm', 'short', '--yes');
  });

  it('is not deleted while it is open, nor without being asked for', async () => {
    expect(await run('rm', 'log-in', '--yes')).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/still open.*stint done/) as string,
    });
    await run('done', 'log-in');
    expect(await run('rm', 'log-in')).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') as string });
  });

  it('changes no more once it is done, and the code says so', async () => {
    const { code, stderr, stdout } = await run('pause', 'log-in', '--json');
    expect(code).toBe(5);
    expect(stderr).toMatch(/^stint: the session is completed/);
    expect(JSON.parse(stdout)).toMatchObject({ error: 'session_already_completed', exitCode: 5 });
  });

  it('is deleted', async () => {
    const { id } = await sessionNamed('log-in');
    expect(await json('rm', id, '--yes')).toEqual({ deleted: id });
    expect(await run('show', id)).toMatchObject({ code: 4, stdout: '' });
  });
});

describe('which session is meant', () => {
  it('is said by its name, or by a beginning or an end of its id, or a beginning of what is shown of it', async () => {
    const { id } = await json<Session>('start', 'wanted', '--for', '1h');
    for (const asked of ['wanted', id, id.slice(-8), id.slice(-4), id.slice(-8, -4), id.slice(0, 24)]) {
      expect((await json<Session>('show', asked)).id).toBe(id);
    }
  });

  it('is said by an option too, and once', async () => {
    await run('start', 'optional', '--for', '1h');
    const { stdout } = await run('tokens', 'add', '5', '--session', 'optional');
    expect(stdout).toBe('added 5 tokens to optional · 5 in all\n');
    expect((await run('comment', 'said', '-s', 'nosuch')).code).toBe(4);
    const twice = await run('checkpoint', 'x', 'optional', '-s', 'optional');
    expect([twice.code, twice.stderr]).toEqual([2, 'stint: say the session once: as a word or by --session\n']);
    await run('done', 'optional');
  });

  it('is the latest open one when nothing is said', async () => {
    const first = await json<Session>('start', 'first', '--for', '1h');
    const second = await json<Session>('start', 'second', '--for', '1h');
    expect((await json<Session>('show')).id).toBe(second.id);
    await run('pause', 'second');
    expect((await json<Session>('pause', '-')).id).toBe(first.id);
    expect((await json<Session>('resume')).id).toBe(second.id);
    await run('done', 'second');
    expect((await json<Session>('show', '-')).id).toBe(first.id);
    await run('done', 'first');
  });

  it('is the open one among several of a name', async () => {
    const done = await json<Session>('start', 'daily', '--for', '1h');
    await run('done', 'daily');
    const open = await json<Session>('start', 'daily', '--for', '1h');
    expect((await json<Session>('show', 'daily')).id).toBe(open.id);
    await run('done', 'daily');
    expect(await run('show', done.id.slice(-8))).toMatchObject({ code: 0 });
  });

  it('is asked back, with the candidates, when it could be several', async () => {
    const ids = [
      await json<Session>('start', 'twin', '--for', '1h'),
      await json<Session>('start', 'twin', '--for', '1h'),
    ].map(({ id }) => id);
    const { code, stdout, stderr } = await run('pause', 'twin', '--json');
    expect(code).toBe(2);
    for (const id of ids) expect(stderr).toContain(id.slice(-8));
    expect((JSON.parse(stdout) as { details: { id: string }[] }).details.map(({ id }) => id).toSorted()).toEqual(
      ids.toSorted(),
    );
    for (const id of ids) await run('done', id);
  });

  it.each(['nosuch', 'ffff', '019a8f5e-7c1b-7000-8000-3b5f00000000', '../..', '%', 'x'.repeat(300)])(
    'is none by %j: 4',
    async (asked) => {
      const { code, stdout, stderr } = await run('show', asked);
      expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
      expect(stderr).toMatch(/^stint: there is no (such )?session/);
    },
  );
});

describe('a session of which little was said', () => {
  it('says how long it is', async () => {
    const { stdout } = await run('start');
    expect(stdout).toMatch(/^started .* of 5h.*\n5h, the default; change it with: stint change --for 2h\n$/);
    expect((await run('start', '--for', '1h')).stdout).not.toContain('default');
    await run('done');
    await run('done');
  });
});

describe('a long name', () => {
  it('is worth more in a list than when it was started', async () => {
    await run('start', 'read the whole paper', '--for', '90m', '--budget', '200k');
    const [heading = '', row] = (await run('ls', 'whole paper')).stdout.split('\n');
    expect(row).toContain('read the whole paper');
    expect(heading).toMatch(/BUDGET$/);
    await run('done');
  });
});

describe('names from anywhere', () => {
  it('do not reach the terminal as they are', async () => {
    await run('start', 'evil\u001b]2;title\u0007\u202e', '--for', '1h');
    for (const args of [['ls'], ['show'], ['done']]) {
      const { stdout } = await run(...args);
      expect(stdout).toContain('evil�]2;title��');
      // oxlint-disable-next-line no-control-regex
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    }
  });
});
