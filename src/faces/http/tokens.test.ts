import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badPaths } from '../../../test/doorways/answers.ts';
import { Doorway, ownerToken } from '../../../test/doorways/doorway.ts';
import { unwrap } from '../../sdk/index.ts';
import type { Schemas } from '../../sdk/index.ts';

let door: Doorway;

beforeAll(async () => {
  door = await Doorway.open();
});

afterAll(() => door.close());

const minutes = (n: number): number => n * 60_000;

const at = (id: string) => ({ params: { path: { id } } });

const post = async (id: string, body: Partial<Schemas['RecordTokens']> = {}) =>
  unwrap(
    await door
      .client()
      .POST('/api/sessions/{id}/tokens', { ...at(id), body: { tokensUsed: 1, operation: 'a turn', ...body } }),
  );

/** The same without a look at the answer, where thousands are needed. */
const report = (id: string) =>
  fetch(`${door.url}/api/sessions/${id}/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ownerToken}`, 'content-type': 'application/json' },
    body: '{"tokensUsed":1,"operation":"a turn"}',
  }).then((response) => response.text());

const history = async (id: string, query: { limit?: number; after?: string } = {}) =>
  unwrap(await door.client().GET('/api/sessions/{id}/tokens', { params: { path: { id }, query } }));

const projection = async (id: string) => unwrap(await door.client().GET('/api/sessions/{id}/projection', at(id)));

const setStatus = async (id: string, status: 'active' | 'paused' | 'completed') =>
  unwrap(await door.client().PATCH('/api/sessions/{id}', { ...at(id), body: { status } }));

const refused = (id: string, json: unknown) => door.request('POST', `/api/sessions/${id}/tokens`, { json });

const totals = (usage: readonly Schemas['TokenUsage'][]): number[] =>
  usage.map(({ cumulativeTotal }) => cumulativeTotal);

describe('POST /api/sessions/:id/tokens', () => {
  it('answers with the row and the totals after it, and no field that was not given', async () => {
    const { id } = await door.startSession({ duration: minutes(60) });
    door.time.pass(minutes(2));
    expect(await post(id, { tokensUsed: 600, operation: 'plan' })).toEqual({
      usage: {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        sessionId: id,
        tokensUsed: 600,
        operation: 'plan',
        timestamp: door.time.wall(),
        cumulativeTotal: 600,
        source: 'api',
      },
      totalUsed: 600,
      averagePerMinute: 300,
      projectedTotal: 600,
    });
  });

  it('keeps the parts, the model and the cost as they are given', async () => {
    const { id } = await door.startSession();
    const parts = {
      input: 1,
      output: 2,
      cacheWrite5m: 3,
      cacheWrite1h: 4,
      cacheRead: 90,
      model: 'm',
      costUsd: '0.000000000001',
    };
    const { usage } = await post(id, { tokensUsed: 10, ...parts });
    expect(usage).toMatchObject(parts);
    expect((await history(id)).usage).toEqual([usage]);
    const session = unwrap(await door.client().GET('/api/sessions/{id}', at(id)));
    expect(session).toMatchObject({ tokensUsed: 10, cacheRead: 90 });
  });

  it('counts cache reads where the session says so', async () => {
    const { id } = await door.startSession({ budgetCounts: 'all' });
    await post(id, { tokensUsed: 100, input: 10, cacheRead: 90 });
    expect((await history(id)).totalUsed).toBe(100);
  });

  it.each([
    [{ tokensUsed: 11, input: 1, output: 2, cacheWrite5m: 3, cacheWrite1h: 4 }, ['tokensUsed']],
    [{ tokensUsed: 100, input: 10, cacheRead: 90 }, ['tokensUsed']],
    [{ tokensUsed: 0 }, ['tokensUsed']],
    [{ tokensUsed: -1 }, ['tokensUsed']],
    [{ tokensUsed: 1.5 }, ['tokensUsed']],
    [{ tokensUsed: '1' }, ['tokensUsed']],
    [{ tokensUsed: true }, ['tokensUsed']],
    [{ tokensUsed: Number.MAX_SAFE_INTEGER + 1 }, ['tokensUsed']],
    [{ tokensUsed: 1, operation: '' }, ['operation']],
    [{ tokensUsed: 1, operation: 'o'.repeat(201) }, ['operation']],
    [{ tokensUsed: 1, operation: 7 }, ['operation']],
    [{ tokensUsed: 1, timestamp: -1 }, ['timestamp']],
    [{ tokensUsed: 1, timestamp: 1.5 }, ['timestamp']],
    [{ tokensUsed: 1, timestamp: '2026-01-01' }, ['timestamp']],
    [{ tokensUsed: 1, input: -1 }, ['input']],
    [{ tokensUsed: 1, costUsd: 0.1 }, ['costUsd']],
    [{ tokensUsed: 1, costUsd: '-1' }, ['costUsd']],
    [{ tokensUsed: 1, costUsd: '1e3' }, ['costUsd']],
    [{ tokensUsed: 1, source: 'transcript', beganAt: 1 }, ['source', 'beganAt']],
    [{ tokensUsed: null, operation: null }, ['tokensUsed', 'operation']],
  ])('refuses %j and names what is wrong', async (json, paths) => {
    const { id } = await door.startSession();
    const { status, problem } = await refused(id, { operation: 'a turn', ...json });
    expect(status).toBe(400);
    expect(badPaths(problem)).toEqual(paths);
    expect((await history(id)).usage).toEqual([]);
  });

  it('takes a report that comes late, and one from a clock that is up to a minute ahead', async () => {
    const { id } = await door.startSession();
    const now = door.time.wall();
    await post(id, { timestamp: 0 });
    await post(id, { timestamp: now + 60_000 });
    const { status, problem } = await refused(id, { tokensUsed: 1, operation: 'x', timestamp: now + 60_001 });
    expect([status, badPaths(problem)]).toEqual([400, ['timestamp']]);
    expect((await history(id)).usage.map(({ timestamp }) => timestamp)).toEqual([0, now + 60_000]);
  });

  it('refuses what would take the total past what can be counted exactly', async () => {
    const { id } = await door.startSession();
    await post(id, { tokensUsed: Number.MAX_SAFE_INTEGER });
    const { status, problem } = await refused(id, { tokensUsed: 1, operation: 'x' });
    expect([status, badPaths(problem)]).toEqual([400, ['tokensUsed']]);
    expect((await history(id)).totalUsed).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('takes tokens while the session is paused, and none when it has ended', async () => {
    const { id } = await door.startSession();
    await setStatus(id, 'paused');
    expect((await post(id)).totalUsed).toBe(1);
    await setStatus(id, 'completed');
    const { status, problem } = await refused(id, { tokensUsed: 1, operation: 'x' });
    expect([status, problem.error]).toEqual([409, 'session_already_completed']);
    expect((await history(id)).totalUsed).toBe(1);
  });

  it('keeps the running total exact under reports that come at once', async () => {
    const { id } = await door.startSession();
    const sizes = Array.from({ length: 200 }, (_, i) => i + 1);
    const answers = await Promise.all(sizes.map((tokensUsed) => post(id, { tokensUsed })));
    const { usage, totalUsed } = await history(id);
    let running = 0;
    expect(totals(usage)).toEqual(usage.map(({ tokensUsed }) => (running += tokensUsed)));
    expect(totalUsed).toBe((200 * 201) / 2);
    for (const answer of answers) {
      expect(answer.totalUsed).toBe(answer.usage.cumulativeTotal);
      expect(usage).toContainEqual(answer.usage);
    }
  });
});

describe('GET /api/sessions/:id/tokens', () => {
  it('of a session without any has none', async () => {
    const { id } = await door.startSession();
    expect(await history(id)).toEqual({ usage: [], totalUsed: 0, averagePerMinute: 0, projectedTotal: 0 });
  });

  it('has the rows in order of arrival, not of their timestamps', async () => {
    const { id } = await door.startSession();
    const now = door.time.wall();
    for (const timestamp of [now - 5, now - 9, now - 7]) await post(id, { timestamp });
    expect((await history(id)).usage.map(({ timestamp }) => timestamp)).toEqual([now - 5, now - 9, now - 7]);
  });

  it('goes on after a row, keeps to a limit, and has the totals over all rows', async () => {
    const { id } = await door.startSession();
    const rows: string[] = [];
    for (let i = 0; i < 5; i++) rows.push((await post(id)).usage.id);
    const page = await history(id, { after: rows[1] as string, limit: 2 });
    expect(page.usage.map((row) => row.id)).toEqual([rows[2], rows[3]]);
    expect(page.totalUsed).toBe(5);
    expect((await history(id, { after: rows[4] as string })).usage).toEqual([]);
    expect((await history(id, { limit: 1 })).usage.map((row) => row.id)).toEqual([rows[0]]);
  });

  it('goes on after a row also where other events stand between', async () => {
    const { id } = await door.startSession({ tokenBudget: 2 });
    const first = (await post(id)).usage.id;
    await post(id);
    await setStatus(id, 'paused');
    await post(id);
    expect(totals((await history(id, { after: first })).usage)).toEqual([2, 3]);
  });

  it.each([
    ['limit=0', ['limit']],
    ['limit=x', ['limit']],
    ['limit=1&limit=1', ['limit']],
    ['after=nothing', ['after']],
    ['after=019a8f5e-7c1b-7000-8000-3b5f00000000', ['after']],
    ['after=019a8f5e-7c1b-7000-8000-3b5fffffffff', ['after']],
    ['offset=1', ['offset']],
  ])('refuses ?%s', async (query, paths) => {
    const { id } = await door.startSession();
    await post(id);
    const { status, problem } = await door.request('GET', `/api/sessions/${id}/tokens?${query}`);
    expect([status, badPaths(problem)]).toEqual([400, paths]);
  });

  it('refuses to go on after a row of another session', async () => {
    const [a, b] = [await door.startSession(), await door.startSession()];
    await post(b.id);
    const { usage } = await post(a.id);
    const { status, problem } = await door.request('GET', `/api/sessions/${b.id}/tokens?after=${usage.id}`);
    expect([status, badPaths(problem)]).toEqual([400, ['after']]);
  });

  it('streams thousands of rows, all of them and in order', async () => {
    const { id } = await door.startSession();
    const rows = 2100;
    for (let i = 0; i < rows; i += 300) await Promise.all(Array.from({ length: 300 }, () => report(id)));
    const { usage, totalUsed } = await history(id);
    expect(totals(usage)).toEqual(Array.from({ length: rows }, (_, i) => i + 1));
    expect(totalUsed).toBe(rows);
    expect(totals((await history(id, { limit: 1001 })).usage)).toEqual(Array.from({ length: 1001 }, (_, i) => i + 1));
  });
});

describe('the average', () => {
  it('is over active minutes, of which at least one second has passed', async () => {
    const { id } = await door.startSession();
    await post(id, { tokensUsed: 100 });
    expect((await history(id)).averagePerMinute).toBe(6000);
    door.time.pass(minutes(1));
    await setStatus(id, 'paused');
    door.time.pass(minutes(9));
    expect((await history(id)).averagePerMinute).toBe(100);
  });
});

describe('GET /api/sessions/:id/projection', () => {
  it('is the total while there are fewer than three rows, and has no limit without a budget', async () => {
    const { id } = await door.startSession();
    await post(id, { tokensUsed: 100 });
    door.time.pass(minutes(1));
    await post(id, { tokensUsed: 100 });
    expect(await projection(id)).toEqual({ currentRate: 100, projectedTotal: 200, timeToLimit: null, confidence: 0 });
  });

  it('follows an even pace to the end of the time', async () => {
    const { id } = await door.startSession({ duration: minutes(60), tokenBudget: 10_000 });
    for (let i = 0; i < 6; i++) {
      await post(id, { tokensUsed: 100 });
      door.time.pass(minutes(1));
    }
    // 600 so far, 100 a minute for the 54 minutes left.
    const { currentRate, projectedTotal, timeToLimit, confidence } = await projection(id);
    expect([projectedTotal, confidence]).toEqual([6000, 1]);
    expect(currentRate).toBeCloseTo(100);
    expect(timeToLimit).toBeCloseTo(94);
    expect((await history(id)).projectedTotal).toBe(6000);
    await setStatus(id, 'completed');
    expect(await projection(id)).toMatchObject({ projectedTotal: 600 });
  });

  it('has no time to the limit when the budget is used up', async () => {
    const { id } = await door.startSession({ tokenBudget: 1 });
    await post(id, { tokensUsed: 2 });
    expect((await projection(id)).timeToLimit).toBe(0);
  });
});

describe('POST /api/sessions/:id/checkpoints', () => {
  const reach = async (id: string, body: Schemas['ReachCheckpoint']) =>
    unwrap(await door.client().POST('/api/sessions/{id}/checkpoints', { ...at(id), body }));

  it('answers with the checkpoint, the tokens used so far in it', async () => {
    const { id } = await door.startSession();
    await post(id, { tokensUsed: 42 });
    expect(await reach(id, { phase: 'plan', promptCount: 0 })).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      sessionId: id,
      phase: 'plan',
      promptCount: 0,
      tokensUsed: 42,
      timestamp: door.time.wall(),
    });
  });

  it('gives back the metadata as it was given', async () => {
    const { id } = await door.startSession();
    const metadata = { constructor: 1, 'a.b': [null, { deep: 'Ω\u0000' }], toString: {}, '': '', 1: 2 };
    expect((await reach(id, { phase: 'p', promptCount: 1, metadata })).metadata).toEqual(metadata);
    const session = unwrap(await door.client().GET('/api/sessions/{id}', at(id)));
    expect(session.checkpoints[0]?.metadata).toEqual(metadata);
  });

  it('takes one while the session is paused, and none when it has ended', async () => {
    const { id } = await door.startSession();
    await setStatus(id, 'paused');
    await reach(id, { phase: 'p', promptCount: 1 });
    await setStatus(id, 'completed');
    const { status } = await door.request('POST', `/api/sessions/${id}/checkpoints`, {
      json: { phase: 'p', promptCount: 1 },
    });
    expect(status).toBe(409);
  });

  it.each([
    [{ promptCount: 1 }, ['phase']],
    [{ phase: '', promptCount: -1 }, ['phase', 'promptCount']],
    [{ phase: 'p'.repeat(201), promptCount: 0.5 }, ['phase', 'promptCount']],
    [{ phase: 'p', promptCount: 1, metadata: [] }, ['metadata']],
    [{ phase: 'p', promptCount: 1, metadata: null }, ['metadata']],
    [{ phase: 'p', promptCount: 1, tokensUsed: 3 }, ['tokensUsed']],
  ])('refuses %j and names what is wrong', async (json, paths) => {
    const { id } = await door.startSession();
    const { status, problem } = await door.request('POST', `/api/sessions/${id}/checkpoints`, { json });
    expect([status, badPaths(problem)]).toEqual([400, paths]);
  });

  it('shows more than a page of them', async () => {
    const { id } = await door.startSession();
    await Promise.all(Array.from({ length: 501 }, (_, promptCount) => reach(id, { phase: 'p', promptCount })));
    const { checkpoints } = unwrap(await door.client().GET('/api/sessions/{id}', at(id)));
    expect(new Set(checkpoints.map(({ promptCount }) => promptCount)).size).toBe(501);
  });
});
