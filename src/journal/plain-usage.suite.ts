/** The ledger's reads in the plainest way, from responses that a test says there are. */
import type { TimedCell, UsageNames, UsageQuery, UsageSum } from '../contract/usage.ts';
import { addUsage, noUsage } from '../ledger/sum.ts';
import type { UsageReads } from './usage.ts';

export interface Response extends Partial<UsageSum>, Partial<UsageNames> {
  at: number;
  owner?: string;
}

const noNames: UsageNames = { source: '', model: '', project: '', sessionId: '', agentId: '' };

export class PlainUsage implements UsageReads {
  readonly #responses: Response[] = [];

  add(...responses: readonly Response[]): void {
    this.#responses.push(...responses);
  }

  async cells(query: UsageQuery): Promise<readonly TimedCell[]> {
    const cells = new Map<string, TimedCell>();
    for (const response of this.#responses.filter((one) => isAsked(one, query))) {
      const begin = beginOf(response.at, query);
      if (begin === undefined) continue;
      const asked = Object.fromEntries(query.by.map((name) => [name, response[name] ?? '']));
      const { at } = response;
      const key = JSON.stringify([begin, asked, query.edges === 'slots' && at === begin]);
      const cell = cells.get(key) ?? { ...noUsage, ...noNames, ...asked, begin, firstAt: at, lastAt: at };
      addUsage(cell, { ...noUsage, responses: 1, ...response });
      cells.set(key, { ...cell, firstAt: Math.min(cell.firstAt, at), lastAt: Math.max(cell.lastAt, at) });
    }
    // Where time is one, a cell begins with its first response.
    const begun = [...cells.values()];
    return query.edges === undefined ? begun.map((cell) => ({ ...cell, begin: cell.firstAt })) : begun;
  }

  async extent(query: Omit<UsageQuery, 'by' | 'edges'>) {
    const [cell] = await this.cells({ ...query, by: [] });
    return cell && { firstAt: cell.firstAt, lastAt: cell.lastAt };
  }
}

const isAsked = (response: Response, { from = -Infinity, until = Infinity, owner, only = {} }: UsageQuery): boolean =>
  response.at >= from &&
  response.at < until &&
  (owner === undefined || response.owner === owner) &&
  (Object.keys(only) as (keyof UsageNames)[]).every((name) => (response[name] ?? '') === only[name]);

/** Undefined for what lies outside of the edges. */
const beginOf = (at: number, { edges }: UsageQuery): number | undefined => {
  if (edges === undefined) return 0;
  if (edges === 'slots') return Math.floor(at / 900_000) * 900_000;
  return at < (edges.at(-1) ?? 0) ? edges.findLast((edge) => edge <= at) : undefined;
};
