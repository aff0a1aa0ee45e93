import type { KeptReading, TimedCell } from '../contract/usage.ts';
import { spentBetween } from './spread.ts';
import type { Amount } from './spread.ts';

/** What official readings of one source's limit tell: how it stands now, and what a percent of it is worth. */

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Two readings are of one window when their ends differ by no more: agents count seconds until it, or round it. */
const sameEndMs = 5 * minuteMs;
/** By so much a clock may be ahead of ours. */
const aheadMs = 5 * minuteMs;
/** A percent that was rounded says little of so few of them. */
const fewestPercent = 5;
/** Providers change what a percent is worth: only the latest windows tell. */
const windowsTold = 8;

export const endOf = ({ resetsAt, at, windowMinutes }: KeptReading): number =>
  resetsAt ?? at + windowMinutes * minuteMs;

/** When its window began. */
export const startOf = (reading: KeptReading): number => endOf(reading) - reading.windowMinutes * minuteMs;

/** Whether it can be so: not from the future, and its window not longer than it says. */
const isSound = (reading: KeptReading, now: number): boolean =>
  reading.at <= now + aheadMs && startOf(reading) <= reading.at + aheadMs && endOf(reading) >= reading.at - aheadMs;

const isSameWindow = (a: KeptReading, b: KeptReading): boolean => Math.abs(endOf(a) - endOf(b)) <= sameEndMs;

/**
 * The reading that holds now; undefined when the windows of all of them have ended. Of one window the highest holds, since it
 * only fills, and what is idle tells again what it knew long ago; yet not one that nobody has told for a day.
 */
export const readingNow = (readings: readonly KeptReading[], now: number): KeptReading | undefined => {
  const current = readings.filter((reading) => isSound(reading, now) && endOf(reading) > now);
  const newest = maxBy(current, ({ toldAt }) => toldAt);
  if (newest === undefined) return undefined;
  const ofWindow = current.filter((one) => isSameWindow(one, newest) && newest.toldAt - one.toldAt < dayMs);
  return maxBy(ofWindow, ({ usedPercent }) => usedPercent);
};

/** When the latest of the windows that are known ended; undefined when none is. */
export const lastEnd = (readings: readonly KeptReading[], now: number): number | undefined => {
  const ended = readings.filter((reading) => isSound(reading, now) && endOf(reading) <= now);
  const last = maxBy(ended, endOf);
  return last && endOf(last);
};

/**
 * How much was used for each percent, as the median of the latest windows; undefined where none tells. `cells` hold all that was
 * used since `since`.
 */
export const worthOfPercent = (
  readings: readonly KeptReading[],
  { cells, since, now }: { cells: readonly TimedCell[]; since: number; now: number },
): Amount | undefined => {
  const telling = readings.filter(
    (one) => isSound(one, now) && one.usedPercent >= fewestPercent && startOf(one) >= since,
  );
  const samples = fullestOfWindows(telling).flatMap((reading) => {
    const { tokens, costPico } = spentBetween(cells, startOf(reading), reading.at);
    const { usedPercent } = reading;
    return tokens > 0 ? [{ tokens: tokens / usedPercent, costPico: costPico / usedPercent }] : [];
  });
  if (samples.length === 0) return undefined;
  return { tokens: median(samples.map(({ tokens }) => tokens)), costPico: median(samples.map((s) => s.costPico)) };
};

/** The highest reading of each of the latest windows. */
const fullestOfWindows = (readings: readonly KeptReading[]): KeptReading[] => {
  const fullest: KeptReading[] = [];
  for (const reading of readings.toSorted((a, b) => endOf(a) - endOf(b))) {
    const last = fullest.at(-1);
    if (last === undefined || !isSameWindow(last, reading)) fullest.push(reading);
    else if (reading.usedPercent > last.usedPercent) fullest[fullest.length - 1] = reading;
  }
  return fullest.slice(-windowsTold);
};

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
};

const maxBy = <T>(values: readonly T[], of: (value: T) => number): T | undefined =>
  values.reduce<T | undefined>((most, one) => (most === undefined || of(one) > of(most) ? one : most), undefined);
