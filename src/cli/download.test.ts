import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { createServer, get } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { receive } from './download.ts';

/** An answer that has begun; the server's end of it goes to `onBegun`. */
const answerOf = async (onBegun: (response: ServerResponse) => void = () => undefined): Promise<IncomingMessage> => {
  const server = createServer((_request, response) => {
    response.write('begun');
    onBegun(response);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const [answer] = (await once(get(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), 'response')) as [
    IncomingMessage,
  ];
  return answer;
};

it('a full disk is told as one, though the answer is not all there', async () => {
  const answer = await answerOf();
  await expect(receive(answer, createWriteStream('/dev/full'))).rejects.toMatchObject({ code: 'ENOSPC' });
});

it('an answer that breaks off is told as one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stint-download-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const answer = await answerOf((response) => setImmediate(() => response.destroy()));
  await expect(receive(answer, createWriteStream(join(folder, 'x')))).rejects.toMatchObject({ error: 'broken_off' });
});
