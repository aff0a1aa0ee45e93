/** Cells as a store makes them of responses, for tests. */
import type { TimedCell } from '../contract/usage.ts';
import { addUsage, noUsage } from './sum.ts';

const quarterMs = 900_000;

/** One response. */
export interface Entry {
  at: number;
  source?: string;
  model?: string;
  /** Input tokens, where nothing more is told. */
  tokens?: number;
  cacheRead?: number;
  costPico?: number;
  unpriced?: boolean;
}

/** `edges: 'slots'`, by source and model: what lies exactly on a quarter is apart from what follows it. */
export const cellsOf = (entries: readonly Entry[]): TimedCell[] => {
  const cells = new Map<string, TimedCell>();
  for (const entry of entries) {
    const { at, source = 'claude', model = 'opus', tokens = 0, cacheRead = 0, costPico = 0, unpriced = false } = entry;
    const begin = Math.floor(at / quarterMs) * quarterMs;
    const name = JSON.stringify([begin, at === begin, source, model]);
    const names = { source, model, project: '', sessionId: '', agentId: '' };
    const cell = cells.get(name) ?? { ...noUsage, ...names, begin, firstAt: at, lastAt: at };
    addUsage(cell, { ...noUsage, input: tokens, cacheRead, costPico, responses: 1, unpriced: unpriced ? 1 : 0 });
    cell.firstAt = Math.min(cell.firstAt, at);
    cell.lastAt = Math.max(cell.lastAt, at);
    cells.set(name, cell);
  }
  return [...cells.values()];
};
