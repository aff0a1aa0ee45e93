import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { newFolder } from './data-folder.ts';
import { record, recorded, recordSeries, startSession } from './operations.ts';
import { postHead, RawConnection } from './raw-connection.ts';
import { ServerProcess } from './server-process.ts';

const mebibyte = 1024 * 1024;
/** What a bad client may cost at most: buffers that are still to be collected, not what it sends, which is up to gigabytes. */
const tolerated = 192 * mebibyte;
const options = { timeout: 60_000 };

let server: ServerProcess;
let id: string;
let kept: string[];

beforeEach(async () => {
  server = await ServerProcess.start(newFolder());
  id = await startSession(server.client());
  kept = await recordSeries(server.client(), id, 'before', 20);
}, 60_000);

/** What the client does must cost little memory, change nothing, and keep nobody else waiting, while it goes on and after. */
const expectUnmoved = async (attack: () => Promise<unknown>): Promise<void> => {
  const before = server.memory().now;
  const [meanwhile] = await Promise.all([recordSeries(server.client(), id, 'meanwhile', 5), attack()]);
  kept.push(...meanwhile);
  await record(server.client(), id, 'afterwards');
  expect(await recorded(server.client(), id)).toEqual([...kept, 'afterwards']);
  expect((await server.status()).sessions).toEqual({ active: 1, paused: 0, completed: 0 });
  expect(server.memory().peak - before).toBeLessThan(tolerated);
};

/** Sends until the server closes the connection, or until so much is sent. */
const sendOn = async (connection: RawConnection, chunk: Buffer, most = Infinity): Promise<void> => {
  const closed = connection.closed.then(() => false);
  for (let sent = 0; sent < most && (await Promise.race([connection.send(chunk), closed]));) sent += chunk.length;
};

describe('a body', () => {
  const path = () => `/api/sessions/${id}/tokens`;

  it('of 100 MB is refused before it is read', options, async () => {
    await expectUnmoved(async () => {
      const connection = await RawConnection.open(server.port);
      await connection.send(postHead(path(), { 'Content-Length': 100 * mebibyte }));
      expect(await connection.status()).toBe(413);
      await sendOn(connection, Buffer.alloc(mebibyte, ' '), 100 * mebibyte);
    });
  });

  it('of chunks without end is cut off', options, async () => {
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000, ' '), Buffer.from('\r\n')]);
    await expectUnmoved(async () => {
      const connection = await RawConnection.open(server.port);
      await connection.send(postHead(path(), { 'Transfer-Encoding': 'chunked' }));
      for (let n = 0; n <= 16; n++) await connection.send(chunk);
      expect(await connection.status()).toBe(413);
      await sendOn(connection, chunk);
    });
  });

  it('that stalls keeps nobody waiting', options, async () => {
    await expectUnmoved(async () => {
      for (let n = 0; n < 100; n++) {
        const connection = await RawConnection.open(server.port);
        await connection.send(`${postHead(path(), { 'Content-Length': 1000 })}{"tokensUsed": 1, `);
      }
    });
  });
});

describe('connections', () => {
  it('that are half closed still get their answer', options, async () => {
    await expectUnmoved(async () => {
      for (let n = 0; n < 100; n++) {
        const connection = await RawConnection.open(server.port);
        const body = JSON.stringify({ tokensUsed: 0, operation: 'refused' });
        await connection.send(postHead(`/api/sessions/${id}/tokens`, { 'Content-Length': body.length }) + body);
        connection.halfClose();
        expect(await connection.status()).toBe(400);
        await connection.closed;
      }
    });
  });

  it('that are half closed inside a request are closed', options, async () => {
    await expectUnmoved(async () => {
      const connections = await openMany(100);
      for (const connection of connections) {
        await connection.send(postHead('/api/sessions', { 'Content-Length': 1000 }));
        connection.halfClose();
      }
      await Promise.all(connections.map(({ closed }) => closed));
    });
  });

  it('are let go of when 1,000 are opened and dropped', options, async () => {
    const before = server.openFiles();
    await expectUnmoved(async () => {
      for (let round = 0; round < 4; round++) {
        const connections = await openMany(250);
        await Promise.all(connections.map((connection, n) => connection.send(n % 2 === 0 ? 'GET /api/sess' : 'G')));
        for (const connection of connections) connection.drop();
      }
    });
    await expect.poll(() => server.openFiles(), { timeout: 10_000 }).toBeLessThan(before + 20);
  });
});

describe('what is not HTTP', () => {
  it('is answered with 400 and closed', options, async () => {
    const garbage = [
      randomBytes(4096),
      Buffer.from([0x16, 3, 1, 2, 0, 1, 0]),
      Buffer.from('hello\r\n\r\n'),
      Buffer.alloc(mebibyte),
    ];
    await expectUnmoved(async () => {
      for (const bytes of garbage) {
        const connection = await RawConnection.open(server.port);
        await connection.send(bytes);
        connection.halfClose();
        expect([400, undefined]).toContain(await connection.status());
        await connection.closed;
      }
    });
  });

  it('is refused where headers are too large', options, async () => {
    await expectUnmoved(async () => {
      const connection = await RawConnection.open(server.port);
      await connection.send(`GET /api/sessions HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(20_000)}`);
      expect([400, 431]).toContain(await connection.status());
      await sendOn(connection, Buffer.alloc(mebibyte, 'x'));
    });
  });
});

const openMany = (count: number): Promise<RawConnection[]> =>
  Promise.all(Array.from({ length: count }, () => RawConnection.open(server.port)));
