import type { TimedCell, UsageSum } from '../contract/usage.ts';
import { addUsage, noUsage } from './sum.ts';

/**
 * Five-hour blocks, as people know them.
 *
 *  B1  A block starts at its first entry, floored to the UTC hour, and is five hours long.
 *  B2  An entry more than five hours after the block's start, or more than five hours after the entry before it, starts
 *      another one. In the second case there was a pause, which is a row of its own.
 *  B3  A block is active when now lies in it and its last entry is less than five hours ago.
 *
 * Cells stand for their entries without loss: a block ends on a quarter of an hour, what lies exactly on one is a cell of its
 * own, and the pause before a cell is told by its `firstAt` and the `lastAt` of those before.
 */

/** Times are Unix ms. */
export interface Block extends UsageSum {
  start: number;
  end: number;
  /** A pause: from the last entry before to the first one after; its sums are zeros. */
  gap: boolean;
  active: boolean;
  /** Its earliest and latest entry; a pause's ends. */
  firstAt: number;
  lastAt: number;
  /** In the order of the alphabet; empty when the cells do not tell them apart. */
  models: string[];
}

const hourMs = 3_600_000;
export const blockMs = 5 * hourMs;

/** Blocks and the pauses between them, earliest first. The cells are of `edges: 'slots'`, in any order. */
export const blocksOf = (cells: readonly TimedCell[], now: number): Block[] => {
  const rows: Block[] = [];
  let open: Block | undefined;
  const models = new Set<string>();
  for (const cell of cells.toSorted((a, b) => a.firstAt - b.firstAt)) {
    if (open === undefined || isPast(open, cell)) {
      if (open !== undefined && isAfterPause(open, cell)) rows.push(pause(open.lastAt, cell.firstAt));
      models.clear();
      rows.push((open = newBlock(cell.firstAt)));
    }
    addUsage(open, cell);
    open.lastAt = Math.max(open.lastAt, cell.lastAt);
    if (cell.model !== '' && !models.has(cell.model)) open.models = [...models.add(cell.model)].toSorted();
  }
  for (const row of rows) row.active = isActive(row, now);
  return rows;
};

const isPast = (block: Block, cell: TimedCell): boolean =>
  cell.firstAt - block.start > blockMs || isAfterPause(block, cell);

const isAfterPause = ({ lastAt }: Block, { firstAt }: TimedCell): boolean => firstAt - lastAt > blockMs;

const newBlock = (firstAt: number): Block => {
  const start = Math.floor(firstAt / hourMs) * hourMs;
  return { ...row(start, start + blockMs), firstAt, lastAt: firstAt };
};

const pause = (start: number, end: number): Block => ({ ...row(start, end), gap: true });

const row = (start: number, end: number): Block => ({
  ...noUsage,
  start,
  end,
  gap: false,
  active: false,
  firstAt: start,
  lastAt: end,
  models: [],
});

const isActive = ({ gap, start, end, lastAt }: Block, now: number): boolean =>
  !gap && start <= now && now < end && now - lastAt < blockMs;
