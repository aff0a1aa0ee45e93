import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { badPaths, expectProblem } from '../../../test/doorways/answers.ts';
import { Doorway, ownerToken } from '../../../test/doorways/doorway.ts';
import { answerOn, exchange, open, requestText } from '../../../test/doorways/raw.ts';
import type { RawAnswer } from '../../../test/doorways/raw.ts';

/** What a body can be, over the wire. Nothing that is refused changes anything, and the server lives on. */

let door: Doorway;
let session: string;
let before: Record<string, unknown[]>;

beforeAll(async () => {
  door = await Doorway.open();
  session = (await door.startSession({ tokenBudget: 100 })).id;
});

afterAll(() => door.close());

beforeEach(async () => {
  before = await door.journal();
});

const expectNothingChanged = async (): Promise<void> => {
  expect(await door.journal()).toEqual(before);
};

/** Every route that takes a body, with one that it takes. */
const routes = (): [string, string, string][] => [
  ['POST', '/api/sessions', '{"duration":1000}'],
  ['PATCH', `/api/sessions/${session}`, '{"name":"n"}'],
  ['POST', `/api/sessions/${session}/tokens`, '{"tokensUsed":1,"operation":"o"}'],
  ['POST', `/api/sessions/${session}/checkpoints`, '{"phase":"p","promptCount":1}'],
  ['POST', '/api/tokens', '{"name":"n"}'],
  ['POST', '/api/sign-in', '{"code":"c"}'],
  ['POST', '/api/ws-ticket', '{}'],
  ['POST', '/api/sign-in-links', '{}'],
];

const head = (...headers: string[]): string[] => [
  `Host: 127.0.0.1:${door.port}`,
  `Authorization: Bearer ${ownerToken}`,
  ...headers,
];

const json = 'Content-Type: application/json';

const refused = (answer: RawAnswer): [number, string] => {
  const { error } = expectProblem(answer.status, answer.headers, answer.body);
  return [answer.status, error];
};

const invalid = [400, 'invalid_request'];

describe('a body that is refused on every route', () => {
  afterEach(expectNothingChanged);

  const bodies: [string, string | Buffer][] = [
    ['that is malformed', '{"name":'],
    ['that is no object', '"text"'],
    ['that is a list', '[]'],
    ['that is a number', '1'],
    ['that is nested 65 deep', `{"metadata":${'['.repeat(64)}${']'.repeat(64)}}`],
    ['of a million brackets', '['.repeat(1_000_000)],
    ['with NaN', '{"duration":NaN}'],
    ['with 1e309', '{"duration":1e309}'],
    ['with __proto__', '{"__proto__":{"role":"owner"}}'],
    ['with __proto__ spelled otherwise', '{"\\u005f\\u005fproto__":1}'],
    ['with a key twice', '{"name":"a","name":"b"}'],
    ['with a key twice, spelled otherwise', '{"name":"a","n\\u0061me":"b"}'],
    ['that is no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['with a byte order mark', '\ufeff{}'],
    ['in UTF-16', Buffer.from('{}', 'utf16le')],
    ['with an unknown field', '{"constructor":1}'],
    ['of two objects', '{}{}'],
    ['of spaces only', '   '],
  ];

  it.each(bodies)('%s', async (_, body) => {
    const bytes = Buffer.from(body);
    for (const [method, path] of routes()) {
      const text = requestText(`${method} ${path} HTTP/1.1`, head(json, `Content-Length: ${bytes.length}`));
      const answer = await exchange(door.port, Buffer.concat([Buffer.from(text), bytes]));
      const isTooLarge = path === '/api/sign-in' && bytes.length > 4096;
      expect(refused(answer)).toEqual(isTooLarge ? [413, 'payload_too_large'] : invalid);
    }
  });
});

describe('a value that is refused where it stands', () => {
  afterEach(expectNothingChanged);

  it.each([
    ['{"phase":"p","promptCount":1,"metadata":{"a":{"__proto__":1}}}', 'metadata.a.__proto__'],
    ['{"phase":"p","promptCount":1,"metadata":{"a":[{"b":1,"\\u0062":2}]}}', 'metadata.a[0].b'],
    ['{"phase":"p","promptCount":1,"metadata":{"a":1e999}}', 'metadata.a'],
    ['{"phase":"p","promptCount":9007199254740993}', 'promptCount'],
    ['{"phase":"p","promptCount":-0.5}', 'promptCount'],
    ['{"phase":{"$gt":""},"promptCount":1}', 'phase'],
    ['{"phase":["p"],"promptCount":1}', 'phase'],
  ])('%s', async (body, path) => {
    const { status, problem } = await door.request('POST', `/api/sessions/${session}/checkpoints`, {
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect([status, badPaths(problem)]).toEqual([400, [path]]);
  });

  it('a key of the Object prototype is only a key', async () => {
    const { status, problem } = await door.request('POST', '/api/sessions', {
      json: { duration: 1, toString: 1, hasOwnProperty: 2 },
    });
    expect([status, badPaths(problem)]).toEqual([400, ['toString', 'hasOwnProperty']]);
  });
});

describe('the type of a body', () => {
  const post = async (type: readonly string[], body: string): Promise<RawAnswer> => {
    const lines = head(...type.map((one) => `Content-Type: ${one}`), `Content-Length: ${body.length}`);
    return exchange(door.port, requestText('POST /api/ws-ticket HTTP/1.1', lines, body));
  };

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'Application/JSON',
    'application/json ;a=b',
    'application/json;',
  ])('may be %s', async (type) => {
    expect((await post([type], '{}')).status).toBe(201);
  });

  it.each([
    'application/json-patch+json',
    'application/jsonp',
    'application/problem+json',
    'text/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json, text/plain',
    'application',
    'application/',
    '/json',
    '*/*',
    '',
    ';',
    'text/plain; application/json',
    'application/json garbage',
    'x application/json',
  ])('may not be %j where there is a body', async (type) => {
    expect(refused(await post([type], '{}'))).toEqual([415, 'unsupported_media_type']);
    expect((await post([type], '')).status).toBe(201);
  });

  it('may not be missing, nor there twice, where there is a body', async () => {
    expect(refused(await post([], '{}'))).toEqual([415, 'unsupported_media_type']);
    expect(refused(await post(['application/json', 'application/json'], '{}'))).toEqual([
      415,
      'unsupported_media_type',
    ]);
  });

  it('is not looked into for an encoding: what is packed is no JSON', async () => {
    const { status } = await door.request('POST', '/api/ws-ticket', {
      body: new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]),
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    });
    expect(status).toBe(400);
  });
});

describe('the size of a body', () => {
  afterEach(expectNothingChanged);

  it('that is announced as 100 MB is refused before it is sent', async () => {
    const announce = async ([method, path]: [string, string, string]) => {
      const socket = await open(door.port);
      socket.write(requestText(`${method} ${path} HTTP/1.1`, head(json, 'Content-Length: 104857600')));
      expect(refused(await answerOn(socket))).toEqual([413, 'payload_too_large']);
      await closed(socket);
    };
    await Promise.all(routes().map(announce));
  });

  it('that never ends is answered at once, and cut off when its sender does not stop', async () => {
    const chunked = [json, 'Transfer-Encoding: chunked'];
    const send = async (line: string, headers: readonly string[]): Promise<number> => {
      const socket = await open(door.port);
      socket.write(requestText(`${line} HTTP/1.1`, headers));
      const answer = answerOn(socket);
      sendForEver(socket);
      const { status } = await answer;
      await closed(socket);
      return status;
    };
    const statuses = await Promise.all([
      send('POST /api/sessions', head(...chunked)),
      send('POST /api/sessions', [`Host: 127.0.0.1:${door.port}`, ...chunked]),
      send('POST /nothing', head(...chunked)),
      send('GET /nothing', head(...chunked)),
    ]);
    expect(statuses).toEqual([413, 401, 404, 404]);
  });

  it('may be up to 1 MiB', async () => {
    const largest = 1024 * 1024;
    const padded = (size: number) => `{}${' '.repeat(size - 2)}`;
    const headers = { 'content-type': 'application/json' };
    expect((await door.request('POST', '/api/ws-ticket', { body: padded(largest), headers })).status).toBe(201);
    expect((await door.request('POST', '/api/ws-ticket', { body: padded(largest + 1), headers })).status).toBe(413);
  });
});

describe('a refusal', () => {
  it('leaves its connection to the next request', async () => {
    const socket = await open(door.port);
    const body = '{"duration":1}';
    const lines = [`Host: 127.0.0.1:${door.port}`, json, `Content-Length: ${body.length}`];
    for (let i = 0; i < 3; i++) {
      const answer = answerOn(socket);
      socket.write(requestText('POST /api/sessions HTTP/1.1', lines, body));
      expect((await answer).status).toBe(401);
    }
    const answer = answerOn(socket);
    socket.write(requestText('GET /api/me HTTP/1.1', head()));
    expect((await answer).status).toBe(200);
    socket.destroy();
  });

  it('says that its connection is closed where that was asked for', async () => {
    const headers = [`Host: 127.0.0.1:${door.port}`, 'Connection: close', 'Content-Type: application/json'];
    const body = '{"duration":1000}';
    const answer = await exchange(
      door.port,
      requestText('POST /api/sessions HTTP/1.1', [...headers, `Content-Length: ${body.length}`], body),
    );
    expect(answer.status).toBe(401);
    expect(answer.headers.get('connection')).toBe('close');
  });

  it('takes no part of a body for the next request', async () => {
    const hidden = requestText(`DELETE /api/sessions/${session} HTTP/1.1`, head());
    const text = requestText('GET /api/me HTTP/1.1', head(json, `Content-Length: ${hidden.length}`), hidden);
    const socket = await open(door.port);
    const first = answerOn(socket);
    socket.write(text);
    expect((await first).status).toBe(200);
    const second = answerOn(socket);
    socket.write(requestText('GET /nothing HTTP/1.1', head()));
    expect((await second).status).toBe(404);
    socket.destroy();
  });
});

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve();
    socket.once('close', () => resolve());
    socket.resume();
  });

/** Chunks without end, as fast as they are taken. */
const sendForEver = (socket: Socket): void => {
  const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
  const send = (): void => {
    if (socket.destroyed) return;
    if (socket.write(chunk)) setImmediate(send);
    else socket.once('drain', send);
  };
  send();
};
