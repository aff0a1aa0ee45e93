import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from '../../../test/doorways/answers.ts';
import { Doorway, ownerToken } from '../../../test/doorways/doorway.ts';
import { exchange, requestText } from '../../../test/doorways/raw.ts';

/** Host and Origin, spelled in every way that might pass for this server's. */

let door: Doorway;

beforeAll(async () => {
  door = await Doorway.open({ hostNames: ['stint.example.org', 'Other.Example'] });
});

afterAll(() => door.close());

const bearer = `Authorization: Bearer ${ownerToken}`;
const handshake = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

const statusOf = async (headers: readonly string[], line: string): Promise<number> => {
  const answer = await exchange(door.port, requestText(line, headers));
  if (answer.status >= 400) expectProblem(answer.status, answer.headers, answer.body);
  return answer.status;
};

/** What routes and sockets answer alike: an API route, a public page, a path that is not there, a socket. */
const statuses = async (headers: readonly string[], version = '1.1'): Promise<number[]> => {
  const paths = ['/api/me', '/ui/', '/nothing', '/health'];
  const plain = paths.map((path) => statusOf([...headers, bearer], `GET ${path} HTTP/${version}`));
  return Promise.all([...plain, statusOf([...headers, bearer, ...handshake], `GET /ws HTTP/${version}`)]);
};

const all = (status: number): number[] => [status, status, status, status, status];
const passed = [200, 200, 404, 200, 101];

describe('a Host that is this server’s', () => {
  it.each([
    '127.0.0.1',
    '127.0.0.1:1',
    '127.0.0.1:65535',
    'localhost',
    'localhost:9000',
    'LOCALHOST:9000',
    'LocalHost',
    '[::1]',
    '[::1]:8082',
    'stint.example.org',
    'Stint.Example.ORG:443',
    'other.example',
  ])('lets the request through, whatever the port: %s', async (host) => {
    expect(await statuses([`Host: ${host}`])).toEqual(passed);
  });
});

describe('a Host that is not', () => {
  it.each([
    '',
    ' ',
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'evil.example:8082',
    'evil-localhost',
    'localhost.',
    '127.0.0.1.',
    '127.1',
    '127.0.0.2',
    '2130706433',
    '0x7f000001',
    '0.0.0.0',
    '::1',
    '[::1',
    '::1]',
    '[::1]x',
    '[::ffff:127.0.0.1]',
    '[0:0:0:0:0:0:0:1]',
    '[::1%25lo]',
    'localhost:',
    'localhost:port',
    'localhost:65536',
    'localhost:-1',
    'localhost:+1',
    'localhost:80:80',
    'localhost:123456',
    'user@localhost',
    'user:pass@localhost',
    'localhost@evil.example',
    'localhost#evil.example',
    'localhost/evil',
    'localhost?x',
    'localhost,evil.example',
    'localhost evil.example',
    'localhost\tevil.example',
    'localhost\\evil',
    '%6cocalhost',
    'lоcalhost',
    'http://localhost',
    'sub.stint.example.org',
    'xstint.example.org',
    '*',
    'null',
    'undefined',
  ])('is refused first of all: %j', async (host) => {
    expect(await statuses([`Host: ${host}`, 'Origin: http://evil.example'])).toEqual(all(421));
  });

  it('is one that is missing, in either version of HTTP', async () => {
    expect(await statuses([])).toEqual(all(421));
    const plain = ['/api/me', '/ui/', '/nothing', '/health'].map((path) => statusOf([bearer], `GET ${path} HTTP/1.0`));
    expect(await Promise.all(plain)).toEqual([421, 421, 421, 421]);
  });

  it.each([
    ['Host: localhost', 'Host: evil.example'],
    ['Host: evil.example', 'Host: localhost'],
    ['Host: localhost', 'host: localhost'],
  ])('is one that is given twice: %s, %s', async (...hosts) => {
    expect(await statuses(hosts)).toEqual(all(421));
  });

  it('is not made good by headers that proxies add', async () => {
    const forwarded = [
      'X-Forwarded-Host: localhost',
      'Forwarded: host=localhost',
      'X-Host: localhost',
      'X-Original-Host: localhost',
    ];
    expect(await statuses(['Host: evil.example', ...forwarded])).toEqual(all(421));
  });

  it('is one that differs from a whole URL in the request line', async () => {
    const line = (url: string) => `GET ${url} HTTP/1.1`;
    const local = ['Host: localhost', bearer];
    expect(await statusOf(local, line('http://evil.example/api/me'))).toBe(421);
    expect(await statusOf(local, line('http://localhost@evil.example/api/me'))).toBe(421);
    expect(await statusOf(local, line('http://localhost:1/api/me'))).toBe(421);
    expect(await statusOf(['Host: evil.example', bearer], line('http://localhost/api/me'))).toBe(421);
    expect(await statusOf(['Host: evil.example', bearer], line('http://evil.example/api/me'))).toBe(421);
    expect(await statusOf(local, line('http://localhost/api/me'))).toBe(200);
    expect(await statusOf(local, line('HTTP://LOCALHOST/api/me'))).toBe(200);
    expect(await statusOf(local, line('http://localhost/nothing'))).toBe(404);
    expect(await statusOf([...local, 'Content-Length: 0'], 'PUT http://localhost/api/me HTTP/1.1')).toBe(405);
  });
});

describe('an Origin that is this server’s', () => {
  it.each([
    ['localhost:8082', 'http://localhost:8082'],
    ['localhost:8082', 'HTTP://LocalHost:8082'],
    ['127.0.0.1', 'http://127.0.0.1'],
    ['[::1]:9', 'http://[::1]:9'],
    ['stint.example.org', 'http://stint.example.org'],
  ])('lets the request through: %s, %s', async (host, origin) => {
    expect(await statuses([`Host: ${host}`, `Origin: ${origin}`])).toEqual(passed);
  });
});

describe('an Origin that is not', () => {
  it.each([
    '',
    'null',
    'http://evil.example',
    'https://localhost:8082',
    'ws://localhost:8082',
    'http://localhost',
    'http://localhost:80',
    'http://localhost:80820',
    'http://localhost:8082/',
    'http://localhost:8082.evil.example',
    'http://localhost:8082@evil.example',
    'http://evil.example#http://localhost:8082',
    'http://127.0.0.1:8082',
    'localhost:8082',
    '//localhost:8082',
    'file://',
    'chrome-extension://localhost:8082',
    'http://localhost:8082, http://localhost:8082',
    'http://localhost:8082 http://localhost:8082',
    '*',
    'undefined',
  ])('is refused before the token is looked at: %j', async (origin) => {
    expect(await statuses(['Host: localhost:8082', `Origin: ${origin}`])).toEqual(all(403));
  });

  it('is one that is given twice', async () => {
    const origin = 'Origin: http://localhost:8082';
    expect(await statuses(['Host: localhost:8082', origin, origin])).toEqual(all(403));
  });

  it('gets no header that would let a page of it read an answer, and no preflight', async () => {
    const origin = 'Origin: http://evil.example';
    const request = requestText('OPTIONS /api/sessions HTTP/1.1', [
      'Host: localhost:8082',
      origin,
      'Access-Control-Request-Method: POST',
    ]);
    const { status, headers } = await exchange(door.port, request);
    expect(status).toBe(403);
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('behind a proxy with TLS', () => {
  it('the Origin is https', async () => {
    const behind = await Doorway.open({ behindProxy: true });
    const ask = async (origin: string) => {
      const headers = ['Host: localhost', `Origin: ${origin}`, bearer];
      return (await exchange(behind.port, requestText('GET /api/me HTTP/1.1', headers))).status;
    };
    expect([await ask('https://localhost'), await ask('http://localhost')]).toEqual([200, 403]);
    await behind.close();
  });
});
