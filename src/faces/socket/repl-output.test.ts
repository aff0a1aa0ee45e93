/** What commands of REPL sessions print while they run, as subscribers of the session hear it. */
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { Doorway, ownerToken } from '../../../test/doorways/doorway.ts';
import { Listener } from '../../../test/doorways/listener.ts';
import type { ReplFrame } from '../../contract/socket.ts';
import { connect, unwrap } from '../../sdk/index.ts';

let door: Doorway;
let last = 0;

beforeAll(async () => {
  door = await Doorway.open();
});
afterAll(() => door.close());

const newSession = async () => {
  const name = `live${++last}`;
  const { id } = unwrap(await door.client().POST('/api/repl/sessions', { body: { name } }));
  return { name, id };
};

const execute = async (name: string, command: string, client?: string): Promise<string> => {
  const params = { path: { name } };
  const headers = client === undefined ? {} : { 'x-client-id': client };
  const sent = door.client().POST('/api/repl/sessions/{name}/execute', { params, body: { command }, headers });
  return unwrap(await sent).output;
};

const cancel = async (name: string): Promise<unknown> =>
  door.client().POST('/api/repl/sessions/{name}/cancel', { params: { path: { name } } });

const listen = async (id: string, token?: string): Promise<Listener> => {
  const listener = await Listener.open(door, token === undefined ? {} : { token });
  onTestFinished(() => listener.close());
  listener.subscribe(id);
  return listener;
};

const isOfRepl = (frame: { type: string }): frame is ReplFrame => frame.type.startsWith('repl_');

/** The frames of commands until one fits. */
const heardUntil = async (listener: Listener, isLast: (frame: ReplFrame, printed: string) => boolean) => {
  const met: ReplFrame[] = [];
  let printed = '';
  for (;;) {
    const frame = await listener.next();
    if (!isOfRepl(frame)) continue;
    met.push(frame);
    if (frame.type === 'repl_output') {
      expect(frame.from).toBe(printed.length);
      printed += frame.text;
    }
    if (isLast(frame, printed)) return { frames: met, printed };
  }
};
const isEnd = (frame: ReplFrame): boolean => frame.type === 'repl_command' && frame.phase === 'ended';
const printedSo = (text: string) => (_: ReplFrame, printed: string) => printed === text;

it('what a command prints is heard while it runs, with who sent it', async () => {
  const { name, id } = await newSession();
  const listener = await listen(id);
  await listener.take(2);
  const ran = execute(
    name,
    'console.log("one"); console.log("two"); await new Promise(() => setTimeout(() => 0, 1e8))',
    'me',
  );
  const { frames } = await heardUntil(listener, printedSo('one\ntwo\n'));
  expect(frames[0]).toEqual({
    type: 'repl_command',
    sessionId: id,
    command: 0,
    phase: 'began',
    at: expect.any(Number) as number,
    client: 'me',
  });
  await cancel(name);
  const { frames: rest } = await heardUntil(listener, isEnd);
  expect(rest).toEqual([
    { type: 'repl_command', sessionId: id, command: 0, phase: 'ended', as: 'stopped', printed: 8 },
  ]);
  expect(await ran).toMatch(/^one\ntwo\nUncaught Error: stopped on request/);
});

it('who comes late is told what was printed so far', async () => {
  const { name, id } = await newSession();
  const early = await listen(id);
  const ran = execute(name, 'console.log("a"); console.log("b"); await new Promise(() => setTimeout(() => 0, 1e8))');
  await heardUntil(early, printedSo('a\nb\n'));
  for (const after of [undefined, 'now'] as const) {
    const late = await Listener.open(door);
    late.subscribe(id, after);
    const { frames } = await heardUntil(late, printedSo('a\nb\n'));
    expect(frames.map(({ type }) => type)).toEqual(['repl_command', 'repl_output']);
    late.close();
  }
  await cancel(name);
  await ran;
});

it('one that ends at once is heard as well, and the next one after it', async () => {
  const { name, id } = await newSession();
  const listener = await listen(id);
  await listener.take(2);
  await execute(name, 'console.log("x"); 1');
  await execute(name, 'throw 2');
  const first = await heardUntil(listener, isEnd);
  expect(first).toMatchObject({
    printed: 'x\n',
    frames: [{ command: 0 }, { command: 0 }, { as: 'value', printed: 2 }],
  });
  const second = await heardUntil(listener, isEnd);
  expect(second).toMatchObject({ printed: '', frames: [{ command: 3 }, { as: 'error', printed: 0 }] });
});

it('is no one’s who may not see the session, nor of those who follow all', async () => {
  const { name, id } = await newSession();
  const { token } = await door.newUser('stranger');
  const stranger = await listen(id, token);
  expect(await stranger.next()).toMatchObject({ type: 'error', code: 'session_not_found' });
  const ofAll = await listen('*');
  const named = await listen(id);
  await named.take(2);
  await execute(name, 'console.log("secret")');
  await heardUntil(named, isEnd);
  for (const listener of [stranger, ofAll]) {
    listener.send({ type: 'ping', sessionId: '*' });
    listener.send('{');
    for (;;) {
      const frame = await listener.next();
      expect(isOfRepl(frame)).toBe(false);
      if (frame.type === 'error') break;
    }
  }
});

it('a reader that stands still holds nothing up, and goes on where it was', async () => {
  const { name, id } = await newSession();
  const slow = await listen(id);
  await slow.take(2);
  slow.socket.pause();
  const line = 'ö'.repeat(99);
  const output = await execute(name, `for (let i = 0; i < 9000; i++) console.log('${line}'); 'done'`);
  expect(output).toHaveLength(9000 * 100 + 6);
  expect(await execute(name, '1 + 1')).toBe('2');
  slow.socket.resume();
  const { frames } = await heardUntil(slow, (frame) => isEnd(frame) && frame.command === 3);
  expect(frames.at(-1)).toMatchObject({ as: 'value', printed: 0 });
});

it('the SDK’s live view has it', async () => {
  const { name, id } = await newSession();
  const live = connect({ url: door.url, token: ownerToken });
  onTestFinished(() => live.close());
  const ran = execute(name, 'let n = 0; setInterval(() => console.log(n++), 20); await new Promise(() => {})');
  let printed = '';
  for await (const frame of live.followRepl(id)) {
    if (frame.type === 'repl_output') printed += frame.text;
    if (printed.split('\n').length > 5) break;
  }
  expect(printed).toMatch(/^0\n1\n2\n3\n4\n/);
  await cancel(name);
  await ran;
});
