import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { badPaths } from '../../../test/doorways/answers.ts';
import { Doorway } from '../../../test/doorways/doorway.ts';
import { unwrap } from '../../sdk/index.ts';
import type { Schemas } from '../../sdk/index.ts';

let door: Doorway;

beforeEach(async () => {
  door = await Doorway.open();
});

afterEach(() => door.close());

const ofUser = (id: string) => ({ params: { path: { id } } });
const add = async (body: Schemas['NewUser']) => unwrap(await door.client().POST('/api/users', { body }));
const all = async () => unwrap(await door.client().GET('/api/users')).users;
const refused = async (method: string, path: string, json?: unknown) => {
  const { status, problem } = await door.request(method, path, json === undefined ? {} : { json });
  return [status, problem.error];
};

describe('users', () => {
  it('are the owner alone at first', async () => {
    const me = unwrap(await door.client().GET('/api/me'));
    expect(await all()).toEqual([{ id: me.id, name: 'owner', role: 'owner', teams: [], createdAt: door.time.wall() }]);
  });

  it('are added as members unless told otherwise, listed newest first, and stay over a restart', async () => {
    const bo = await add({ name: 'Bo', email: 'bo@example.org' });
    door.time.pass(1);
    const vi = await add({ name: 'Vi', role: 'viewer' });
    expect(bo).toMatchObject({ name: 'Bo', email: 'bo@example.org', role: 'member', teams: [] });
    expect(vi.role).toBe('viewer');
    expect('email' in vi).toBe(false);
    const before = await all();
    expect(before.map(({ name }) => name)).toEqual(['Vi', 'Bo', 'owner']);
    await door.stop();
    await door.start();
    expect(await all()).toEqual(before);
  });

  it.each([
    [{ name: 'bO' }, 'user_name_taken'],
    [{ name: 'OWNER' }, 'user_name_taken'],
    [{ name: 'STRASSE' }, 'user_name_taken'],
    [{ name: 'ﬁn' }, 'user_name_taken'],
    [{ name: 'other', email: 'BO@example.org' }, 'email_taken'],
  ])('have names and e-mails of their own, whatever their case: %j', async (json, error) => {
    await add({ name: 'Bo', email: 'bo@Example.org' });
    await add({ name: 'straße' });
    await add({ name: 'FIN' });
    const before = await all();
    expect(await refused('POST', '/api/users', json)).toEqual([409, error]);
    const { id } = await add({ name: 'one more' });
    expect(await refused('PATCH', `/api/users/${id}`, json)).toEqual([409, error]);
    unwrap(await door.client().DELETE('/api/users/{id}', ofUser(id)));
    expect(await all()).toEqual(before);
  });

  it('of one name that are added at once are one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => door.request('POST', '/api/users', { json: { name: 'Bo' } })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(9);
  });

  it('are added once for a key, however often it comes', async () => {
    const post = () =>
      door.request('POST', '/api/users', { json: { name: 'Bo' }, headers: { 'idempotency-key': 'the key' } });
    const [first, again] = [await post(), await post()];
    expect([first.status, again.body]).toEqual([201, first.body]);
  });

  it('take their own name and e-mail anew, and lose an e-mail', async () => {
    const { id } = await add({ name: 'bo', email: 'bo@example.org' });
    const change = async (body: Schemas['ChangeUser']) =>
      unwrap(await door.client().PATCH('/api/users/{id}', { ...ofUser(id), body }));
    expect(await change({ name: 'Bo', email: 'Bo@example.org' })).toMatchObject({
      name: 'Bo',
      email: 'Bo@example.org',
    });
    expect('email' in (await change({ email: null }))).toBe(false);
    expect(await change({ role: 'viewer' })).toMatchObject({ name: 'Bo', role: 'viewer' });
  });

  // One server for all of them: each leaves it as it was.
  it('are not made of what does not fit', async () => {
    const wrong: [object, string[]][] = [
      [{}, ['name']],
      [{ name: '' }, ['name']],
      [{ name: ' bo' }, ['name']],
      [{ name: 'bo\n' }, ['name']],
      [{ name: 'b\u0000o' }, ['name']],
      [{ name: 'n'.repeat(101) }, ['name']],
      [{ name: 'bo', email: 'nobody' }, ['email']],
      [{ name: 'bo', role: 'owner' }, ['role']],
      [{ name: 'bo', id: 'x', token: 'y' }, ['id', 'token']],
    ];
    for (const [json, paths] of wrong) {
      const { status, problem } = await door.request('POST', '/api/users', { json });
      expect([json, status, badPaths(problem)]).toEqual([json, 400, paths]);
      expect(await all()).toHaveLength(1);
    }
  });

  it.each([[{}], [{ role: 'owner' }], [{ role: null }], [{ name: null }], [{ createdAt: 1 }]])(
    'are not changed by %j',
    async (json) => {
      const { id } = await add({ name: 'bo' });
      expect(await refused('PATCH', `/api/users/${id}`, json)).toEqual([400, 'invalid_request']);
    },
  );
});

describe('the owner', () => {
  it('is neither removed nor given another role, but may be named', async () => {
    const { id } = unwrap(await door.client().GET('/api/me'));
    expect(await refused('DELETE', `/api/users/${id}`)).toEqual([409, 'owner_required']);
    for (const role of ['member', 'viewer']) {
      expect(await refused('PATCH', `/api/users/${id}`, { role, name: 'x' })).toEqual([409, 'owner_required']);
    }
    const body = { name: 'Ada', email: 'ada@example.org' };
    unwrap(await door.client().PATCH('/api/users/{id}', { ...ofUser(id), body }));
    await door.stop();
    await door.start();
    expect(unwrap(await door.client().GET('/api/me'))).toMatchObject({ id, ...body, role: 'owner' });
  });
});

describe('a user who is removed', () => {
  it('leaves sessions, which the owner reads and changes, and a name that is free', async () => {
    const bo = await door.newUser('bo');
    const { id } = await door.startSession({ name: 'what stays' }, bo.token);
    unwrap(
      await door
        .client()
        .PUT('/api/teams/{team}/members/{userId}', { params: { path: { team: 'ops', userId: bo.id } } }),
    );
    unwrap(await door.client().DELETE('/api/users/{id}', ofUser(bo.id)));
    expect(await refused('DELETE', `/api/users/${bo.id}`)).toEqual([404, 'not_found']);
    expect(unwrap(await door.client().GET('/api/sessions')).sessions).toMatchObject([{ id, owner: bo.id }]);
    expect((await door.request('PATCH', `/api/sessions/${id}`, { json: { status: 'paused' } })).status).toBe(200);
    expect(unwrap(await door.client().GET('/api/teams'))).toEqual({ teams: [] });
    const again = await door.newUser('bo');
    expect((await door.request('GET', `/api/sessions/${id}`, { token: again.token })).status).toBe(404);
  });
});

describe('tokens and sign-in links for another', () => {
  it('are the user’s, and end no later than the one that asked for them', async () => {
    const bo = await door.newUser('bo');
    const short = await door.newToken(60_000);
    const body = { name: 'laptop', expiresIn: 3600_000 };
    const made = unwrap(await door.client(short.token).POST('/api/users/{id}/tokens', { ...ofUser(bo.id), body }));
    expect(made.expiresAt).toBe(door.time.wall() + 60_000);
    expect(unwrap(await door.client(door.secret(made.token)).GET('/api/me'))).toMatchObject({
      id: bo.id,
      role: 'member',
    });
    const { tokens } = unwrap(await door.client().GET('/api/users/{id}/tokens', ofUser(bo.id)));
    expect(tokens.map(({ name }) => name).toSorted()).toEqual(['a token', 'laptop']);
    const { url } = unwrap(await door.client().POST('/api/users/{id}/sign-in-links', ofUser(bo.id)));
    const code = door.secret(new URL(url).hash.slice(1));
    const { token } = unwrap(await door.client('').POST('/api/sign-in', { body: { code } }));
    expect(unwrap(await door.client(door.secret(token)).GET('/api/me')).id).toBe(bo.id);
  });

  it('are revoked only where they are the user’s', async () => {
    const [bo, vi] = [await door.newUser('bo'), await door.newUser('vi')];
    expect(await refused('DELETE', `/api/users/${vi.id}/tokens/${bo.tokenId}`)).toEqual([404, 'not_found']);
    expect((await door.request('DELETE', `/api/tokens/${bo.tokenId}`, { token: vi.token })).status).toBe(404);
    expect((await door.request('GET', '/api/me', { token: bo.token })).status).toBe(200);
  });
});

describe('teams', () => {
  const at = (team: string, userId: string) => ({ params: { path: { team, userId } } });
  const join = async (team: string, id: string) =>
    unwrap(await door.client().PUT('/api/teams/{team}/members/{userId}', at(team, id)));
  const teams = async () => unwrap(await door.client().GET('/api/teams')).teams;

  it('come to be with their first member, keep the name that they got, and go with the last', async () => {
    const [bo, vi] = [await add({ name: 'bo' }), await add({ name: 'vi', role: 'viewer' })];
    expect((await join('Platform Team', bo.id)).teams).toEqual(['Platform Team']);
    await join('PLATFORM team', vi.id);
    await join('platform team', vi.id);
    await join('Back end', bo.id);
    expect(await teams()).toEqual([
      { name: 'Back end', members: [{ id: bo.id, name: 'bo' }] },
      {
        name: 'Platform Team',
        members: [
          { id: bo.id, name: 'bo' },
          { id: vi.id, name: 'vi' },
        ],
      },
    ]);
    expect((await all()).map((user) => [user.name, user.teams])).toContainEqual(['bo', ['Back end', 'Platform Team']]);
    await door.stop();
    await door.start();
    expect(await teams()).toHaveLength(2);
    unwrap(await door.client().DELETE('/api/teams/{team}/members/{userId}', at('back END', bo.id)));
    expect((await teams()).map(({ name }) => name)).toEqual(['Platform Team']);
    expect(await refused('DELETE', `/api/teams/Back%20end/members/${bo.id}`)).toEqual([404, 'not_found']);
  });

  it('take no one who is not there, and no name that is none', async () => {
    const { id } = await add({ name: 'bo' });
    expect(await refused('PUT', '/api/teams/ops/members/nobody')).toEqual([404, 'not_found']);
    expect(await refused('PUT', `/api/teams/%20/members/${id}`)).toEqual([400, 'invalid_request']);
    expect(await teams()).toEqual([]);
  });
});
