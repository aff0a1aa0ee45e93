import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Doorway } from '../../../test/doorways/doorway.ts';
import type { Answered } from '../../../test/doorways/doorway.ts';
import { Listener } from '../../../test/doorways/listener.ts';
import { bodies, describedRoutes, queries, unknownId } from '../../../test/doorways/routes.ts';
import type { Route } from '../../../test/doorways/routes.ts';
import { unwrap } from '../../sdk/index.ts';

/**
 * Every route that openapi.json describes, called by those who may not, or may not all: nobody, a token that was revoked, one that
 * has expired, a member who asks for another's session, a viewer. A route either fits a rule here, or is named with what it
 * answers; one that is neither fails.
 */

/** Whose the session is that routes are asked for. */
let session: string;
let door: Doorway;
const tokens: Record<'nobody' | 'revoked' | 'expired' | 'member' | 'viewer', string> = {
  nobody: '',
  revoked: '',
  expired: '',
  member: '',
  viewer: '',
};

beforeAll(async () => {
  door = await Doorway.open();
  const someone = await door.newUser('someone');
  const [revoked, expired] = [
    await door.newUser('revoked', { role: 'viewer' }),
    await door.newUser('expired', { expiresIn: 1000 }),
  ];
  tokens.member = (await door.newUser('member')).token;
  tokens.viewer = (await door.newUser('viewer', { role: 'viewer', host: true })).token;
  unwrap(
    await door
      .client()
      .DELETE('/api/users/{id}/tokens/{tokenId}', { params: { path: { id: revoked.id, tokenId: revoked.tokenId } } }),
  );
  door.time.pass(1000);
  tokens.revoked = revoked.token;
  tokens.expired = expired.token;
  session = (await door.startSession({ name: 'someone’s own' }, someone.token)).id;
});

afterAll(() => door.close());

/** Where a path names a session it gets a real one, of somebody else. */
const isOfSession = ({ path }: Route): boolean => /^\/api\/(v1\/)?sessions\/:session(\/|$)/.test(path);
const routes = describedRoutes((name, path) =>
  name === 'id' && /^\/api\/(v1\/)?sessions\/\{id\}/.test(path) ? ':session' : unknownId,
);

/** What routes answer that no rule tells: [a member, a viewer], with the bodies of routes.ts. */
const named: Record<string, [member: number, viewer: number]> = {
  // Of one's own.
  getMe: [200, 200],
  listTokensOfCaller: [200, 200],
  createToken: [201, 403],
  revokeToken: [404, 404],
  createSignInLink: [201, 403],
  issueTicket: [201, 201],
  listHooks: [200, 200],
  createHook: [201, 403],
  getHook: [404, 404],
  changeHook: [404, 403],
  deleteHook: [404, 403],
  testHook: [404, 403],
  listHookDeliveries: [404, 404],
  listBudgets: [200, 200],
  setBudget: [201, 403],
  getBudget: [404, 404],
  changeBudget: [404, 403],
  deleteBudget: [404, 403],
  // By name or id, and there is none of that id.
  createReplSession: [201, 403],
  listReplSessions: [200, 200],
  getReplSession: [404, 404],
  deleteReplSession: [404, 403],
  executeCommand: [404, 403],
  cancelCommand: [404, 403],
  completeCode: [404, 403],
  saveReplSession: [404, 403],
  listReplEvents: [404, 404],
  listReplCheckpoints: [404, 404],
  makeReplCheckpoint: [404, 403],
  gotoReplEvent: [404, 403],
  forkReplSession: [404, 403],
  getReplMetrics: [404, 404],
  annotateReplCheckpoint: [404, 403],
  deleteReplAnnotation: [404, 403],
  getReplTimeline: [404, 404],
  takeReplSnapshot: [404, 403],
  listReplSnapshots: [404, 404],
  restoreReplSnapshot: [404, 403],
  deleteReplSnapshot: [404, 403],
  searchReplSession: [404, 404],
  takeReplAccess: [404, 404],
  freeReplAccess: [404, 404],
  exportReplSession: [404, 404],
  importReplSession: [201, 403],
  // Of the sessions that the caller may see, also where that is none.
  listSessions: [200, 200],
  startSession: [201, 403],
  getAnalytics: [200, 200],
  getUsageDaily: [200, 200],
  getUsageWeekly: [200, 200],
  getUsageMonthly: [200, 200],
  getUsageBlocks: [200, 200],
  getUsageSessions: [200, 200],
  getUsageModels: [200, 200],
  getUsageProjects: [200, 200],
  getUsageWindows: [200, 200],
  getUsageStatus: [200, 200],
  getUsageHours: [200, 200],
  reportLimits: [200, 403],
  search: [200, 200],
  getUsagePrices: [200, 200],
  pushUsage: [200, 403],
  exportLogs: [200, 403],
  exportMetrics: [200, 403],
  export: [200, 200],
  getStatus: [200, 200],
  // Public.
  getHealth: [200, 200],
  signIn: [401, 401],
};

const ownersOnly = ['/api/users', '/api/teams', '/api/backups', '/api/usage/reprice', '/api/usage/rows', '/metrics'];

/** What a route answers to a member and a viewer; undefined for one that nobody thought of. */
const expected = (route: Route): [member: number, viewer: number] | undefined => {
  const { path, method, operationId } = route;
  if (named[operationId]) return named[operationId];
  if (ownersOnly.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))) return [403, 403];
  if (isOfSession(route)) return [404, method === 'GET' ? 200 : 403];
  return undefined;
};

const call = ({ method, path, operationId }: Route, token: string, id = session): Promise<Answered> => {
  const json = bodies[operationId];
  const url = `${path.replace(':session', id)}?${queries[operationId] ?? ''}`;
  return door.request(method, url, { token, ...(json ? { json } : {}) });
};

it('knows every route', () => {
  expect(routes.length).toBeGreaterThan(25);
  expect(routes.filter((route) => expected(route) === undefined).map(({ operationId }) => operationId)).toEqual([]);
  const met = new Set(routes.map(({ operationId }) => operationId));
  expect(Object.keys(named).filter((operationId) => !met.has(operationId))).toEqual([]);
});

describe.each(routes.map((route): [string, Route] => [`${route.method} ${route.path}`, route]))('%s', (_, route) => {
  const [ofMember, ofViewer] = expected(route) ?? [];

  it('needs a token, and one that is good', async () => {
    for (const who of ['nobody', 'revoked', 'expired'] as const) {
      const { status, problem } = await call(route, tokens[who]);
      if (route.operationId === 'signIn') expect([who, problem.error]).toEqual([who, 'invalid_code']);
      else if (route.operationId === 'getHealth') expect([who, status]).toEqual([who, who === 'nobody' ? 200 : 401]);
      else expect([who, status, problem.error]).toEqual([who, 401, 'unauthorized']);
    }
  });

  it('is for a member as far as it is theirs', async () => {
    const { status, body } = await call(route, tokens.member);
    expect(status).toBe(ofMember);
    if (!isOfSession(route)) return;
    // What is another's answers to the letter as what is not there.
    const unknown = await call(route, tokens.member, unknownId);
    expect([status, body]).toEqual([unknown.status, unknown.body]);
  });

  it('is for a viewer as far as it only reads', async () => {
    const { status, problem } = await call(route, tokens.viewer);
    expect(status).toBe(ofViewer);
    if (status === 403) expect(['forbidden', 'session_not_accessible']).toContain(problem.error);
  });
});

describe('rights', () => {
  it.each(routes.filter(({ method }) => method === 'GET').map(({ path, operationId }) => [path, operationId]))(
    'are those of GET where only the head is asked for: %s',
    async (path, operationId) => {
      for (const token of [tokens.member, tokens.viewer, tokens.revoked]) {
        const get = await call({ method: 'GET', path, operationId } as Route, token);
        expect((await call({ method: 'HEAD', path, operationId } as Route, token)).status).toBe(get.status);
      }
    },
  );

  it.each(routes.filter(({ takesBody }) => takesBody).map(({ method, path }) => [method, path]))(
    'are looked at when the request makes sense: %s %s',
    async (method, path) => {
      for (const token of [tokens.member, tokens.viewer]) {
        const url = path.replace(':session', session);
        const { status } = await door.request(method, url, { token, json: { unknown: 1 } });
        expect(status).toBe(400);
      }
    },
  );
});

it('has changed nothing of another’s', async () => {
  const journal = await door.journal();
  expect(journal[session]).toHaveLength(1);
  const { users } = unwrap(await door.client().GET('/api/users'));
  expect(users.map(({ name }) => name).toSorted()).toEqual([
    'expired',
    'member',
    'owner',
    'revoked',
    'someone',
    'viewer',
  ]);
});

describe('a session of another’s', () => {
  it('is in the owner’s list and a viewer’s, and not in a member’s', async () => {
    const idsFor = async (token?: string) =>
      unwrap(await door.client(token).GET('/api/sessions')).sessions.map(({ id }) => id);
    expect(await idsFor()).toContain(session);
    expect(await idsFor(tokens.viewer)).toContain(session);
    expect(await idsFor(tokens.member)).not.toContain(session);
  });

  it('is counted for who sees it', async () => {
    const { token } = await door.newUser('who counts');
    expect(unwrap(await door.client(token).GET('/api/status')).sessions).toEqual({
      active: 0,
      paused: 0,
      completed: 0,
    });
    expect(unwrap(await door.client(tokens.viewer).GET('/api/status')).sessions.active).toBeGreaterThan(0);
  });
});

describe('what is followed live of another’s', () => {
  it('is not there for a member', async () => {
    const listener = await Listener.open(door, { token: tokens.member });
    for (const sessionId of [session, unknownId]) {
      listener.subscribe(sessionId);
      expect(await listener.next()).toEqual({
        type: 'error',
        sessionId,
        code: 'session_not_found',
        message: 'there is no such session',
      });
    }
    const { id } = await door.startSession({}, tokens.member);
    listener.subscribe('*');
    const heard = await listener.untilPing(id);
    expect(new Set(heard.map((frame) => frame.sessionId))).not.toContain(session);
    listener.close();
    const headers = { accept: 'text/event-stream' };
    const stream = await door.request('GET', `/api/sessions/${session}/events`, { token: tokens.member, headers });
    expect([stream.status, stream.problem.error]).toEqual([404, 'session_not_found']);
  });

  it('is heard by a viewer', async () => {
    const listener = await Listener.open(door, { token: tokens.viewer });
    listener.subscribe(session);
    expect(await listener.next()).toMatchObject({ type: 'timer_update', sessionId: session, status: 'active' });
    listener.close();
  });
});

describe('what touches the host', () => {
  const run = { directory: '/srv/project' };
  const start = (token: string) => door.request('POST', '/api/sessions', { token, json: { duration: 1000, run } });

  it('needs the owner, or a member’s token with that right', async () => {
    const plain = await door.newUser('without the right');
    const host = await door.newUser('with the right', { host: true });
    const { status, problem } = await start(plain.token);
    expect([status, problem.error]).toEqual([403, 'forbidden']);
    expect(problem.message).toContain('--host');
    expect((await start(host.token)).status).toBe(201);
    const { token } = await door.newToken();
    expect((await start(token)).status).toBe(201);
    const refusal = { error: 'forbidden', message: 'you are a viewer: you may look, not change' };
    expect(await start(tokens.viewer)).toMatchObject({ status: 403, problem: refusal });
  });

  it('is told to who may, and shown on the token that has the right', async () => {
    const { token, id } = await door.newUser('who is told', { host: true });
    expect(unwrap(await door.client(token).GET('/api/me')).host).toBe(true);
    expect(unwrap(await door.client(tokens.member).GET('/api/me')).host).toBe(false);
    const ofUser = { params: { path: { id } } };
    expect(unwrap(await door.client().GET('/api/users/{id}/tokens', ofUser)).tokens).toMatchObject([{ host: true }]);
  });

  it('is given on by a token that has it, and by no other', async () => {
    const plain = await door.newUser('who has nothing to give');
    const host = await door.newUser('who gives on', { host: true });
    for (const [path, json] of [
      ['/api/tokens', { name: 'n', host: true }],
      ['/api/sign-in-links', { host: true }],
    ] as const) {
      expect((await door.request('POST', path, { token: plain.token, json })).status).toBe(403);
      expect((await door.request('POST', path, { token: host.token, json })).status).toBe(201);
    }
    const made = unwrap(await door.client(host.token).POST('/api/tokens', { body: { name: 'without it' } }));
    expect((await start(door.secret(made.token))).status).toBe(403);
  });

  it('comes with a sign-in link only where that was said', async () => {
    const { id } = await door.newUser('who signs in');
    const signedIn = async (body: { host?: boolean }): Promise<string> => {
      const link = unwrap(
        await door.client().POST('/api/users/{id}/sign-in-links', { params: { path: { id } }, body }),
      );
      const code = door.secret(new URL(link.url).hash.slice(1));
      return door.secret(unwrap(await door.client('').POST('/api/sign-in', { body: { code } })).token);
    };
    expect((await start(await signedIn({}))).status).toBe(403);
    expect((await start(await signedIn({ host: true }))).status).toBe(201);
  });
});
