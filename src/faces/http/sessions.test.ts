import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badPaths } from '../../../test/doorways/answers.ts';
import { Doorway } from '../../../test/doorways/doorway.ts';
import { StintError, unwrap } from '../../sdk/index.ts';
import type { Schemas } from '../../sdk/index.ts';

let door: Doorway;

beforeAll(async () => {
  door = await Doorway.open();
});

afterAll(() => door.close());

const minutes = (n: number): number => n * 60_000;

const get = async (id: string) => unwrap(await door.client().GET('/api/sessions/{id}', { params: { path: { id } } }));

const change = async (id: string, body: Schemas['ChangeSession']) =>
  unwrap(await door.client().PATCH('/api/sessions/{id}', { params: { path: { id } }, body }));

const remove = async (id: string) =>
  unwrap(await door.client().DELETE('/api/sessions/{id}', { params: { path: { id } } }));

const eventTypes = async (id: string) =>
  unwrap(await door.client().GET('/api/sessions/{id}/events', { params: { path: { id } } })).events.map(
    ({ type }) => type,
  );

/** The status and the word of what was refused. */
const refusal = async (attempt: Promise<unknown>): Promise<[number, string]> => {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof StintError) return [error.status, error.error];
  throw new Error('it was not refused');
};

describe('POST /api/sessions', () => {
  it('starts a session that is active at once and has no field that was not set', async () => {
    const session = await door.startSession({ duration: minutes(60) });
    expect(session).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      kind: 'timer',
      owner: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      status: 'active',
      startTime: door.time.wall(),
      duration: minutes(60),
      elapsed: 0,
      remaining: minutes(60),
      tokensUsed: 0,
      onBudget: 'warn',
      budgetCounts: 'new',
      onDue: 'complete',
      createdAt: door.time.wall(),
      updatedAt: door.time.wall(),
    });
  });

  it('keeps what it is given', async () => {
    const given = {
      name: 'n'.repeat(200),
      tokenBudget: 5,
      onBudget: 'pause',
      budgetCounts: 'all',
      onDue: 'extend',
    } as const;
    expect(await door.startSession(given)).toMatchObject(given);
  });

  it('answers with an id that is a UUIDv7', async () => {
    expect((await door.startSession()).id).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it('lets several run at a time', async () => {
    const [a, b] = await Promise.all([door.startSession(), door.startSession()]);
    expect(a.id).not.toBe(b.id);
    expect([(await get(a.id)).status, (await get(b.id)).status]).toEqual(['active', 'active']);
  });

  it('takes a duration of up to 366 days and keeps whole milliseconds', async () => {
    expect((await door.startSession({ duration: 366 * 86_400_000 })).duration).toBe(366 * 86_400_000);
    expect((await door.startSession({ duration: 1000.4 })).duration).toBe(1000);
    expect((await door.startSession({ duration: 0.1 })).duration).toBe(1);
  });

  it.each([
    [{}, ['duration']],
    [{ duration: 0 }, ['duration']],
    [{ duration: -1 }, ['duration']],
    [{ duration: 366 * 86_400_000 + 1 }, ['duration']],
    [{ duration: '3600000' }, ['duration']],
    [{ duration: null }, ['duration']],
    [{ duration: 1000, name: '' }, ['name']],
    [{ duration: 1000, name: 'n'.repeat(201) }, ['name']],
    [{ duration: 1000, name: null }, ['name']],
    [{ duration: 1000, tokenBudget: 0 }, ['tokenBudget']],
    [{ duration: 1000, tokenBudget: 1.5 }, ['tokenBudget']],
    [{ duration: 1000, onBudget: 'stop' }, ['onBudget']],
    [{ duration: 1000, kind: 'repl' }, ['kind']],
    [{ duration: 1000, owner: 'me', status: 'paused' }, ['owner', 'status']],
    [{ duration: 0, tokenBudget: 0 }, ['duration', 'tokenBudget']],
    [{ duration: 1000, run: { directory: 'here' } }, ['run.directory']],
    [{ duration: 1000, run: { directory: '/here', pid: 0, shell: true } }, ['run.pid', 'run.shell']],
    [[], ['']],
    ['a', ['']],
  ])('refuses %j and names what is wrong', async (json, paths) => {
    const { status, problem } = await door.request('POST', '/api/sessions', { json });
    expect(status).toBe(400);
    expect(problem.error).toBe('invalid_request');
    expect(badPaths(problem).toSorted()).toEqual(paths);
  });
});

describe('GET /api/sessions/:id', () => {
  it('shows the session with its checkpoints, oldest first', async () => {
    const { id } = await door.startSession();
    for (const phase of ['plan', 'build']) {
      const body = { phase, promptCount: 1 };
      unwrap(await door.client().POST('/api/sessions/{id}/checkpoints', { params: { path: { id } }, body }));
    }
    expect((await get(id)).checkpoints.map(({ phase }) => phase)).toEqual(['plan', 'build']);
  });

  it('answers the same to HEAD, without a body', async () => {
    const { id } = await door.startSession();
    const { status, body, headers } = await door.request('HEAD', `/api/sessions/${id}`);
    expect([status, body]).toEqual([200, '']);
    expect(Number(headers.get('content-length'))).toBeGreaterThan(300);
  });

  it.each([
    'nothing',
    '019a8f5e-7c1b-7000-8000-3b5f00000000',
    '%00',
    '..%2f..%2fetc',
    'a'.repeat(600),
    '019A8F5E-7C1B-7000-8000-3B5F00000000',
  ])('answers 404 for the id %s', async (id) => {
    const { status, problem } = await door.request('GET', `/api/sessions/${id}`);
    expect(status).toBe(404);
    expect(problem.error).toBe(id.length > 500 ? 'not_found' : 'session_not_found');
  });
});

describe('time', () => {
  it('counts up and down while the session is active, and stands still while it is paused', async () => {
    const { id } = await door.startSession({ duration: minutes(60) });
    door.time.pass(minutes(10));
    expect(await get(id)).toMatchObject({ elapsed: minutes(10), remaining: minutes(50) });
    await change(id, { status: 'paused' });
    door.time.pass(minutes(30));
    expect(await get(id)).toMatchObject({ status: 'paused', elapsed: minutes(10), remaining: minutes(50) });
    await change(id, { status: 'active' });
    door.time.pass(minutes(5));
    expect(await get(id)).toMatchObject({ status: 'active', elapsed: minutes(15), remaining: minutes(45) });
  });

  it('that is up ends the session at the moment it fell due, before any later command', async () => {
    const { id, startTime } = await door.startSession({ duration: minutes(1) });
    door.time.pass(minutes(3));
    expect(await refusal(change(id, { name: 'late' }))).toEqual([409, 'session_already_completed']);
    const session = await get(id);
    expect(session).toMatchObject({ status: 'completed', outcome: 'completed', elapsed: minutes(1), remaining: 0 });
    expect(session.endTime).toBe(startTime + minutes(1));
  });

  it('that is up while the server is down ends the session at the moment it fell due', async () => {
    const { id, startTime } = await door.startSession({ duration: minutes(1) });
    await door.stop();
    door.time.pass(minutes(10));
    await door.start();
    expect(await get(id)).toMatchObject({ status: 'completed', endTime: startTime + minutes(1) });
  });

  it('that is up leaves a session that extends active and marked over, and its end extends it', async () => {
    const { id } = await door.startSession({ duration: minutes(1), onDue: 'extend' });
    door.time.pass(minutes(3));
    await change(id, { name: 'runs on' });
    expect(await get(id)).toMatchObject({ status: 'active', over: true, remaining: 0, elapsed: minutes(3) });
    expect(await change(id, { status: 'completed' })).toMatchObject({ duration: minutes(3), elapsed: minutes(3) });
  });
});

describe('PATCH /api/sessions/:id', () => {
  it('pauses, resumes and completes', async () => {
    const { id } = await door.startSession();
    expect((await change(id, { status: 'paused' })).status).toBe('paused');
    expect((await change(id, { status: 'active' })).status).toBe('active');
    const ended = await change(id, { status: 'completed' });
    expect(ended).toMatchObject({ status: 'completed', outcome: 'completed', endTime: door.time.wall() });
    expect(await eventTypes(id)).toEqual(['started', 'paused', 'resumed', 'completed']);
  });

  it('adds no event when the session is already so', async () => {
    const { id } = await door.startSession({ name: 'same', tokenBudget: 7 });
    await change(id, { status: 'active', name: 'same', tokenBudget: 7, duration: 3600_000 });
    await change(id, { status: 'paused' });
    await change(id, { status: 'paused' });
    expect(await eventTypes(id)).toEqual(['started', 'paused']);
  });

  it('of a hundred that complete at once lets one through', async () => {
    const { id } = await door.startSession();
    const attempts = Array.from({ length: 100 }, () =>
      door.request('PATCH', `/api/sessions/${id}`, { json: { status: 'completed' } }),
    );
    const statuses = (await Promise.all(attempts)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(99);
  });

  it.each([
    { status: 'active' },
    { status: 'paused' },
    { status: 'completed' },
    { name: 'x' },
    { tokenBudget: 5 },
    { duration: 5 },
  ] as const)('changes nothing of a completed session: %j', async (body) => {
    const { id } = await door.startSession();
    const before = await change(id, { status: 'completed' });
    expect(await refusal(change(id, body))).toEqual([409, 'session_already_completed']);
    expect(await get(id)).toEqual({ ...before, checkpoints: [] });
  });

  it('does several things at once', async () => {
    const { id } = await door.startSession();
    const body = { name: 'both', tokenBudget: 9, duration: minutes(90), status: 'paused' } as const;
    expect(await change(id, body)).toMatchObject(body);
  });

  it.each(['active', 'paused'] as const)(
    'completes the session with a duration that is over, also beside status %s',
    async (status) => {
      const { id } = await door.startSession({ name: 'before' });
      door.time.pass(minutes(10));
      const completed = { name: 'after', status: 'completed', duration: minutes(5), elapsed: minutes(10) };
      expect(await change(id, { name: 'after', duration: minutes(5), status })).toMatchObject(completed);
      expect((await eventTypes(id)).at(-1)).toBe('completed');
    },
  );

  it('completes the session with a duration that is at or below the elapsed time', async () => {
    const { id } = await door.startSession({ duration: minutes(60) });
    door.time.pass(minutes(10));
    expect(await change(id, { duration: minutes(10) })).toMatchObject({
      status: 'completed',
      duration: minutes(10),
      remaining: 0,
    });
    expect(await eventTypes(id)).toEqual(['started', 'duration_changed', 'completed']);
  });

  it('takes such a duration together with the end that it asks for', async () => {
    const { id } = await door.startSession({ duration: minutes(60) });
    door.time.pass(minutes(10));
    const ended = await change(id, { duration: minutes(5), status: 'completed' });
    expect(ended).toMatchObject({ status: 'completed', duration: minutes(5), elapsed: minutes(10), remaining: 0 });
    expect(await eventTypes(id)).toEqual(['started', 'duration_changed', 'completed']);
  });

  it('takes a longer duration together with the end', async () => {
    const { id } = await door.startSession({ duration: minutes(60) });
    const ended = await change(id, { duration: minutes(90), status: 'completed' });
    expect(ended).toMatchObject({ status: 'completed', duration: minutes(90), remaining: minutes(90) });
  });

  it('lets a paused session that used up its budget go on when the budget is raised', async () => {
    const { id } = await door.startSession({ tokenBudget: 10, onBudget: 'pause' });
    const body = { tokensUsed: 10, operation: 'all' };
    unwrap(await door.client().POST('/api/sessions/{id}/tokens', { params: { path: { id } }, body }));
    expect((await get(id)).status).toBe('paused');
    expect((await change(id, { tokenBudget: 20 })).status).toBe('active');
  });

  it.each([
    [{}, ['']],
    [{ status: 'done' }, ['status']],
    [{ status: null }, ['status']],
    [{ name: '' }, ['name']],
    [{ tokenBudget: null }, ['tokenBudget']],
    [{ duration: 0 }, ['duration']],
    [{ onBudget: 'warn' }, ['onBudget', '']],
  ])('refuses %j and names what is wrong', async (json, paths) => {
    const { id } = await door.startSession();
    const { status, problem } = await door.request('PATCH', `/api/sessions/${id}`, { json });
    expect(status).toBe(400);
    expect(badPaths(problem)).toEqual(paths);
    expect(await eventTypes(id)).toEqual(['started']);
  });
});

describe('DELETE /api/sessions/:id', () => {
  it('takes a finished session away with all it holds', async () => {
    const { id } = await door.startSession();
    await change(id, { status: 'completed' });
    const { status, body } = await door.request('DELETE', `/api/sessions/${id}`);
    expect([status, body]).toEqual([204, '']);
    for (const path of ['', '/tokens', '/events', '/projection']) {
      expect((await door.request('GET', `/api/sessions/${id}${path}`)).status).toBe(404);
    }
    expect(await refusal(remove(id))).toEqual([404, 'session_not_found']);
  });

  it.each(['active', 'paused'] as const)('refuses while the session is %s', async (status) => {
    const { id } = await door.startSession();
    await change(id, { status });
    expect(await refusal(remove(id))).toEqual([409, 'session_not_finished']);
    expect((await get(id)).status).toBe(status);
  });
});
