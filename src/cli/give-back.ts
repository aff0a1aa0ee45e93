import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const lookMs = 3000;
/** Of the time since the last look the share in which there was something to do. */
const idleShare = 0.05;

/**
 * Loading the server leaves much that is soon forgotten, and V8 keeps the room for it, some 15 MB, in a process that may have
 * little to do from then on. Collected once, at the first moment at which nobody waits, it goes back to the system; what a busy
 * server needs it takes again.
 */
export const giveBackOnceIdle = (): void => {
  let before = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const { utilization } = performance.eventLoopUtilization(before);
    before = performance.eventLoopUtilization();
    if (utilization > idleShare) return;
    clearInterval(timer);
    collect();
  }, lookMs);
  timer.unref();
};

type Collect = (options: { type: 'major'; flavor: 'last-resort' }) => void;

/** V8 shows its collector only to contexts that are made after it was told to. */
const collect = (): void => {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  if (typeof gc === 'function') (gc as Collect)({ type: 'major', flavor: 'last-resort' });
};
