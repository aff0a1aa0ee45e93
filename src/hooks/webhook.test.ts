import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testMessage } from './message.ts';
import { never, Receiver, reset, withStatus } from './receiver.suite.ts';
import { newSecret, signedHeaders } from './signature.ts';
import { callWebhook, machineResolve } from './webhook.ts';
import type { Call, CallParts } from './webhook.ts';

const now = 1_790_000_000_000;
const secret = newSecret();
const body = JSON.stringify(testMessage('a', 'u', now));

const call = (url: string, call: Partial<Call> = {}, parts: Partial<CallParts> = {}) =>
  callWebhook(
    { resolve: machineResolve, timeoutMs: 5000, userAgent: 'stint/test', ...parts },
    {
      webhook: { kind: 'webhook', url, allowPrivate: true },
      secret,
      id: 'msg_1',
      body,
      now,
      signal: new AbortController().signal,
      ...call,
    },
  );

describe('a call', () => {
  it('posts the message, signed', async () => {
    const receiver = await Receiver.open();
    expect(await call(receiver.url)).toEqual({ attempt: { ok: true, status: 204 } });
    const [received] = receiver.received;
    expect(received?.body).toBe(body);
    expect(received?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'stint/test',
      ...signedHeaders(secret, 'msg_1', now, body),
    });
  });

  it.each([
    [200, true],
    [202, true],
    [400, false],
    [500, false],
  ])('that is answered %i: %s', async (status, ok) => {
    const receiver = await Receiver.open(withStatus(status));
    expect((await call(receiver.url)).attempt).toEqual({ ok, status });
  });

  it.each([301, 302, 307, 308])('is not sent on by a %i', async (status) => {
    const elsewhere = await Receiver.open();
    const receiver = await Receiver.open(withStatus(status, { location: elsewhere.url }));
    const { attempt } = await call(receiver.url);
    expect(attempt).toEqual({ ok: false, status, error: 'it leads on to elsewhere, where it is not followed' });
    expect(elsewhere.received).toEqual([]);
  });

  it('hears when to come again, and that it should not', async () => {
    const busy = await Receiver.open(withStatus(429, { 'retry-after': '90' }));
    expect((await call(busy.url)).retryAfter).toBe(90_000);
    const gone = await Receiver.open(withStatus(410));
    expect((await call(gone.url)).gone).toBe(true);
    const odd = await Receiver.open(withStatus(500, { 'retry-after': '90' }));
    expect(await call(odd.url)).not.toHaveProperty('retryAfter');
  });

  it('does not wait longer than it may for an answer', async () => {
    const receiver = await Receiver.open(never);
    const { attempt } = await call(receiver.url, {}, { timeoutMs: 50 });
    expect(attempt).toEqual({ ok: false, error: 'no answer within 0.05 s' });
  });

  it('does not wait longer than it may for a name, nor for a connection', async () => {
    const hanging = () => new Promise<never>(() => undefined);
    const slow = await call('http://receiver.example/', {}, { timeoutMs: 50, resolve: hanging });
    expect(slow.attempt.error).toBe('no answer within 0.05 s');
  });

  it('says in a word why there was none, and no address', async () => {
    const receiver = await Receiver.open(reset);
    expect((await call(receiver.url)).attempt).toEqual({ ok: false, error: 'it could not be called (ECONNRESET)' });
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    const { attempt } = await call(`http://127.0.0.1:${port}/`);
    expect(attempt).toEqual({ ok: false, error: 'it could not be called (ECONNREFUSED)' });
  });

  it('takes no more of an answer than a little', async () => {
    let cut = false;
    const receiver = await Receiver.open((response) => {
      response.writeHead(200);
      const write = () => response.write('x'.repeat(65_536), () => setImmediate(write));
      response.on('close', () => (cut = true));
      response.on('error', () => undefined);
      write();
      closed = once(response, 'close');
    });
    let closed: Promise<unknown> | undefined;
    expect((await call(receiver.url)).attempt.ok).toBe(true);
    await closed;
    expect(cut).toBe(true);
  });

  it('does not keep its connection for an answer that never ends', async () => {
    const closed = Promise.withResolvers<void>();
    const receiver = await Receiver.open((response) => {
      response.on('close', () => closed.resolve());
      response.writeHead(200).write('x');
    });
    expect((await call(receiver.url, {}, { timeoutMs: 50 })).attempt.ok).toBe(true);
    await closed.promise;
  });

  it('ends when it is told to', async () => {
    const receiver = await Receiver.open(never);
    const stopping = new AbortController();
    const calling = call(receiver.url, { signal: stopping.signal });
    await receiver.count(1);
    stopping.abort();
    await expect(calling).rejects.toThrow();
  });
});

describe('a call by name', () => {
  const loopback = [{ address: '127.0.0.1', family: 4 }];
  const outside = [{ address: '192.0.2.1', family: 4 }];

  it('goes to the address that was looked at, and the name is asked for once', async () => {
    const receiver = await Receiver.open();
    let asked = 0;
    const resolve = async () => (asked++ === 0 ? loopback : outside);
    const url = receiver.url.replace('127.0.0.1', 'receiver.example');
    expect((await call(url, {}, { resolve })).attempt.ok).toBe(true);
    expect([asked, receiver.received[0]?.headers.host]).toEqual([1, new URL(url).host]);
  });

  it('does not go where the name leads when that is private, whatever it led to before', async () => {
    const receiver = await Receiver.open();
    const url = receiver.url.replace('127.0.0.1', 'receiver.example');
    const webhook = { kind: 'webhook', url } as const;
    const { attempt } = await call(url, { webhook }, { resolve: async () => loopback });
    expect(attempt).toEqual({
      ok: false,
      error: 'leads to a private address, which only the owner may allow: ask the owner',
    });
    expect(receiver.received).toEqual([]);
  });
});

it('a receiver that speaks no HTTP is a failure like any other', async () => {
  const server = createServer((socket) => socket.end('220 mail.example ESMTP\r\n')).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { attempt } = await call(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  expect(attempt.ok).toBe(false);
  expect(attempt.error).toMatch(/^it could not be called \(\w+\)$/);
});
