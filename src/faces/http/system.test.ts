import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Doorway, ownerToken } from '../../../test/doorways/doorway.ts';
import { answerOn, open, requestText } from '../../../test/doorways/raw.ts';
import { unwrap } from '../../sdk/index.ts';

let door: Doorway;

beforeEach(async () => {
  door = await Doorway.open();
});

afterEach(() => door.close());

describe('GET /health', () => {
  it('says without a token only that the server is up', async () => {
    const { status, body } = await door.request('GET', '/health', { token: '' });
    const timestamp = door.time.wall() / 1000;
    expect([status, body]).toEqual([
      200,
      { success: true, data: { status: 'healthy' }, error: null, timestamp, status: 'healthy' },
    ]);
  });

  it('says more with one', async () => {
    door.time.pass(2500);
    const details = { status: 'healthy', version: '0.1.0', uptime_seconds: 2.5, services: { store: 'running' } };
    expect((await door.request('GET', '/health')).body).toEqual({
      success: true,
      data: details,
      error: null,
      timestamp: door.time.wall() / 1000,
      ...details,
    });
  });

  it('is refused with a token that is none, and takes a query as monitors add it', async () => {
    expect((await door.request('GET', '/health', { token: 'wrong' })).status).toBe(401);
    expect((await door.request('GET', '/health?now=1', { token: '' })).status).toBe(200);
  });

  it('says to who is still connected that the server drains, and takes what was under way', async () => {
    const socket = await open(door.port);
    const body = '{"duration":1000}';
    const headers = [`Host: 127.0.0.1:${door.port}`, `Authorization: Bearer ${ownerToken}`];
    // A request whose body is still to come keeps its connection, and with it the server.
    socket.write(
      requestText('POST /api/sessions HTTP/1.1', [
        ...headers,
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
      ]),
    );
    const second = await open(door.port);
    const health = answerOn(second);
    second.write('GET /health HTTP/1.1\r\n');
    await door.request('GET', '/api/me');
    const stopped = door.stop();
    const started = answerOn(socket);
    socket.write(body);
    expect((await started).status).toBe(201);
    second.write(`Host: 127.0.0.1:${door.port}\r\n\r\n`);
    const { status, headers: sent, body: said } = await health;
    expect([status, said]).toEqual([
      503,
      expect.objectContaining({ status: 'draining', data: { status: 'draining' } }),
    ]);
    expect(sent.get('retry-after')).toMatch(/^\d+$/);
    await stopped;
    await door.start();
    expect((await door.request('GET', '/api/sessions')).body).toMatchObject({ total: 1 });
  });
});

describe('GET /api/status', () => {
  it('says how the server is doing', async () => {
    const [a] = [await door.startSession(), await door.startSession(), await door.startSession()];
    unwrap(
      await door.client().PATCH('/api/sessions/{id}', { params: { path: { id: a.id } }, body: { status: 'paused' } }),
    );
    door.time.pass(1500);
    expect(unwrap(await door.client().GET('/api/status'))).toEqual({
      version: '0.1.0',
      pid: process.pid,
      startedAt: door.time.wall() - 1500,
      uptime: 1500,
      url: door.url,
      store: { state: 'writable' },
      disk: {
        database: expect.any(Number) as number,
        log: expect.any(Number) as number,
        free: expect.any(Number) as number,
      },
      sessions: { active: 2, paused: 1, completed: 0 },
      recovered: [],
    });
  });
});

describe('stopping', () => {
  it('does not wait for clients that do not finish asking, nor for such that do not read', async () => {
    const unfinished = await open(door.port);
    unfinished.write(
      requestText('POST /api/sessions HTTP/1.1', [
        `Host: 127.0.0.1:${door.port}`,
        `Authorization: Bearer ${ownerToken}`,
        'Content-Length: 10',
      ]),
    );
    const silent = await open(door.port);
    await door.request('GET', '/api/me');
    await door.stop();
    for (const socket of [unfinished, silent]) socket.destroy();
    await door.start();
  });
});

describe('every answer', () => {
  it('tells browsers not to guess its type, to run nothing in it, and to keep none of it', async () => {
    const { headers } = await door.request('GET', '/api/sessions');
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
    expect([...headers.keys()].filter((name) => /cookie|powered|server|access-control/.test(name))).toEqual([]);
  });

  it('of a page lets it run its own scripts alone, in no frame', async () => {
    for (const path of ['/ui/', '/sign-in', '/docs']) {
      const policy = (await door.request('GET', path, { token: '' })).headers.get('content-security-policy') ?? '';
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe-eval');
      expect(policy).not.toContain('upgrade-insecure-requests');
    }
  });
});
