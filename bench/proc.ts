import { readFileSync } from 'node:fs';

/** What Linux tells of a process. */

export interface Memory {
  /** MB (2²⁰) in memory, shared pages counted whole. */
  rss: number;
  /** The same with each shared page divided among those who share it. */
  pss: number;
}

export const memoryOf = (pid: number): Memory => {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const mb = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) / 1024;
  return { rss: mb('Rss'), pss: mb('Pss') };
};

const ticksPerSecond = 100;

/** CPU time used so far, ms; all threads. */
export const cpuMsOf = (pid: number): number => {
  // proc_pid_stat(5): after the name, fields 14 and 15 of the line are ticks in user and system mode.
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
};
