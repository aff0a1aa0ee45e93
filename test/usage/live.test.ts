/** What an agent appends to its transcript, in the totals and on the socket of a real server. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { connect, unwrap } from '../../src/sdk/index.ts';
import type { LiveFrame } from '../../src/sdk/index.ts';
import { newFolder } from '../faults/data-folder.ts';
import { ServerProcess, token } from '../faults/server-process.ts';
import { Transcript } from './transcript.ts';

const patience = { timeout: 20_000, interval: 20 };

/** A server on a home of its own, in which an agent has left one session. */
const open = async () => {
  const home = newFolder();
  const env = { HOME: home, CLAUDE_CONFIG_DIR: join(home, 'claude') };
  const transcript = new Transcript(env.CLAUDE_CONFIG_DIR, '/srv/shop');
  transcript.prompt('sell more');
  transcript.respond(100);
  const data = newFolder();
  const server = await ServerProcess.start(data, { env });
  const totals = async () => unwrap(await server.client().GET('/api/usage/daily')).totals;
  const status = async () => unwrap(await server.client().GET('/api/usage/status'));
  await vi.waitFor(async () => expect((await status()).state).toBe('current'), patience);
  return { server, data, env, transcript, totals, status };
};

const follow = (server: ServerProcess) => {
  const live = connect({ url: server.url, token });
  onTestFinished(() => live.close());
  const heard: LiveFrame[] = [];
  live.listen('*', { onFrame: (frame) => heard.push(frame) });
  return heard;
};

const tokensIn = (heard: readonly LiveFrame[]) =>
  heard.flatMap((frame) => (frame.type === 'token_update' && frame.tokensUsed > 0 ? [frame.tokensUsed] : []));

it('what was there is read at the start, and the session is one of stint’s', async () => {
  const { server, totals, status, transcript } = await open();
  expect(await totals()).toMatchObject({ responses: 1, output: 100 });
  expect(await status()).toMatchObject({ state: 'current', sources: [], readSince: expect.any(String) as string });
  const query = { kind: 'agent' as const, status: 'active' as const };
  const { sessions } = unwrap(await server.client().GET('/api/sessions', { params: { query } }));
  expect(sessions).toMatchObject([
    { name: 'sell more', agent: { source: 'claude', sessionId: transcript.sessionId, directory: '/srv/shop' } },
  ]);
});

it('an appended line is heard on the socket, and then in the totals', async () => {
  const { server, totals, transcript } = await open();
  const heard = follow(server);
  await vi.waitFor(() => expect(heard).toContainEqual(expect.objectContaining({ type: 'back' })), patience);
  transcript.respond(20);
  await vi.waitFor(() => expect(tokensIn(heard)).toEqual([21]), patience);
  // It was durable before it was told.
  expect(await totals()).toMatchObject({ responses: 2, output: 120 });
  transcript.respond(3);
  await vi.waitFor(() => expect(tokensIn(heard)).toEqual([21, 4]), patience);
  expect(await totals()).toMatchObject({ responses: 3, output: 123 });
});

it('a line is counted when it is whole, and once', async () => {
  const { server, totals, env, transcript } = await open();
  const heard = follow(server);
  await vi.waitFor(() => expect(heard).toContainEqual(expect.objectContaining({ type: 'back' })), patience);
  const line = transcript.response(50);
  appendFileSync(transcript.file, line.slice(0, -40));
  const other = new Transcript(env.CLAUDE_CONFIG_DIR, '/srv/other');
  other.respond(7);
  await vi.waitFor(() => expect(tokensIn(heard)).toEqual([8]), patience);
  expect(await totals()).toMatchObject({ output: 107 });
  appendFileSync(transcript.file, line.slice(-40));
  await vi.waitFor(() => expect(tokensIn(heard)).toEqual([8, 51]), patience);
  appendFileSync(transcript.file, line);
  transcript.respond(1);
  await vi.waitFor(() => expect(tokensIn(heard)).toEqual([8, 51, 2]), patience);
  expect(await totals()).toMatchObject({ output: 158, responses: 4 });
});

it('what was appended while the server was killed is read when it is back, and nothing twice', async () => {
  const { server, data, env, transcript } = await open();
  await server.killHard();
  transcript.respond(20);
  const again = await ServerProcess.start(data, { env });
  await vi.waitFor(async () => {
    const { totals } = unwrap(await again.client().GET('/api/usage/daily'));
    expect(totals).toMatchObject({ responses: 2, output: 120 });
  }, patience);
});
