import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import type { TimeSources } from './clock.ts';

/** The machine's own clocks. */
export const machineTime = (): TimeSources => ({
  wall: () => Date.now(),
  boot: () => uptime() * 1000,
  steady: () => performance.now(),
  bootId: bootId(),
});

const bootId = (): string | undefined => {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return undefined;
  }
};
