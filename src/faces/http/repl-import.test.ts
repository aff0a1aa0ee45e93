/** Export and import of REPL sessions over HTTP. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Doorway } from '../../../test/doorways/doorway.ts';
import { unwrap } from '../../sdk/index.ts';
import type { Schemas } from '../../sdk/index.ts';

let door: Doorway;
let last = 0;
const newName = (): string => `s${++last}`;
beforeAll(async () => {
  door = await Doorway.open();
});
afterAll(() => door.close());

const at = (name: string) => ({ params: { path: { name } } });
const execute = async (name: string, command: string): Promise<string> =>
  unwrap(await door.client().POST('/api/repl/sessions/{name}/execute', { ...at(name), body: { command } })).output;
const exported = async (name: string): Promise<string> =>
  unwrap(await door.client().GET('/api/repl/sessions/{name}/export', { ...at(name), parseAs: 'text' }));
const linesIn = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const textOf = (...events: unknown[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join('');

const importing = (body: string, name?: string, headers: Record<string, string> = {}, token?: string) =>
  door.request('POST', `/api/repl/sessions/import${name === undefined ? '' : `?name=${name}`}`, {
    body,
    headers: { 'content-type': 'application/x-ndjson', ...headers },
    ...(token !== undefined && { token }),
  });
const imported = async (body: string, name = newName()): Promise<Schemas['ImportedReplSession']> => {
  const { status, body: told } = await importing(body, name);
  expect([status, told]).toEqual([201, expect.anything()]);
  return told as Schemas['ImportedReplSession'];
};
const namesNow = async () => {
  const { sessions } = unwrap(await door.client().GET('/api/repl/sessions'));
  return sessions.map(({ name }) => name).toSorted();
};

const header = { type: 'session', version: 1, id: 'old-notes', created: '2026-11-20T12:00:00.000Z' };
const timestamp = '2026-11-20T12:00:01.000Z';

describe('an export', () => {
  it('when there is a session, then it is its header and its events, a line each', async () => {
    const name = newName();
    await execute(name, 'var n = 1; n');
    const answer = await door.request('GET', `/api/repl/sessions/${name}/export`);
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${name}.jsonl"`);
    const [first, ...events] = linesIn(String(answer.body));
    expect(first).toMatchObject({ type: 'session', version: 1, name, language: 'javascript' });
    const { events: journal } = unwrap(await door.client().GET('/api/repl/sessions/{name}/events', at(name)));
    expect(events).toEqual(journal);
    const same = await door.request('GET', `/api/repl/sessions/${name}/events?format=jsonl`);
    expect(same.body).toBe(answer.body);
  });
});

describe('an import', () => {
  it('when it is of an export, then the session goes on where that was', async () => {
    const name = newName();
    await execute(name, 'let n = 1; const f = () => ++n; f()');
    await execute(name, 'console.log(Math.random()); Date.now()');
    const { id, imported: told, ...session } = await imported(await exported(name), 'goes-on');
    expect(told).toEqual({ events: 6, commands: 2, differences: 0, differing: [], passedOver: {} });
    expect(session).toMatchObject({ name: 'goes-on', eventCount: 6, checkpointCount: 2, language: 'javascript' });
    expect(await execute('goes-on', 'f()')).toBe('3');
    expect(await execute(id, 'f()')).toBe('4');
    await door.stop();
    await door.start();
    expect(await execute('goes-on', 'f()')).toBe('5');
  });

  it('when it has no name, then it is called as its header says', async () => {
    const name = newName();
    await execute(name, '1');
    const text = await exported(name);
    expect(await importing(text)).toMatchObject({ status: 409, problem: { error: 'session_name_taken' } });
    await door.client().DELETE('/api/repl/sessions/{name}', at(name));
    expect(await importing(text)).toMatchObject({ status: 201, body: { name } });
    expect(await importing(textOf(header))).toMatchObject({ status: 201, body: { name: 'old-notes', eventCount: 0 } });
    expect(await execute('old-notes', '1 + 1')).toBe('2');
    const nameless = textOf({ ...header, id: '019a8f5e-7c1b-7000-8000-3b5f00000000' });
    expect(await importing(nameless)).toMatchObject({
      status: 400,
      body: { error: expect.stringMatching(/^name: .*\?name=/) as string },
    });
    expect(await importing(nameless, '.x')).toMatchObject({ status: 400 });
  });

  it('when it is of the document’s shape alone, then the clock is that of its timestamps', async () => {
    const events = [
      { type: 'input', seq: 0, code: 'const begun = new Date(); begun.toISOString().slice(0, 19)', timestamp },
      { type: 'output', seq: 1, value: "'2026-11-20T12:00:01'", timestamp },
      { type: 'input', seq: 2, code: '1 + 1', timestamp },
      { type: 'output', seq: 3, value: 'two', timestamp },
    ];
    const { name, imported: told } = await imported(textOf(header, ...events));
    expect(told).toMatchObject({ events: 4, commands: 2, differences: 1, differing: [3] });
    expect(await execute(name, 'begun.getFullYear()')).toBe('2026');
    const [, ...kept] = linesIn(await exported(name));
    // Each state has a name, so that one can go back to it.
    expect(kept.map(({ type }) => type).slice(0, 6)).toEqual([
      'input',
      'output',
      'checkpoint',
      'input',
      'output',
      'checkpoint',
    ]);
    expect([kept[0], kept[1], kept[3], kept[4]]).toMatchObject(events.map(({ seq: _, ...event }) => event));
    await execute(name, ':session goto 0');
    expect(await execute(name, 'typeof begun')).toBe("'undefined'");
    await execute(name, ':session goto 2');
    expect(await execute(name, 'typeof begun')).toBe("'object'");
  });

  it('when it is of the older dialect and has no index, then its Scheme is run again', async () => {
    const [ts, d] = [Date.parse(timestamp), 0];
    const { name, imported: told } = await imported(
      textOf(
        header,
        { seq: 0, ts, type: 'input', code: '(define x 20)' },
        { seq: 1, ts, type: 'step', d, ctrl: 'define' },
        { seq: 2, ts, type: 'checkpoint', d, reason: 'periodic', stateId: 'state-7f' },
        { seq: 3, ts, type: 'input', code: '(+ x 22)' },
        { seq: 4, ts, type: 'step', d, ctrl: 'call:+' },
        { seq: 5, ts, type: 'result', value: '42' },
      ),
    );
    expect(told).toMatchObject({ events: 4, commands: 2, differences: 0, passedOver: { step: 2 } });
    expect(await execute(name, '(* x 2)')).toBe('40');
    const [, ...kept] = linesIn(await exported(name));
    expect(kept.slice(0, 6).map(({ seq, type }) => `${String(seq)} ${String(type)}`)).toEqual([
      '0 input',
      '1 checkpoint',
      '2 checkpoint',
      '3 input',
      '4 output',
      '5 checkpoint',
    ]);
  });

  it('when a model had answered, then its receipt does; and one that is missing is named', async () => {
    const asking = [
      { type: 'input', seq: 0, code: 'const a = await llm("q"); a', timestamp },
      { type: 'llm_req', seq: 1, prompt: 'q', receiptKey: 'the-key-of-q' },
      { type: 'llm_resp', seq: 2, response: 'forty-two', receiptKey: 'the-key-of-q' },
      { type: 'output', seq: 3, value: "'forty-two'", timestamp },
    ];
    const { name, imported: told } = await imported(textOf(header, ...asking));
    expect(told).toMatchObject({ commands: 1, differences: 0 });
    expect(await execute(name, 'a.length')).toBe('9');
    const before = await namesNow();
    const without = [asking[0], asking[1], { ...asking[3], seq: 2 }];
    const { status, body } = await importing(textOf(header, ...without), newName());
    expect([status, body]).toMatchObject([
      400,
      { error: expect.stringMatching(/^line 2: its command asks a model “q”, .*receiptKey the-key-of-q$/) as string },
    ]);
    expect(await namesNow()).toEqual(before);
  });

  it('when something is wrong, then the line is named and nothing is there', async () => {
    const before = await namesNow();
    const input = { type: 'input', seq: 0, code: '1', timestamp };
    const goto = { type: 'checkpoint', seq: 1, reason: 'goto', stateId: 's9' };
    const cases: [body: string, said: RegExp][] = [
      ['', /the body is empty/],
      ['{"type":"session"', /^line 1: is not valid JSON/],
      [textOf(header, { ...input, seq: 4 }), /^line 2: seq is 4/],
      [`${textOf(header)}{"type":"input","type":"input"}\n`, /^line 2: type: this key is there twice/],
      [`${textOf(header)}{"type":"input","__proto__":1}\n`, /^line 2: __proto__: this key is not allowed/],
      [textOf(header, input, goto), /^line 3: it goes to the state 's9', which no checkpoint before it has/],
    ];
    for (const [body, said] of cases) {
      const answer = await importing(body, newName());
      expect([answer.status, answer.problem.message]).toEqual([400, expect.stringMatching(said)]);
    }
    const { status } = await importing('x', newName(), { 'content-type': 'text/plain' });
    expect(status).toBe(415);
    expect(await namesNow()).toEqual(before);
  });

  it('when it comes again under the same key, then there is one session, and the same answer', async () => {
    const name = newName();
    const text = textOf(header, { type: 'input', seq: 0, code: '1', timestamp });
    const headers = { 'idempotency-key': `import-${name}` };
    const [first, again] = [await importing(text, name, headers), await importing(text, name, headers)];
    expect(first.status).toBe(201);
    expect(again.body).toEqual(first.body);
    expect((await importing(`${text}\n`, name, headers)).status).toBe(422);
  });

  it('when its session had a model, then only who may spend takes it in', async () => {
    const llm = { provider: 'anthropic', model: 'claude-sonnet-4-5' };
    const { token } = await door.newUser('importer');
    expect(await importing(textOf({ ...header, llm }), 'asks', {}, token)).toMatchObject({ status: 403 });
    expect(await importing(textOf(header), 'asks', {}, token)).toMatchObject({ status: 201 });
    await imported(textOf({ ...header, llm }), 'asks');
    expect(linesIn(await exported('asks'))[0]).toMatchObject({ llm });
  });
});

describe('an export of an import', () => {
  const code = fc.constantFrom(
    'var n = (globalThis.n ?? 0) + 1; n',
    'var all = [...(globalThis.all ?? []), Math.random(), Date.now()]; all.at(-1)',
    'await new Promise((done) => setTimeout(done, 1)); new Date()',
    '(await checkpoint("here")).stateId',
    'console.log("x"); throw new Error("e")',
  );
  const step = fc.oneof(
    { weight: 4, arbitrary: code.map((command) => ({ command })) },
    fc.nat({ max: 99 }).map((part) => ({ part })),
  );

  it('is the export, but for its id, its name and when it was made', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const name = newName();
        await execute(name, '0');
        let count = 3;
        for (const one of steps) {
          if ('command' in one) await execute(name, one.command);
          else await execute(name, `:session goto ${Math.floor((one.part / 100) * count)}`);
          count = unwrap(await door.client().GET('/api/repl/sessions/{name}', at(name))).eventCount;
        }
        const text = await exported(name);
        const { name: copy, imported: told } = await imported(text);
        expect(told.differences).toBe(0);
        const back = await exported(copy);
        const linesAfter = (one: string): string => one.slice(one.indexOf('\n'));
        expect(linesAfter(back)).toBe(linesAfter(text));
        const [[first], [again]] = [linesIn(text), linesIn(back)];
        expect(again).toEqual({ ...first, name: copy, id: expect.any(String), created: expect.any(String) });
      }),
      { numRuns: 10 },
    );
  });
});
