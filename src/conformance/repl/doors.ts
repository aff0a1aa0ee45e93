import { ofDecision } from '../check.ts';
import { expectSame, expectStatus, expectThat, rowsAt, shown } from '../judge.ts';
import type { ReplCheck, ReplGroup } from './context.ts';
import { sessionsPath } from './session.ts';
import { expectError } from './shapes.ts';

const needed = 'every route needs a token (Authorization: Bearer)';
const hidden = 'a session that the caller may not see answers exactly as one that does not exist';
const viewers = 'a viewer reads and changes nothing';
const wrong = 'a-token-that-no-server-has-made-0123456789';
const withToken = { needs: ['token'] } as const;

const routes: readonly [name: string, method: string, path: string][] = [
  ['list', 'GET', ''],
  ['create', 'POST', ''],
  ['get', 'GET', '/a'],
  ['delete', 'DELETE', '/a'],
  ['execute', 'POST', '/a/execute'],
  ['events', 'GET', '/a/events'],
  ['checkpoints', 'GET', '/a/checkpoints'],
  ['goto', 'POST', '/a/goto'],
  ['fork', 'POST', '/a/fork'],
  ['annotation', 'PUT', '/a/checkpoints/2/annotation'],
  ['timeline', 'GET', '/a/timeline'],
  ['snapshots', 'GET', '/a/snapshots'],
  ['metrics', 'GET', '/a/metrics'],
  ['access', 'POST', '/a/access'],
  ['export', 'GET', '/a/export'],
  ['import', 'POST', '/import'],
];

const doorCheck = ([name, method, rest]: (typeof routes)[number]): ReplCheck =>
  ofDecision(
    `doors.${name}`,
    needed,
    async ({ http }) => {
      for (const token of ['', wrong]) expectError(await http.ask(method, `${sessionsPath}${rest}`, { token }), 401);
    },
    withToken,
  );

const idOf = '01a1fa74-70d6-790b-a5a0-9daa8d285a53';

/** Who is let in, and to whose sessions. */
export const doors: ReplGroup = {
  name: 'doors',
  title: 'Tokens, Host, Origin, rights',
  checks: [
    ...routes.map(doorCheck),
    ofDecision('doors.host', 'the Host’s name must be loopback’s or configured (421)', async ({ http }) => {
      expectError(await http.get(sessionsPath, { headers: { host: 'attacker.example' } }), 421);
    }),
    ofDecision('doors.origin', 'any other Origin is 403; a refusal changes nothing', async (context) => {
      const session = context.unborn();
      for (const origin of ['http://attacker.example', 'null'])
        expectError(await session.post('/execute', { command: '1' }, { headers: { origin } }), 403);
      expectError(await session.get(), 404);
    }),
    ofDecision(
      'doors.member',
      hidden,
      async (context) => {
        const { memberToken: token = '' } = context.target;
        const session = await context.ran('var secret = 1');
        const id = await session.id();
        for (const rest of ['', '/events', '/checkpoints', '/metrics']) {
          const [theirs, nobodys] = await Promise.all(
            [id, idOf].map((one) => context.http.get(`${sessionsPath}/${one}${rest}`, { token })),
          );
          expectError(theirs!, 404);
          expectSame('the refusal of a hidden session', theirs!.body, nobodys!.body);
        }
        expectError(await context.http.get(`${sessionsPath}/${session.name}`, { token }), 404);
        expectError(await context.http.post(`${sessionsPath}/${id}/execute`, { command: '1' }, { token }), 404);
        expectError(await context.http.ask('DELETE', `${sessionsPath}/${id}`, { token }), 404);
        await session.says('secret', '1');
      },
      { needs: ['memberToken'] },
    ),
    ofDecision(
      'doors.member-names',
      'names are unique per owner',
      async (context) => {
        const { memberToken = '' } = context.target;
        const session = await context.ran('var whose = "one"');
        const theirs = context.named(session.name, memberToken);
        await theirs.says('typeof whose', `'undefined'`);
        await theirs.run('var whose = "another"');
        await session.says('whose', `'one'`);
        const list = await context.http.get(sessionsPath, { token: memberToken });
        const rows = rowsAt(list.body as Record<string, unknown>, 'sessions');
        expectSame(
          'sessions of that name that the member sees',
          rows.filter((row) => row['name'] === session.name).length,
          1,
        );
      },
      { needs: ['memberToken'] },
    ),
    ofDecision(
      'doors.member-url',
      'what a session asks of a model goes to where the owner alone may say',
      async (context) => {
        const { memberToken: token = '' } = context.target;
        const llm = { provider: 'openai', model: 'm', baseUrl: 'https://attacker.example/v1' };
        expectError(await context.createAnswer(context.unborn(token).name, { llm }, { token }), 403);
      },
      { needs: ['memberToken'] },
    ),
    ofDecision(
      'doors.viewer',
      `${viewers}; another’s session that one may see is addressed by its id`,
      async (context) => {
        const { viewerToken: token = '' } = context.target;
        const session = await context.ran('let n = 1');
        const path = `${sessionsPath}/${await session.id()}`;
        for (const rest of ['', '/events', '/checkpoints', '/metrics'])
          expectStatus(await context.http.get(`${path}${rest}`, { token }), 200);
        const before = await session.events();
        expectError(await context.http.post(`${path}/execute`, { command: 'n = 2' }, { token }), 403);
        expectError(await context.http.post(`${path}/goto`, { seq: 2 }, { token }), 403);
        expectError(await context.http.post(`${path}/checkpoints`, {}, { token }), 403);
        expectError(await context.http.ask('DELETE', path, { token }), 403);
        expectSame('events', await session.events(), before);
      },
      { needs: ['viewerToken'] },
    ),
    ofDecision(
      'doors.viewer-creates',
      viewers,
      async (context) => {
        const { viewerToken: token = '' } = context.target;
        const session = context.unborn(token);
        expectError(await context.createAnswer(session.name, {}, { token }), 403);
        expectError(await session.execute('1'), 403);
        expectError(await session.get(), 404);
      },
      { needs: ['viewerToken'] },
    ),
    ofDecision(
      'doors.order',
      'refusals come in this order: 404/405 (route), 415, 400, 403/404 (rights)',
      async (context) => {
        const session = context.unborn();
        const headers = { 'content-type': 'text/plain' };
        expectStatus(await session.ask('PUT', '/goto', { raw: 'no JSON', headers }), 405);
        expectStatus(await session.ask('POST', '/goto', { raw: 'no JSON', headers }), 415);
        expectStatus(await session.ask('POST', '/goto', { raw: 'no JSON' }), 400);
        expectStatus(await session.post('/goto', { seq: 'x' }), 400);
        expectStatus(await session.post('/goto', { seq: 1 }), 404);
      },
    ),
    ofDecision('doors.cookie', 'no cookies', async (context) => {
      const answer = await (await context.created()).execute('1');
      expectThat(!('set-cookie' in answer.headers), 'no cookie', shown(answer.headers));
    }),
  ],
};
