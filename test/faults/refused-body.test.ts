import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { newFolder } from './data-folder.ts';
import { RawConnection } from './raw-connection.ts';
import { ServerProcess } from './server-process.ts';

const bytes = 600_000;
const head = `POST /api/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`;
/** Longer than a body that is refused is passed over. */
const longMs = 1500;

it('a connection whose refused body came to its end goes on', { timeout: 30_000 }, async () => {
  const server = await ServerProcess.start(newFolder());
  const connection = await RawConnection.open(server.port);
  await connection.send(head);
  expect(await connection.status()).toBe(401);
  await connection.send(Buffer.alloc(bytes, ' '));
  await pause(longMs);
  connection.received = '';
  await connection.send('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
  expect(await connection.status()).toBe(200);
});
