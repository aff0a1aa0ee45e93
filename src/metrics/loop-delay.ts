import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often the main thread is looked at, ms. What is shorter than that is seen in part. */
const resolutionMs = 50;
type Histogram = ReturnType<typeof monitorEventLoopDelay>;

/** Nobody asked for this long: the measuring, which wakes the thread, ends. */
const forgottenMs = 15 * 60_000;

export interface LoopDelay {
  /** Seconds by which timers were late since the call before, by quantile. */
  sinceLast(): Record<'0.5' | '0.99' | '1', number>;
}

/** Measures nothing until it is asked the first time: a server that nobody watches is not kept awake. */
export const newLoopDelay = (): LoopDelay => {
  let histogram: Histogram | undefined;
  let forgotten: NodeJS.Timeout | undefined;
  const end = () => {
    histogram?.disable();
    histogram = undefined;
  };
  return {
    sinceLast: () => {
      clearTimeout(forgotten);
      forgotten = setTimeout(end, forgottenMs).unref();
      const late = histogram ? quantiles(histogram) : { '0.5': 0, '0.99': 0, '1': 0 };
      if (histogram) histogram.reset();
      else {
        histogram = monitorEventLoopDelay({ resolution: resolutionMs });
        histogram.enable();
      }
      return late;
    },
  };
};

const quantiles = (histogram: Histogram) => {
  // What is recorded is the time between two looks, in ns.
  const late = (ns: number) => (histogram.count === 0 ? 0 : Math.max(0, ns / 1e9 - resolutionMs / 1000));
  return { '0.5': late(histogram.percentile(50)), '0.99': late(histogram.percentile(99)), '1': late(histogram.max) };
};
