/** The repl contract over HTTP, through the client that is shipped. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Doorway } from '../../../test/doorways/doorway.ts';
import { unwrap } from '../../sdk/index.ts';

const modelServer = fileURLToPath(new URL('../../../../shared/tools/model-server.mjs', import.meta.url));

let door: Doorway;
let last = 0;
const newName = (): string => `s${++last}`;

beforeAll(async () => {
  door = await Doorway.open();
});
afterAll(() => door.close());

const execute = async (name: string, command: string, token?: string): Promise<string> => {
  const params = { path: { name } };
  const answer = await door.client(token).POST('/api/repl/sessions/{name}/execute', { params, body: { command } });
  return unwrap(answer).output;
};
const of = (name: string) => ({ params: { path: { name } } });
const refusal = async (method: string, path: string, json?: unknown, token?: string) => {
  const { status, body } = await door.request(method, path, { json, ...(token !== undefined && { token }) });
  return [status, (body as { error?: string }).error];
};

describe('a REPL session', () => {
  it('is made by its first command, and is a session like any other', async () => {
    const name = newName();
    expect(await execute(name, 'let a = 1; console.log("hi"); a')).toBe('hi\n1');
    expect(await execute(name, 'a + 1')).toBe('2');
    const session = unwrap(await door.client().GET('/api/repl/sessions/{name}', of(name)));
    expect(session).toMatchObject({
      name,
      eventCount: 6,
      checkpointCount: 2,
      language: 'javascript',
      status: 'active',
    });
    const list = unwrap(await door.client().GET('/api/sessions', { params: { query: { kind: 'repl' } } }));
    expect(list.sessions).toContainEqual(expect.objectContaining({ id: session.id, kind: 'repl', name }));
    const { sessions } = unwrap(await door.client().GET('/api/repl/sessions'));
    expect(sessions[0]).toEqual(session);
    expect(unwrap(await door.client().GET('/api/repl/sessions/{name}', of(session.id)))).toEqual(session);
  });

  it('has a journal in the document’s shape', async () => {
    const name = newName();
    await execute(name, '1');
    await execute(name, 'throw new Error("no")');
    const { events } = unwrap(await door.client().GET('/api/repl/sessions/{name}/events', of(name)));
    expect(events.map(({ type, seq }) => `${seq} ${type}`)).toEqual([
      '0 input',
      '1 output',
      '2 checkpoint',
      '3 input',
      '4 error',
      '5 checkpoint',
    ]);
    const params = { path: { name }, query: { after: 1, limit: 2 } };
    const part = unwrap(await door.client().GET('/api/repl/sessions/{name}/events', { params }));
    expect(part.events.map(({ seq }) => seq)).toEqual([2, 3]);
    const lines = await door.request('GET', `/api/repl/sessions/${name}/events?format=jsonl`);
    const read = String(lines.body)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(read[0]).toMatchObject({ type: 'session', version: 1 });
    expect(read.slice(1)).toEqual(events);
  });

  it('goes back, forks, makes checkpoints and says what it took', async () => {
    const name = newName();
    for (const n of [1, 2, 3]) await execute(name, `var n = ${n}; n`);
    const { client } = { client: door.client() };
    const gone = await client.POST('/api/repl/sessions/{name}/goto', { ...of(name), body: { seq: 2 } });
    expect(unwrap(gone)).toEqual({ seq: 2, stateId: 's1' });
    expect(await execute(name, 'n')).toBe('1');
    const made = await client.POST('/api/repl/sessions/{name}/checkpoints', { ...of(name), body: { label: 'here' } });
    expect(unwrap(made)).toMatchObject({ reason: 'manual', label: 'here' });
    const fork = await client.POST('/api/repl/sessions/{name}/fork', {
      ...of(name),
      body: { name: `${name}f`, seq: 8 },
    });
    expect(unwrap(fork)).toMatchObject({ name: `${name}f`, forkedFrom: { seq: 8 } });
    expect(await execute(`${name}f`, 'n')).toBe('3');
    const { checkpoints } = unwrap(await client.GET('/api/repl/sessions/{name}/checkpoints', of(name)));
    expect(checkpoints.map(({ reason }) => reason)).toEqual([
      'manual',
      'command',
      'goto',
      'command',
      'command',
      'command',
    ]);
    expect(unwrap(await client.GET('/api/repl/sessions/{name}/metrics', of(name)))).toMatchObject({ commandCount: 4 });
    expect(unwrap(await client.POST('/api/repl/sessions/{name}/save', of(name)))).toEqual({ success: true });
  });

  it('has a command that can be cancelled', async () => {
    const name = newName();
    await execute(name, 'var n = 1');
    const endless = execute(name, 'n = 2; await new Promise((done) => setTimeout(done, 1e8))');
    let said = '';
    void endless.then((output) => (said = output));
    // It may not have begun yet.
    const cancel = async () => {
      await door.client().POST('/api/repl/sessions/{name}/cancel', of(name));
      return said;
    };
    await expect.poll(cancel).toMatch(/stopped on request; the state is what it was before/);
    expect(await execute(name, 'n')).toBe('1');
  });

  it('is what it was after a restart, and is deleted with all it holds', async () => {
    const name = newName();
    await execute(name, 'const next = (() => { let i = 0; return () => ++i })(); next()');
    await door.stop();
    await door.start();
    expect(await execute(name, 'next()')).toBe('2');
    expect((await door.client().DELETE('/api/repl/sessions/{name}', of(name))).response.status).toBe(204);
    expect(await refusal('GET', `/api/repl/sessions/${name}`)).toEqual([404, 'there is no such session']);
    expect(await execute(name, 'typeof next')).toBe("'undefined'");
  });

  it('is asked to quit, and stays', async () => {
    const name = newName();
    await execute(name, 'var n = 1');
    const params = { path: { name } };
    const quit = await door.client().POST('/api/repl/sessions/{name}/execute', { params, body: { command: ':quit' } });
    expect(unwrap(quit)).toEqual({ output: '', shouldExit: true });
    expect(await execute(name, 'n')).toBe('1');
  });

  it('has its name once, however many ask for it at once', async () => {
    const name = newName();
    const outputs = await Promise.all(
      Array.from({ length: 8 }, () => execute(name, 'globalThis.q = (globalThis.q ?? 0) + 1')),
    );
    expect(outputs.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 8 }, (_, i) => `${i + 1}`));
    const create = async () =>
      (await door.request('POST', '/api/repl/sessions', { json: { name: `${name}c` } })).status;
    const statuses = await Promise.all([create(), create(), create()]);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
  });

  it('is renamed as a session of its kind is named, to a name that is free', async () => {
    const [name, other] = [newName(), newName()];
    await execute(name, 'var who = 1');
    await execute(other, 'var who = 2');
    const { id } = unwrap(await door.client().GET('/api/repl/sessions/{name}', of(name)));
    const rename = async (to: string) =>
      (await door.request('PATCH', `/api/sessions/${id}`, { json: { name: to } })).status;
    expect([await rename(other), await rename('..'), await rename('a b'), await rename(id)]).toEqual([
      409, 400, 400, 400,
    ]);
    expect(await rename(`${name}-2`)).toBe(200);
    expect(await execute(`${name}-2`, 'who')).toBe('1');
    expect((await refusal('GET', `/api/repl/sessions/${name}`))[0]).toBe(404);
  });

  it('answers the same to what is sent again, also after a restart', async () => {
    const name = newName();
    const send = (command: string) =>
      door.request('POST', `/api/repl/sessions/${name}/execute`, {
        json: { command },
        headers: { 'idempotency-key': `again-${name}` },
      });
    const count = 'globalThis.n = (globalThis.n ?? 0) + 1';
    const first = await send(count);
    expect((await send(count)).body).toEqual(first.body);
    await door.stop();
    await door.start();
    expect((await send(count)).body).toEqual(first.body);
    expect((await send('other')).status).toBe(422);
    expect(await execute(name, 'n')).toBe('1');
  });

  it('does what a word says once for one key, also after a restart', async () => {
    const name = newName();
    await execute(name, 'var n = 1');
    await execute(name, 'n = 2');
    const send = async (word: string) => {
      const headers = { 'idempotency-key': `word-${word}-${name}` };
      const json = { command: `:session ${word}` };
      const { status, body } = await door.request('POST', `/api/repl/sessions/${name}/execute`, { json, headers });
      expect(status).toBe(200);
      return body;
    };
    const words = ['goto 2', `fork ${name}-again`, 'checkpoint here', 'snapshot now', 'annotate 2 said'];
    const first = [];
    for (const word of words) first.push(await send(word));
    await execute(name, 'n = 3');
    const metadata = async () => unwrap(await door.client().GET('/api/repl/sessions/{name}', of(name))).eventCount;
    const before = await metadata();
    await door.stop();
    await door.start();
    for (const [i, word] of words.entries()) expect(await send(word)).toEqual(first[i]);
    expect(await metadata()).toBe(before);
    expect(await execute(name, 'n')).toBe('3');
  });

  it('stops nothing that came later when a cancel is sent again', async () => {
    const name = newName();
    await execute(name, '1');
    const cancel = async () =>
      (await door.request('POST', `/api/repl/sessions/${name}/cancel`, { headers: { 'idempotency-key': name } }))
        .status;
    expect(await cancel()).toBe(200);
    const later = execute(name, 'let n = 0; await new Promise((done) => setTimeout(done, 300)); n = 7');
    await vi.waitFor(async () =>
      expect((await door.request('GET', `/api/repl/sessions/${name}/events?after=2`)).body).not.toEqual({ events: [] }),
    );
    expect(await cancel()).toBe(200);
    expect(await later).toBe('7');
  });

  it('makes no session for who names a client that can be none', async () => {
    const name = newName();
    for (const command of ['1', ':help']) {
      const headers = { 'x-client-id': 'x'.repeat(201) };
      const path = `/api/repl/sessions/${name}/execute`;
      expect((await door.request('POST', path, { json: { command }, headers })).status).toBe(400);
    }
    expect((await refusal('GET', `/api/repl/sessions/${name}`))[0]).toBe(404);
  });

  it('runs a command once, however often it is sent with one key', async () => {
    const name = newName();
    await execute(name, 'var n = 0');
    const send = () =>
      door.request('POST', `/api/repl/sessions/${name}/execute`, {
        json: { command: '++n' },
        headers: { 'idempotency-key': name },
      });
    const answers = await Promise.all([send(), send()].map(async (answer) => (await answer).status));
    expect(Math.min(...answers)).toBe(200);
    expect(await execute(name, 'n')).toBe('1');
  });
});

describe('a command that begins with a colon', () => {
  it('is about the session', async () => {
    const name = newName();
    await execute(name, 'var n = 1; n');
    await execute(name, 'n = 2');
    expect(await execute(name, ':session goto 2')).toBe('at event 2 (s1)');
    expect(await execute(name, 'n')).toBe('1');
    expect(await execute(name, ':session checkpoint before the change')).toMatch(/^checkpoint at \d+$/);
    expect(await execute(name, ':session checkpoints')).toMatch(/manual “before the change”/);
    expect(await execute(name, `:session fork ${name}-2 5`)).toBe(`forked as ${name}-2`);
    expect(await execute(`${name}-2`, 'n')).toBe('2');
    expect(await execute(name, ':session list')).toMatch(new RegExp(`^${name}-2 .*\\n${name} `));
    expect(await execute(name, ':session metrics')).toMatch(/^commands {2}3, /);
    expect(await execute(name, ':session save')).toBe('saved');
    expect(await execute(name, ':session goto soon')).toBe('it is :session goto <event>');
    expect(await execute(name, ':help')).toMatch(/:session goto <event>\s+back to/);
    expect(await execute(name, ':session switch other')).toBe(':session switch is for the prompt: stint repl');
    expect(await execute(name, ':nonsense')).toMatch(/^there is no :nonsense\n/);
    expect((await refusal('POST', `/api/repl/sessions/${name}/execute`, { command: ':session goto 999' }))[0]).toBe(
      404,
    );
  });
});

describe('a model', () => {
  it.each([
    ['anthropic', ''],
    ['openai', '/v1'],
  ] as const)('of %s answers a session’s code, and its tokens are the session’s', async (provider, path) => {
    const child = spawn(process.execPath, [modelServer, '--reply', 'hello'], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      let url = '';
      for await (const line of createInterface(child.stdout)) {
        url = /http:\/\/\S+/.exec(line)?.[0] ?? '';
        if (url !== '') break;
      }
      const name = newName();
      const llm = { provider, model: 'a-model', baseUrl: url + path };
      unwrap(await door.client().POST('/api/repl/sessions', { body: { name, llm } }));
      expect(await execute(name, 'const a = await llm("say hello"); a')).toBe("'hello'");
      const { id } = unwrap(await door.client().GET('/api/repl/sessions/{name}', of(name)));
      const session = unwrap(await door.client().GET('/api/sessions/{id}', { params: { path: { id } } }));
      expect(session.tokensUsed).toBe(118);
    } finally {
      child.kill();
    }
  });

  it('that a session has not is said', async () => {
    expect(await execute(newName(), 'await llm("hi")')).toMatch(/this session has no model/);
  });
});

describe('what is refused', () => {
  it('is said with the path of the field', async () => {
    for (const name of ['..', '.a', 'a/b', 'a\0b', 'x'.repeat(65), 'a b'])
      expect((await refusal('POST', '/api/repl/sessions', { name }))[0]).toBe(400);
    expect(await refusal('POST', '/api/repl/sessions', { name: 'a b' })).toEqual([
      400,
      'name: must be 1 to 64 letters, digits, dots, _ or -, and not begin with a dot',
    ]);
    expect((await refusal('POST', `/api/repl/sessions/${'x'.repeat(200)}/execute`, { command: '1' }))[0]).toBe(400);
    expect(await refusal('POST', '/api/repl/sessions/a/execute', { comand: '1' })).toEqual([
      400,
      expect.stringMatching(/^command: .*; comand: is not a known field$/),
    ]);
    await execute('taken', '1');
    expect(await refusal('POST', '/api/repl/sessions', { name: 'taken' })).toEqual([
      409,
      expect.stringMatching(/^name: /),
    ]);
    expect((await refusal('POST', '/api/repl/sessions/taken/goto', { seq: 1000 }))[0]).toBe(404);
    unwrap(await door.client().POST('/api/repl/sessions', { body: { name: 'fixed', accessMode: 'readonly' } }));
    expect((await refusal('POST', '/api/repl/sessions/fixed/execute', { command: '1' }))[0]).toBe(403);
  });

  it('is another’s session, and a name is one’s own', async () => {
    const { token } = await door.newToken();
    const user = unwrap(await door.client().POST('/api/users', { body: { name: 'ada', role: 'member' } }));
    const made = await door
      .client()
      .POST('/api/users/{id}/tokens', { params: { path: { id: user.id } }, body: { name: 'hers' } });
    const hers = door.secret(unwrap(made).token);
    await execute('shared', 'var whose = "the owner’s"', token);
    const { id } = unwrap(await door.client().GET('/api/repl/sessions/{name}', of('shared')));
    expect((await refusal('GET', '/api/repl/sessions/shared', undefined, hers))[0]).toBe(404);
    expect((await refusal('GET', `/api/repl/sessions/${id}`, undefined, hers))[0]).toBe(404);
    expect(await execute('shared', 'typeof whose', hers)).toBe("'undefined'");
    const llm = { provider: 'openai', model: 'm', baseUrl: 'https://elsewhere.example.org' };
    expect((await refusal('POST', '/api/repl/sessions', { name: 'x', llm }, hers))[0]).toBe(403);
  });

  it('may be forked with its model by those alone who may create one with a model', async () => {
    const { id: user, token: may } = await door.newUser('grace', { host: true });
    const made = await door
      .client()
      .POST('/api/users/{id}/tokens', { params: { path: { id: user } }, body: { name: 'without the right' } });
    const mayNot = door.secret(unwrap(made).token);
    const llm = { provider: 'openai', model: 'm' } as const;
    const session = unwrap(await door.client(may).POST('/api/repl/sessions', { body: { name: 'asks', llm } }));
    unwrap(await door.client(may).POST('/api/repl/sessions', { body: { name: 'asks-nobody' } }));
    expect(session.llm).toEqual(llm);
    const forked = async (name: string, token: string): Promise<number> => {
      const body = { name: `${name}-${token === may ? 1 : 2}` };
      return (await door.client(token).POST('/api/repl/sessions/{name}/fork', { ...of(name), body })).response.status;
    };
    expect([await forked('asks-nobody', mayNot), await forked('asks', may), await forked('asks', mayNot)]).toEqual([
      201, 201, 403,
    ]);
    expect(await execute('asks', ':session fork asks-3', mayNot).catch(String)).toMatch(/may not start what runs/);
  });
});
