import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

/** A command from its start to its end, as the operating system accounts for it, all threads and children. */
export interface WholeProcess {
  wallS: number;
  cpuS: number;
  /** MB (2²⁰) in memory at the most; looked at every few ms, so that a short peak may be missed. */
  peakMb: number;
  stdout: string;
}

/** Rejects when it ends with another code than 0. */
export const wholeProcess = async (command: readonly string[], env: NodeJS.ProcessEnv): Promise<WholeProcess> => {
  const timed = ['-c', 'TIMEFORMAT="%R %U %S"; { time "$@" 2>/dev/null; } 2>&3', 'bash', ...command];
  const child = spawn('bash', timed, { env, stdio: ['ignore', 'pipe', 'inherit', 'pipe'] });
  let peakMb = 0;
  const watch = setInterval(() => (peakMb = Math.max(peakMb, peakOf(child.pid ?? 0))), 5);
  const [, out, , figures] = child.stdio;
  if (!out || !figures) throw new Error('the command was started without pipes');
  const [stdout, times, [code]] = await Promise.all([
    text(out),
    text(figures as NodeJS.ReadableStream),
    once(child, 'exit'),
  ]);
  clearInterval(watch);
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${String(code)}`);
  const [wallS = Number.NaN, user = Number.NaN, system = Number.NaN] = times.trim().split(' ').map(Number);
  return { wallS, cpuS: user + system, peakMb, stdout };
};

/** The most that bash's child had in memory so far, and that one's children: a launcher may stand in front. */
const peakOf = (pid: number): number =>
  Math.max(0, ...childrenOf(pid).flatMap((child) => [ownPeakOf(child), peakOf(child)]));

const childrenOf = (pid: number): number[] =>
  textOf(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);

const ownPeakOf = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+) kB/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;

/** It may be gone by now. */
const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};
