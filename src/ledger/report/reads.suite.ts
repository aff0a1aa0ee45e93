/** The ledger's reads over responses in memory, for tests: what a store answers, by the words of the port. */
import type { TimedCell, UsageNames, UsageQuery, UsageSum } from '../../contract/usage.ts';
import type { ReportReads } from '../report.ts';
import { addUsage, noUsage } from '../sum.ts';

const quarterMs = 900_000;

/** One response. */
export interface Used extends Partial<UsageSum>, Partial<UsageNames> {
  at: number;
  owner?: string;
}

export const readsOf = (all: readonly Used[], asked: UsageQuery[] = []): ReportReads => ({
  cells: async (query) => {
    asked.push(query);
    return cellsOf(all, query);
  },
  extent: async (query) => {
    const times = all.filter((one) => isIn(one, query)).map(({ at }) => at);
    return times.length === 0 ? undefined : { firstAt: Math.min(...times), lastAt: Math.max(...times) };
  },
});

const isIn = (one: Used, { from = -Infinity, until = Infinity, owner, only = {} }: Omit<UsageQuery, 'by'>): boolean =>
  one.at >= from &&
  one.at < until &&
  (owner === undefined || one.owner === owner) &&
  Object.entries(only).every(([name, value]) => (one[name as keyof UsageNames] ?? '') === value);

const cellsOf = (all: readonly Used[], query: UsageQuery): TimedCell[] => {
  const cells = new Map<string, TimedCell>();
  for (const one of all) {
    const begin = beginOf(one.at, query.edges);
    if (begin === undefined || !isIn(one, query)) continue;
    const names = namesOf(one, query.by);
    const isApart = query.edges === 'slots' && one.at === begin;
    const key = JSON.stringify([query.edges === undefined ? 0 : begin, isApart, names]);
    const cell = cells.get(key) ?? { ...noUsage, ...names, begin, firstAt: one.at, lastAt: one.at };
    addUsage(cell, { ...noUsage, responses: 1, ...sumOf(one) });
    cell.firstAt = Math.min(cell.firstAt, one.at);
    cell.lastAt = Math.max(cell.lastAt, one.at);
    if (query.edges === undefined) cell.begin = cell.firstAt;
    cells.set(key, cell);
  }
  return [...cells.values()];
};

const beginOf = (at: number, edges: UsageQuery['edges']): number | undefined => {
  if (edges === undefined) return at;
  if (edges === 'slots') return Math.floor(at / quarterMs) * quarterMs;
  return at < (edges.at(-1) ?? -Infinity) ? edges.findLast((edge) => edge <= at) : undefined;
};

const namesOf = (one: Used, by: readonly (keyof UsageNames)[]): UsageNames => {
  const none = { source: '', model: '', project: '', sessionId: '', agentId: '' };
  return { ...none, ...Object.fromEntries(by.map((name) => [name, one[name] ?? ''])) };
};

const sumOf = (one: Used): Partial<UsageSum> =>
  Object.fromEntries(
    Object.keys(noUsage).flatMap((name) => {
      const value = one[name as keyof UsageSum];
      return value === undefined ? [] : [[name, value]];
    }),
  );
