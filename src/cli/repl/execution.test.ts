/** Commands as they are sent, against a real server. */
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { CutProxy } from '../../../test/doorways/cut-proxy.ts';
import { Doorway, ownerToken } from '../../../test/doorways/doorway.ts';
import { Listener } from '../../../test/doorways/listener.ts';
import { unwrap } from '../../sdk/index.ts';
import type { Connection } from '../connection.ts';
import { runCommand } from './execution.ts';

let door: Doorway;
beforeAll(async () => {
  door = await Doorway.open();
});
afterAll(() => door.close());

const connect = (): Promise<Connection> => Promise.resolve({ url: door.url, token: ownerToken, isHere: true });
const sent = (name: string, command: string) => ({ name, command, client: 'me', after: -1 });

/** Another's command, once it has begun. */
const others = async (name: string, command: string) => {
  const { id } = unwrap(await door.client().POST('/api/repl/sessions', { body: { name } }));
  const listener = await Listener.open(door);
  listener.subscribe(id);
  const params = { path: { name } };
  const answer = door.client().POST('/api/repl/sessions/{name}/execute', { params, body: { command } });
  while ((await listener.next()).type !== 'repl_command');
  listener.close();
  return async () => unwrap(await answer).output;
};

it('given that another’s command runs, when one that waits is cancelled, then the other goes on', async () => {
  const other = await others('shared', 'await new Promise((done) => setTimeout(done, 1500)); "whole"');
  const cancel = new AbortController();
  const ran = runCommand(sent('shared', 'for (;;) {}'), { connect, onText: () => undefined, cancel: cancel.signal });
  cancel.abort();
  expect(await ran).toMatchObject({ as: 'stopped', output: expect.stringMatching(/stopped on request/) as string });
  expect(await other()).toBe("'whole'");
});

it('given that another’s command prints, when one waits for its turn, then only its own is shown', async () => {
  const other = await others('loud', 'console.log("other"); await new Promise((done) => setTimeout(done, 800))');
  let shown = '';
  const command = 'console.log("mine"); await new Promise((done) => setTimeout(done, 800)); 1';
  const ran = await runCommand(sent('loud', command), { connect, onText: (text) => (shown += text) });
  expect([shown, ran]).toMatchObject(['mine\n', { as: 'value', output: 'mine\n1', printed: 5, shown: 5 }]);
  expect(await other()).toBe('other\nundefined');
});

it('given that the connection breaks, when the same server is there, then it is asked again under the same key', async () => {
  const name = 'cut';
  unwrap(await door.client().POST('/api/repl/sessions', { body: { name } }));
  const proxy = await CutProxy.open(() => Number(new URL(door.url).port));
  onTestFinished(() => proxy.close());
  let isLost = false;
  const find = (): Promise<Connection> =>
    Promise.resolve({ url: isLost ? door.url : proxy.url, token: ownerToken, isHere: true });
  const command =
    'globalThis.n = (globalThis.n ?? 0) + 1; console.log("on"); await new Promise((done) => setTimeout(done, 1500)); n';
  const ran = await runCommand(sent(name, command), {
    connect: find,
    onText: () => proxy.cut(),
    onLost: () => (isLost = true),
  });
  expect([isLost, ran]).toMatchObject([true, { as: 'value', output: 'on\n1' }]);
  const { commandCount } = unwrap(
    await door.client().GET('/api/repl/sessions/{name}/metrics', { params: { path: { name } } }),
  );
  expect(commandCount).toBe(1);
});
