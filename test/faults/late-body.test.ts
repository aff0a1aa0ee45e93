import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { unwrap } from '../../src/sdk/index.ts';
import { newFolder } from './data-folder.ts';
import { RawConnection } from './raw-connection.ts';
import { ServerProcess } from './server-process.ts';

const body = JSON.stringify({ duration: 60_000 });
/** Longer than what counts as a moment. */
const slowMs = 700;

const begin = async (server: ServerProcess, token: string): Promise<RawConnection> => {
  const connection = await RawConnection.open(server.port);
  const head = [
    'POST /api/sessions HTTP/1.1',
    'Host: localhost',
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ];
  await connection.send(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 5)}`);
  return connection;
};

it('performs nothing for a token that was revoked while the body came', { timeout: 30_000 }, async () => {
  const server = await ServerProcess.start(newFolder());
  const client = server.client();
  const make = async (name: string) => unwrap(await client.POST('/api/tokens', { body: { name } }));
  const [revoked, kept] = [await make('revoked'), await make('kept')];
  const slow = await Promise.all([begin(server, revoked.token), begin(server, kept.token)]);
  await pause(slowMs);
  await client.DELETE('/api/tokens/{id}', { params: { path: { id: revoked.id } } });
  for (const connection of slow) await connection.send(body.slice(5));
  expect(await Promise.all(slow.map((connection) => connection.status()))).toEqual([401, 201]);
  expect(unwrap(await client.GET('/api/sessions')).total).toBe(1);
});
