import { expect, it } from 'vitest';
import { unwrap } from '../../src/sdk/index.ts';
import { newFolder } from './data-folder.ts';
import { contentsOf, expectWhole } from './journal-audit.ts';
import { record, recorded, recordSeries, startSession } from './operations.ts';
import { RawConnection } from './raw-connection.ts';
import { ServerProcess, token } from './server-process.ts';

const heapMebibytes = 256;
const clients = 40;
const slowReaders = 150;

/** Small on the wire, and many times that once it is parsed. */
const largeBody = JSON.stringify({
  phase: 'large',
  promptCount: 1,
  metadata: { lists: Array.from({ length: 340_000 }, () => []) },
});

it('sheds what a small heap does not hold, and loses nothing that it acknowledged', { timeout: 120_000 }, async () => {
  const folder = newFolder();
  const server = await ServerProcess.start(folder, {
    env: { NODE_OPTIONS: `--max-old-space-size=${heapMebibytes}` },
  });
  const client = server.client();
  const [small, large] = [await startSession(client), await startSession(client)];
  const kept = await recordSeries(client, small, 'before', 10);
  const statuses: number[] = [];
  const attack = new AbortController();

  const post = async (): Promise<number> => {
    const answer = await postLarge(server, large);
    statuses.push(answer.status);
    if (answer.status === 503)
      expect(answer).toMatchObject({ retryAfter: '1', body: { error: 'overloaded', code: 503 } });
    return answer.status;
  };
  const readers = await Promise.all(Array.from({ length: slowReaders }, () => RawConnection.open(server.port)));
  const readSlowly = async (connection: RawConnection): Promise<void> => {
    connection.socket.pause();
    await connection.send(`GET /api/sessions/${large}/events?limit=1000 HTTP/1.1\r\n${head}\r\n`);
  };
  const look = async (): Promise<number> => {
    let looks = 0;
    for (; !attack.signal.aborted; looks += 3) {
      expect((await fetch(`${server.url}/health`)).status).toBe(200);
      expect((await server.status()).store.state).toBe('writable');
      unwrap(await client.GET('/api/sessions/{id}', { params: { path: { id: small } } }));
    }
    return looks;
  };

  const looking = look();
  await Promise.all(Array.from({ length: clients }, post));
  await Promise.all(readers.map(readSlowly));
  // What the session's checkpoints come to by now is more than the heap holds at once.
  const whole = readAll(server, `/api/sessions/${large}`);
  await Promise.all(Array.from({ length: clients }, post));
  expect((await whole).status).toBe(200);
  attack.abort();
  expect(await looking).toBeGreaterThan(0);
  expect(new Set(statuses)).toEqual(new Set([201, 503]));
  await server.stderr.line(/requests are refused/);

  for (const connection of readers) connection.drop();
  // What was refused is taken now.
  await expect.poll(post, { timeout: 20_000 }).toBe(201);
  await record(client, small, 'after');
  expect(await recorded(client, small)).toEqual([...kept, 'after']);
  expect(await server.terminate()).toEqual({ code: 0, signal: null });
  const contents = await contentsOf(folder);
  expectWhole(contents);
  const reached = contents.events.filter(({ type }) => type === 'checkpoint_reached');
  expect(reached).toHaveLength(statuses.filter((status) => status === 201).length);
});

const head = `Host: localhost\r\nAuthorization: Bearer ${token}\r\n`;

/** Reads an answer as it comes, and keeps nothing of it. */
const readAll = async (server: ServerProcess, path: string): Promise<Response> => {
  const response = await fetch(server.url + path, { headers: { authorization: `Bearer ${token}` } });
  for await (const _ of response.body ?? []) continue;
  return response;
};

const postLarge = async (server: ServerProcess, session: string) => {
  const response = await fetch(`${server.url}/api/sessions/${session}/checkpoints`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: largeBody,
  });
  const { status, headers } = response;
  return { status, retryAfter: headers.get('retry-after'), body: await response.json() };
};
