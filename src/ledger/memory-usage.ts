import type { TimedCell, UsageExtent, UsageNames, UsageQuery, UsageSum } from '../contract/usage.ts';
import type { UsageRecord } from '../readers/reader.ts';
import type { Pricing } from './settle.ts';
import { addUsage } from './sum.ts';

const quarterMs = 900_000;

interface Counted {
  names: UsageNames;
  at: number;
  sum: UsageSum;
}

/** The ledger's reads over responses in memory, for reports without a server. */
export class MemoryUsage {
  readonly #responses: Counted[];

  constructor(responses: Iterable<UsageRecord>, prices: Pricing) {
    this.#responses = Array.from(responses, (record) => counted(record, prices));
  }

  async cells(query: UsageQuery): Promise<readonly TimedCell[]> {
    const { by, edges } = query;
    const cells = new Map<string, TimedCell>();
    for (const { names, at, sum } of this.#responses) {
      if (!isAsked(query, names, at)) continue;
      const begin = beginOf(at, edges);
      if (begin === undefined) continue;
      let key = edges === 'slots' ? `${begin} ${at === begin}` : `${begin}`;
      for (const name of by) key += `\0${names[name]}`;
      const cell = cells.get(key);
      if (cell === undefined) {
        const cellNames = { ...noNames };
        for (const name of by) cellNames[name] = names[name];
        cells.set(key, { ...cellNames, begin: edges === undefined ? at : begin, ...sum, firstAt: at, lastAt: at });
        continue;
      }
      addUsage(cell, sum);
      if (at < cell.firstAt) cell.firstAt = at;
      if (at > cell.lastAt) cell.lastAt = at;
      if (edges === undefined) cell.begin = cell.firstAt;
    }
    return [...cells.values()];
  }

  async extent(query: Omit<UsageQuery, 'by' | 'edges'>): Promise<UsageExtent | undefined> {
    const [cell] = await this.cells({ ...query, by: [] });
    return cell && { firstAt: cell.firstAt, lastAt: cell.lastAt };
  }
}

const noNames: UsageNames = { source: '', model: '', project: '', sessionId: '', agentId: '' };

const isAsked = ({ from, until, only = {} }: UsageQuery, names: UsageNames, at: number): boolean => {
  if ((from !== undefined && at < from) || (until !== undefined && at >= until)) return false;
  for (const name in only) if (names[name as keyof UsageNames] !== only[name as keyof UsageNames]) return false;
  return true;
};

/** Undefined for what lies outside of the edges. */
const beginOf = (at: number, edges: UsageQuery['edges']): number | undefined => {
  if (edges === undefined) return 0;
  if (edges === 'slots') return at - (at % quarterMs);
  if (at < (edges[0] ?? Infinity) || at >= (edges.at(-1) ?? 0)) return undefined;
  let low = 0;
  let high = edges.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (edges[middle]! <= at) low = middle;
    else high = middle;
  }
  return edges[low];
};

const counted = (record: UsageRecord, prices: Pricing): Counted => {
  const { source, model, cwd = '', sessionId, agentId = '', at, parts, confidence } = record;
  const price = prices.price(record);
  return {
    names: { source, model, project: cwd, sessionId, agentId },
    at,
    sum: {
      input: parts.input,
      output: parts.output,
      reasoning: parts.reasoning ?? 0,
      cacheRead: parts.cacheRead,
      cacheWrite5m: parts.cacheWrite5m,
      cacheWrite1h: parts.cacheWrite1h,
      costPico: price?.costPico ?? 0,
      responses: 1,
      incomplete: confidence === 'incomplete' ? 1 : 0,
      unpriced: price === undefined ? 1 : 0,
    },
  };
};
