import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { badPaths } from '../../test/doorways/answers.ts';
import { Doorway, ownerToken } from '../../test/doorways/doorway.ts';
import type { Answered } from '../../test/doorways/doorway.ts';
import { StartError } from '../serve.ts';
import { unwrap } from '../sdk/index.ts';
import type { Schemas } from '../sdk/index.ts';

let door: Doorway;

const second = 1000;
const day = 86_400 * second;

const statusWith = async (token: string): Promise<number> => (await door.request('GET', '/api/me', { token })).status;

describe('the owner’s token', () => {
  let folder: string;

  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'stint-owner-')), 'data');
  });
  afterEach(async () => {
    await door.close();
    rmSync(join(folder, '..'), { recursive: true, force: true });
  });

  const file = () => join(folder, 'token');
  const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
  const fileToken = (): string => door.secret(readFileSync(file(), 'utf8').trim());

  it('is made at the first start, in a file that its user alone can read, and stays', async () => {
    door = await Doorway.open({ folder, token: undefined });
    expect([modeOf(folder), modeOf(file())]).toEqual(['700', '600']);
    const made = fileToken();
    expect(made).toMatch(/^stint_[\w-]{43}$/);
    expect(await statusWith(made)).toBe(200);
    await door.stop();
    await door.start();
    expect(fileToken()).toBe(made);
    expect(await statusWith(made)).toBe(200);
  });

  it('is made anew when its file is lost, and the old one is good no more', async () => {
    door = await Doorway.open({ folder, token: undefined });
    const lost = fileToken();
    const { id } = await door.startSession({}, lost);
    await door.stop();
    rmSync(file());
    await door.start();
    const made = fileToken();
    expect([await statusWith(lost), await statusWith(made)]).toEqual([401, 200]);
    expect((await door.request('GET', `/api/sessions/${id}`, { token: made })).status).toBe(200);
  });

  it('that is given as STINT_TOKEN is written to no file, and replaces the one that was given before', async () => {
    const [first, next] = [`first ${'1'.repeat(32)}`, `next ${'2'.repeat(32)}`].map((text) =>
      text.replace(' ', '-'),
    ) as [string, string];
    door = await Doorway.open({ folder, token: door.secret(first) });
    expect(existsSync(file())).toBe(false);
    const { id, owner } = await door.startSession({}, first);
    await door.stop();
    await door.start({ token: door.secret(next) });
    expect([await statusWith(first), await statusWith(next)]).toEqual([401, 200]);
    const { body } = await door.request('GET', `/api/sessions/${id}`, { token: next });
    expect(body).toMatchObject({ id, owner });
    const me = (await door.request('GET', '/api/me', { token: next })).body as Schemas['Me'];
    expect(me).toMatchObject({ id: owner, role: 'owner', token: { name: 'STINT_TOKEN' } });
    const { tokens } = (await door.request('GET', '/api/tokens', { token: next })).body as Schemas['TokenList'];
    expect(tokens.map(({ kind }) => kind)).toEqual(['env']);
  });

  it('that is given as STINT_TOKEN leaves the one in the file as it is', async () => {
    door = await Doorway.open({ folder, token: undefined });
    const made = fileToken();
    await door.stop();
    await door.start({ token: ownerToken });
    expect([await statusWith(made), await statusWith(ownerToken)]).toEqual([200, 200]);
  });

  it('may be given again and again', async () => {
    door = await Doorway.open({ folder });
    for (let i = 0; i < 3; i++) {
      await door.stop();
      await door.start();
    }
    expect(await statusWith(ownerToken)).toBe(200);
  });

  it.each([
    ['', 'short'],
    ['x'.repeat(31), '31 characters'],
    [`${'x'.repeat(31)} y`, 'a space'],
    [`${'x'.repeat(40)}ü`, 'no ASCII'],
  ])('that is no good as STINT_TOKEN keeps the server from starting: %j, %s', async (token) => {
    door = await Doorway.open({ folder });
    await door.stop();
    const attempt = door.start({ token });
    await expect(attempt).rejects.toThrow(StartError);
    await expect(attempt).rejects.toThrow('STINT_TOKEN must have at least 32 characters');
    await door.start();
    expect(await statusWith(ownerToken)).toBe(200);
  });
});

describe('a token', () => {
  beforeAll(async () => {
    door = await Doorway.open();
  });
  afterAll(() => door.close());

  it.each([
    ['', undefined],
    ['wrong', 'Bearer wrong'],
    ['of another scheme', `Basic ${Buffer.from(`owner:${ownerToken}`).toString('base64')}`],
    ['without a scheme', ownerToken],
    ['with more behind it', `Bearer ${ownerToken} x`],
    ['with its case changed', `Bearer ${ownerToken.toUpperCase()}`],
    ['cut short', `Bearer ${ownerToken.slice(0, -1)}`],
    ['that is empty', 'Bearer '],
    ['that is a hash', `Bearer ${'0'.repeat(64)}`],
    ['of two', `Bearer ${ownerToken}, Bearer ${ownerToken}`],
  ])('that is none is refused: %s', async (_, authorization) => {
    const headers = authorization === undefined ? {} : { authorization };
    const { status, problem } = await door.request('GET', '/api/sessions', { token: '', headers });
    expect([status, problem.error]).toEqual([401, 'unauthorized']);
  });

  it('is taken from nowhere but the header', async () => {
    for (const query of [`token=${ownerToken}`, `access_token=${ownerToken}`, `ticket=${await door.newTicket()}`]) {
      expect((await door.request('GET', `/api/me?${query}`, { token: '' })).status).toBe(401);
    }
    expect(
      (await door.request('GET', '/api/me', { token: '', headers: { cookie: `token=${ownerToken}` } })).status,
    ).toBe(401);
  });

  it('may be spelled with any case of Bearer', async () => {
    expect(
      (await door.request('GET', '/api/me', { token: '', headers: { authorization: `bEARER ${ownerToken}` } })).status,
    ).toBe(200);
  });

  it('is made, listed without itself, and revoked', async () => {
    const created = unwrap(await door.client().POST('/api/tokens', { body: { name: 'laptop' } }));
    const { token, ...row } = created;
    door.secret(token);
    expect(created).toEqual({ id: row.id, token, name: 'laptop', kind: 'api', createdAt: door.time.wall() });
    expect(unwrap(await door.client(token).GET('/api/me')).token).toEqual({ id: row.id, name: 'laptop' });
    expect(unwrap(await door.client().GET('/api/tokens')).tokens).toContainEqual(row);
    unwrap(await door.client().DELETE('/api/tokens/{id}', { params: { path: { id: row.id } } }));
    expect(await statusWith(token)).toBe(401);
    expect(unwrap(await door.client().GET('/api/tokens')).tokens.map(({ id }) => id)).not.toContain(row.id);
    expect((await door.request('DELETE', `/api/tokens/${row.id}`)).status).toBe(404);
  });

  it('that is revoked or has expired is refused on every route that needs one', async () => {
    const [revoked, expired] = [await door.newToken(), await door.newToken(2 * second)];
    unwrap(await door.client().DELETE('/api/tokens/{id}', { params: { path: { id: revoked.id } } }));
    door.time.pass(2 * second);
    const { id } = await door.startSession();
    const routes = [
      'GET /api/me',
      'GET /api/sessions',
      `GET /api/sessions/${id}`,
      `PATCH /api/sessions/${id}`,
      'POST /api/ws-ticket',
      'GET /api/status',
      'GET /health',
      'GET /ws',
    ];
    for (const { token } of [revoked, expired]) {
      for (const route of routes) {
        const [method = '', path = ''] = route.split(' ');
        expect([route, (await door.request(method, path, { token })).status]).toEqual([route, 401]);
      }
    }
  });

  it('may revoke itself', async () => {
    const { id, token } = await door.newToken();
    expect((await door.request('DELETE', `/api/tokens/${id}`, { token })).status).toBe(204);
    expect(await statusWith(token)).toBe(401);
  });

  it.each([
    [{}, ['name']],
    [{ name: '' }, ['name']],
    [{ name: 'n'.repeat(201) }, ['name']],
    [{ name: 'n', expiresIn: 999 }, ['expiresIn']],
    [{ name: 'n', expiresIn: 3661 * day }, ['expiresIn']],
    [{ name: 'n', expiresIn: 1000.5 }, ['expiresIn']],
    [{ name: 'n', kind: 'owner', user: 'x' }, ['kind', 'user']],
  ])('is not made of %j', async (json, paths) => {
    const { status, problem } = await door.request('POST', '/api/tokens', { json });
    expect([status, badPaths(problem)]).toEqual([400, paths]);
  });
});

describe('signing in', () => {
  beforeEach(async () => {
    door = await Doorway.open();
  });
  afterEach(() => door.close());

  const codeOf = (link: string): string => door.secret(new URL(link).hash.slice(1));
  const newCode = (): string => codeOf(door.serving.newSignInLink());
  const signIn = (code: string): Promise<Answered> =>
    door.request('POST', '/api/sign-in', { token: '', json: { code } });

  it('turns the code of a link into a token for thirty days', async () => {
    const link = door.serving.newSignInLink();
    expect(link).toMatch(new RegExp(`^${door.url}/sign-in#[\\w-]{32}$`));
    const { status, body } = await signIn(codeOf(link));
    const { token, expiresAt } = body as Schemas['SignedIn'];
    door.secret(token);
    expect([status, expiresAt]).toEqual([201, door.time.wall() + 30 * day]);
    expect((await door.request('GET', '/api/me', { token })).body).toMatchObject({
      role: 'owner',
      token: { name: 'browser', expiresAt },
    });
    door.time.pass(30 * day - 1);
    expect(await statusWith(token)).toBe(200);
    door.time.pass(1);
    expect(await statusWith(token)).toBe(401);
  });

  it('works with a link that was asked for over HTTP', async () => {
    const { url, expiresAt } = unwrap(await door.client().POST('/api/sign-in-links'));
    expect(expiresAt).toBe(door.time.wall() + 15 * 60 * second);
    expect((await signIn(codeOf(url))).status).toBe(201);
  });

  it('spends the code, even when many come at once', async () => {
    const code = newCode();
    const answers = await Promise.all(Array.from({ length: 15 }, () => signIn(code)));
    for (const { status, body } of answers) if (status === 201) door.secret((body as Schemas['SignedIn']).token);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(14);
  });

  it('spends nothing when the link is only opened', async () => {
    const code = newCode();
    await door.request('GET', '/sign-in', { token: '' });
    await door.request('GET', `/sign-in?code=${code}`, { token: '' });
    expect((await signIn(code)).status).toBe(201);
  });

  it('with a code that has expired is refused', async () => {
    const [early, late] = [newCode(), newCode()];
    door.time.pass(15 * 60 * second - 1);
    expect((await signIn(early)).status).toBe(201);
    door.time.pass(1);
    const { status, problem } = await signIn(late);
    expect([status, problem.error]).toEqual([401, 'invalid_code']);
  });

  it('with a code of an earlier start is refused', async () => {
    const code = newCode();
    await door.stop();
    await door.start();
    expect((await signIn(code)).status).toBe(401);
  });

  it.each([[{}], [{ code: '' }], [{ code: 'c'.repeat(201) }], [{ code: 5 }], [{ code: 'c', name: 'n' }]])(
    'with %j is no attempt',
    async (json) => {
      expect((await door.request('POST', '/api/sign-in', { token: '', json })).status).toBe(400);
    },
  );

  it('is closed for a minute to an address that failed twenty times', async () => {
    for (let i = 0; i < 20; i++) {
      expect((await signIn('wrong')).status).toBe(401);
      door.time.pass(second);
    }
    const limited = await signIn(newCode());
    expect([limited.status, limited.problem.error]).toEqual([429, 'rate_limited']);
    expect(limited.headers.get('retry-after')).toBe('40');
    door.time.pass(39 * second);
    expect((await signIn(newCode())).headers.get('retry-after')).toBe('1');
    door.time.pass(second);
    expect((await signIn(newCode())).status).toBe(201);
  });

  it('does not count what succeeds', async () => {
    for (let i = 0; i < 30; i++) expect((await signIn(newCode())).status).toBe(201);
    for (let i = 0; i < 19; i++) await signIn('wrong');
    expect((await signIn(newCode())).status).toBe(201);
  });

  it('counts by the address that the proxy tells of, where there is one', async () => {
    await door.stop();
    await door.start({ behindProxy: true });
    const from = (forwarded: string, code = 'wrong') =>
      door.request('POST', '/api/sign-in', { token: '', json: { code }, headers: { 'x-forwarded-for': forwarded } });
    // What the client itself claimed stands before what the proxy saw.
    for (let i = 0; i < 20; i++) expect((await from(`10.0.0.${i}, 192.0.2.1`)).status).toBe(401);
    expect((await from('192.0.2.2, 192.0.2.1', newCode())).status).toBe(429);
    expect((await from('192.0.2.1, 192.0.2.2', newCode())).status).toBe(201);
  });

  it('counts by the connection’s own address where there is no proxy', async () => {
    const from = (forwarded: string) =>
      door.request('POST', '/api/sign-in', {
        token: '',
        json: { code: 'wrong' },
        headers: { 'x-forwarded-for': forwarded },
      });
    for (let i = 0; i < 20; i++) await from(`192.0.2.${i}`);
    expect((await from('192.0.2.99')).status).toBe(429);
  });
});
