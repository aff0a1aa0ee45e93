import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { badPaths } from '../../../test/doorways/answers.ts';
import { Doorway, ownerToken } from '../../../test/doorways/doorway.ts';
import { Listener } from '../../../test/doorways/listener.ts';
import { Receiver } from '../../hooks/receiver.suite.ts';
import { unwrap } from '../../sdk/index.ts';
import type { Schemas } from '../../sdk/index.ts';
import { addBudgetTables } from '../../stores/sqlite/budgets.suite.ts';
import { SqliteStore } from '../../stores/sqlite/store.ts';

let door: Doorway;

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stint-doorway-'));
  const file = join(folder, 'stint.db');
  await (await SqliteStore.open(file)).close();
  addBudgetTables(file);
  door = await Doorway.open({ folder });
});

afterEach(() => door.close());

type SetBudget = Schemas['SetBudget'];
type Budget = Schemas['Budget'];

const at = (id: string) => ({ params: { path: { id } } });
const daily: SetBudget = { measure: 'tokens', limit: 1000, period: 'day' };

const set = async (body: SetBudget, token = ownerToken): Promise<Budget> =>
  unwrap(await door.client(token).POST('/api/usage/budgets', { body }));
const get = async (id: string): Promise<Budget> => unwrap(await door.client().GET('/api/usage/budgets/{id}', at(id)));
const list = async (token = ownerToken): Promise<Budget[]> =>
  unwrap(await door.client(token).GET('/api/usage/budgets')).budgets;
const change = async (id: string, body: Schemas['ChangeBudget']): Promise<Budget> =>
  unwrap(await door.client().PATCH('/api/usage/budgets/{id}', { ...at(id), body }));

/** A session for which a budget of its own tokens of the day stands, and what is used of that. */
const budgeted = async (rest: Partial<SetBudget> = {}): Promise<{ session: string; budget: Budget }> => {
  const { id: session } = await door.startSession({ name: 'login' });
  return { session, budget: await set({ ...daily, only: { session }, ...rest } as SetBudget) };
};
const use = async (session: string, tokensUsed: number): Promise<void> => {
  unwrap(
    await door.client().POST('/api/sessions/{id}/tokens', { ...at(session), body: { tokensUsed, operation: 'o' } }),
  );
};
const statusOf = async (session: string) => unwrap(await door.client().GET('/api/sessions/{id}', at(session))).status;

describe('a budget', () => {
  it('is set, and told with how it stands', async () => {
    const made = await set({ ...daily, name: 'mine', timeZone: 'europe/berlin', all: true });
    const { id: owner } = unwrap(await door.client().GET('/api/me'));
    expect(made).toEqual({
      id: made.id,
      name: 'mine',
      owner,
      only: {},
      period: 'day',
      timeZone: 'Europe/Berlin',
      measure: 'tokens',
      all: true,
      limit: 1000,
      action: 'warn',
      createdAt: door.time.wall(),
      used: 0,
      percent: 0,
      projected: 0,
      periodStart: Date.parse('2026-09-20T22:00Z'),
      periodEnd: Date.parse('2026-09-21T22:00Z'),
      state: 'within',
      alerts: [],
      paused: [],
    });
    expect([await get(made.id), await list()]).toEqual([made, [made]]);
  });

  it('begins in the server’s own time zone, unless another was said', async () => {
    expect((await set(daily)).timeZone).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
  });

  it('of dollars is told in dollars, a total has no end', async () => {
    const made = await set({ measure: 'usd', limit: '200.50', period: 'total', only: { project: '/shop/../shop/' } });
    expect(made).toMatchObject({ limit: '200.5', used: '0', only: { project: '/shop' } });
    for (const field of ['periodStart', 'periodEnd', 'projected']) expect(made).not.toHaveProperty(field);
  });

  it('is changed where the same filter, period and measure is set again, and keeps what was not said', async () => {
    const first = await door.request('POST', '/api/usage/budgets', { json: { ...daily, action: 'pause', name: 'a' } });
    const again = await door.request('POST', '/api/usage/budgets', { json: { ...daily, limit: 2000 } });
    const { id } = first.body as Budget;
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toMatchObject({ id, limit: 2000, action: 'pause', name: 'a' });
    for (const other of [{ period: 'week' }, { only: { agent: 'claude' } }, { only: { model: 'claude' } }])
      expect((await door.request('POST', '/api/usage/budgets', { json: { ...daily, ...other } })).status).toBe(201);
    expect(await list()).toHaveLength(4);
  });

  it('is set once however often the same request comes', async () => {
    const asked = (json: object, key = 'one') =>
      door.request('POST', '/api/usage/budgets', { json, headers: { 'idempotency-key': key } });
    const [first, second] = [await asked(daily), await asked(daily)];
    expect([first.status, second.status, second.body]).toEqual([201, 201, first.body]);
    expect((await asked({ ...daily, limit: 7 })).status).toBe(422);
    expect((await asked(daily, 'two')).status).toBe(200);
  });

  it('is changed and deleted', async () => {
    const { id } = await set(daily);
    expect(await change(id, { limit: 500, name: 'less', action: 'pause' })).toMatchObject({
      limit: 500,
      name: 'less',
      action: 'pause',
    });
    expect((await door.request('DELETE', `/api/usage/budgets/${id}`)).status).toBe(204);
    for (const method of ['GET', 'DELETE'])
      expect((await door.request(method, `/api/usage/budgets/${id}`)).status).toBe(404);
    expect(await list()).toEqual([]);
  });

  it('is one of a hundred at the most', async () => {
    const answers = await Promise.all(
      Array.from({ length: 105 }, (_, n) =>
        door.request('POST', '/api/usage/budgets', { json: { ...daily, only: { model: `m${n}` } } }),
      ),
    );
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(5);
  });

  // One server for all of them: each leaves it as it was.
  it('is not made of what does not fit', async () => {
    const wrong: [object, string[]][] = [
      [{}, ['measure']],
      [{ ...daily, measure: 'lines' }, ['measure']],
      [{ measure: 'tokens', period: 'day' }, ['limit']],
      [{ ...daily, limit: 0 }, ['limit']],
      [{ ...daily, limit: 1.5 }, ['limit']],
      [{ ...daily, limit: '5' }, ['limit']],
      [{ ...daily, measure: 'usd' }, ['limit']],
      [{ ...daily, measure: 'usd', limit: '0.00' }, ['limit']],
      [{ ...daily, measure: 'usd', limit: '-5' }, ['limit']],
      [{ ...daily, measure: 'usd', limit: '5', all: true }, ['all']],
      [{ ...daily, period: 'year' }, ['period']],
      [{ ...daily, timeZone: 'Mars/Olympus' }, ['timeZone']],
      [{ ...daily, timeZone: '+05:00' }, ['timeZone']],
      [{ ...daily, action: 'stop' }, ['action']],
      [{ ...daily, name: '' }, ['name']],
      [{ ...daily, owner: 'me' }, ['owner']],
      [{ ...daily, only: { session: 'mine' } }, ['only.session']],
      [{ ...daily, only: { session: '019a8f5e-7c1b-7000-8000-3b5f00000000' } }, ['only.session']],
      [{ ...daily, only: { project: 'shop' } }, ['only.project']],
      [{ ...daily, only: { project: '/a\0b' } }, ['only.project']],
      [{ ...daily, only: { model: '', folder: '/' } }, ['only.model', 'only.folder']],
    ];
    for (const [json, paths] of wrong) {
      const { status, problem } = await door.request('POST', '/api/usage/budgets', { json });
      expect([json, status, badPaths(problem)]).toEqual([json, 400, paths]);
      expect(await list()).toEqual([]);
    }
  });

  it('is not changed by what does not fit', async () => {
    const before = await set(daily);
    const wrong: [object, string[]][] = [
      [{}, ['']],
      [{ limit: '5' }, ['limit']],
      [{ limit: 0 }, ['limit']],
      [{ limit: 5, period: 'week' }, ['period']],
    ];
    for (const [json, paths] of wrong) {
      const { status, problem } = await door.request('PATCH', `/api/usage/budgets/${before.id}`, { json });
      expect([json, status, badPaths(problem)]).toEqual([json, 400, paths]);
      expect(await get(before.id)).toEqual(before);
    }
  });
});

describe('who may', () => {
  it('a viewer sets, changes and deletes none', async () => {
    const { id } = await set(daily);
    const { token } = await door.newUser('vera', { role: 'viewer' });
    const asked = async (method: string, path: string, json?: object) =>
      (await door.request(method, `/api/usage/budgets${path}`, { token, ...(json ? { json } : {}) })).status;
    expect([
      await asked('POST', '', daily),
      await asked('PATCH', `/${id}`, { limit: 5 }),
      await asked('DELETE', `/${id}`),
    ]).toEqual([403, 403, 403]);
    expect(await list(token)).toEqual([]);
  });

  it('a member sees and changes their own, the owner all', async () => {
    const { token } = await door.newUser('mia');
    const hers = await set(daily, token);
    const mine = await set(daily);
    expect(hers.id).not.toBe(mine.id);
    expect((await list(token)).map(({ id }) => id)).toEqual([hers.id]);
    expect((await list()).map(({ id }) => id)).toEqual([mine.id, hers.id]);
    for (const [method, json] of [['GET'], ['PATCH', { limit: 5 }], ['DELETE']] as const) {
      const with_ = { token, ...(json ? { json } : {}) };
      expect((await door.request(method, `/api/usage/budgets/${mine.id}`, with_)).status).toBe(404);
    }
    expect(await change(hers.id, { limit: 5 })).toMatchObject({ limit: 5, owner: hers.owner });
  });

  it('a member has none for a session that they may not see', async () => {
    const { id: session } = await door.startSession();
    const { token } = await door.newUser('mia');
    const { status, problem } = await door.request('POST', '/api/usage/budgets', {
      token,
      json: { ...daily, only: { session } },
    });
    expect([status, badPaths(problem)]).toEqual([400, ['only.session']]);
  });
});

describe('an alert of a budget', () => {
  it('reaches hooks, subscribers and the session’s events, with the budget', async () => {
    const receiver = await Receiver.open();
    const hook: Schemas['NewHook'] = {
      kind: 'webhook',
      url: receiver.url,
      allowPrivate: true,
      thresholds: ['across_80'],
    };
    door.secret(unwrap(await door.client().POST('/api/hooks', { body: hook })).secret ?? '');
    const { session, budget } = await budgeted({ name: 'mine' });
    const listener = await Listener.open(door);
    listener.send({ type: 'subscribe', sessionId: session });
    await use(session, 850);
    const message = '85 % of the budget “mine” is used: 850 of 1000 tokens today';
    const frame = await listener.nextOf('alert');
    expect(frame).toMatchObject({
      sessionId: session,
      threshold: 'across_80',
      level: 'warning',
      message,
      budget: budget.id,
    });
    const [told] = await receiver.count(1);
    expect(told?.message.data).toMatchObject({
      threshold: 'across_80',
      message,
      budget: budget.id,
      session: { id: session },
    });
    expect((await get(budget.id)).alerts.map(({ threshold }) => threshold)).toContain('across_80');
    expect(await get(budget.id)).toMatchObject({ used: 850, percent: 85, state: 'warning' });
  });

  it('is raised once, also over restarts, until the limit is changed', async () => {
    const { session, budget } = await budgeted({ period: 'total' });
    const raised = async () => {
      const query = { type: 'alert_raised', limit: 100 } as const;
      const path = { id: session };
      const { events } = unwrap(await door.client().GET('/api/sessions/{id}/events', { params: { path, query } }));
      return events.map(({ data }) => data['threshold']);
    };
    await use(session, 1000);
    await expect.poll(raised).toEqual(['across_100']);
    await door.stop();
    await door.start();
    await use(session, 1);
    await change(budget.id, { limit: 1200 });
    await expect.poll(raised).toEqual(['across_100', 'across_80']);
  });
});

describe('a budget that pauses', () => {
  it('pauses at its end, and resumes when it is raised or deleted', async () => {
    const { session, budget } = await budgeted({ action: 'pause' });
    await use(session, 1000);
    await expect.poll(() => statusOf(session)).toBe('paused');
    expect(await get(budget.id)).toMatchObject({ state: 'over', paused: [session] });
    await change(budget.id, { limit: 1500 });
    await expect.poll(() => statusOf(session)).toBe('active');
    await use(session, 500);
    await expect.poll(() => statusOf(session)).toBe('paused');
    expect((await door.request('DELETE', `/api/usage/budgets/${budget.id}`)).status).toBe(204);
    expect(await statusOf(session)).toBe('active');
  });

  it('resumes when the period begins anew while no server runs', async () => {
    const { session } = await budgeted({ action: 'pause' });
    const { id: other } = await door.startSession({ duration: 30 * 24 * 3600_000 });
    await set({ ...daily, only: { session: other }, action: 'pause' });
    for (const one of [session, other]) await use(one, 1000);
    await expect.poll(() => statusOf(other)).toBe('paused');
    await door.stop();
    door.time.pass(24 * 3600_000);
    await door.start();
    await expect.poll(() => statusOf(other)).toBe('active');
  });
});
