import type { Activity, Presence } from '../journal/activity.ts';
import { slotMs } from '../session/slot.ts';

/** What is shown of activity. Times are Unix ms, durations whole ms. */
export interface Analytics {
  totalSessions: number;
  totalTokens: number;
  /** Mean active time of a session inside the whole period. */
  averageSessionDuration: number;
  /** Up to five hours of the day with tokens, most first, ties earliest. */
  peakUsageHours: number[];
  /** One a bucket, in order. */
  trends: Trend[];
}

export interface Trend {
  /** Where the bucket begins. */
  timestamp: number;
  tokensUsed: number;
  sessionCount: number;
  /** Mean active time of a session inside the bucket. */
  averageDuration: number;
}

const mostPeaks = 5;

export const analyticsOf = (
  { buckets, whole, slots, tokens }: Activity,
  edges: readonly number[],
  hourOf: (time: number) => number,
): Analytics => {
  const bucketTokens = buckets.map(() => 0);
  const hourTokens = Array.from({ length: 24 }, () => 0);
  let bucket = 0;
  slots.forEach((slot, i) => {
    const time = slot * slotMs;
    while (time >= (edges[bucket + 1] ?? Infinity)) bucket += 1;
    bucketTokens[bucket]! += tokens[i]!;
    hourTokens[hourOf(time)]! += tokens[i]!;
  });
  return {
    totalSessions: whole.sessions,
    totalTokens: sum(bucketTokens),
    averageSessionDuration: meanMs(whole),
    peakUsageHours: peaks(hourTokens),
    trends: buckets.map((presence, i) => ({
      timestamp: edges[i] ?? 0,
      tokensUsed: bucketTokens[i] ?? 0,
      sessionCount: presence.sessions,
      averageDuration: meanMs(presence),
    })),
  };
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

const meanMs = ({ sessions, activeMs }: Presence): number => (sessions === 0 ? 0 : Math.round(activeMs / sessions));

/** Sorting is stable, so that among equals the earlier hour stays first. */
const peaks = (hourTokens: readonly number[]): number[] =>
  hourTokens
    .map((tokens, hour) => ({ tokens, hour }))
    .filter(({ tokens }) => tokens > 0)
    .toSorted((a, b) => b.tokens - a.tokens)
    .slice(0, mostPeaks)
    .map(({ hour }) => hour);
