import { expect, it } from 'vitest';
import { unwrap } from '../../src/sdk/index.ts';
import { newFolder } from './data-folder.ts';
import { contentsOf } from './journal-audit.ts';
import { describeWhere } from './needs.ts';
import { record, recorded, startSession } from './operations.ts';
import { ServerProcess, token } from './server-process.ts';
import { Strace } from './strace.ts';

const racers = 100;
const options = { timeout: 60_000 };

it('lets one of 100 racing completes through', options, async () => {
  const server = await ServerProcess.start(newFolder());
  const client = server.client();
  const id = await startSession(client);
  const complete = () =>
    client.PATCH('/api/sessions/{id}', { params: { path: { id } }, body: { status: 'completed' } });
  const answers = await Promise.all(Array.from({ length: racers }, complete));
  const statuses = answers.map(({ response }) => response.status).toSorted((a, b) => a - b);
  expect(statuses).toEqual([200, ...Array.from({ length: racers - 1 }, () => 409)]);
  expect(new Set(answers.map(({ error }) => error?.error))).toEqual(new Set([undefined, 'session_already_completed']));
});

it('performs what comes 100 times at once under one key once, and answers all alike', options, async () => {
  const folder = newFolder();
  const server = await ServerProcess.start(folder);
  const client = server.client();
  const id = await startSession(client);
  const answers = await Promise.all(Array.from({ length: racers }, () => record(client, id, 'once')));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(await recorded(client, id)).toEqual(['once']);

  const start = () => client.POST('/api/sessions', { headers: { 'Idempotency-Key': 'one' }, body: { duration: 1000 } });
  const sessions = await Promise.all(Array.from({ length: racers }, async () => unwrap(await start()).id));
  expect(new Set(sessions).size).toBe(1);
  await server.terminate();
  expect((await contentsOf(folder)).sessions).toHaveLength(2);
});

describeWhere('strace', 'a kill between commit and answer', () => {
  it('leaves one effect when the request is sent again', options, async () => {
    const folder = newFolder();
    const server = await ServerProcess.start(folder);
    const id = await startSession(server.client());
    // The fsync is done, and its caller does not hear of it before the kill.
    const strace = await Strace.attach(server.pid, [
      '--trace=fsync,fdatasync',
      '--inject=fsync,fdatasync:delay_exit=30000000',
    ]);
    const sent = record(server.client(), id, 'once').catch((error: unknown) => error);
    await strace.lines.line(/f(?:data)?sync\(.*\.db-wal>\) += 0/);
    await Promise.all([server.killHard(), strace.leave()]);
    expect(await sent).toBeInstanceOf(TypeError);

    const next = await ServerProcess.start(folder);
    expect(await recorded(next.client(), id)).toEqual(['once']);
    const first = await record(next.client(), id, 'once');
    expect(first.usage.operation).toBe('once');
    expect(await record(next.client(), id, 'once')).toEqual(first);
    expect(await recorded(next.client(), id)).toEqual(['once']);
    const altered = await fetch(`${next.url}/api/sessions/${id}/tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': 'once' },
      body: JSON.stringify({ tokensUsed: 2, operation: 'once' }),
    });
    expect(altered.status).toBe(422);
  });
});
