import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A process, told apart from a later one with the same pid by its start time. */
export interface Process {
  pid: number;
  parent: number;
  startedAt: string;
}

/** All processes that run now; zombies only wait to be noticed and do not count. */
export const runningProcesses = (): Process[] => (process.platform === 'linux' ? fromProc() : fromPs());

const fromProc = (): Process[] =>
  readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid)) return [];
    try {
      // proc_pid_stat(5): behind the name in parentheses, which may hold anything, stand state, parent, …, start time (22nd).
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? [] : [{ pid, parent: Number(fields[1]), startedAt: fields[19] ?? '' }];
    } catch {
      // It has ended since the folder was read.
      return [];
    }
  });

const fromPs = (): Process[] => {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,lstart='], { encoding: 'utf8' });
  // Null where there is no ps, whatever the types say.
  return ((stdout as string | null) ?? '').split('\n').flatMap((line) => {
    const [, pid, parent, state, startedAt = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined || state?.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent), startedAt }];
  });
};

/** Those among `running` that were known before, and all that descend from one of them. */
export const treeOf = (known: readonly Process[], running: readonly Process[]): Process[] => {
  const isKnown = (one: Process) => known.some(({ pid, startedAt }) => pid === one.pid && startedAt === one.startedAt);
  const met = running.filter(isKnown);
  const pids = new Set(met.map(({ pid }) => pid));
  for (const { pid } of met) {
    for (const child of running) {
      if (child.parent !== pid || pids.has(child.pid)) continue;
      pids.add(child.pid);
      // The loop comes to it in turn.
      met.push(child);
    }
  }
  return met;
};
