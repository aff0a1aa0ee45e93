import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCommand } from './command.ts';
import type { RunParts } from './command.ts';
import { testMessage } from './message.ts';

const message = testMessage('alert-1', 'u', 1_790_000_000_000);
const delivery = { id: 'msg_1', hook: 'hook-1', message };
const env = { PATH: process.env['PATH'], LANG: 'C', STINT_TOKEN: 'secret', NPM_TOKEN: 'secret', LC_ALL: 'C' };
const noSignal = new AbortController().signal;

const newHome = (): string => {
  const home = mkdtempSync(join(tmpdir(), 'stint-command-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
};

const run = (argv: string[], parts: Partial<RunParts> = {}, signal = noSignal, told = delivery) =>
  runCommand({ env, home: newHome(), timeoutMs: 20_000, ...parts }, { kind: 'command', argv }, told, signal);

const shell = (script: string, parts: Partial<RunParts> = {}, signal = noSignal) =>
  run(['sh', '-c', script], parts, signal);

/** Whether any process has this text among its words. */
const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // Dead, and not yet buried by whoever has to.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe('a command', () => {
  it('has the alert on stdin', async () => {
    const { ok, output } = await run(['cat']);
    expect([ok, JSON.parse(output ?? '')]).toEqual([true, message]);
  });

  it('runs at home, with an environment of its own that holds no secret', async () => {
    const home = newHome();
    const { output = '' } = await shell('pwd; env', { home });
    const [where, ...lines] = output.trim().split('\n');
    expect(where).toBe(home);
    const names = lines
      .map((line) => line.split('=')[0])
      .filter((name) => !['PWD', '_', 'SHLVL', 'OLDPWD'].includes(name ?? ''));
    expect(new Set(names)).toEqual(
      new Set([
        'LANG',
        'LC_ALL',
        'PATH',
        'STINT_ALERT_ID',
        'STINT_DELIVERY_ID',
        'STINT_EVENT',
        'STINT_HOOK_ID',
        'STINT_LEVEL',
        'STINT_MESSAGE',
        'STINT_SESSION_ID',
        'STINT_SESSION_KIND',
        'STINT_SESSION_NAME',
        'STINT_SESSION_STATUS',
        'STINT_THRESHOLD',
      ]),
    );
    expect(output).not.toContain('secret');
  });

  it('is read by no shell', async () => {
    const { output } = await run(['printf', '%s|', '$HOME', '`id`', '; rm -rf /', '"', '*']);
    expect(output).toBe('$HOME|`id`|; rm -rf /|"|*|');
  });

  it('is told a name that holds what no environment can', async () => {
    const session = { ...message.data.session, name: 'a\0b\n$(id)' };
    const told = { ...delivery, message: { ...message, data: { ...message.data, session } } };
    const { output } = await run(['printenv', 'STINT_SESSION_NAME'], {}, noSignal, told);
    expect(output).toBe('a�b\n$(id)\n');
  });

  it.each([
    ['exit 3', { ok: false, exitCode: 3 }],
    ['echo out; echo err >&2; exit 1', { ok: false, exitCode: 1, output: 'out\nerr\n' }],
    ['kill -9 $$', { ok: false, error: 'ended by SIGKILL' }],
    ['exec 0<&-; exit 0', { ok: true, exitCode: 0 }],
  ])('ends as it ends: %s', async (script, expected) => {
    const ending = await shell(script);
    expect({ ...ending, ...(ending.output ? { output: ending.output.split('\n').toSorted().join() } : {}) }).toEqual({
      ...expected,
      ...('output' in expected ? { output: expected.output.split('\n').toSorted().join() } : {}),
    });
  });

  it('of which the end of a long output is kept', async () => {
    const { output = '' } = await shell('seq 1 100000');
    expect(output.length).toBeLessThanOrEqual(4096);
    expect(output).toMatch(/99999\n100000\n$/);
  });

  it('that is not there says so', async () => {
    expect(await run(['no-such-program-anywhere'])).toEqual({ ok: false, error: "it can't be started (ENOENT)" });
    expect(await run(['/etc/passwd'])).toEqual({ ok: false, error: "it can't be started (EACCES)" });
    expect((await run(['echo', 'x'.repeat(3_000_000)])).error).toBe("it can't be started (E2BIG)");
  });

  it('is not waited for beyond its end, whatever it leaves running', async () => {
    const startedAt = performance.now();
    expect((await shell('sleep 30 & echo $!; exit 0')).ok).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it('that runs too long is ended with all that it started, deaf or not', async () => {
    const home = newHome();
    const script = `trap '' TERM; (trap '' TERM; sleep 30) & echo $! > child; echo $$ > own; while :; do sleep 1; done`;
    const ending = await shell(script, { home, timeoutMs: 500 });
    expect(ending).toMatchObject({ ok: false, error: 'it ran for more than 0.5 s and was ended' });
    for (const file of ['child', 'own']) {
      expect(isThere(Number(readFileSync(join(home, file), 'utf8')))).toBe(false);
    }
  });

  it('is ended when the server stops', async () => {
    const home = newHome();
    const stopping = new AbortController();
    const running = shell('echo $$ > own; sleep 30', { home }, stopping.signal);
    while (!existsSync(join(home, 'own')) || readFileSync(join(home, 'own'), 'utf8') === '')
      await new Promise((resolve) => setImmediate(resolve));
    const pid = Number(readFileSync(join(home, 'own'), 'utf8'));
    stopping.abort();
    await expect(running).rejects.toThrow();
    expect(isThere(pid)).toBe(false);
  });
});

it('a command of a server that has too many files open is not started, and the server goes on', async () => {
  const script = `
    import { closeSync, openSync } from 'node:fs';
    import { runCommand } from ${JSON.stringify(new URL('command.ts', import.meta.url).href)};
    const open = [];
    try {
      for (;;) open.push(openSync('/dev/null'));
    } catch {}
    const parts = { env: process.env, home: '/', timeoutMs: 5000 };
    const ended = await runCommand(parts, { argv: ['true'] }, ${JSON.stringify(delivery)}, new AbortController().signal);
    open.forEach(closeSync);
    console.log(JSON.stringify(ended));
  `;
  const words = ['-c', 'ulimit -n 64; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', script];
  const { stdout } = await promisify(execFile)('sh', words);
  expect(JSON.parse(stdout)).toEqual({ ok: false, error: "it can't be started (EMFILE)" });
});
