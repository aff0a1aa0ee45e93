import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Doorway } from '../../../test/doorways/doorway.ts';
import type { RequestWith } from '../../../test/doorways/doorway.ts';
import { Listener } from '../../../test/doorways/listener.ts';
import { exchange, requestText } from '../../../test/doorways/raw.ts';
import { StartError } from '../../serve.ts';

const app = 'https://app.example.org';
const second = 'http://localhost:5173';

let door: Doorway;

beforeAll(async () => {
  door = await Doorway.open({ corsOrigins: [app, second], rateLimit: 1, rateBurst: 2 });
});

afterAll(() => door.close());

const from = (origin: string, method = 'GET', path = '/api/me', { headers, ...rest }: RequestWith = {}) =>
  door.request(method, path, { ...rest, headers: { origin, ...headers } });

const corsHeaders = (headers: Headers) =>
  Object.fromEntries([...headers].filter(([name]) => name === 'vary' || name.startsWith('access-control-')));

const allowed = (origin: string) => ({
  'access-control-allow-origin': origin,
  'access-control-expose-headers': 'RateLimit, RateLimit-Policy, Retry-After, X-Stint-Outcome',
  vary: 'Origin',
});

const asksFor = { 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'authorization' };

describe('a preflight', () => {
  it.each([
    [app, '/api/sessions'],
    [second, '/api/tokens/x'],
    [app, '/health'],
    [app, '/nothing'],
  ])('from %s for %s is answered without a token', async (origin, path) => {
    const { status, headers, body } = await from(origin, 'OPTIONS', path, { token: '', headers: asksFor });
    expect([status, body]).toEqual([204, '']);
    expect(corsHeaders(headers)).toEqual({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': 'Authorization, Content-Type, Idempotency-Key, X-Client-Id, Last-Event-ID',
      'access-control-max-age': '600',
      vary: 'Origin',
    });
  });

  it.each([
    'https://evil.example',
    'null',
    'http://app.example.org',
    'https://app.example.org:444',
    'https://app.example.org.evil.example',
    'https://APP.example.org',
    `${app}/`,
  ])('from %s is refused', async (origin) => {
    const { status, headers, problem } = await from(origin, 'OPTIONS', '/api/sessions', {
      token: '',
      headers: asksFor,
    });
    expect([status, problem.error]).toEqual([403, 'origin_not_allowed']);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('comes after the Host', async () => {
    const text = requestText('OPTIONS /api/me HTTP/1.1', [
      'Host: evil.example',
      `Origin: ${app}`,
      'Access-Control-Request-Method: GET',
    ]);
    expect((await exchange(door.port, text)).status).toBe(421);
  });

  it('is one only where a method is asked for', async () => {
    expect((await from(app, 'OPTIONS', '/api/me', { token: '' })).status).toBe(401);
    expect((await from(app, 'OPTIONS', '/api/me')).status).toBe(405);
  });
});

describe('a request from an origin that may ask', () => {
  it('is answered, and the page may read the answer', async () => {
    const { status, headers } = await from(app);
    expect([status, corsHeaders(headers)]).toEqual([200, allowed(app)]);
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('is told also of refusals what they are', async () => {
    const { token } = await door.newUser('bo');
    const answers = [
      await from(app, 'GET', '/api/me', { token: '' }),
      await from(app, 'GET', '/api/nothing'),
      await from(app, 'PUT', '/api/me'),
      await from(app, 'POST', '/api/sessions', { json: {} }),
      await from(app, 'GET', '/api/users', { token }),
      await from(app, 'GET', '/api/sessions/nothing', { token }),
      await from(app, 'GET', '/api/me', { token }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 404, 405, 400, 403, 404, 429]);
    for (const { headers } of answers) expect(corsHeaders(headers)).toEqual(allowed(app));
  });

  it('may follow live', async () => {
    const listener = await Listener.open(door, { headers: { origin: second } });
    listener.close();
    const ticket = await door.newTicket();
    (await Listener.open(door, { ticket, headers: { origin: app } })).close();
  });
});

describe('a request from any other', () => {
  it('is refused, with the best token', async () => {
    const { status, problem } = await from('https://evil.example');
    expect([status, problem.error]).toEqual([403, 'origin_not_allowed']);
    await expect(Listener.open(door, { headers: { origin: 'null' } })).rejects.toMatchObject({ status: 403 });
  });

  it('is answered when it is the server’s own, or none, and caches are told that it matters', async () => {
    expect((await from(door.url)).status).toBe(200);
    const { status, headers } = await door.request('GET', '/api/me');
    expect([status, corsHeaders(headers)]).toEqual([200, { vary: 'Origin' }]);
  });
});

describe('without --cors-origin', () => {
  it('no other may ask, and nothing is said of it', async () => {
    const strict = await Doorway.open();
    const headers = { origin: app, ...asksFor };
    expect((await strict.request('OPTIONS', '/api/me', { token: '', headers })).status).toBe(403);
    expect(corsHeaders((await strict.request('GET', '/api/me')).headers)).toEqual({});
    await strict.close();
  });
});

describe('an origin that is none', () => {
  it.each([
    '*',
    'null',
    '',
    'app.example.org',
    `${app}/`,
    'https://APP.example.org',
    'https://a.example:443',
    'file://x',
  ])('keeps the server from starting: %s', async (origin) => {
    await door.stop();
    const attempt = door.start({ corsOrigins: [app, origin] });
    await expect(attempt).rejects.toThrow(StartError);
    await expect(attempt).rejects.toThrow('is no origin');
    await door.start();
  });
});
