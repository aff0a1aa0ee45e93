import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What the operating system tells of a process. */
export interface ProcessFacts {
  /** Its first letter is Z of one that has ended and only waits to be noticed by its parent. */
  state: string | undefined;
  /** When it was started, as the system counts it: two processes that had one pid differ in it. */
  startedAt: string | undefined;
}

/** Undefined where there is no such process, or the system does not tell. */
export const processFacts = (pid: number, platform: NodeJS.Platform = process.platform): ProcessFacts | undefined => {
  if (platform === 'linux') return statOf(pid);
  return platform === 'win32' ? undefined : psOf(pid);
};

const statOf = (pid: number): ProcessFacts | undefined => {
  try {
    // proc_pid_stat(5): the name before may hold spaces and parentheses; behind it the state, and as 22nd field of all the
    // start time, in clock ticks since boot.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], startedAt: fields[19] };
  } catch {
    return undefined;
  }
};

const psOf = (pid: number): ProcessFacts | undefined => {
  try {
    const args = ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)];
    // Its words and its hour are those of the environment.
    const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' };
    const said = execFileSync('ps', args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const [state, ...startedAt] = said.split(/\s+/);
    return said === '' ? undefined : { state, startedAt: startedAt.join(' ') };
  } catch {
    return undefined;
  }
};
