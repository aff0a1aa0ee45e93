/** Budgets over the store's own ledger. */
import { expect, it } from 'vitest';
import type { BudgetFilter } from '../contract/budgets.ts';
import type { LedgerRow, UsageStep } from '../contract/usage.ts';
import { SqliteSessionPlaces } from '../stores/sqlite/session-places.ts';
import { ada, hour, noon, openServer } from './budgets.suite.ts';

const row = (n: number, rest: Partial<LedgerRow>): LedgerRow => ({
  owner: ada,
  source: 'claude',
  key: `response ${n}`,
  request: '',
  sessionId: 'one',
  agentId: '',
  sidechain: false,
  model: 'opus',
  project: '/shop',
  beganAt: noon - hour,
  at: noon - hour,
  bornAt: noon - hour,
  input: 10 ** n,
  output: 0,
  reasoning: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  webSearches: 0,
  confidence: 'exact',
  billing: '',
  toldBy: 'transcript',
  costPico: 10 ** n * 1e6,
  priceVersion: '1',
  ...rest,
});

const opened = async () => {
  const server = await openServer(undefined, {
    readings: (store) => ({ usage: store, places: new SqliteSessionPlaces(store) }),
  });
  const session = await server.start({ kind: 'agent' });
  const rows = [
    row(0, {}),
    row(1, { project: '/shop/web', model: 'haiku', at: noon - 7 * hour }),
    row(2, { sessionId: 'two', source: 'codex' }),
    row(3, { project: '/other', at: noon - 30 * hour }),
    row(4, { owner: 'bo', costPico: null }),
  ];
  const steps: UsageStep[] = [
    ...rows.map((one): UsageStep => ({ do: 'put', row: one })),
    { do: 'adopt', agent: { owner: ada, source: 'claude', sessionId: 'one' }, session },
  ];
  await server.store.keepUsage(steps);
  return { server, session };
};

it.each<[string, object, number, BudgetFilter?]>([
  ['today', {}, 10_111],
  ['in all', { period: 'total' }, 11_111],
  ['of a project', {}, 10_111, { project: '/shop' }],
  ['of a folder in it', {}, 10, { project: '/shop/web' }],
  ['of an agent', {}, 100, { agent: 'codex' }],
  ['of a model', { period: 'week' }, 11_101, { model: 'opus' }],
  ['of a session', { period: 'total' }, 1011, { session: 'adopted' }],
  ['of a session and model', { period: 'day' }, 10, { session: 'adopted', model: 'haiku' }],
  ['in dollars', { measure: 'usd', limit: '5' }, 111e6],
])('what was used %s', async (_, rest, used, only = {}) => {
  const { server, session } = await opened();
  const filter = only.session === undefined ? only : { ...only, session };
  const { id } = await server.set({ ...rest, only: filter });
  expect((await server.budgets.get(id)).standing.used).toBe(used);
});

it('a projection, and an alert on the session that was adopted', async () => {
  const { server, session } = await opened();
  const { id } = await server.set({ only: { agent: 'claude', project: '/shop' }, limit: 10_012 });
  expect((await server.budgets.get(id)).standing.projected).toBe(10_011 + Math.round((10_001 / 6) * 12));
  await server.watch.look();
  expect(await server.thresholds(session)).toEqual(['across_95', 'across_projected']);
});
