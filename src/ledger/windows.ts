import type { KeptReading, TimedCell } from '../contract/usage.ts';
import { blocksOf } from './blocks.ts';
import type { Block } from './blocks.ts';
import { burnAt } from './burn.ts';
import type { Burn } from './burn.ts';
import { endOf, lastEnd, readingNow, startOf, worthOfPercent } from './readings.ts';
import { spentBetween } from './spread.ts';
import type { Amount, Spent } from './spread.ts';
import { countedTokens } from './sum.ts';

/**
 * How the limits of each source stand. A percentage always says what it is based on:
 *
 *  official    the agent wrote or reported it, and its window has not ended. It is given as it was told, with when, and with
 *              what was used since.
 *  calibrated  official readings of earlier windows tell how much was used for each percent.
 *  estimated   against the user's own history: the most that an ended window has held is taken for all of it.
 *
 * What counts: input, output and cache writes; cache reads are told apart. Where (nearly) all of it has a price, percentages
 * are shares of the cost, since providers weigh models by theirs; else of the tokens.
 */

export type WindowBasis = 'official' | 'calibrated' | 'estimated';

/** Times are Unix ms. */
export interface UsageWindow extends Spent {
  source: string;
  windowMinutes: number;
  basis: WindowBasis;
  /** Undefined where there is nothing to hold it against; over 100 where it is exceeded. */
  usedPercent?: number;
  /** Official: when that was first so, and what was used since. */
  reading?: { at: number; since: Amount };
  /** Undefined while no window runs. */
  startsAt?: number;
  /** Undefined too where it is not known when it begins anew: it is then the latest stretch of its length. */
  resetsAt?: number;
  /** What percentages are shares of, and how much of it (tokens, pico-dollars) is taken for all of the limit. */
  measure: 'tokens' | 'cost';
  limit?: number;
  /** Its half-life is a twentieth of the window: 15 min of five hours, 8 h 24 min of a week. */
  burn: Burn;
  /** When the window begins anew, at this pace. */
  projection?: Projection;
}

export interface Projection extends Amount {
  usedPercent?: number;
  /** When all of the limit will be used; undefined when it will not be, in this window. */
  limitAt?: number;
}

/** What is known: readings of any window, and cells of `edges: 'slots'` by source with all that was used since `since`. */
export interface Known {
  cells: readonly TimedCell[];
  since: number;
  readings: readonly KeptReading[];
  now: number;
}

export const fiveHours = 300;
export const aWeek = 10_080;
/** As far back as windows need to know: eight weeks. */
export const historyMs = 8 * 7 * 86_400_000;

const minuteMs = 60_000;
const halfLivesInWindow = 20;
/** So many of a hundred responses may lack a price where cost is the measure. */
const unpricedOfHundred = 1;

/** Of each source with usage in the last week, or a reading that holds: five hours, a week, and what else it is told of. */
export const windowsOf = ({ cells, readings, since, now }: Known): UsageWindow[] => {
  const ofSource = Map.groupBy(cells, ({ source }) => source);
  const told = Map.groupBy(readings.map(ofUsualLength), ({ source }) => source);
  return [...new Set([...ofSource.keys(), ...told.keys()])].toSorted().flatMap((source) => {
    const known = { cells: ofSource.get(source) ?? [], readings: told.get(source) ?? [], since, now };
    return lengthsOf(known).map((length) => windowOf(source, length, known));
  });
};

/** Some agents round down, to 299 minutes. */
const ofUsualLength = (reading: KeptReading): KeptReading => {
  const near = (length: number): boolean => Math.abs(reading.windowMinutes - length) <= length / 100;
  return { ...reading, windowMinutes: [fiveHours, aWeek].find(near) ?? reading.windowMinutes };
};

/** Minutes of the windows that there is something to say of, shortest first. */
const lengthsOf = ({ cells, readings, now }: Known): number[] => {
  const told = readings.filter((one) => readingNow([one], now) !== undefined).map((one) => one.windowMinutes);
  const isUsed = cells.some(({ lastAt }) => lastAt >= now - aWeek * minuteMs);
  return isUsed || told.length > 0 ? [...new Set([fiveHours, aWeek, ...told])].toSorted((a, b) => a - b) : [];
};

const windowOf = (source: string, windowMinutes: number, ofSource: Known): UsageWindow => {
  const readings = ofSource.readings.filter((one) => one.windowMinutes === windowMinutes);
  const known = { ...ofSource, readings };
  const { cells, now } = known;
  const reading = readingNow(readings, now);
  const frame = reading === undefined ? ownFrame(windowMinutes, known) : frameOf(reading, now);
  const spent = frame.startsAt === undefined ? nothing : spentBetween(cells, frame.startsAt, now);
  const measure = measureOf(cells);
  const level =
    reading === undefined ? ownLevel(spent, windowMinutes, known, measure) : toldLevel(reading, known, measure);
  const { percentNow, ...shown } = level;
  const burn = burnAt(cells, now, burnHalfLifeMinutes(windowMinutes) * minuteMs);
  const window = { source, windowMinutes, ...frame, ...spent, measure, ...shown, burn };
  return frame.resetsAt === undefined ? window : { ...window, projection: project(window, percentNow, now) };
};

/** A pace that is to tell of days is not that of minutes. */
export const burnHalfLifeMinutes = (windowMinutes: number): number => windowMinutes / halfLivesInWindow;

const nothing: Spent = { tokens: 0, costPico: 0, cacheRead: 0, responses: 0, unpriced: 0 };

const fieldOf = { tokens: 'tokens', cost: 'costPico' } as const;
type Measure = keyof typeof fieldOf;

const measureOf = (cells: readonly TimedCell[]): Measure => {
  const sum = spentBetween(cells, -Infinity, Infinity);
  return sum.costPico > 0 && sum.unpriced * 100 <= sum.responses * unpricedOfHundred ? 'cost' : 'tokens';
};

type Frame = Pick<UsageWindow, 'startsAt' | 'resetsAt'>;

const rolling = (windowMinutes: number, now: number): Frame => ({ startsAt: now - windowMinutes * minuteMs });

const frameOf = (reading: KeptReading, now: number): Frame =>
  reading.resetsAt === undefined
    ? rolling(reading.windowMinutes, now)
    : { startsAt: startOf(reading), resetsAt: endOf(reading) };

/** Five hours begin with the first use after the last ones; longer windows follow each other without a pause. */
const ownFrame = (windowMinutes: number, { cells, readings, now }: Known): Frame => {
  const ended = lastEnd(readings, now);
  if (windowMinutes === fiveHours) return blockNow(cells, ended ?? -Infinity, now);
  if (ended === undefined) return rolling(windowMinutes, now);
  const length = windowMinutes * minuteMs;
  const startsAt = ended + Math.floor((now - ended) / length) * length;
  return { startsAt, resetsAt: startsAt + length };
};

const blockNow = (cells: readonly TimedCell[], since: number, now: number): Frame => {
  const block = blocksOf(
    cells.filter(({ firstAt }) => firstAt >= since),
    now,
  ).find(({ active }) => active);
  return block === undefined ? {} : { startsAt: Math.max(block.start, since), resetsAt: block.end };
};

type Level = Pick<UsageWindow, 'basis' | 'usedPercent' | 'reading' | 'limit'> & { percentNow?: number };

const toldLevel = (reading: KeptReading, known: Known, measure: Measure): Level => {
  const { usedPercent, at } = reading;
  const { tokens, costPico } = spentBetween(known.cells, at + 1, known.now);
  const level = { basis: 'official', usedPercent, reading: { at, since: { tokens, costPico } } } as const;
  const limit = knownLimit(known, measure);
  if (limit === undefined) return { ...level, percentNow: usedPercent };
  return { ...level, limit, percentNow: usedPercent + percentOf({ tokens, costPico }[fieldOf[measure]], limit) };
};

const ownLevel = (spent: Spent, windowMinutes: number, known: Known, measure: Measure): Level => {
  const told = knownLimit(known, measure);
  const basis = told === undefined ? 'estimated' : 'calibrated';
  const limit = told ?? mostHeld(windowMinutes, known, measure);
  if (limit === undefined) return { basis };
  const percentNow = percentOf(spent[fieldOf[measure]], limit);
  return { basis, limit, usedPercent: percentNow, percentNow };
};

const percentOf = (used: number, limit: number): number => (used * 100) / limit;

const knownLimit = (known: Known, measure: Measure): number | undefined => {
  const worth = worthOfPercent(known.readings, known)?.[fieldOf[measure]] ?? 0;
  return worth > 0 ? worth * 100 : undefined;
};

/** By windows that have ended; undefined where none held anything. */
const mostHeld = (windowMinutes: number, known: Known, measure: Measure): number | undefined => {
  const field = fieldOf[measure];
  const held = windowMinutes === fiveHours ? endedBlocks(known) : endedStretches(windowMinutes, known);
  const most = Math.max(0, ...held.map((amount) => amount[field]));
  return most > 0 ? most : undefined;
};

const endedBlocks = ({ cells, now }: Known): Amount[] =>
  blocksOf(cells, now)
    .filter(({ active, gap }: Block) => !active && !gap)
    .map((block) => ({ tokens: countedTokens(block), costPico: block.costPico }));

/** Whole ones, back from where the latest begins. */
const endedStretches = (windowMinutes: number, { cells, since, now }: Known): Amount[] => {
  const length = windowMinutes * minuteMs;
  const count = Math.floor((now - since) / length) - 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => {
    const end = now - (i + 1) * length;
    return spentBetween(cells, end - length, end);
  });
};

const project = (window: Omit<UsageWindow, 'projection'>, percentNow: number | undefined, now: number): Projection => {
  const { tokens, costPico, burn, limit, measure, resetsAt = now } = window;
  const minutes = Math.max(0, resetsAt - now) / minuteMs;
  const total = {
    tokens: Math.round(tokens + burn.tokensPerMinute * minutes),
    costPico: Math.round(costPico + burn.costPicoPerMinute * minutes),
  };
  if (percentNow === undefined) return total;
  if (percentNow >= 100) return { ...total, usedPercent: percentNow, limitAt: now };
  if (limit === undefined) return total;
  const pace = percentOf(measure === 'cost' ? burn.costPicoPerMinute : burn.tokensPerMinute, limit);
  const usedPercent = percentNow + pace * minutes;
  return usedPercent < 100
    ? { ...total, usedPercent }
    : { ...total, usedPercent, limitAt: Math.round(now + ((100 - percentNow) / pace) * minuteMs) };
};
