import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe } from 'vitest';

/** Where Debian keeps the library that tells a process another time. */
export const libfaketime = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')[0];

/** What some faults take to bring about. Each says what is missing, or undefined when it is at hand. */
const needs = {
  strace: () => (canTrace() ? undefined : 'needs strace, and the right to attach it to a process'),
  faketime: () => (libfaketime === undefined ? 'needs libfaketime' : undefined),
  mount: () => (canMount() ? undefined : 'needs the right to mount a tmpfs'),
} as const;

const ends = ([command = '', ...args]: string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

const canTrace = (): boolean =>
  ends(['strace', '-o', '/dev/null', 'true']) && (process.getuid?.() === 0 || attachable() === '0');

/** ptrace(2): who may attach to a process that is no child of theirs. */
const attachable = (): string => {
  try {
    return readFileSync('/proc/sys/kernel/yama/ptrace_scope', 'utf8').trim();
  } catch {
    return '0';
  }
};

const canMount = (): boolean => {
  const place = mkdtempSync(join(tmpdir(), 'stint-mount-'));
  const mounted = ends(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place]);
  if (mounted) ends(['umount', place]);
  rmdirSync(place);
  return mounted;
};

/** Tests that are skipped where something they need is missing, with the reason; on CI that is a failure. */
export const describeWhere = (need: keyof typeof needs, name: string, tests: () => void): void => {
  const missing = needs[need]();
  const isSkipped = missing !== undefined && !process.env['CI'];
  describe.skipIf(isSkipped)(isSkipped ? `${name} (${missing})` : name, () => {
    beforeAll(() => {
      if (missing !== undefined) throw new Error(missing);
    });
    tests();
  });
};
