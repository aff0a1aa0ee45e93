/** Time and chance as the live views use them: a test has its own. */
export interface Timing {
  /** Ms since some beginning, steady. */
  now: () => number;
  /** From 0 to 1. */
  random: () => number;
  /** Calls back once after so many ms; the function that is returned takes it back. */
  after: (ms: number, call: () => void) => () => void;
}

export const realTiming: Timing = {
  now: () => performance.now(),
  random: () => Math.random(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

const firstMs = 250;
const longestMs = 8000;

/**
 * How long to wait before the next attempt, ms: anything up to a bound that doubles with each failure (exponential backoff with
 * full jitter, Brooker 2015), so that those who lost the same server do not come back all at once.
 */
export const backoffMs = (failures: number, { random }: Timing): number =>
  random() * Math.min(longestMs, firstMs * 2 ** Math.min(failures, 16));
