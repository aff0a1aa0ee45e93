import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { isRunning, processStart } from '../../place.ts';
import { saidBy } from '../stint.suite.ts';
import { treeOf } from './processes.ts';
import { stopTree } from './stopping.ts';

const steps = [
  { signal: 'SIGINT', patienceMs: 500 },
  { signal: 'SIGTERM', patienceMs: 500 },
  { signal: 'SIGKILL', patienceMs: 2000 },
] as const;

let child: ChildProcessByStdio<null, Readable, null>;
const start = (script: string) => {
  child = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  return child;
};
const ended = async () => (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];

afterEach(() => child?.kill('SIGKILL'));

describe('stopping a command', () => {
  it('asks it with INT first', async () => {
    const exit = [start("trap 'echo asked; exit 7' INT; echo ready; while :; do sleep 0.05; done"), ended()] as const;
    await saidBy(child.stdout, /ready/);
    await stopTree(child.pid ?? 0, steps);
    expect(await exit[1]).toEqual([7, null]);
  });

  it('ends it with KILL, and what it has started, when neither is heard', async () => {
    start(
      "trap 'echo int' INT; trap 'echo term' TERM; (trap '' INT TERM; echo child $BASHPID; exec -a deaf sleep 300) & echo ready; while :; do sleep 0.05; done",
    );
    const said = saidBy(child.stdout, /int(.|\n)*term/);
    const [, pid] =
      /child (\d+)/.exec(await saidBy(child.stdout, /child \d+(.|\n)*ready|ready(.|\n)*child \d+\n/)) ?? [];
    const grandchild = Number(pid);
    const startedAt = processStart(grandchild);
    expect(startedAt).toBeDefined();
    const exit = ended();
    await stopTree(child.pid ?? 0, steps);
    await said;
    expect(await exit).toEqual([null, 'SIGKILL']);
    expect(isRunning(grandchild, startedAt)).toBe(false);
  });

  it('does not lose what outlives the command', async () => {
    start(
      "(trap 'echo orphan asked; sleep 0.2; exit' INT TERM; echo child $BASHPID; while :; do sleep 0.05; done) & trap 'exit 0' INT; echo ready; wait",
    );
    const [, pid] =
      /child (\d+)/.exec(await saidBy(child.stdout, /child \d+(.|\n)*ready|ready(.|\n)*child \d+\n/)) ?? [];
    const startedAt = processStart(Number(pid));
    await stopTree(child.pid ?? 0, steps);
    expect(isRunning(Number(pid), startedAt)).toBe(false);
  });
});

describe('the tree of a process', () => {
  const running = [
    { pid: 1, parent: 0, startedAt: '1' },
    { pid: 10, parent: 1, startedAt: '5' },
    { pid: 11, parent: 10, startedAt: '6' },
    { pid: 12, parent: 11, startedAt: '7' },
    { pid: 13, parent: 1, startedAt: '8' },
  ];
  const pids = (...known: { pid: number; startedAt: string }[]) =>
    treeOf(
      known.map((one) => ({ ...one, parent: 0 })),
      running,
    )
      .map(({ pid }) => pid)
      .toSorted((a, b) => a - b);

  it('is it with all that descends from it', () => expect(pids({ pid: 10, startedAt: '5' })).toEqual([10, 11, 12]));
  it('keeps those that were known and have lost their parent', () =>
    expect(pids({ pid: 9, startedAt: '2' }, { pid: 13, startedAt: '8' })).toEqual([13]));
  it('leaves a later process of the same pid alone', () => expect(pids({ pid: 10, startedAt: '4' })).toEqual([]));
});
