import { readFileSync, readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** Threads as the system knows them. Where it can't say, all is undefined and nothing happens: that is anywhere but on Linux. */

/** The number of the thread that asks. */
export const ownThread = (): number | undefined => {
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1));
  } catch {
    return undefined;
  }
};

/** CPU that a thread of this process has taken, ms. */
export const cpuOfThread = (thread: number): number | undefined => {
  try {
    return Number(readFileSync(`/proc/self/task/${thread}/schedstat`, 'latin1').split(' ', 1)[0]) / 1e6;
  } catch {
    return undefined;
  }
};

/** Of the thread that asks, as it began. */
const usual = getPriority();
const behind = Math.min(19, usual + 10);

/** Others come before the thread from now on. Returns whether that is so. */
export const stepBack = (thread: number): boolean => {
  try {
    setPriority(thread, behind);
    return true;
  } catch {
    return false;
  }
};

/** The thread is one among equals again. Returns false where the system allows that to nobody but root. */
export const stepUp = (thread: number): boolean => {
  try {
    setPriority(thread, usual);
    return true;
  } catch {
    return false;
  }
};
