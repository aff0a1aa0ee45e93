import { runningProcesses, treeOf } from './processes.ts';
import type { Process } from './processes.ts';

interface Step {
  signal: NodeJS.Signals;
  patienceMs: number;
}

/** Asked first, then told, then made to: each signal and how long it is given, ms. */
const usualSteps: readonly Step[] = [
  { signal: 'SIGINT', patienceMs: 10_000 },
  { signal: 'SIGTERM', patienceMs: 10_000 },
  { signal: 'SIGKILL', patienceMs: 2000 },
];

const lookMs = 100;

/** Ends a command and all that descends from it; resolves when none of them is left. */
export const stopTree = async (pid: number, steps: readonly Step[] = usualSteps): Promise<void> => {
  let known: Process[] = runningProcesses().filter((one) => one.pid === pid);
  for (const { signal, patienceMs } of steps) {
    known = treeOf(known, runningProcesses());
    for (const one of known) send(one.pid, signal);
    known = await remaining(known, patienceMs);
    if (known.length === 0) return;
  }
};

/** Those that still run when the time is over, or none as soon as there is none. What they start meanwhile is among them. */
const remaining = async (known: Process[], patienceMs: number): Promise<Process[]> => {
  const deadline = performance.now() + patienceMs;
  let left = known;
  while (left.length > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, lookMs));
    left = treeOf(left, runningProcesses());
  }
  return left;
};

const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended, or is not this user's to stop.
  }
};
