import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badPaths, expectProblem } from '../../../test/doorways/answers.ts';
import { Doorway, ownerToken } from '../../../test/doorways/doorway.ts';
import { exchange, requestText } from '../../../test/doorways/raw.ts';
import type { RawAnswer } from '../../../test/doorways/raw.ts';
import { bodies, describedRoutes, queries, unknownId } from '../../../test/doorways/routes.ts';
import type { Route } from '../../../test/doorways/routes.ts';

/**
 * The order in which refusals come, on every route: 421 (Host), 403 (Origin), 401, 404/405 (route), 413, 415, 400, 404 (what may
 * not be seen). Each route is asked with everything wrong that can be; what was refused is mended, and it is asked again.
 */

const described = describedRoutes(() => unknownId);

const page = { operationId: '', method: 'GET', isPublic: true, takesBody: false, needsBody: false };
const others: Route[] = [
  ...['/', '/ui/', '/ui/sessions.js', '/sign-in', '/docs', '/docs/', '/openapi.json', '/openapi.yaml'].map((path) => ({
    ...page,
    path,
  })),
  { ...page, path: '/ws', isPublic: false },
];

const routes = [...described, ...others];
const named = (route: Route): [string, Route] => [`${route.method} ${route.path}`, route];

/** A method that the path does not take. */
const otherMethod = (path: string): string => {
  const taken = routes.filter((route) => route.path === path).map(({ method }) => method);
  return ['PUT', 'PATCH'].find((method) => !taken.includes(method)) ?? 'TRACE';
};

interface Fault {
  line?: string;
  headers: string[];
  body?: string;
}

let door: Doorway;

beforeAll(async () => {
  door = await Doorway.open();
});

afterAll(() => door.close());

const host = () => `Host: 127.0.0.1:${door.port}`;
const bearer = `Authorization: Bearer ${ownerToken}`;

const ask = async ({
  line,
  headers,
  body = '',
}: Required<Pick<Fault, 'line' | 'headers'>> & Fault): Promise<RawAnswer> => {
  const answer = await exchange(door.port, requestText(`${line} HTTP/1.1`, headers, body));
  if (answer.status >= 400 && !line.startsWith('HEAD ')) {
    expectProblem(answer.status, answer.headers, answer.body, line.split(' ')[1]);
  }
  return answer;
};

const tooLarge = ['Content-Type: text/plain', 'Content-Length: 104857600'];
const ofOtherType = ['Content-Type: application/json-patch+json', 'Content-Length: 1'];
const malformed = ['Content-Type: application/json', 'Content-Length: 1'];

describe.each(routes.map(named))('%s', (_, { method, path, isPublic, takesBody }) => {
  const line = `${method} ${path}`;
  const wrong = takesBody ? tooLarge : [];

  it('looks at the Host first', async () => {
    const headers = ['Host: evil.example', 'Origin: http://evil.example', ...wrong];
    expect((await ask({ line, headers })).status).toBe(421);
  });

  it('then at the Origin', async () => {
    expect((await ask({ line, headers: [host(), 'Origin: http://evil.example', ...wrong] })).status).toBe(403);
  });

  it(isPublic ? 'asks for no token' : 'then at the token', async () => {
    const sound = [host(), `Origin: http://127.0.0.1:${door.port}`];
    const without = await ask({ line, headers: [...sound, ...wrong] });
    const withWrong = await ask({ line, headers: [...sound, 'Authorization: Bearer wrong', ...wrong] });
    const first = takesBody ? 413 : 200;
    if (!isPublic) expect([without.status, withWrong.status]).toEqual([401, 401]);
    else if (path === '/health') expect([without.status, withWrong.status]).toEqual([200, 401]);
    else if (path === '/') expect([without.status, withWrong.status]).toEqual([302, 302]);
    else expect([without.status, withWrong.status]).toEqual([first, first]);
  });

  it('then at the method', async () => {
    const other = otherMethod(path);
    const { status, headers } = await ask({ line: `${other} ${path}`, headers: [host(), bearer, ...tooLarge] });
    expect(status).toBe(405);
    expect(headers.get('allow')?.split(', ')).toContain(method);
    expect(headers.get('allow')?.split(', ')).not.toContain(other);
    expect((await ask({ line: `${other} ${path}`, headers: [host(), ...tooLarge] })).status).toBe(401);
    expect((await ask({ line: `OPTIONS ${path}`, headers: [host(), bearer] })).status).toBe(405);
  });
});

/** A POST that brings nothing into being. */
const bringsNothing = (operationId: string): boolean => operationId === 'repriceUsage';

describe.each(routes.filter(({ takesBody }) => takesBody).map(named))('%s', (_, route) => {
  const { method, path, needsBody, operationId } = route;
  const done = bringsNothing(operationId) ? 200 : 201;
  const line = `${method} ${path}`;

  it('then looks at the size of the body', async () => {
    expect((await ask({ line, headers: [host(), bearer, ...tooLarge] })).status).toBe(413);
  });

  it('then at its type', async () => {
    expect((await ask({ line, headers: [host(), bearer, ...ofOtherType], body: '{' })).status).toBe(415);
  });

  it('then at what is in it', async () => {
    expect((await ask({ line, headers: [host(), bearer, ...malformed], body: '{' })).status).toBe(400);
    const unknown = ['Content-Type: application/json', 'Content-Length: 13'];
    expect((await ask({ line, headers: [host(), bearer, ...unknown], body: '{"unknown":1}' })).status).toBe(400);
  });

  it(needsBody ? 'refuses an empty body of any type' : 'takes an empty body of any type', async () => {
    for (const type of [[], ['Content-Type: application/json'], ['Content-Type: text/plain'], ['Content-Type: ?']]) {
      const { status } = await ask({ line, headers: [host(), bearer, ...type, 'Content-Length: 0'] });
      expect(status).toBe(needsBody ? 400 : path.includes(unknownId) ? 404 : done);
    }
  });
});

describe.each(routes.filter(({ path }) => path.includes(unknownId)).map(named))(
  '%s',
  (_, { method, path, operationId }) => {
    it('at last looks at what is asked for', async () => {
      const json = bodies[operationId];
      const asked = `${path}?${queries[operationId] ?? ''}`;
      expect((await door.request(method, asked, json ? { json } : {})).status).toBe(404);
    });
  },
);

describe('a path that is not there', () => {
  it.each([
    '/nothing',
    '/api',
    '/api/',
    '/api/session',
    '/API/sessions',
    '//api/sessions',
    '/ui',
    '/ws/',
    '/api/sessions/a/b',
  ])('is refused after the token and before the body: %s', async (path) => {
    for (const method of ['GET', 'POST', 'PATCH', 'DELETE', 'PUT', 'OPTIONS', 'PROPFIND']) {
      const body = method === 'POST' ? tooLarge : [];
      const line = `${method} ${path}`;
      expect((await ask({ line, headers: ['Host: evil.example', bearer, ...body] })).status).toBe(421);
      expect((await ask({ line, headers: [host(), 'Origin: null', bearer, ...body] })).status).toBe(403);
      expect((await ask({ line, headers: [host(), ...body] })).status).toBe(401);
      expect((await ask({ line, headers: [host(), bearer, ...body] })).status).toBe(404);
    }
  });

  it.each(['/%', '/api/sessions/%E0%A4%A', '/api/sessions/%zz', `/api/sessions/${'a'.repeat(501)}`, '/ui/%'])(
    'cannot be one that is read: %s',
    async (path) => {
      expect((await ask({ line: `GET ${path}`, headers: ['Host: evil.example'] })).status).toBe(421);
      expect((await ask({ line: `GET ${path}`, headers: [host()] })).status).toBe(401);
      expect((await ask({ line: `GET ${path}`, headers: [host(), bearer] })).status).toBe(404);
    },
  );

  it.each([
    '/ui/nothing.js',
    '/ui/../../package.json',
    '/ui/%2e%2e/package.json',
    '/ui/..%2fpackage.json',
    '/ui/%5c..%5cpackage.json',
    '/ui/.git',
    '/ui/%00',
    '/docs/static/../../package.json',
    '/docs/nothing',
  ])('is none of the files of the pages: %s', async (path) => {
    const { status, text } = await ask({ line: `GET ${path}`, headers: [host()] });
    expect([400, 401, 404]).toContain(status);
    expect(text).not.toContain('dependencies');
  });
});

describe('a query of which nothing is known', () => {
  it.each(described.filter(({ path }) => path !== '/health').map(named))(
    'is refused: %s',
    async (_, { method, path, operationId }) => {
      const json = bodies[operationId];
      const needed = queries[operationId] === undefined ? '' : `${queries[operationId]}&`;
      for (const query of ['unknown=1', '__proto__=1', 'constructor=1&constructor=2']) {
        const { status, problem } = await door.request(method, `${path}?${needed}${query}`, json ? { json } : {});
        expect([query, status, badPaths(problem)]).toEqual([query, 400, [query.split('=')[0]]]);
      }
    },
  );
});

it('has found routes, and a sweep over all of them has changed nothing', async () => {
  expect(described.length).toBeGreaterThan(15);
  expect(await door.journal()).toEqual({});
});

describe('a request that is no HTTP', () => {
  it.each([
    ['a line of rubbish', 'rubbish\r\n\r\n'],
    ['a method that is none', `FROB /api/me HTTP/1.1\r\nHost: localhost\r\n\r\n`],
    ['a version that is none', `GET /api/me HTTP/9.9\r\nHost: localhost\r\n\r\n`],
    ['a header without a colon', `GET /api/me HTTP/1.1\r\nHost localhost\r\n\r\n`],
    ['a space before the colon', `GET /api/me HTTP/1.1\r\nHost : localhost\r\n\r\n`],
    [
      'two lengths',
      `POST /api/ws-ticket HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}`,
    ],
    [
      'a length and chunks',
      `POST /api/ws-ticket HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
    ],
    ['a length that is none', `POST /api/ws-ticket HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n`],
    ['a URL of 100 kB', `GET /api/sessions?q=${'q'.repeat(100_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
    ['headers of 100 kB', `GET /api/me HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`],
  ])('is refused in the same shape: %s', async (_name, text) => {
    const { status, headers, body } = await exchange(door.port, text);
    expect(expectProblem(status, headers, body)).toMatchObject({ error: 'invalid_request', code: 400 });
    expect(headers.get('connection')).toBe('close');
  });

  it('is not one that expects what is not known', async () => {
    const expectation = 'Expect: the-unexpected';
    expect((await ask({ line: 'GET /api/me', headers: ['Host: evil.example', expectation] })).status).toBe(421);
    expect((await ask({ line: 'GET /api/me', headers: [host(), bearer, expectation] })).status).toBe(200);
  });

  it('leaves the server as it was', async () => {
    expect((await door.request('GET', '/api/me')).status).toBe(200);
  });
});
