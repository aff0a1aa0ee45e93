/** The files that make stint a service of the system's: as far as the system at hand can judge them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const packaging = join(root, 'packaging');
const guide = readFileSync(join(root, 'docs', 'operations.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'stint-packaging-'));
afterAll(() => rmSync(folder, { recursive: true }));

const hasCommand = (name: string): boolean => spawnSync(name, ['--version']).status === 0;

/** Skipped where the judge is missing, but not on CI. */
const lacks = (command: string): boolean => !hasCommand(command) && !process.env['CI'];

/** Does what the guide says is to be done in a clone on this system, up to what would change the machine; returns the home. */
const followed = (system: string): string => {
  const [, commands = ''] = new RegExp(`^On ${system}[^\n]*\n\n\`\`\`sh\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(guide) ?? [];
  const script = commands
    .split('\n')
    .filter((line) => !/^(npm|systemctl|loginctl|launchctl) /.test(line))
    .join('\n');
  expect(script).toContain('packaging/');
  const home = mkdtempSync(join(folder, 'home-'));
  execFileSync('bash', ['-euc', script], { cwd: root, env: { ...process.env, HOME: home } });
  return home;
};

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

  it.skipIf(lacks('systemd-analyze'))('starts a clone with the drop-in of the guide', () => {
    const units = join(followed('Linux'), '.config', 'systemd', 'user');
    const { status, stderr } = spawnSync('systemd-analyze', ['--user', 'verify', join(units, 'stint.service')], {
      encoding: 'utf8',
      env: { ...process.env, XDG_RUNTIME_DIR: folder },
    });
    expect([status, stderr]).toEqual([0, '']);
    const dropIn = readFileSync(join(units, 'stint.service.d', 'clone.conf'), 'utf8');
    const [, node = '', program = '', rest] = /^ExecStart=\nExecStart="(.+)" "(.+)" (.+)\n$/m.exec(dropIn) ?? [];
    expect([program, rest]).toEqual([join(root, 'bin', 'stint.mjs'), 'serve --quiet']);
    const said = execFileSync(node, [program, '--version'], { encoding: 'utf8' });
    expect(said.trim()).toMatch(/^\d+\.\d+\.\d+/);
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
  const read = (file: string): unknown => {
    const program = 'import json, plistlib, sys; print(json.dumps(plistlib.load(open(sys.argv[1], "rb"))))';
    const { stdout, stderr } = spawnSync('python3', ['-c', program, file], { encoding: 'utf8' });
    expect(stderr).toBe('');
    return JSON.parse(stdout);
  };

  it.skipIf(lacks('python3'))('starts a clone as the guide changes it', () => {
    const file = join(followed('macOS'), 'Library', 'LaunchAgents', 'dev.stint.server.plist');
    expect(read(file)).toMatchObject({
      ProgramArguments: [expect.stringMatching(/\/node$/), join(root, 'bin', 'stint.mjs'), 'serve', '--quiet'],
    });
  });

  it.skipIf(lacks('python3'))('is a property list that says the same', () => {
    expect(read(join(packaging, 'dev.stint.server.plist'))).toMatchObject({
      Label: 'dev.stint.server',
      ProgramArguments: ['/usr/bin/env', 'stint', 'serve', '--quiet'],
      KeepAlive: { SuccessfulExit: false },
      Umask: 0o77,
    });
  });
});
