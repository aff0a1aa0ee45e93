import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { Lines } from './lines.ts';

/** strace on all threads of a process that already runs: sees its system calls, and makes some of them fail or wait. */
export class Strace {
  readonly #child: ChildProcess;
  readonly lines: Lines;

  private constructor(child: ChildProcess, lines: Lines) {
    this.#child = child;
    this.lines = lines;
  }

  /** Resolves when every thread is traced. `args` are strace's own. */
  static async attach(pid: number, args: readonly string[]): Promise<Strace> {
    const child = spawn('strace', ['-f', '-y', '-p', String(pid), ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    const strace = new Strace(child, new Lines(child.stderr));
    onTestFinished(() => strace.leave());
    await strace.lines.line(/^strace: Process \d+ attached/);
    return strace;
  }

  /** Lets go of the process, which goes on untraced. */
  detach(): Promise<void> {
    return this.#end('SIGINT');
  }

  /** As {@link detach}, at once: also where it makes a call wait. */
  leave(): Promise<void> {
    return this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'close');
    this.#child.kill(signal);
    await ended;
  }
}

/** A system call of one thread: the indexes of the lines on which it began and returned, and what it was. */
export interface Call {
  name: string;
  text: string;
  began: number;
  ended: number;
  result: number;
}

const firstPart = /^(?:\[pid\s+(\d+)\] )?(\w+)\((.*)/s;
const secondPart = /^(?:\[pid\s+(\d+)\] )?<\.\.\. (\w+) resumed>(.*)/s;

/** The calls in strace's lines, with those joined that were interrupted by another thread's. Unfinished ones are left out. */
export const callsIn = (lines: readonly string[]): Call[] => {
  const open = new Map<string, { name: string; text: string; began: number }>();
  const calls: Call[] = [];
  const close = (call: { name: string; text: string; began: number }, ended: number): void => {
    const result = /= (-?\d+)[^=]*$/.exec(call.text)?.[1];
    if (result !== undefined) calls.push({ ...call, ended, result: Number(result) });
  };
  for (const [i, line] of lines.entries()) {
    const [, resumedBy = 'main', , rest = ''] = secondPart.exec(line) ?? [];
    const resumed = secondPart.test(line) ? open.get(resumedBy) : undefined;
    if (resumed) {
      open.delete(resumedBy);
      close({ ...resumed, text: resumed.text + rest }, i);
      continue;
    }
    const [whole, thread = 'main', name = '', text = ''] = firstPart.exec(line) ?? [];
    if (whole === undefined) continue;
    if (text.endsWith('<unfinished ...>')) open.set(thread, { name, text, began: i });
    else close({ name, text, began: i }, i);
  }
  return calls;
};
