import { beforeAll, describe, expect, it } from 'vitest';
import { readOwnerToken } from '../place.ts';
import { createClient, unwrap } from '../sdk/index.ts';
import type { Schemas } from '../sdk/index.ts';
import { hasTmux, Pane } from './tmux.suite.ts';
import { emptyFolder, saidBy, spawnStint, stint, useServer } from './stint.suite.ts';

const { client, folder, run } = useServer();
let url: string;

beforeAll(async () => {
  url = unwrap(await client().GET('/api/status')).url;
});

const json = async <T>(...args: string[]): Promise<T> => {
  const { code, stdout, stderr } = await run(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as T;
};

const meWith = async (token: string) => unwrap(await createClient({ url, token }).GET('/api/me'));

/** What a sign-in link of the server's is turned into. */
const signIn = async (link: string) => {
  const { token } = unwrap(
    await createClient({ url, token: '' }).POST('/api/sign-in', { body: { code: new URL(link).hash.slice(1) } }),
  );
  return meWith(token);
};

describe('stint user', () => {
  it('adds a member, with a link for their browser', async () => {
    const { code, stdout, stderr } = await run('user', 'add', 'bo', '--email', 'bo@example.org');
    const [line = '', link = ''] = stdout.trim().split('\n');
    expect([code, stderr]).toEqual([0, '']);
    expect(line).toMatch(/^added bo · member · bo@example\.org · [0-9a-f]{8}$/);
    expect(await signIn(link)).toMatchObject({ name: 'bo', role: 'member', host: false });
  });

  it('adds a viewer, with a token that ends', async () => {
    const { user, token } = await json<{ user: Schemas['User']; token: Schemas['CreatedToken'] }>(
      'user',
      'add',
      'wall',
      '--role',
      'viewer',
      '--expires',
      '30d',
    );
    expect(user).toMatchObject({ name: 'wall', role: 'viewer' });
    expect(token.expiresAt).toBeGreaterThan(Date.now());
    expect(await meWith(token.token)).toMatchObject({ name: 'wall', role: 'viewer' });
  });

  it('tells the giver what the right host is, and gives it to no viewer', async () => {
    const { code, stdout, stderr } = await run('user', 'add', 'hal', '--token', '--host');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^stint: whoever has it can start commands on the server’s machine/);
    expect(await meWith(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ name: 'hal', host: true });
    const refused = await run('user', 'add', 'eye', '--role', 'viewer', '--host');
    expect([refused.code, refused.stdout]).toEqual([2, '']);
  });

  it('refuses a name that is taken, and what is no user', async () => {
    const taken = await run('user', 'add', 'BO');
    expect([taken.code, taken.stderr]).toEqual([
      5,
      'stint: another user has that name; upper and lower case count as the same\n',
    ]);
    const bad = await run('user', 'add', 'x', '--email', 'nobody');
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining('email: ')]);
    expect((await run('user', 'rm', 'nobody', '--yes')).code).toBe(4);
  });

  it('lists users', async () => {
    const { stdout } = await run('user', 'ls');
    expect(stdout.split('\n')[0]).toMatch(/^ID +NAME +ROLE +E-MAIL +TEAMS +ADDED$/);
    expect(stdout).toMatch(/ bo +member +bo@example\.org /);
    const { users } = await json<Schemas['UserList']>('user', 'ls');
    expect(users.map(({ name }) => name)).toEqual(['hal', 'wall', 'bo', 'owner']);
  });

  it('changes a user, by name or e-mail in any case', async () => {
    const { stdout } = await run('user', 'change', 'BO@example.ORG', '--name', 'Bo', '--role', 'viewer');
    expect(stdout).toMatch(/^changed Bo · viewer · bo@example\.org · /);
    const bo = await json<Schemas['User']>('user', 'change', 'bo', '--without-email', '--role', 'member');
    expect(bo).toMatchObject({ name: 'Bo', role: 'member' });
    expect(bo).not.toHaveProperty('email');
    expect((await run('user', 'change', 'bo')).code).toBe(2);
  });

  it('removes a user only when told twice, and the owner never', async () => {
    const asked = await run('user', 'rm', 'hal');
    expect([asked.code, asked.stderr]).toEqual([
      2,
      'stint: there is nobody to ask; say --yes to remove without a question\n',
    ]);
    expect((await run('user', 'rm', 'hal', '--yes')).stdout).toMatch(/^removed hal · member · [0-9a-f]{8}\n$/);
    expect((await run('user', 'rm', 'hal', '--yes')).code).toBe(4);
    expect((await run('user', 'rm', 'owner', '--yes')).code).toBe(5);
  });
});

describe('stint team', () => {
  it('puts users in teams, lists them, and takes them out', async () => {
    expect((await run('team', 'add', 'platform', 'bo')).stdout).toBe('Bo is in platform\n');
    await run('team', 'add', 'Platform', 'wall');
    expect((await run('team', 'ls')).stdout).toBe('TEAM      MEMBERS\nplatform  Bo, wall\n');
    expect((await run('team', 'rm', 'platform', 'wall')).stdout).toBe('wall is no more in platform\n');
    expect((await run('team', 'rm', 'platform', 'wall')).code).toBe(4);
    const { teams } = await json<Schemas['TeamList']>('team', 'ls');
    expect(teams).toMatchObject([{ name: 'platform', members: [{ name: 'Bo' }] }]);
  });
});

describe('tokens of a user', () => {
  it('are made, listed and revoked by the owner', async () => {
    const { code, stdout } = await run('token', 'create', 'laptop', '--for', 'bo', '--host');
    const token = stdout.trim();
    expect(code).toBe(0);
    expect(await meWith(token)).toMatchObject({ name: 'Bo', host: true });
    expect((await run('token', 'list', '--for', 'bo')).stdout).toMatch(/ laptop +api +host /);
    expect((await run('token', 'revoke', 'laptop', '--for', 'bo')).stdout).toMatch(/^revoked laptop · /);
    await expect(meWith(token)).rejects.toThrow('send a valid token');
    expect(await signIn((await run('token', 'link', '--for', 'bo')).stdout.trim())).toMatchObject({ name: 'Bo' });
  });

  it('let a member do what is theirs, and say so where it is not', async () => {
    const token = (await run('token', 'create', 'shell', '--for', 'bo')).stdout.trim();
    const asBo = (...args: string[]) => stint([...args, '--data', folder], { env: { STINT_TOKEN: token } });
    expect((await asBo('start', 'mine')).code).toBe(0);
    const users = await asBo('user', 'ls');
    expect([users.code, users.stderr]).toEqual([5, 'stint: only the server’s owner may do this\n']);
    const host = await asBo('token', 'create', 'more', '--host');
    expect([host.code, host.stderr]).toEqual([5, expect.stringContaining('stint token create NAME --for USER --host')]);
  });
});

describe('what may not be done', () => {
  it('is refused without advice that the caller may not follow', async () => {
    const { id } = await json<{ id: string }>('start', 'the owner’s', '--for', '1h');
    const token = (await run('token', 'create', 'reader', '--for', 'wall')).stdout.trim();
    const asWall = await stint(['rm', id.slice(-8), '--data', folder], { env: { STINT_TOKEN: token } });
    expect([asWall.code, asWall.stderr]).toEqual([
      5,
      'stint: “the owner’s” can’t be deleted: a viewer reads and changes nothing\n',
    ]);
    expect((await run('rm', id)).stderr).toBe(
      `stint: “the owner’s” is still open; complete it first: stint done ${id.slice(-8)}\n`,
    );
    await run('done', id);
  });
});

describe.skipIf(!hasTmux)('secrets in a terminal (needs tmux)', () => {
  it('have a label each', async () => {
    const pane = await Pane.open({ columns: 120 });
    pane.enter(`stint user add pat --data ${folder}`);
    await pane.shows(/^sign-in link, good once, until (tomorrow )?\d\d:\d\d:\nhttp:\S+#\S+$/m);
    pane.enter(`clear; stint token create tty --data ${folder}`);
    await pane.shows(/^token, shown once:\n\S{40,}$/m);
    await run('user', 'rm', 'pat', '--yes');
  });
});

describe('stint serve', () => {
  const own = emptyFolder();

  it('limits as it is told, and lets other origins in', async () => {
    const origin = 'http://localhost:5173';
    const limits = ['--rate-limit', '1', '--rate-burst', '2', '--owner-rate-limit', '1', '--cors-origin', origin];
    const child = spawnStint(['serve', '--port', '0', '--data', own, '--json', ...limits]);
    const { url: at } = JSON.parse(await saidBy(child.stdout, /\n/)) as { url: string };
    const headers = { origin, 'access-control-request-method': 'GET' };
    expect((await fetch(`${at}/api/me`, { method: 'OPTIONS', headers })).status).toBe(204);
    const authorization = `Bearer ${readOwnerToken(own) ?? ''}`;
    const answer = await fetch(`${at}/api/me`, { headers: { authorization } });
    expect(answer.headers.get('ratelimit-policy')).toBe('"token";q=5;w=5');
    const made = await stint(['user', 'add', 'bo', '--expires', '1h', '--json', '--data', own]);
    const { token } = JSON.parse(made.stdout) as { token: { token: string } };
    const limited = await fetch(`${at}/api/me`, { headers: { authorization: `Bearer ${token.token}` } });
    expect(limited.headers.get('ratelimit')).toBe('"token";r=1;t=1');
  });

  it('says what an origin is, where one is none', async () => {
    const { code, stderr } = await run('serve', '--cors-origin', '*');
    expect([code, stderr]).toEqual([1, expect.stringContaining('--cors-origin * is no origin')]);
  });
});
