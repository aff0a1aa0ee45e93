import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { readOwnerToken, readServerFile } from '../place.ts';
import { ask } from './api.ts';
import { clientOf } from './client.ts';
import { send } from './http.ts';
import { useServer } from './stint.suite.ts';

const { folder, client: sdk } = useServer();
const light = () =>
  clientOf({ url: readServerFile(folder)?.url ?? '', token: readOwnerToken(folder) ?? '', isHere: true });

/** What an answer says, without what differs from one call to the next. */
const said = ({
  data,
  error,
  response,
}: {
  data?: unknown;
  error?: unknown;
  response: { ok: boolean; status: number };
}) => ({
  data,
  error,
  ok: response.ok,
  status: response.status,
});

describe('the client of the command line', () => {
  it('answers as the SDK’s does', async () => {
    const body = { name: 'a/b ?&=ü', duration: 3_600_000 };
    const { data: session, response } = await light().POST('/api/sessions', { body });
    expect(response.status).toBe(201);
    const path = { id: session?.id ?? '' };
    const paused = { params: { path }, body: { status: 'paused' } } as const;
    expect(said(await light().PATCH('/api/sessions/{id}', paused))).toEqual(
      said(await sdk().PATCH('/api/sessions/{id}', paused)),
    );
    const query = { params: { query: { q: 'a/b ?&=ü', limit: 5, status: 'paused' } } } as const;
    const found = await light().GET('/api/sessions', query);
    expect(found.data).toMatchObject({ total: 1 });
    expect(said(found)).toEqual(said(await sdk().GET('/api/sessions', query)));
    const unknown = { params: { path: { id: 'no/such' } } };
    expect(said(await light().GET('/api/sessions/{id}', unknown))).toEqual(
      said(await sdk().GET('/api/sessions/{id}', unknown)),
    );
    const open = await light().DELETE('/api/sessions/{id}', { params: { path } });
    expect(said(open)).toMatchObject({ ok: false, status: 409, error: { error: 'session_not_finished' } });
    await light().PATCH('/api/sessions/{id}', { params: { path }, body: { status: 'completed' } });
    const deleted = await light().DELETE('/api/sessions/{id}', { params: { path } });
    expect(said(deleted)).toEqual({ data: undefined, error: undefined, ok: true, status: 204 });
  });

  it.each(['{"id": "cut o', 'hello', ''])('takes a 200 that says %j for none', async (text) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${text}`);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = clientOf({ url: `http://127.0.0.1:${port}`, token: 'none', isHere: true });
    await expect(ask(client.GET('/api/sessions'))).rejects.toMatchObject({ error: 'no_server', exitCode: 3 });
    server.close();
  });

  it.each([
    ['closes at once', (): string => '', /ECONNRESET/],
    ['says nothing', (): undefined => undefined, /^not within 0.2 s$/],
    ['breaks off', () => 'HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf', /ECONNRESET/],
    ['does not speak HTTP', () => 'SSH-2.0-OpenSSH\r\n', /HPE_/],
  ])('has no answer from a server that %s', async (_, reply, why) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      const words = reply();
      if (words !== undefined) socket.end(words);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(send({ method: 'GET', url: `http://127.0.0.1:${port}/`, timeoutMs: 200 })).rejects.toThrow(why);
    server.close();
  });
});
