/** Scheme over HTTP, through the client that is shipped, with a model that answers over HTTP. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { Doorway } from '../../../test/doorways/doorway.ts';
import { unwrap } from '../../sdk/index.ts';

const modelServer = fileURLToPath(new URL('../../../../shared/tools/model-server.mjs', import.meta.url));

let door: Doorway;

beforeAll(async () => {
  door = await Doorway.open();
});
afterAll(() => door.close());

const execute = async (name: string, command: string): Promise<string> => {
  const params = { path: { name } };
  const answer = await door.client().POST('/api/repl/sessions/{name}/execute', { params, body: { command } });
  return unwrap(answer).output;
};
const of = (name: string) => ({ params: { path: { name } } });

it('a session of Scheme says so, and runs it', async () => {
  unwrap(await door.client().POST('/api/repl/sessions', { body: { name: 'lisp', language: 'scheme' } }));
  expect(await execute('lisp', '(define (square n) (* n n)) (display "ok ") (square 12)')).toBe('ok 144');
  expect(await execute('lisp', '(squar 1)')).toBe('Uncaught execute: unbound symbol: "squar"');
  expect(unwrap(await door.client().GET('/api/repl/sessions/{name}', of('lisp')))).toMatchObject({
    language: 'scheme',
    eventCount: 6,
  });
  const asked = { ...of('lisp'), body: { code: '(squ' } };
  expect(unwrap(await door.client().POST('/api/repl/sessions/{name}/complete', asked))).toEqual({
    completions: ['square'],
    start: 1,
  });
});

it('a model answers a session of Scheme', async () => {
  const child = spawn(process.execPath, [modelServer, '--reply', 'hello'], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill());
  let url = '';
  for await (const line of createInterface(child.stdout)) {
    url = /http:\/\/\S+/.exec(line)?.[0] ?? '';
    if (url !== '') break;
  }
  const llm = { provider: 'anthropic', model: 'a-model', baseUrl: url } as const;
  unwrap(await door.client().POST('/api/repl/sessions', { body: { name: 'asks', language: 'scheme', llm } }));
  expect(await execute('asks', '(map (lambda (q) (string-append "<" (llm q) ">")) (list "a" "b"))')).toBe(
    '("<hello>" "<hello>")',
  );
  const { events } = unwrap(await door.client().GET('/api/repl/sessions/{name}/events', of('asks')));
  expect(events.filter(({ type }) => type === 'llm_resp')).toHaveLength(2);
  expect(await execute('lisp', '(llm "a")')).toMatch(/^Uncaught this session has no model/);
});
