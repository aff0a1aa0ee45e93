/** The files that make stint a service of the system's: as far as the system at hand can judge them. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const packaging = join(import.meta.dirname, '..', 'packaging');
const folder = mkdtempSync(join(tmpdir(), 'stint-packaging-'));
afterAll(() => rmSync(folder, { recursive: true }));

const hasCommand = (name: string): boolean => spawnSync(name, ['--version']).status === 0;

/** Skipped where the judge is missing, but not on CI. */
const lacks = (command: string): boolean => !hasCommand(command) && !process.env['CI'];

describe('the systemd unit', () => {
  const unit = readFileSync(join(packaging, 'stint.service'), 'utf8');

  it.skipIf(lacks('systemd-analyze'))('is one that systemd takes without a word', () => {
    // Its name counts: it must end in .service, and stand for itself.
    cpSync(join(packaging, 'stint.service'), join(folder, 'stint.service'));
    const { status, stderr } = spawnSync('systemd-analyze', ['--user', 'verify', join(folder, 'stint.service')], {
      encoding: 'utf8',
      env: { ...process.env, XDG_RUNTIME_DIR: folder },
    });
    expect([status, stderr]).toEqual([0, '']);
  });

  it('starts stint itself, waits for its draining, and starts it again only after a failure', () => {
    expect(unit).toMatch(/^ExecStart=.*\bstint serve\b/m);
    expect(unit).not.toMatch(/npm (start|run|exec)|npx/);
    expect(unit).toMatch(/^Restart=on-failure$/m);
    expect(unit).toMatch(/^KillSignal=SIGTERM$/m);
    // The server ends of itself within 14 s.
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1])).toBeGreaterThan(14);
  });
});

describe('the launchd agent', () => {
  it.skipIf(lacks('python3'))('is a property list that says the same', () => {
    const program = 'import json, plistlib, sys; print(json.dumps(plistlib.load(open(sys.argv[1], "rb"))))';
    const { stdout, stderr } = spawnSync('python3', ['-c', program, join(packaging, 'dev.stint.server.plist')], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      Label: 'dev.stint.server',
      ProgramArguments: ['/usr/bin/env', 'stint', 'serve', '--quiet'],
      KeepAlive: { SuccessfulExit: false },
      Umask: 0o77,
    });
  });
});
