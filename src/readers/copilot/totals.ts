/**
 * What a session's totals tell of its responses. Copilot CLI writes down the output of each response at once, and all
 * else only when it ends, as totals by model.
 *
 * 1. What totals hold beyond what the responses told themselves is shared out evenly among those of the model: it falls
 *    to about the time of its use, and each response has about its own size, by which it is priced.
 * 2. A response whose usage was told whole takes no share. Where there is none to take one, as many are made up as
 *    there were requests.
 * 3. Totals begin anew when a session is resumed, by most accounts; where they hold what was there before and what was
 *    told since, they went on, and so they did where nothing was resumed.
 * 4. A session that was killed, or left by `/new`, has no totals: its responses stay incomplete.
 */
import { beyond, type Counts, covers, isNothing, noCounts, plus, shareOf } from './counts.ts';

/** A response since the last totals. A type and no interface, so that it counts as JSON. */
export type Told = {
  key: string;
  at: number;
  offset: number;
  agentId: string | null;
  /** Null where it is not known. */
  model: string | null;
  counts: Counts;
  /** All of its usage was told. */
  isWhole: boolean;
};

export type ByModel = { [model: string]: Counts };

/** A type and no interface, so that it counts as JSON. */
export type Tally = {
  /** The latest; none of them is told twice. */
  responses: Told[];
  /** What those before them told, by model; '' where it is not known. */
  earlier: ByModel;
  /** The totals that were met last. */
  totals: ByModel;
  isResumed: boolean;
};

export const newTally: Tally = { responses: [], earlier: {}, totals: {}, isResumed: false };

/** So many are kept in the cursor to take their share. */
const mostKept = 512;

/** The tally with a response, in the place of what was known of it. */
export function withResponse(tally: Tally, told: Told): Tally {
  const others = tally.responses.filter(({ key }) => key !== told.key);
  const responses = [...others, told];
  if (responses.length <= mostKept) return { ...tally, responses };
  const [first, ...rest] = responses as [Told, ...Told[]];
  return { ...tally, responses: rest, earlier: added(tally.earlier, first.model ?? '', first.counts) };
}

/** What was told before a session was resumed has no part in the totals after it. */
export function resumed({ totals }: Tally): Tally {
  return { ...newTally, totals, isResumed: true };
}

export interface Totals {
  counts: ReadonlyMap<string, Counts>;
  /** How many requests each model had. */
  requests: ReadonlyMap<string, number>;
}

/** Responses that take a share, with it, and usage that belongs to none. */
export interface Shared {
  responses: Told[];
  others: { model: string; counts: Counts }[];
}

export function shareTotals(tally: Tally, totals: Totals): Shared {
  const shared: Shared = { responses: [], others: [] };
  const used = usedSince(tally, totals.counts);
  const models = [...used.keys()].toSorted((a, b) => used.get(b)!.output - used.get(a)!.output);
  // Of whose model the totals know nothing went to the one most was used of.
  const modelOf = (model: string | null) => (model !== null && used.has(model) ? model : models[0]);
  for (const model of models) {
    const own = tally.responses.filter((told) => modelOf(told.model) === model);
    const earlier = Object.entries(tally.earlier).filter(([name]) => modelOf(name) === model);
    const told = sum([...own.map(({ counts }) => counts), ...earlier.map(([, counts]) => counts)]);
    const rest = beyond(used.get(model)!, told);
    if (!isNothing(rest)) shareRest(shared, model, rest, own, totals.requests.get(model) ?? 1);
  }
  return shared;
}

/** Made up where no response takes a share. */
const mostMadeUp = 256;

function shareRest(shared: Shared, model: string, rest: Counts, own: readonly Told[], requests: number): void {
  const open = own.filter(({ isWhole }) => !isWhole);
  const many = Math.min(Math.max(requests - own.length, 1), mostMadeUp);
  for (const [i, told] of open.entries()) {
    const counts = plus(told.counts, shareOf(rest, i, open.length));
    if (!isNothing(counts)) shared.responses.push({ ...told, model, counts });
  }
  if (open.length > 0) return;
  for (let i = 0; i < many; i++) shared.others.push({ model, counts: shareOf(rest, i, many) });
}

/** Rule 3. */
function usedSince(tally: Tally, totals: ReadonlyMap<string, Counts>): Map<string, Counts> {
  const goesOn = isContinued(tally, totals);
  return new Map([...totals].map(([model, now]) => [model, goesOn ? beyond(now, before(tally, model)) : now]));
}

function isContinued(tally: Tally, totals: ReadonlyMap<string, Counts>): boolean {
  const known = Object.entries(tally.totals);
  if (known.length === 0 || !known.every(([model, counts]) => covers(totals.get(model) ?? noCounts, counts)))
    return false;
  if (!tally.isResumed) return true;
  const told = sum([...tally.responses.map(({ counts }) => counts), ...Object.values(tally.earlier)]).output;
  return told > 0 && sum([...totals.values()]).output >= sum(Object.values(tally.totals)).output + told;
}

function before({ totals }: Tally, model: string): Counts {
  return Object.hasOwn(totals, model) ? totals[model]! : noCounts;
}

export function afterTotals(totals: ReadonlyMap<string, Counts>): Tally {
  return { ...newTally, totals: Object.fromEntries(totals) };
}

function added(held: ByModel, model: string, counts: Counts): ByModel {
  const so = Object.hasOwn(held, model) ? held[model]! : noCounts;
  return Object.fromEntries([...Object.entries(held), [model, plus(so, counts)]]);
}

function sum(counts: readonly Counts[]): Counts {
  return counts.reduce(plus, noCounts);
}
