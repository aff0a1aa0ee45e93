import { describe, expect, it } from 'vitest';
import { newYear, sessionId } from '../../journal/author.suite.ts';
import type { BudgetRow } from '../../journal/budgets.ts';
import { budgetRemoval } from './budgets.ts';
import { openBudgetStore } from './budgets.suite.ts';

const row = (n: number, rest: Partial<BudgetRow> = {}): BudgetRow => ({
  id: sessionId(n),
  owner: 'ada',
  only: {},
  period: 'day',
  timeZone: 'UTC',
  measure: 'tokens',
  all: false,
  limit: 1000 + n,
  action: 'warn',
  createdAt: newYear + n,
  revision: 1,
  ...rest,
});

const everything = row(1);
const shop = row(2, {
  name: 'shop',
  only: { project: '/shop', agent: 'claude', model: 'opus', session: sessionId(9) },
  measure: 'usd',
  period: 'month',
  action: 'pause',
});
const bo = row(3, { owner: 'bo' });
const turn = { revision: 1, periodStart: newYear };
const alert = { budget: everything.id, threshold: 'across_80', session: sessionId(7), at: newYear, ...turn } as const;
const pause = { budget: everything.id, session: sessionId(7), ...turn };

describe('budgets in SQLite', () => {
  it('come back as they were, also after a restart', async () => {
    const { store, file, budgets } = await openBudgetStore();
    for (const one of [shop, everything, bo]) await budgets.add(one);
    expect(budgets.all()).toEqual([everything, shop, bo]);
    await store.close();
    const again = (await openBudgetStore(file)).budgets;
    expect([again.all(), again.find(shop.id), again.find('x')]).toEqual([[everything, shop, bo], shop, undefined]);
  });

  it('are one for each owner, filter, period and measure', async () => {
    const { budgets } = await openBudgetStore();
    for (const one of [shop, everything, bo]) await budgets.add(one);
    expect(
      budgets.same({ ...shop, only: { session: sessionId(9), model: 'opus', agent: 'claude', project: '/shop' } }),
    ).toEqual(shop);
    expect(budgets.same({ ...everything, measure: 'time' })).toBeUndefined();
    expect(budgets.same({ ...everything, period: 'week' })).toBeUndefined();
    expect(budgets.same({ ...everything, only: { model: '/shop' } })).toBeUndefined();
    expect(budgets.same(bo)).toEqual(bo);
    await expect(budgets.add({ ...everything, id: sessionId(4) })).rejects.toThrow();
  });

  it('are changed, and those that are gone are not', async () => {
    const { budgets } = await openBudgetStore();
    await budgets.add(shop);
    const after = { ...shop, limit: 7, revision: 2, name: 'the shop' };
    await budgets.change(after);
    await budgets.change(bo);
    expect(budgets.all()).toEqual([after]);
  });

  it('know the alerts of each turn, each once', async () => {
    const { budgets } = await openBudgetStore();
    await budgets.add(everything);
    const later = { ...alert, threshold: 'across_100', at: newYear + 5 } as const;
    for (const one of [later, alert, { ...alert, at: newYear + 9 }]) await budgets.keepRaised(one);
    await budgets.keepRaised({ ...alert, budget: bo.id });
    expect(budgets.raised(everything.id, turn)).toEqual([alert, later]);
    expect(budgets.raised(everything.id, { ...turn, revision: 2 })).toEqual([]);
    expect(budgets.raised(everything.id, { ...turn, periodStart: newYear + 1 })).toEqual([]);
    expect(budgets.raised(bo.id, turn)).toEqual([]);
  });

  it('know what they paused, each in its latest turn', async () => {
    const { budgets } = await openBudgetStore();
    await budgets.add(everything);
    const other = { ...pause, session: sessionId(8) };
    const again = { ...pause, revision: 2 };
    for (const one of [other, pause, again, { ...pause, budget: bo.id }]) await budgets.keepPause(one);
    expect([budgets.pauses(everything.id), budgets.pauses(bo.id)]).toEqual([[again, other], []]);
    await budgets.forgetPause(everything.id, other.session);
    expect(budgets.pauses(everything.id)).toEqual([again]);
  });

  it('go with all that was kept for them, and leave the others', async () => {
    const { store, budgets } = await openBudgetStore();
    for (const one of [everything, shop, bo]) await budgets.add(one);
    for (const budget of [everything.id, shop.id, bo.id]) {
      await budgets.keepRaised({ ...alert, budget });
      await budgets.keepPause({ ...pause, budget });
    }
    await budgets.remove(everything.id);
    await store.run(budgetRemoval('(SELECT id FROM budgets WHERE owner = ?)', 'bo'));
    expect(budgets.all()).toEqual([shop]);
    for (const table of ['budget_alerts', 'budget_pauses'])
      expect(store.rows(`SELECT DISTINCT budget FROM ${table}`)).toEqual([{ budget: shop.id }]);
  });
});
