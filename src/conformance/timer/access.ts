import { ofDecision } from '../check.ts';
import type { TimerCheck, TimerGroup } from '../context.ts';
import { bodyOf, expectRefusal, expectSame, expectStatus, expectThat, skipUnlessFound, textAt } from '../judge.ts';

const unknownId = '01a1fa74-70d6-790b-a5a0-9daa8d285a53';
const needed = 'every route needs a token (Authorization: Bearer)';
const host = 'the Host’s name must be loopback’s or configured (421), on every route and socket';
const origin = 'any other Origin is 403, null too';
const order =
  'refusals come in this order: 421 (Host), 403 (Origin), 401, 404/405 (route), 413, 415, 400, 403/404 (rights)';
const wrong = 'a-token-that-no-server-has-made-0123456789';
const withToken = { needs: ['token'] } as const;

const routes: readonly [name: string, method: string, path: string][] = [
  ['list', 'GET', '/api/sessions'],
  ['start', 'POST', '/api/sessions'],
  ['get', 'GET', `/api/sessions/${unknownId}`],
  ['change', 'PATCH', `/api/sessions/${unknownId}`],
  ['delete', 'DELETE', `/api/sessions/${unknownId}`],
  ['post-tokens', 'POST', `/api/sessions/${unknownId}/tokens`],
  ['get-tokens', 'GET', `/api/sessions/${unknownId}/tokens`],
  ['checkpoints', 'POST', `/api/sessions/${unknownId}/checkpoints`],
  ['projection', 'GET', `/api/sessions/${unknownId}/projection`],
  ['events', 'GET', `/api/sessions/${unknownId}/events`],
  ['usage', 'GET', '/api/analytics/usage?period=day'],
  ['export', 'GET', '/api/analytics/export?format=json'],
  ['ticket', 'POST', '/api/ws-ticket'],
];

const unauthorized = routes.map(([name, method, path]): TimerCheck =>
  ofDecision(
    `access.token-${name}`,
    needed,
    async ({ http }) => {
      for (const token of ['', wrong]) {
        expectRefusal(await http.ask(method, path, { token }), 401, 'unauthorized');
      }
    },
    withToken,
  ),
);

/** Who is let in, from where, and to what. */
export const access: TimerGroup = {
  name: 'access',
  title: 'Access: token, Host, Origin, rights',
  checks: [
    ...unauthorized,
    ofDecision(
      'access.socket',
      'sockets take the header, or a one-use ticket',
      async ({ http }) => {
        expectSame('status of a handshake without a token', await http.handshake('/ws', { token: '' }), 401);
        expectSame('status with a wrong token', await http.handshake('/ws', { token: wrong }), 401);
        expectSame('status with a wrong ticket', await http.handshake('/ws?ticket=none', { token: '' }), 401);
        expectSame('status with a token', await http.handshake('/ws'), 101);
      },
      withToken,
    ),
    ofDecision(
      'access.query',
      'a token is taken from the header alone',
      async ({ http, target }) => {
        for (const name of ['token', 'access_token', 'ticket']) {
          const path = `/api/sessions?${name}=${encodeURIComponent(target.token ?? '')}`;
          expectRefusal(await http.get(path, { token: '' }), 401, 'unauthorized');
        }
      },
      withToken,
    ),
    ofDecision(
      'access.scheme',
      needed,
      async ({ http, target: { token = '' } }) => {
        for (const authorization of [
          token,
          `Basic ${token}`,
          `Bearer`,
          `Bearer ${token}x`,
          `Bearer ${token.slice(1)}`,
        ]) {
          const asking = { token: '', headers: { authorization } };
          expectRefusal(await http.get('/api/sessions', asking), 401, 'unauthorized');
        }
      },
      withToken,
    ),
    ofDecision('access.cookie', 'no cookies', async ({ http }) => {
      const answers = await Promise.all([http.get('/api/sessions'), http.get('/api/sessions', { token: wrong })]);
      const cookies = answers.flatMap(({ headers }) => headers['set-cookie'] ?? []);
      expectSame('cookies', cookies, []);
    }),
    ofDecision('access.host', host, async ({ http }) => {
      for (const name of ['attacker.example', 'localhost.attacker.example', '127.0.0.1.attacker.example:8082']) {
        expectRefusal(await http.get('/api/sessions', { headers: { host: name } }), 421, 'misdirected_request');
      }
    }),
    ofDecision('access.host-socket', host, async ({ http }) => {
      const status = await http.handshake('/ws', { headers: { host: 'attacker.example' } });
      expectSame('status of a handshake for another Host', status, 421);
    }),
    ofDecision('access.origin', origin, async ({ http }) => {
      for (const name of ['http://attacker.example', 'null', 'https://localhost.attacker.example']) {
        expectRefusal(await http.get('/api/sessions', { headers: { origin: name } }), 403, 'origin_not_allowed');
      }
    }),
    ofDecision('access.origin-start', `${origin}; a refusal changes nothing`, async ({ http }) => {
      const name = `refused ${crypto.randomUUID()}`;
      const asking = { headers: { origin: 'http://attacker.example' } };
      expectStatus(await http.post('/api/sessions', { duration: 1000, name }, asking), 403);
      const met = bodyOf(await http.get(`/api/sessions?q=${encodeURIComponent(name)}`));
      expectSame('sessions of that name', met['total'], 0);
    }),
    ofDecision('access.origin-socket', origin, async ({ http }) => {
      const status = await http.handshake('/ws', { headers: { origin: 'http://attacker.example' } });
      expectSame('status of a handshake from another Origin', status, 403);
    }),
    ofDecision('access.origin-own', 'Origin, when present, must equal scheme + that Host', async ({ http, target }) => {
      expectStatus(await http.get('/api/sessions', { headers: { origin: new URL(target.url).origin } }), 200);
    }),
    ofDecision('access.preflight', 'any other Origin is 403', async ({ http }) => {
      const headers = { origin: 'http://attacker.example', 'access-control-request-method': 'POST' };
      const answer = await http.ask('OPTIONS', '/api/sessions', { token: '', headers });
      expectStatus(answer, 403);
      expectThat(!('access-control-allow-origin' in answer.headers), 'no leave for another Origin', answer.headers);
    }),
    ofDecision('access.order', order, async ({ http }) => {
      const bad = { host: 'attacker.example', origin: 'http://attacker.example' };
      expectStatus(await http.get('/api/nothing', { token: wrong, headers: bad }), 421);
      expectStatus(await http.get('/api/nothing', { token: wrong, headers: { origin: bad.origin } }), 403);
    }),
    ofDecision(
      'access.order-token',
      order,
      async ({ http }) => {
        expectStatus(await http.get('/api/nothing', { token: wrong }), 401);
        expectStatus(await http.ask('PUT', '/api/sessions', { token: wrong }), 401);
        const raw = 'no JSON';
        expectStatus(await http.ask('POST', '/api/sessions', { token: wrong, raw }), 401);
      },
      withToken,
    ),
    ofDecision('access.order-body', order, async ({ http }) => {
      const path = `/api/sessions/${unknownId}/tokens`;
      const typed = { 'content-type': 'text/plain' };
      expectStatus(await http.ask('PUT', path, { raw: 'no JSON', headers: typed }), 405);
      expectStatus(await http.ask('POST', path, { raw: 'no JSON', headers: typed }), 415);
      expectStatus(await http.ask('POST', path, { raw: 'no JSON' }), 400);
      expectStatus(await http.post(path, { tokensUsed: 0, operation: 'o' }), 400);
      expectStatus(await http.post(path, { tokensUsed: 1, operation: 'o' }), 404);
    }),
    ofDecision(
      'access.revoked',
      'revoking a token closes its sockets within 1 s',
      async (context) => {
        const made = await context.http.post('/api/tokens', { name: 'conformance' });
        skipUnlessFound(made);
        expectStatus(made, 201);
        const token = textAt(bodyOf(made), 'token');
        const listener = await context.listenWith(token);
        expectStatus(await context.http.ask('DELETE', `/api/tokens/${textAt(bodyOf(made), 'id')}`), 204);
        await listener.closed(1200);
        expectRefusal(await context.http.get('/api/sessions', { token }), 401, 'unauthorized');
      },
      withToken,
    ),
    ofDecision(
      'access.viewer',
      'a viewer reads and changes nothing',
      async (context) => {
        const { viewerToken: token = '' } = context.target;
        const id = await context.startId();
        for (const rest of ['', '/tokens', '/projection', '/events']) {
          expectStatus(await context.http.get(`/api/sessions/${id}${rest}`, { token }), 200);
        }
        const before = await context.events(id);
        const { http } = context;
        expectStatus(await http.patch(`/api/sessions/${id}`, { status: 'paused' }, { token }), 403);
        expectStatus(await http.post(`/api/sessions/${id}/tokens`, { tokensUsed: 1, operation: 'o' }, { token }), 403);
        expectStatus(
          await http.post(`/api/sessions/${id}/checkpoints`, { phase: 'p', promptCount: 0 }, { token }),
          403,
        );
        expectSame('events', await context.events(id), before);
      },
      { needs: ['viewerToken'] },
    ),
    ofDecision(
      'access.viewer-starts',
      'a viewer reads and changes nothing',
      async ({ http, target: { viewerToken: token = '' } }) => {
        expectRefusal(await http.post('/api/sessions', { duration: 1000 }, { token }), 403, 'forbidden');
      },
      { needs: ['viewerToken'] },
    ),
    ofDecision(
      'access.member',
      'a session that the caller may not see answers exactly as one that does not exist',
      async (context) => {
        const { http, target } = context;
        const { memberToken: token = '' } = target;
        const id = await context.startId();
        for (const rest of ['', '/tokens', '/projection', '/events']) {
          const [hidden, absent] = await Promise.all(
            [id, unknownId].map((one) => http.get(`/api/sessions/${one}${rest}`, { token })),
          );
          expectRefusal(await http.get(`/api/sessions/${id}${rest}`, { token }), 404, 'session_not_found');
          expectSame('the refusal of a hidden session', hidden?.body, absent?.body);
        }
        expectStatus(await http.patch(`/api/sessions/${id}`, { status: 'completed' }, { token }), 404);
        expectStatus(await http.ask('DELETE', `/api/sessions/${id}`, { token }), 404);
      },
      { needs: ['memberToken'] },
    ),
    ofDecision(
      'access.member-own',
      'a member has sessions of their own',
      async (context) => {
        const { memberToken: token = '' } = context.target;
        const name = `own ${crypto.randomUUID()}`;
        const { id } = await context.startAnswer({ duration: 60_000, name }, token);
        await context.startId({ name });
        expectStatus(await context.http.get(`/api/sessions/${id}`, { token }), 200);
        const met = bodyOf(await context.http.get(`/api/sessions?q=${encodeURIComponent(name)}`, { token }));
        expectSame('sessions of that name that the member sees', met['total'], 1);
      },
      { needs: ['memberToken'] },
    ),
  ],
};
