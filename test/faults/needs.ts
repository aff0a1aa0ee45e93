import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';

/** What some faults take to bring about. Each says what is missing, or undefined when it is at hand. */
const needs = {
  strace: () => (ends(['strace', '-o', '/dev/null', 'true']) ? undefined : 'needs strace, and the right to trace'),
  mount: () => (canMount() ? undefined : 'needs the right to mount a tmpfs'),
} as const;

const ends = ([command = '', ...args]: string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

const canMount = (): boolean => {
  const place = mkdtempSync(join(tmpdir(), 'stint-mount-'));
  const mounted = ends(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place]);
  if (mounted) ends(['umount', place]);
  rmdirSync(place);
  return mounted;
};

/** Tests that are skipped where something they need is missing, with the reason; on CI that is a failure. */
export const describeWhere = (need: keyof typeof needs, name: string, tests: () => void): void => {
  const reason = needs[need]();
  if (reason === undefined) describe(name, tests);
  else if (process.env['CI']) describe(name, () => it('has what it needs', () => Promise.reject(new Error(reason))));
  else describe.skip(`${name} (${reason})`, tests);
};
