/**
 * Events and metrics of a session tell of the same usage. Events win, as they tell of responses; what metrics have beyond them was
 * used as well, and its event is missing: the exporter of logs is off, or lost it, or is only later. So a session has used, of each
 * kind, the larger of the two sums, whatever order they come in. Neither ever shrinks, and so neither does that.
 *
 * The sums of a whole session are compared, not those of its models: the two may spell a model differently. What is beyond is
 * then given to the models that have more in metrics than in events, those with most first.
 */
import type { TelemetryResponse, TotalKind } from './told.ts';

const kinds = ['input', 'output', 'cacheRead', 'cacheWrite', 'costPico'] as const satisfies readonly TotalKind[];

export type Tally = Readonly<Record<TotalKind, number>>;
/** Of one session, by model. */
export type Tallies = ReadonlyMap<string, Tally>;

export const emptyTally: Tally = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, costPico: 0 };

export function addTo(tallies: Tallies, model: string, more: Partial<Tally>): Tallies {
  const held = tallies.get(model) ?? emptyTally;
  const sum = Object.fromEntries(kinds.map((kind) => [kind, held[kind] + (more[kind] ?? 0)]));
  return new Map(tallies).set(model, { ...emptyTally, ...sum });
}

/** `costPico`: what the agent itself reckons, 0 where it does not tell. */
export function tallyOf({ parts, costUsd = 0 }: Pick<TelemetryResponse, 'parts' | 'costUsd'>): Tally {
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = parts;
  return { input, output, cacheRead, cacheWrite: cacheWrite5m + cacheWrite1h, costPico: Math.round(costUsd * 1e12) };
}

/** What metrics have beyond events, by model; a model without any is not in it. */
export function surplusOf(events: Tallies, metrics: Tallies): Tallies {
  let surplus: Tallies = new Map();
  for (const kind of kinds) {
    let left = sumOf(metrics, kind) - sumOf(events, kind);
    for (const { model, most } of beyond(events, metrics, kind)) {
      const value = Math.min(left, most);
      if (value <= 0) break;
      surplus = addTo(surplus, model, { [kind]: value });
      left -= value;
    }
  }
  return surplus;
}

function sumOf(tallies: Tallies, kind: TotalKind): number {
  return [...tallies.values()].reduce((sum, tally) => sum + tally[kind], 0);
}

/** By how much each model has more in metrics, most first; those that have equally much by their names. */
function beyond(events: Tallies, metrics: Tallies, kind: TotalKind): { model: string; most: number }[] {
  return [...metrics]
    .map(([model, tally]) => ({ model, most: tally[kind] - (events.get(model)?.[kind] ?? 0) }))
    .toSorted((a, b) => b.most - a.most || (a.model < b.model ? -1 : 1));
}
