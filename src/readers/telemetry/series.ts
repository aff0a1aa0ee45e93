/**
 * How much of a point is new: pure rules for whoever keeps the marks of series.
 *
 *  1. Of a delta all is new, unless that very point was counted before: an exporter that hears no answer sends it again.
 *  2. Of a sum since the beginning its advance is new. A point that is older than the last one, or the same, brings nothing.
 *  3. A sum that is less than before was set to 0 in between: a new epoch, and all of it is new.
 */
import type { TelemetryTotal } from './told.ts';

/** What is kept of a series; plain data. */
export type SeriesMark =
  | { kind: 'cumulative'; endNano: string; value: number }
  /** Begin and end of the last points that were counted, oldest first. */
  | { kind: 'delta'; counted: readonly string[] };

export interface Advance {
  mark: SeriesMark;
  /** Tokens or pico-dollars that were not counted before. */
  value: number;
}

/** Points are sent again within minutes; at one a second, the shortest interval in use, this is over a minute's. */
const mostCounted = 100;

export function advanceOf(mark: SeriesMark | undefined, total: TelemetryTotal): Advance {
  return total.temporality === 'delta'
    ? advanceOfDelta(mark?.kind === 'delta' ? mark : { kind: 'delta', counted: [] }, total)
    : advanceOfSum(mark?.kind === 'cumulative' ? mark : undefined, total);
}

/** Rule 1. */
function advanceOfDelta(
  mark: Extract<SeriesMark, { kind: 'delta' }>,
  { startNano, endNano, value }: TelemetryTotal,
): Advance {
  const point = `${startNano}-${endNano}`;
  if (mark.counted.includes(point)) return { mark, value: 0 };
  return { mark: { kind: 'delta', counted: [...mark.counted, point].slice(-mostCounted) }, value };
}

/** Rules 2 and 3. */
function advanceOfSum(
  mark: Extract<SeriesMark, { kind: 'cumulative' }> | undefined,
  { endNano, value }: TelemetryTotal,
): Advance {
  if (mark !== undefined && BigInt(endNano) <= BigInt(mark.endNano)) return { mark, value: 0 };
  const before = mark === undefined || value < mark.value ? 0 : mark.value;
  return { mark: { kind: 'cumulative', endNano, value }, value: value - before };
}
