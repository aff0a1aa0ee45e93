import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectProblem } from '../../../test/doorways/answers.ts';
import { Doorway, ownerToken } from '../../../test/doorways/doorway.ts';
import { Listener, Refused } from '../../../test/doorways/listener.ts';
import type { ListenWith } from '../../../test/doorways/listener.ts';
import { answerOn, exchange, open, requestText } from '../../../test/doorways/raw.ts';
import { unwrap } from '../../sdk/index.ts';

/** Who may open the timer's socket, what it refuses, and when it closes. */

let door: Doorway;
const listeners: Listener[] = [];

beforeEach(async () => {
  door = await Doorway.open();
});

afterEach(async () => {
  for (const listener of listeners.splice(0)) listener.close();
  await door.close();
});

const listen = async (options?: ListenWith): Promise<Listener> => {
  const listener = await Listener.open(door, options);
  listeners.push(listener);
  return listener;
};

const refusal = (options: ListenWith): Promise<number> =>
  listen(options).then(
    () => 101,
    (error: unknown) => (error instanceof Refused ? error.status : 0),
  );

const record = (id: string) =>
  door.request('POST', `/api/sessions/${id}/tokens`, { json: { tokensUsed: 1, operation: 'o' } });

const unknownId = '019a8f5e-7c1b-7000-8000-3b5f00000000';
const handshake = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];
const sound = () => [`Host: 127.0.0.1:${door.port}`, `Authorization: Bearer ${ownerToken}`];

describe('a socket', () => {
  it('is opened by a token in the header, or a ticket in the query, and nothing else', async () => {
    expect(await refusal({})).toBe(101);
    expect(await refusal({ ticket: await door.newTicket() })).toBe(101);
    expect(await refusal({ token: '' })).toBe(401);
    expect(await refusal({ token: 'wrong' })).toBe(401);
    expect(await refusal({ ticket: '' })).toBe(401);
    expect(await refusal({ ticket: 'wrong' })).toBe(401);
    expect(await refusal({ ticket: ownerToken })).toBe(401);
    expect(await refusal({ token: '', headers: { 'sec-websocket-protocol': ownerToken } })).toBe(401);
  });

  it('is opened once by a ticket, even when many try at once', async () => {
    const ticket = await door.newTicket();
    const statuses = await Promise.all(Array.from({ length: 10 }, () => refusal({ ticket })));
    expect(statuses.filter((status) => status === 101)).toHaveLength(1);
    expect(statuses.filter((status) => status === 401)).toHaveLength(9);
  });

  it('is opened by a ticket for thirty seconds', async () => {
    const [early, late] = [await door.newTicket(), await door.newTicket()];
    door.time.pass(29_999);
    expect(await refusal({ ticket: early })).toBe(101);
    door.time.pass(1);
    expect(await refusal({ ticket: late })).toBe(401);
  });

  it('is not opened by a ticket whose token was revoked since', async () => {
    const guest = await door.newToken();
    const ticket = await door.newTicket(guest.token);
    await door.request('DELETE', `/api/tokens/${guest.id}`);
    expect(await refusal({ ticket })).toBe(401);
  });

  it('is not opened from another origin, and the ticket is not spent by that', async () => {
    const ticket = await door.newTicket();
    for (const origin of ['http://evil.example', 'null', `https://127.0.0.1:${door.port}`]) {
      expect(await refusal({ ticket, headers: { origin } })).toBe(403);
    }
    expect(await refusal({ ticket, headers: { host: 'evil.example' } })).toBe(421);
    expect(await refusal({ ticket, headers: { origin: `http://127.0.0.1:${door.port}` } })).toBe(101);
  });

  it.each([
    ['without a handshake', []],
    ['of an old version', handshake.map((line) => line.replace('13', '7'))],
    ['without a key', handshake.slice(0, 3)],
    ['with a key that is none', [...handshake.slice(0, 3), 'Sec-WebSocket-Key: short']],
    ['of another protocol', ['Connection: Upgrade', 'Upgrade: h2c']],
  ])('asked for %s is refused like any other request', async (_, headers) => {
    const answer = await exchange(door.port, requestText('GET /ws HTTP/1.1', [...sound(), ...headers]));
    expect(expectProblem(answer.status, answer.headers, answer.body)).toMatchObject({
      code: 400,
      error: 'invalid_request',
    });
    expect(answer.headers.get('sec-websocket-version')).toBe('13');
  });

  it('is not what other paths become', async () => {
    const answer = await exchange(door.port, requestText('GET /api/me HTTP/1.1', [...sound(), ...handshake]));
    expect(answer.status).toBe(200);
    expect((await door.request('HEAD', '/ws')).status).toBe(400);
  });

  it('that is refused holds no connection open', async () => {
    const socket = await open(door.port);
    const answer = answerOn(socket);
    socket.write(requestText('GET /ws HTTP/1.1', [`Host: 127.0.0.1:${door.port}`, ...handshake]));
    expect((await answer).status).toBe(401);
    await new Promise<void>((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())));
  });
});

describe('a message that makes no sense', () => {
  it.each([
    ['no JSON', 'subscribe'],
    ['an empty one', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['no type', '{"sessionId":"*"}'],
    ['an unknown type', '{"type":"delete","sessionId":"*"}'],
    ['no session', '{"type":"subscribe"}'],
    ['a session that is no string', '{"type":"subscribe","sessionId":1}'],
    ['a session that is too long', `{"type":"subscribe","sessionId":"${'a'.repeat(65)}"}`],
    ['an unknown field', '{"type":"ping","sessionId":"*","all":true}'],
    ['a key twice', '{"type":"ping","type":"subscribe","sessionId":"*"}'],
    ['__proto__', '{"type":"ping","sessionId":"*","__proto__":{}}'],
    ['a million brackets', '['.repeat(60_000)],
  ])('is answered with an error, and the socket stays open: %s', async (_, text) => {
    const listener = await listen();
    listener.socket.send(text);
    expect(await listener.next()).toEqual({
      type: 'error',
      code: 'invalid_request',
      message: expect.any(String) as string,
    });
    const { id } = await door.startSession();
    listener.subscribe(id);
    expect(await listener.take(2)).toHaveLength(2);
  });

  it('may be binary, or no UTF-8', async () => {
    const listener = await listen();
    listener.socket.send(Buffer.from('{"type":"ping","sessionId":"*"}'), { binary: true });
    expect(await listener.next()).toMatchObject({ type: 'error', code: 'invalid_request' });
    listener.socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
    expect((await listener.closed).code).toBe(1007);
  });

  it.each([unknownId, 'none', '../sessions', '', ' '])(
    'may name a session that is not there: %j',
    async (sessionId) => {
      const listener = await listen();
      for (const type of ['subscribe', 'ping']) {
        listener.send({ type, sessionId });
        const expected = sessionId === '' ? { code: 'invalid_request' } : { sessionId, code: 'session_not_found' };
        expect(await listener.next()).toEqual({ type: 'error', message: expect.any(String) as string, ...expected });
      }
      const { id } = await door.startSession();
      listener.subscribe(id);
      expect(await listener.take(2)).toHaveLength(2);
    },
  );

  it('twenty times in a row closes the socket', async () => {
    const listener = await listen();
    for (let i = 0; i < 25; i++) listener.socket.send('nonsense');
    expect(await listener.take(20)).toHaveLength(20);
    expect((await listener.closed).code).toBe(1008);
    await expect(listener.next()).rejects.toThrow('closed');
  });

  it('nineteen times does not, when one that makes sense follows', async () => {
    const { id } = await door.startSession();
    const listener = await listen();
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 19; i++) listener.socket.send('nonsense');
      listener.send({ type: 'ping', sessionId: id });
      const frames = await listener.take(21);
      expect(frames.map(({ type }) => type)).toEqual([
        ...Array.from({ length: 19 }, () => 'error'),
        'timer_update',
        'token_update',
      ]);
    }
    expect(listener.socket.readyState).toBe(listener.socket.OPEN);
  });

  it('that is too large closes the socket', async () => {
    const listener = await listen();
    listener.socket.send(' '.repeat(65 * 1024));
    expect((await listener.closed).code).toBe(1009);
    expect((await door.request('GET', '/api/me')).status).toBe(200);
  });
});

describe('many messages at once', () => {
  it('are answered in their order', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, async () => (await door.startSession()).id));
    const listener = await listen();
    for (const sessionId of ids) listener.send({ type: 'ping', sessionId });
    const frames = await listener.take(40);
    expect(frames.map((frame) => 'sessionId' in frame && frame.sessionId)).toEqual(ids.flatMap((id) => [id, id]));
  });

  it('from a client that is gone leave nothing behind', async () => {
    const { id } = await door.startSession();
    for (let i = 0; i < 20; i++) {
      const listener = await listen();
      for (let n = 0; n < 50; n++) listener.subscribe(n % 2 ? id : '*');
      listener.close();
    }
    const listener = await listen();
    listener.subscribe(id);
    await listener.take(2);
    expect((await record(id)).status).toBe(201);
  });
});

describe('a reader that does not read', () => {
  it('is closed when it has fallen a mebibyte behind, and the others hear on', async () => {
    const { id } = await door.startSession();
    const other = await listen();
    other.subscribe(id);
    await other.take(2);
    const deaf = await listen();
    deaf.socket.pause();
    // Until the buffers of the system are full, on both sides, and more than a mebibyte waits behind them.
    for (let i = 0; i < 60_000; i++) deaf.send({ type: 'ping', sessionId: id });
    await allSent(deaf);
    await record(id);
    expect(await other.nextOf('token_update')).toMatchObject({ tokensUsed: 1 });
    deaf.socket.resume();
    expect((await deaf.closed).code).toBe(1013);
  });
});

const allSent = async ({ socket }: Listener): Promise<void> => {
  while (socket.bufferedAmount > 0) await new Promise((resolve) => setImmediate(resolve));
};

describe('a socket is closed', () => {
  it('when its token is revoked, and only that token’s', async () => {
    const { id } = await door.startSession();
    const [guest, other] = [await door.newToken(), await door.newToken()];
    const byHeader = await listen({ token: guest.token });
    const byTicket = await listen({ ticket: await door.newTicket(guest.token) });
    const stays = await listen({ token: other.token });
    for (const listener of [byHeader, byTicket, stays]) {
      listener.subscribe(id);
      await listener.take(2);
    }
    unwrap(await door.client().DELETE('/api/tokens/{id}', { params: { path: { id: guest.id } } }));
    const from = performance.now();
    expect((await Promise.all([byHeader.closed, byTicket.closed])).map(({ code }) => code)).toEqual([1008, 1008]);
    expect(performance.now() - from).toBeLessThan(1000);
    await record(id);
    expect(await stays.nextOf('token_update')).toMatchObject({ tokensUsed: 1 });
  });

  it('when its token expires', async () => {
    const guest = await door.newToken(60_000);
    const listener = await listen({ token: guest.token });
    door.time.pass(59_999);
    listener.send({ type: 'ping', sessionId: unknownId });
    expect(await listener.next()).toMatchObject({ type: 'error' });
    door.time.pass(1);
    expect((await listener.closed).code).toBe(1008);
  });

  it('when the server stops, and says that it goes away', async () => {
    const listener = await listen();
    await door.stop();
    expect((await listener.closed).code).toBe(1001);
    await door.start();
  });

  it('though its client does not answer the farewell, and no more is done for it', async () => {
    const { id } = await door.startSession();
    const guest = await door.newToken();
    const socket = await open(door.port);
    const answer = answerOn(socket);
    const headers = [`Host: 127.0.0.1:${door.port}`, `Authorization: Bearer ${guest.token}`, ...handshake];
    socket.write(requestText('GET /ws HTTP/1.1', headers));
    expect((await answer).status).toBe(101);
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const heard: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => heard.push(chunk));
    await door.request('DELETE', `/api/tokens/${guest.id}`);
    const from = performance.now();
    socket.write(masked(JSON.stringify({ type: 'ping', sessionId: id })));
    await closed;
    expect(performance.now() - from).toBeLessThan(1000);
    expect(Buffer.concat(heard).includes(id)).toBe(false);
  });
});

/** A text frame as a client sends it (RFC 6455, 5.2); the mask is of zeros. */
const masked = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
