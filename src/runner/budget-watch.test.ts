import { describe, expect, it } from 'vitest';
import { ada, bo, day, delegating, hour, noon, openServer } from '../serve/budgets.suite.ts';

describe('the alerts of a budget across sessions', () => {
  it('are raised on the session that used it last, and say of which budget', async () => {
    const server = await openServer();
    const [first, second] = [await server.start(), await server.start()];
    server.use(first, 500, { at: noon - 2 * hour });
    server.use(second, 460);
    const { id } = await server.set({ name: 'team' });
    await server.watch.look();
    expect(await server.thresholds(first)).toEqual([]);
    expect(await server.alerts(second)).toMatchObject([
      {
        threshold: 'across_95',
        level: 'error',
        budget: id,
        message: '96 % of the budget “team” is used: 960 of 1000 tokens today',
      },
      { threshold: 'across_projected', level: 'warning', budget: id },
    ]);
    expect((await server.budgets.get(id)).alerts.map(({ threshold, session }) => [threshold, session])).toEqual([
      ['across_95', second],
      ['across_projected', second],
    ]);
  });

  it('are raised once each in a period, and again in the next', async () => {
    const server = await openServer();
    const session = await server.start();
    const { id } = await server.set({ period: 'day' });
    for (const tokens of [800, 10, 200, 500]) {
      server.use(session, tokens);
      await server.watch.look();
      await server.watch.look();
    }
    const today = ['across_80', 'across_projected', 'across_100'];
    expect(await server.thresholds(session)).toEqual(today);
    server.time.now += day;
    await server.watch.look();
    expect((await server.budgets.get(id)).alerts).toEqual([]);
    server.use(session, 900);
    await server.watch.look();
    expect(await server.thresholds(session)).toEqual([...today, 'across_80', 'across_projected']);
  });

  it('are raised again when the limit was changed, and not for another name', async () => {
    const server = await openServer();
    const session = await server.start();
    server.use(session, 1000);
    const { id } = await server.set({ period: 'total' });
    await server.watch.look();
    await server.budgets.change(id, ada, { name: 'all', action: 'warn', limit: 1000 });
    await server.watch.look();
    expect(await server.thresholds(session)).toEqual(['across_100']);
    await server.budgets.change(id, ada, { limit: 1250 });
    await server.watch.look();
    expect(await server.thresholds(session)).toEqual(['across_100', 'across_80']);
  });

  it('of several budgets are raised beside each other', async () => {
    const server = await openServer();
    const session = await server.start();
    server.use(session, 1000);
    const budgets = [
      await server.set({ period: 'total' }),
      await server.set({ period: 'total', only: { agent: 'claude' } }),
    ];
    await server.watch.look();
    expect((await server.alerts(session)).map(({ budget }) => budget)).toEqual(budgets.map(({ id }) => id));
  });

  it('reach a session that is over', async () => {
    const server = await openServer();
    const session = await server.start();
    await server.ask(session, { type: 'complete' });
    server.use(session, 850);
    await server.set({ period: 'total' });
    await server.watch.look();
    expect(await server.thresholds(session)).toEqual(['across_80']);
  });

  it('wait for a session that can take them', async () => {
    const server = await openServer();
    const gone = await server.start();
    await server.ask(gone, { type: 'complete' });
    await server.runner.remove(gone);
    server.use(gone, 850);
    const { id } = await server.set({ period: 'total' });
    await server.watch.look();
    expect([(await server.budgets.get(id)).alerts, server.errors]).toEqual([[], []]);
    expect(server.timers.waiting).toContain(5000);
    const session = await server.start();
    server.use(session, 1, { at: noon - 2 * hour });
    await server.watch.look();
    expect(await server.thresholds(session)).toEqual(['across_80']);
  });

  it('are not held up by a budget that can’t be looked at, which is told of once', async () => {
    const server = await openServer();
    const session = await server.start();
    server.use(session, 900);
    await server.rows.add({
      ...(await server.set({ period: 'total' })),
      id: session,
      period: 'day',
      timeZone: 'Nowhere/At_All',
    });
    await server.watch.look();
    await server.watch.look();
    expect(await server.thresholds(session)).toEqual(['across_80']);
    expect(server.errors).toEqual([expect.any(RangeError)]);
  });
});

describe('what a budget counts', () => {
  const standing = async (rest: Parameters<Awaited<ReturnType<typeof openServer>>['set']>[0], owner = ada) => {
    const server = await openServer();
    const [shop, web, other] = ['/shop', '/shop/web', '/shop-2'];
    const one = await server.start({ run: { directory: shop } });
    const two = await server.start({ owner: bo });
    server.use(one, 1, { project: shop, model: 'opus', cacheRead: 7, costPico: 5e11 });
    server.use(one, 20, { project: web, model: 'haiku', source: 'codex', unpriced: 1 });
    server.use(two, 300, { project: other, model: 'opus', owner: bo, costPico: 2e12 });
    server.use(two, 4000, { project: other, model: 'opus', owner: bo, at: noon - 20 * hour });
    const only = rest?.only?.session === 'two' ? { only: { session: two } } : {};
    const { id } = await server.set({ ...rest, ...only }, owner);
    return server.budgets.get(id);
  };

  it.each([
    ['all of today', {}, 321],
    ['all that there ever was', { period: 'total' }, 4321],
    ['of the week, cache reads too', { period: 'week', all: true }, 4328],
    ['of an agent', { only: { agent: 'codex' } }, 20],
    ['of a model', { only: { model: 'opus' } }, 301],
    ['of a project, with what lies below it', { only: { project: '/shop/' } }, 21],
    ['of both', { only: { project: '/shop', model: 'opus' } }, 1],
    ['of a session', { only: { session: 'two' } }, 300],
    ['in dollars', { measure: 'usd', limit: '10' }, 2.5e12],
  ] as const)('%s', async (_, rest, used) => {
    expect((await standing(rest)).standing.used).toBe(used);
  });

  it('of a model is of its family, and of a day’s only where a day is given', async () => {
    const server = await openServer();
    const session = await server.start();
    server.use(session, 4, { project: '/shop', model: 'claude-opus-4-5-20251101' });
    server.use(session, 30, { project: '/shop', model: 'anthropic/claude-opus-4-5' });
    server.use(session, 200, { project: '/shop', model: 'claude-opus-4-1-20250805' });
    const used = async (model: string, rest: object = {}) =>
      (await server.budgets.get((await server.set({ only: { model, ...rest } })).id)).standing.used;
    expect(await used('claude-opus-4-5')).toBe(34);
    expect(await used('claude-opus-4-5-20251101')).toBe(4);
    expect(await used('claude-opus-4-5', { project: '/shop' })).toBe(34);
    expect(await used('claude-opus-4-1', { session })).toBe(200);
  });

  it('is what its owner may see', async () => {
    expect((await standing({}, bo)).standing.used).toBe(300);
    expect((await standing({ only: { project: '/shop' } }, bo)).standing.used).toBe(0);
    const server = await openServer();
    const session = await server.start();
    server.use(session, 900);
    const of = async (rest: object) => (await server.budgets.get((await server.set(rest, bo)).id)).standing.used;
    expect(await of({ only: { session } })).toBe(0);
    server.withoutAgents.add(session);
    await server.ask(session, { type: 'record_tokens', tokensUsed: 5, operation: 'work', source: 'api' });
    expect(await of({ only: { session } })).toBe(0);
  });

  it('is what was told of a session in which no agent is known to work', async () => {
    const server = await openServer();
    const session = await server.start();
    server.withoutAgents.add(session);
    for (const [tokensUsed, timestamp] of [
      [7, noon - 20 * hour],
      [50, noon - 8 * hour],
      [300, noon - hour],
    ] as const)
      await server.ask(session, { type: 'record_tokens', tokensUsed, timestamp, operation: 'work', source: 'api' });
    const { id } = await server.set({ only: { session } });
    expect((await server.budgets.get(id)).standing).toMatchObject({ used: 350, projected: 350 + (300 / 6) * 12 });
    await server.set({ only: { session }, limit: 430 });
    await server.watch.look();
    expect(await server.thresholds(session)).toEqual(['across_80', 'across_projected']);
  });

  it('of a run is what the run was told, and what it cost where it ran', async () => {
    const server = await openServer();
    server.time.now -= 2 * hour;
    const run = await server.start({ run: { directory: '/shop' } });
    server.use('agent', 5, { project: '/shop', costPico: 1e12 });
    server.time.now = noon;
    server.use('agent', 40, { project: '/shop/web', costPico: 3e12, model: 'opus' });
    server.use('agent', 40, { project: '/other', costPico: 7e12 });
    await server.ask(run, { type: 'record_tokens', tokensUsed: 45, operation: 'work', source: 'api' });
    const tokens = await server.set({ only: { session: run } });
    const cost = await server.set({ measure: 'usd', limit: '10', only: { session: run } });
    const ofModel = await server.set({ only: { session: run, model: 'opus' } });
    const ofBoth = await server.set({ only: { session: run, project: '/shop/web/deep' } });
    const used = async ({ id }: { id: string }) => (await server.budgets.get(id)).standing.used;
    expect([await used(tokens), await used(cost), await used(ofModel), await used(ofBoth)]).toEqual([45, 3e12, 40, 0]);
    await server.ask(run, { type: 'complete' });
    server.time.now += 2 * hour;
    server.use('agent', 40, { project: '/shop', costPico: 5e12 });
    expect(await used(cost)).toBe(3e12);
  });

  it('has no price where none is known', async () => {
    expect((await standing({ measure: 'usd', limit: '10' })).unpriced).toBe(1);
  });
});

describe('a budget of time', () => {
  const timed = { measure: 'time', limit: 10 * hour } as const;

  it('counts the active time of sessions, pauses left out, side by side', async () => {
    const server = await openServer();
    const [one, two] = [await server.start(), await server.start({ owner: bo })];
    const mine = await server.set(timed);
    const his = await server.set(timed, bo);
    server.time.now += hour;
    await server.ask(one, { type: 'pause' });
    server.time.now += hour;
    expect((await server.budgets.get(mine.id)).standing).toMatchObject({ used: 3 * hour });
    expect((await server.budgets.get(his.id)).standing).toMatchObject({ used: 2 * hour });
    expect(await server.statusOf(two)).toBe('active');
  });

  it('counts by what the sessions used, and where they run', async () => {
    const server = await openServer();
    const inShop = await server.start({ run: { directory: '/shop/web' } });
    const agent = await server.start({ kind: 'agent' });
    server.use(agent, 1, { project: '/shop', model: 'opus', at: noon });
    await server.start();
    const shop = await server.set({ ...timed, only: { project: '/shop' } });
    const opus = await server.set({ ...timed, only: { model: 'opus' } });
    const one = await server.set({ ...timed, only: { session: inShop } });
    const both = await server.set({ ...timed, only: { session: inShop, model: 'opus' } });
    server.time.now += hour;
    const used = async (budget: { id: string }) => (await server.budgets.get(budget.id)).standing.used / hour;
    expect([await used(shop), await used(opus), await used(one), await used(both)]).toEqual([2, 1, 1, 0]);
  });

  it('is looked at when its next level may be reached, and raises its alert on an active session', async () => {
    const server = await openServer();
    const [idle, session] = [await server.start(), await server.start()];
    await server.ask(idle, { type: 'pause' });
    await server.set({ measure: 'time', limit: 100_000 });
    await server.watch.look();
    expect(server.timers.waiting).toEqual([500, 60_000]);
    server.time.now += 79_000;
    await server.watch.look();
    expect([await server.thresholds(session), server.timers.waiting]).toEqual([['across_projected'], [500, 1000]]);
    server.time.now += 1000;
    server.timers.ring(1000);
    await server.watch.look();
    expect(await server.thresholds(session)).toEqual(['across_projected', 'across_80']);
    expect(await server.thresholds(idle)).toEqual([]);
  });
});

describe('changes', () => {
  it('are looked at at once, and then twice a second at the most', async () => {
    let reads = 0;
    const server = await openServer(undefined, {
      watching: ({ store }) => ({ store: { ...delegating(store), all: () => (reads++, store.all()) } }),
    });
    const session = await server.start();
    await server.set({ period: 'total' });
    server.watch.start();
    await server.watch.look();
    server.timers.ring(500);
    reads = 0;
    server.use(session, 850);
    for (let n = 0; n < 100; n++) server.tellChange();
    await expect.poll(() => server.thresholds(session)).toEqual(['across_80']);
    await expect.poll(() => server.timers.waiting).toContain(500);
    expect(reads).toBe(1);
    server.use(session, 150);
    server.tellChange();
    expect(reads).toBe(1);
    server.timers.ring(500);
    await expect.poll(() => server.thresholds(session)).toEqual(['across_80', 'across_100']);
    expect(reads).toBe(2);
  });

  it('set no timer for the clock where there is no budget', async () => {
    const server = await openServer();
    await server.watch.look();
    expect(server.timers.waiting).toEqual([500]);
    await server.set();
    await server.watch.look();
    expect(server.timers.waiting).toEqual([500, 60_000]);
    await server.watch.stop();
    expect(server.timers.waiting).toEqual([]);
  });

  it('are seen at the end of a period', async () => {
    const server = await openServer();
    await server.set();
    server.time.now = noon + 12 * hour - 7000;
    await server.watch.look();
    expect(server.timers.waiting).toEqual([500, 7000]);
  });
});

describe('a server that is killed', () => {
  it('while it raises an alert has raised it once, or raises it when it starts again', async () => {
    for (const dies of ['before it is raised', 'before that is kept']) {
      const server = await openServer(undefined, {
        watching: ({ store }) =>
          dies === 'before it is raised'
            ? { runner: { execute: () => Promise.reject(new Error('killed')) } }
            : { store: { ...delegating(store), keepRaised: () => Promise.reject(new Error('killed')) } },
      });
      const session = await server.start();
      server.use(session, 850);
      const { id } = await server.set({ period: 'total' });
      await server.watch.look();
      expect(server.errors).toHaveLength(1);
      expect((await server.budgets.get(id)).alerts).toEqual([]);
      await server.watch.stop();
      await server.store.close();

      const next = await openServer(server.lasting);
      next.watch.start();
      await next.watch.look();
      expect([dies, await next.thresholds(session)]).toEqual([dies, ['across_80']]);
      expect((await next.budgets.get(id)).alerts).toMatchObject([{ threshold: 'across_80', session }]);
    }
  });

  it('later raises nothing again', async () => {
    const server = await openServer();
    const session = await server.start();
    server.use(session, 850);
    await server.set({ period: 'total' });
    await server.watch.look();
    await server.watch.stop();
    await server.store.close();
    const next = await openServer(server.lasting);
    next.time.now += 3 * day;
    await next.store.forgetReceipts(next.time.now);
    await next.watch.look();
    expect(await next.thresholds(session)).toEqual(['across_80']);
  });
});
