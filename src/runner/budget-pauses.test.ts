import { describe, expect, it } from 'vitest';
import { ada, bo, day, openServer } from '../serve/budgets.suite.ts';
import type { BudgetServer } from '../serve/budgets.suite.ts';

const inShop = { run: { directory: '/shop' } };
const pausing = { action: 'pause' } as const;

/** A run in the shop that has used all of a pausing budget of the day, and was paused for it. */
const usedUp = async () => {
  const server = await openServer();
  const run = await server.start(inShop);
  server.use(run, 1000, { project: '/shop' });
  const budget = await server.set(pausing);
  await server.watch.look();
  expect(await server.statusOf(run)).toBe('paused');
  return { server, run, budget };
};

const statuses = (server: BudgetServer, ...sessions: string[]) =>
  Promise.all(sessions.map((session) => server.statusOf(session)));

describe('a budget that pauses', () => {
  it('pauses what stint runs when all of it is used, and says so', async () => {
    const server = await openServer();
    const [run, timer, agent] = [
      await server.start(inShop),
      await server.start(),
      await server.start({ kind: 'agent' }),
    ];
    server.use(run, 999);
    const { id } = await server.set(pausing);
    await server.watch.look();
    expect(await statuses(server, run, timer, agent)).toEqual(['active', 'active', 'active']);
    server.use(agent, 1);
    await server.watch.look();
    expect(await statuses(server, run, timer, agent)).toEqual(['paused', 'active', 'active']);
    expect(await server.runner.state(run)).toMatchObject({ reason: 'budget', budget: id });
    expect((await server.budgets.get(id)).paused).toEqual([run]);
  });

  it('only warns unless it was told to', async () => {
    const server = await openServer();
    const run = await server.start(inShop);
    server.use(run, 1000);
    await server.set();
    await server.watch.look();
    expect(await server.statusOf(run)).toBe('active');
  });

  it.each([
    ['a project', { project: '/shop' }, ['paused', 'active', 'active']],
    ['a model', { model: 'opus' }, ['active', 'paused', 'active']],
    ['an agent in a project', { agent: 'claude', project: '/other' }, ['active', 'paused', 'active']],
    ['everything', {}, ['paused', 'paused', 'paused']],
  ] as const)('pauses the runs of %s', async (_, only, expected) => {
    const server = await openServer();
    const runs = [
      await server.start(inShop),
      await server.start({ run: { directory: '/other' } }),
      await server.start({ run: { directory: '/quiet' } }),
    ];
    const [, other = ''] = runs;
    server.use(other, 500, { project: '/other', model: 'opus' });
    server.use('elsewhere', 1000, { project: '/shop/web' });
    await server.set({ ...pausing, limit: 500, only });
    await server.watch.look();
    expect(await statuses(server, ...runs)).toEqual(expected);
  });

  it('pauses the session that it is for, and no other', async () => {
    const server = await openServer();
    const [timer, run] = [await server.start(), await server.start(inShop)];
    server.use(timer, 1000);
    await server.set({ ...pausing, only: { session: timer } });
    await server.watch.look();
    expect(await statuses(server, timer, run)).toEqual(['paused', 'active']);
  });

  it('leaves an agent alone that nobody runs here', async () => {
    const server = await openServer();
    const agent = await server.start({ kind: 'agent' });
    server.use(agent, 1000);
    await server.set({ ...pausing, only: { session: agent } });
    await server.watch.look();
    expect([await server.statusOf(agent), server.errors]).toEqual(['active', []]);
  });

  it('of a member touches nobody else’s', async () => {
    const server = await openServer();
    const [hers, his] = [await server.start(inShop), await server.start({ ...inShop, owner: bo })];
    server.use(his, 1000, { owner: bo });
    await server.set(pausing, bo);
    await server.watch.look();
    expect(await statuses(server, hers, his)).toEqual(['active', 'paused']);
  });

  it('pauses a run that begins when all is used', async () => {
    const { server } = await usedUp();
    const late = await server.start(inShop);
    await server.watch.look();
    expect(await server.statusOf(late)).toBe('paused');
  });
});

describe('what a budget paused', () => {
  it('runs on when somebody resumes it', async () => {
    const { server, run } = await usedUp();
    await server.ask(run, { type: 'resume' });
    server.use(run, 500);
    await server.watch.look();
    expect(await server.statusOf(run)).toBe('active');
    server.time.now += day;
    server.use(run, 1000);
    await server.watch.look();
    expect(await server.statusOf(run)).toBe('paused');
  });

  it('is resumed when the limit is raised over what is used, not before', async () => {
    const { server, run, budget } = await usedUp();
    await server.budgets.change(budget.id, ada, { limit: 900 });
    await server.watch.look();
    expect(await server.statusOf(run)).toBe('paused');
    await server.budgets.change(budget.id, ada, { limit: 2000 });
    await server.watch.look();
    expect(await server.statusOf(run)).toBe('active');
    expect((await server.budgets.get(budget.id)).paused).toEqual([]);
  });

  it('is resumed when the period begins anew', async () => {
    const { server, run } = await usedUp();
    server.time.now += day;
    await server.watch.look();
    expect(await server.statusOf(run)).toBe('active');
  });

  it('is resumed when the budget only warns from now on, is deleted, or its owner may have none', async () => {
    for (const end of ['warns', 'deleted', 'owner']) {
      const { server, run, budget } = await usedUp();
      if (end === 'warns') await server.budgets.change(budget.id, ada, { action: 'warn' });
      if (end === 'deleted') await server.budgets.remove(budget.id, ada);
      if (end === 'owner') server.scopes.delete(ada);
      await server.watch.look();
      expect([end, await server.statusOf(run)]).toEqual([end, 'active']);
    }
  });

  it('is left as it is where somebody paused it since, or it is over or gone', async () => {
    const { server, run, budget } = await usedUp();
    const [over, gone] = [await server.start(inShop), await server.start(inShop)];
    await server.watch.look();
    await server.ask(run, { type: 'resume' });
    await server.ask(run, { type: 'pause' });
    for (const one of [over, gone]) await server.ask(one, { type: 'complete' });
    await server.runner.remove(gone);
    await server.budgets.remove(budget.id, ada);
    expect([await statuses(server, run, over), server.errors]).toEqual([['paused', 'completed'], []]);
  });

  it('is paused by the next budget that is used up', async () => {
    const { server, run, budget } = await usedUp();
    const week = await server.set({ ...pausing, period: 'week' });
    await server.watch.look();
    await server.budgets.remove(budget.id, ada);
    await server.watch.look();
    expect(await server.runner.state(run)).toMatchObject({ status: 'paused', budget: week.id });
  });

  it('is known after a server was killed before it was kept', async () => {
    const server = await openServer();
    const run = await server.start(inShop);
    server.use(run, 1000);
    const budget = await server.set({ ...pausing, period: 'total' });
    await server.ask(run, { type: 'pause', budget: budget.id });
    await server.watch.look();
    expect((await server.budgets.get(budget.id)).paused).toEqual([run]);
    await server.ask(run, { type: 'resume' });
    await server.watch.look();
    expect(await server.statusOf(run)).toBe('active');
  });
});
