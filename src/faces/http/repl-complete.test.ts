/** Completion, and how a command is told to have ended, over HTTP. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Doorway } from '../../../test/doorways/doorway.ts';
import { unwrap } from '../../sdk/index.ts';

let door: Doorway;
let last = 0;
const newName = (): string => `c${++last}`;
const of = (name: string) => ({ params: { path: { name } } });

beforeAll(async () => {
  door = await Doorway.open();
});
afterAll(() => door.close());

const run = async (name: string, command: string, key?: string) => {
  const headers = key === undefined ? {} : { 'idempotency-key': key };
  const sent = await door
    .client()
    .POST('/api/repl/sessions/{name}/execute', { ...of(name), body: { command }, headers });
  const { output } = unwrap(sent);
  return { output, outcome: sent.response.headers.get('x-stint-outcome') };
};

const complete = async (name: string, code: string, cursor?: number) => {
  const body = { code, ...(cursor !== undefined && { cursor }) };
  return unwrap(await door.client().POST('/api/repl/sessions/{name}/complete', { ...of(name), body }));
};

describe('completion', () => {
  it('knows globals, what was declared, and properties of what is there', async () => {
    const name = newName();
    await run(name, 'const point = { left: { low: 1, lower: 2 }, right: [] }; let pointer = "a"; function po() {}');
    expect(await complete(name, 'po')).toEqual({ completions: ['po', 'point', 'pointer'], start: 0 });
    expect(await complete(name, 'f(point.le|)'.replace('|', ''), 10)).toEqual({ completions: ['left'], start: 8 });
    expect(await complete(name, 'point.left.lo')).toEqual({ completions: ['low', 'lower'], start: 11 });
    expect((await complete(name, 'point.right.')).completions).toEqual(
      expect.arrayContaining(['length', 'map', 'push']),
    );
    expect((await complete(name, 'pointer.sli')).completions).toEqual(['slice']);
    expect((await complete(name, 'JSON.')).completions).toEqual(expect.arrayContaining(['parse', 'stringify']));
    expect((await complete(name, 'setTi')).completions).toEqual(['setTimeout']);
    expect((await complete(name, 'awai')).completions).toEqual(['await']);
    expect(await complete(name, '')).toEqual({ completions: ['po', 'point', 'pointer'], start: 0 });
    expect((await complete(name, 'nothing.at.all')).completions).toEqual([]);
  });

  it('knows names of Scheme', async () => {
    const name = newName();
    unwrap(await door.client().POST('/api/repl/sessions', { body: { name, language: 'scheme' } }));
    await run(name, '(define (square-all xs) (map (lambda (x) (* x x)) xs))');
    expect(await complete(name, '(square-')).toEqual({ completions: ['square-all'], start: 1 });
    expect((await complete(name, '(string->')).completions).toEqual(expect.arrayContaining(['string->number']));
    expect((await complete(name, '(')).completions).toEqual(['square-all']);
  });

  it('knows the words', async () => {
    const name = newName();
    await run(name, '1');
    expect(await complete(name, ':session check')).toEqual({ completions: ['checkpoint', 'checkpoints'], start: 9 });
    expect(await complete(name, ':h')).toEqual({ completions: [':help'], start: 0 });
  });

  it('runs nothing: no getter, and what a proxy’s traps do is not kept', async () => {
    const name = newName();
    await run(
      name,
      `let ran = 0;
       const it = { get inner() { ran++; return {}; } };
       const trap = new Proxy({}, { ownKeys() { ran++; return []; }, getPrototypeOf() { ran++; return null; } });`,
    );
    expect((await complete(name, 'it.in')).completions).toEqual(['inner']);
    expect((await complete(name, 'it.inner.')).completions).toEqual([]);
    await complete(name, 'trap.a');
    expect((await run(name, 'ran')).output).toBe('0');
  });

  it('is not waited for while a command runs', async () => {
    const name = newName();
    await run(name, 'let abc = 1');
    const ran = run(name, 'await new Promise((done) => { setTimeout(() => 0, 1e8); })');
    // Until it has come to the server, there are some.
    await vi.waitFor(async () => expect(await complete(name, 'ab')).toEqual({ completions: [], start: 0 }));
    await door.client().POST('/api/repl/sessions/{name}/cancel', of(name));
    await ran;
    expect((await complete(name, 'ab')).completions).toEqual(['abc']);
  });

  it('changes nothing of the session', async () => {
    const name = newName();
    await run(name, 'let abc = 1');
    const before = unwrap(await door.client().GET('/api/repl/sessions/{name}', of(name)));
    await complete(name, 'abc.');
    expect(unwrap(await door.client().GET('/api/repl/sessions/{name}', of(name)))).toEqual(before);
    expect((await run(name, 'abc')).output).toBe('1');
  });

  it('is refused where there is no session, and beyond the code', async () => {
    const name = newName();
    const path = `/api/repl/sessions/${name}/complete`;
    expect(await door.request('POST', path, { json: { code: 'a' } })).toMatchObject({ status: 404 });
    const bad = await door.request('POST', '/api/repl/sessions/a%20b/complete', { json: { code: 'a' } });
    expect([bad.status, bad.problem.message]).toEqual([400, expect.stringMatching(/^name: /)]);
    await run(name, '1');
    const { status, problem } = await door.request('POST', path, { json: { code: 'a', cursor: 2 } });
    expect([status, problem.message]).toEqual([400, expect.stringMatching(/^cursor: must not be beyond the code/)]);
  });
});

describe('how a command ended', () => {
  it('is told in a header, and again where the answer is', async () => {
    const name = newName();
    expect(await run(name, 'console.log("a"); 1', 'k')).toEqual({ output: 'a\n1', outcome: 'value;seq=0;printed=2' });
    expect(await run(name, 'console.log("a"); 1', 'k')).toEqual({ output: 'a\n1', outcome: 'value;seq=0;printed=2' });
    expect((await run(name, 'console.log("é"); throw 1')).outcome).toBe('error;seq=3;printed=2');
    expect((await run(name, 'for (;;) console.log("x".repeat(99_999))')).outcome).toBe('stopped;seq=7;printed=1000000');
    expect((await run(name, ':session checkpoints')).outcome).toBe('value');
    expect((await run(name, ':session nonsense')).outcome).toBe('error');
    expect((await run(name, ':session goto x')).outcome).toBe('error');
  });
});
