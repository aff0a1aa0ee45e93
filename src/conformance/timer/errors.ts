import { ofDecision, ofDocument } from '../check.ts';
import type { TimerCheck, TimerGroup } from '../context.ts';
import { expectProblem, expectRefusal, expectStatus, expectThat, skipUnlessFound } from '../judge.ts';

const unknownId = '01a1fa74-70d6-790b-a5a0-9daa8d285a53';
const inside = /\/(tmp|home|root|usr|var|etc|opt)\/|\bat \S+ \(|\.[tj]s:\d|SELECT |INSERT |UPDATE |SQLITE/;

const itemCalls: readonly [name: string, method: string, rest: string, json?: unknown][] = [
  ['get', 'GET', ''],
  ['patch', 'PATCH', '', { status: 'paused' }],
  ['delete', 'DELETE', ''],
  ['post-tokens', 'POST', '/tokens', { tokensUsed: 1, operation: 'o' }],
  ['get-tokens', 'GET', '/tokens'],
  ['post-checkpoint', 'POST', '/checkpoints', { phase: 'p', promptCount: 0 }],
  ['projection', 'GET', '/projection'],
  ['events', 'GET', '/events'],
];

const unknownSession = itemCalls.map(([name, method, rest, json]): TimerCheck =>
  ofDecision(
    `errors.unknown-${name}`,
    'a session that is not there is 404; an id that is not one is 404',
    async ({ http }) => {
      for (const id of [unknownId, 'nonsense', '0', unknownId.toUpperCase(), '%E2%82%AC']) {
        const asking = json === undefined ? {} : { json };
        expectRefusal(await http.ask(method, `/api/sessions/${id}${rest}`, asking), 404, 'session_not_found');
      }
    },
  ),
);

const methods: readonly [name: string, method: string, path: string, allowed: readonly string[]][] = [
  ['sessions', 'PUT', '/api/sessions', ['GET', 'POST']],
  ['sessions-delete', 'DELETE', '/api/sessions', ['GET', 'POST']],
  ['session', 'POST', `/api/sessions/${unknownId}`, ['GET', 'PATCH', 'DELETE']],
  ['session-put', 'PUT', `/api/sessions/${unknownId}`, ['GET', 'PATCH', 'DELETE']],
  ['tokens', 'DELETE', `/api/sessions/${unknownId}/tokens`, ['GET', 'POST']],
  ['checkpoints', 'GET', `/api/sessions/${unknownId}/checkpoints`, ['POST']],
  ['projection', 'POST', `/api/sessions/${unknownId}/projection`, ['GET']],
  ['events', 'POST', `/api/sessions/${unknownId}/events`, ['GET']],
  ['ticket', 'GET', '/api/ws-ticket', ['POST']],
];

const wrongMethod = methods.map(([name, method, path, allowed]): TimerCheck =>
  ofDecision(`errors.method-${name}`, 'a wrong method is 405 with Allow', async ({ http }) => {
    const answer = await http.ask(method, path);
    expectRefusal(answer, 405, 'method_not_allowed');
    const told = (answer.headers.allow ?? '').split(/\s*,\s*/);
    expectThat(
      allowed.every((one) => told.includes(one)) && !told.includes(method),
      `Allow of ${path} to name ${allowed.join(', ')} and not ${method}`,
      answer.headers.allow,
    );
  }),
);

const analyticsMethods = ['usage', 'export'].map((name): TimerCheck =>
  ofDecision(`errors.method-${name}`, 'a wrong method is 405 with Allow', async ({ http }) => {
    skipUnlessFound(await http.get(`/api/analytics/${name}`));
    const answer = await http.ask('POST', `/api/analytics/${name}`);
    expectRefusal(answer, 405, 'method_not_allowed');
    expectThat((answer.headers.allow ?? '').includes('GET'), 'Allow to name GET', answer.headers.allow);
  }),
);

/** Refusals: what they look like, and which come when. */
export const errors: TimerGroup = {
  name: 'errors',
  title: 'Refusals: 404, 405 and their shape',
  checks: [
    ofDocument(
      'errors.not-found',
      '404 - Session Not Found; ApiError {error, message, code, details?}',
      async ({ http }) => {
        expectProblem(await http.get(`/api/sessions/${unknownId}`), 404);
      },
    ),
    ofDocument('errors.not-found-change', '404 - Session Not Found', async ({ http }) => {
      expectProblem(await http.patch(`/api/sessions/${unknownId}`, { status: 'paused' }), 404);
    }),
    ofDocument('errors.not-found-tokens', '404 - Session Not Found', async ({ http }) => {
      const path = `/api/sessions/${unknownId}/tokens`;
      expectProblem(await http.post(path, { tokensUsed: 1, operation: 'o' }), 404);
      expectProblem(await http.get(path), 404);
    }),
    ofDocument('errors.bad-request', '400 - Bad Request', async ({ http }) => {
      expectProblem(await http.post('/api/sessions', { duration: 'long' }), 400);
    }),
    ofDecision('errors.word', 'error is a snake_case word', async ({ http }) => {
      const { error } = expectProblem(await http.get(`/api/sessions/${unknownId}`), 404);
      expectThat(/^[a-z]+(_[a-z]+)*$/.test(String(error)), 'error to be a snake_case word', error);
    }),
    ofDecision('errors.route', 'an unknown route is 404', async ({ http }) => {
      for (const path of ['/api/nothing', '/api/sessions/', `/api/sessions/${unknownId}/nothing`, '/api/analytics']) {
        const answer = await http.get(path);
        expectProblem(answer, 404);
        expectThat(
          /json/.test(answer.headers['content-type'] ?? ''),
          `JSON from ${path}`,
          answer.headers['content-type'],
        );
      }
    }),
    ...wrongMethod,
    ...analyticsMethods,
    ...unknownSession,
    ofDecision('errors.inside', 'no error shows a path of the server, a stack or SQL', async ({ http }) => {
      const answers = await Promise.all([
        http.get(`/api/sessions/${'x'.repeat(300)}`),
        http.get('/api/sessions/%00'),
        http.get("/api/sessions/'%20OR%201=1"),
        http.get('/api/sessions?cursor=;DROP'),
        http.ask('POST', '/api/sessions', { raw: '{"duration":' }),
        http.post('/api/sessions', { duration: { $gt: 0 } }),
      ]);
      for (const answer of answers) {
        expectStatus(answer, 400, 404);
        expectThat(!inside.test(answer.text), `nothing of the server’s inside in ${answer.asked}`, answer.text);
      }
    }),
  ],
};
