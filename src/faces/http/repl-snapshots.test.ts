/** What people say of a REPL session's states, and what they keep of them, over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Doorway } from '../../../test/doorways/doorway.ts';
import { unwrap } from '../../sdk/index.ts';

let door: Doorway;
let last = 0;
const newName = (): string => `s${++last}`;

beforeAll(async () => {
  door = await Doorway.open();
});
afterAll(() => door.close());

const execute = async (name: string, ...commands: string[]): Promise<string> => {
  let output = '';
  for (const command of commands) {
    const params = { path: { name } };
    const answer = await door.client().POST('/api/repl/sessions/{name}/execute', { params, body: { command } });
    output = unwrap(answer).output;
  }
  return output;
};
const path = (name: string, rest: string): string => `/api/repl/sessions/${name}/${rest}`;
const refusal = async (method: string, where: string, json?: unknown, token?: string) => {
  const { status, body } = await door.request(method, where, { json, ...(token !== undefined && { token }) });
  return [status, (body as { error?: string }).error];
};
const of = (name: string) => ({ params: { path: { name } } });
const timeline = async (name: string) =>
  unwrap(await door.client().GET('/api/repl/sessions/{name}/timeline', of(name)));
const snapshots = async (name: string) =>
  unwrap(await door.client().GET('/api/repl/sessions/{name}/snapshots', of(name))).snapshots;
const annotate = async (name: string, seq: number, body: { label?: string; description?: string; tags?: string[] }) =>
  unwrap(
    await door
      .client()
      .PUT('/api/repl/sessions/{name}/checkpoints/{seq}/annotation', { params: { path: { name, seq } }, body }),
  );

describe('an annotation', () => {
  it('is said of a checkpoint, anew, and taken back', async () => {
    const name = newName();
    await execute(name, '1', '2');
    const first = await annotate(name, 2, { label: 'start', description: 'all is well', tags: ['clean', 'é'] });
    expect(first).toEqual({
      checkpointSeq: 2,
      label: 'start',
      description: 'all is well',
      tags: ['clean', 'é'],
      created: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    });
    door.time.pass(5000);
    expect(await annotate(name, 2, {})).toEqual({ ...first, label: '', description: '', tags: [] });
    const { checkpoints, more } = await timeline(name);
    expect([checkpoints.map(({ annotation }) => annotation?.created), more]).toEqual([
      [undefined, first.created],
      false,
    ]);
    const params = { path: { name, seq: 2 } };
    const gone = await door.client().DELETE('/api/repl/sessions/{name}/checkpoints/{seq}/annotation', { params });
    expect(unwrap(gone)).toMatchObject({ checkpointSeq: 2, label: '' });
    expect((await timeline(name)).checkpoints.some(({ annotation }) => annotation)).toBe(false);
    expect((await refusal('DELETE', path(name, 'checkpoints/2/annotation')))[0]).toBe(404);
  });

  it('is none where there is no checkpoint, or where it has no bounds', async () => {
    const name = newName();
    await execute(name, '1');
    for (const seq of [0, 1, 3, 999_999_999]) {
      expect(await refusal('PUT', path(name, `checkpoints/${seq}/annotation`), {})).toEqual([
        404,
        `there is no checkpoint at event ${seq}: look at the list of checkpoints`,
      ]);
    }
    const bad = [
      ['label', 'x'.repeat(201)],
      ['description', 'x'.repeat(2001)],
      ['tags', Array.from({ length: 21 }, (_, i) => `${i}`)],
      ['tags', ['x'.repeat(101)]],
      ['tags', ['']],
      ['tag', 'x'],
    ] as const;
    for (const [field, value] of bad) {
      const [status, error] = await refusal('PUT', path(name, 'checkpoints/2/annotation'), { [field]: value });
      expect([status, error]).toEqual([400, expect.stringMatching(new RegExp(`^${field}`))]);
    }
    expect((await refusal('PUT', path(name, 'checkpoints/x/annotation'), {}))[0]).toBe(400);
    expect((await timeline(name)).checkpoints[0]).not.toHaveProperty('annotation');
  });

  it('comes with a checkpoint that is made, and stays over a restart', async () => {
    const name = newName();
    await execute(name, '1');
    const body = { label: 'here', description: 'why', tags: ['t'] };
    const made = unwrap(await door.client().POST('/api/repl/sessions/{name}/checkpoints', { ...of(name), body }));
    await door.stop();
    await door.start();
    const { checkpoints } = await timeline(name);
    expect(checkpoints[0]).toEqual(made);
    expect(made).toMatchObject({
      seq: 3,
      label: 'here',
      annotation: { checkpointSeq: 3, label: 'here', description: 'why', tags: ['t'] },
    });
  });
});

describe('checkpoints', () => {
  it('are told in pages', async () => {
    const name = newName();
    await execute(name, ...Array.from({ length: 5 }, (_, n) => `${n}`));
    const page = async (query: object) => {
      const params = { path: { name }, query };
      const answer = await door.client().GET('/api/repl/sessions/{name}/checkpoints', { params });
      const { checkpoints, more } = unwrap(answer);
      return [checkpoints.map(({ seq }) => seq), more];
    };
    expect(await page({})).toEqual([[14, 11, 8, 5, 2], false]);
    expect(await page({ limit: 2 })).toEqual([[14, 11], true]);
    expect(await page({ limit: 3, before: 11 })).toEqual([[8, 5, 2], false]);
  });
});

describe('a snapshot', () => {
  it('is a state that is gone back to, whatever came after it', async () => {
    const name = newName();
    await execute(name, 'let n = 1; const next = () => ++n; next()');
    const body = { description: 'two', tags: ['good'] };
    const taken = unwrap(await door.client().POST('/api/repl/sessions/{name}/snapshots', { ...of(name), body }));
    expect(taken).toMatchObject({ sessionName: name, seq: 2, ...body });
    await execute(name, 'next()', 'n = 100');
    const params = { path: { name, id: taken.id } };
    const restored = await door.client().POST('/api/repl/sessions/{name}/snapshots/{id}/restore', { params });
    expect(unwrap(restored)).toEqual({ seq: 2, stateId: 's1' });
    expect(await execute(name, 'next()')).toBe('3');
    // Nothing is cut off, and whoever replays finds what was gone to.
    const { checkpoints } = await timeline(name);
    expect(checkpoints.map(({ reason, stateId }) => `${reason} ${stateId}`).slice(0, 3)).toEqual([
      'command s4',
      'goto s1',
      'command s3',
    ]);
    await execute(name, ':session goto 9');
    expect(await execute(name, 'n')).toBe('2');
    const second = await door.client().POST('/api/repl/sessions/{name}/snapshots', { ...of(name), body: {} });
    expect((await snapshots(name)).map(({ id }) => id)).toEqual([unwrap(second).id, taken.id]);
    await door.stop();
    await door.start();
    expect(await snapshots(name)).toMatchObject([{ description: '', tags: [] }, taken]);
    const gone = await door.client().DELETE('/api/repl/sessions/{name}/snapshots/{id}', { params });
    expect(gone.response.status).toBe(204);
    expect(await snapshots(name)).toHaveLength(1);
    for (const method of ['POST', 'DELETE'])
      expect(await refusal(method, path(name, `snapshots/${taken.id}${method === 'POST' ? '/restore' : ''}`))).toEqual([
        404,
        'the session has no such snapshot',
      ]);
  });

  it('of a session in which nothing has run is what it was then', async () => {
    const name = newName();
    unwrap(await door.client().POST('/api/repl/sessions', { body: { name } }));
    const taken = unwrap(await door.client().POST('/api/repl/sessions/{name}/snapshots', { ...of(name), body: {} }));
    expect(taken.seq).toBe(-1);
    await execute(name, 'var n = 1');
    expect(await execute(name, `:session resume ${taken.id}`)).toBe('at event -1 (s0)');
    expect(await execute(name, 'typeof n')).toBe("'undefined'");
  });

  it('is taken once, however often it is asked for with one key', async () => {
    const name = newName();
    await execute(name, '1');
    const ask = () =>
      door.request('POST', path(name, 'snapshots'), { json: {}, headers: { 'idempotency-key': `snapshot-${name}` } });
    const [first, again] = [await ask(), await ask()];
    expect([first.status, again.body]).toEqual([201, first.body]);
    expect(await snapshots(name)).toHaveLength(1);
  });
});

describe('a fork', () => {
  it('has what was said and kept up to where it begins, and is told on the timeline to who may see it', async () => {
    const name = newName();
    await execute(name, 'let n = 1', 'n = 2', 'n = 3');
    await annotate(name, 2, { label: 'one' });
    await annotate(name, 8, { label: 'three' });
    await execute(name, ':session goto 2', ':session snapshot one', ':session goto 8', ':session snapshot three');
    const forked = await door
      .client()
      .POST('/api/repl/sessions/{name}/fork', { ...of(name), body: { name: `${name}f`, seq: 9 } });
    const fork = unwrap(forked);
    expect((await timeline(name)).forks).toEqual([{ id: fork.id, name: `${name}f`, seq: 9, created: fork.created }]);
    const own = await timeline(`${name}f`);
    const labels = own.checkpoints.flatMap(({ annotation }) => annotation?.label ?? []);
    expect([labels, own.forks]).toEqual([['three', 'one'], []]);
    const [kept, ...others] = await snapshots(`${name}f`);
    expect([kept?.description, others]).toEqual(['one', []]);
    expect((await snapshots(name)).map(({ id }) => id)).not.toContain(kept?.id);
    await execute(`${name}f`, `:session resume ${kept?.id}`);
    expect(await execute(`${name}f`, 'n')).toBe('1');
    // Of another's fork nothing is told, and of one that is gone neither.
    const other = await door.newUser(`member-${name}`);
    expect((await refusal('GET', path(fork.id, 'timeline'), undefined, other.token))[0]).toBe(404);
    await door.client().DELETE('/api/repl/sessions/{name}', of(`${name}f`));
    expect((await timeline(name)).forks).toEqual([]);
  });
});

describe('a search', () => {
  it('finds what was typed and what came of it, newest first', async () => {
    const name = newName();
    await execute(name, '"Über 100%"', 'throw new Error("über uns")', 'console.log("x".repeat(1000) + " ÜBER")');
    const search = async (query: { q: string; limit?: number; before?: number }) => {
      const params = { path: { name }, query };
      return unwrap(await door.client().GET('/api/repl/sessions/{name}/search', { params }));
    };
    const { matches, next } = await search({ q: 'über' });
    expect(matches.map(({ seq, type }) => `${seq} ${type}`)).toEqual([
      '7 output',
      '6 input',
      '4 error',
      '3 input',
      '1 output',
      '0 input',
    ]);
    expect(next).toBeUndefined();
    expect(matches[0]?.excerpt).toMatch(/^…x+ ÜBER undefined$/);
    expect((await search({ q: '0%' })).matches).toHaveLength(2);
    expect((await search({ q: '_%' })).matches).toEqual([]);
    const some = await search({ q: 'über', limit: 2 });
    const more = await search({ q: 'über', before: some.next! });
    expect([...some.matches, ...more.matches]).toEqual(matches);
    expect((await refusal('GET', path(name, 'search')))[0]).toBe(400);
    expect((await refusal('GET', path(name, 'search?q=')))[0]).toBe(400);
  });
});

describe('the words', () => {
  it('about checkpoints show so many at once, and how to see more', async () => {
    const name = newName();
    await execute(name, ...Array.from({ length: 52 }, (_, n) => `${n}`));
    const said = (await execute(name, ':session checkpoints')).split('\n');
    expect(said).toHaveLength(51);
    expect(said[0]).toMatch(/^155 {2}command {2}\d/);
    expect(said.at(-1)).toBe('earlier ones: :session checkpoints 8');
    expect((await execute(name, ':session checkpoints 8')).split('\n').map((line) => line.slice(0, 1))).toEqual([
      '5',
      '2',
    ]);
    expect(await execute(name, ':session checkpoints x')).toBe('it is :session checkpoints [before]');
  });

  it('annotate, keep, show and go on', async () => {
    const name = newName();
    await execute(name, 'let n = 1', 'n = 2');
    expect(await execute(name, ':session annotate 2 before  the change')).toBe('said of 2');
    expect(await execute(name, ':session annotate 2')).toBe('it is :session annotate <event> <text>');
    const kept = await execute(name, ':session snapshot as it was');
    const id = /^snapshot (\S+) at 5$/.exec(kept)?.[1] ?? '';
    expect(await execute(name, ':session snapshots')).toMatch(new RegExp(`^${id} {2}at 5 {2}\\S+Z {2}as it was$`));
    await execute(name, `:session fork ${name}-f 2`, 'n = 3');
    const lines = (await execute(name, ':session timeline')).split('\n');
    expect(lines.map((line) => line.replaceAll(/\d{4}-\S+Z/g, 'TIME').replaceAll(/\(\S+\)/g, '(ID)'))).toEqual([
      '8  command  TIME',
      '5  command  TIME',
      `2  forked as ${name}-f (ID)  TIME`,
      '2  command  TIME  before the change',
    ]);
    expect(await execute(name, `:session resume ${id.slice(-6)}`)).toBe('at event 5 (s2)');
    expect(await execute(name, 'n')).toBe('2');
    const trace = (await execute(name, ':session trace 4')).split('\n');
    expect(trace.map((line) => line.replace(/\d{4}-\S+Z {2}/, ''))).toEqual([
      '9  checkpoint  goto s2',
      '10  input  n',
      '11  output  2',
      '12  checkpoint  command s4',
    ]);
    expect((await refusal('POST', path(name, 'execute'), { command: ':session resume 0000' }))[0]).toBe(404);
    expect((await refusal('POST', path(name, 'execute'), { command: ':session annotate 3 x' }))[0]).toBe(404);
  });
});
