import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { newFolder } from './data-folder.ts';
import { contentsOf, expectKept, expectWhole } from './journal-audit.ts';
import { postHead, RawConnection } from './raw-connection.ts';
import { ServerProcess, token } from './server-process.ts';
import { Writers } from './writers.ts';

const patienceMs = 15_000;

it(
  'drains on SIGTERM under load: all that was acknowledged stays, and the process ends well',
  { timeout: 60_000 },
  async () => {
    const folder = newFolder();
    const server = await ServerProcess.start(folder);
    const writers = await Writers.begin(server.client(), 32, 8);
    const writing = writers.run(server.client());
    await writers.afterMore(400);

    const askedAt = performance.now();
    const exit = await server.terminate();
    expect(performance.now() - askedAt).toBeLessThan(patienceMs);
    expect(exit).toEqual({ code: 0, signal: null });
    // Each writer got its answer, a 503 or a closed connection; any other refusal would be thrown here.
    await writing;
    expect(existsSync(join(folder, 'server.json'))).toBe(false);
    await expect(RawConnection.open(server.port)).rejects.toThrow(/ECONNREFUSED/);

    const contents = await contentsOf(folder);
    expectWhole(contents);
    expectKept(contents, writers);
    const next = await ServerProcess.start(folder);
    expect((await next.status()).recovered).toEqual([]);
  },
);

it('does not wait on SIGTERM for those who never finish', { timeout: 60_000 }, async () => {
  const folder = newFolder();
  const server = await ServerProcess.start(folder);
  const stalled = await RawConnection.open(server.port);
  await stalled.send(`${postHead('/api/sessions', { 'Content-Length': 100 })}{"duration":`);
  const idle = await RawConnection.open(server.port);
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve) => socket.once('open', resolve));
  const { id } = (await (await post(server, '/api/sessions', { duration: 60_000 })).json()) as { id: string };
  const stream = await fetch(`${server.url}/api/sessions/${id}/events`, {
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
  });

  const askedAt = performance.now();
  const exit = await server.terminate();
  expect(performance.now() - askedAt).toBeLessThan(patienceMs);
  expect(exit).toEqual({ code: 0, signal: null });
  expect(await closed).toBe(1001);
  expect(await stream.text()).toContain('event: started');
  await Promise.all([stalled.closed, idle.closed]);
});

const post = (server: ServerProcess, path: string, body: object): Promise<Response> =>
  fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
