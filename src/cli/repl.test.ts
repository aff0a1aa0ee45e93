/** `stint exec` and `stint repl`, with a real server behind them, and in a terminal. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { bin, cleanEnvironment, useServer } from './stint.suite.ts';
import { hasTmux, Pane } from './tmux.suite.ts';

const { folder, run } = useServer();

const piped = (args: readonly string[], input: string) =>
  spawnSync(process.execPath, [bin, ...args, '--data', folder], { input, env: cleanEnvironment(), encoding: 'utf8' });

describe('stint exec', () => {
  it('prints what code came to, and keeps what it declared', async () => {
    expect(await run('exec', 'notes', 'const n = 41; console.log("hi"); n + 1')).toMatchObject({
      code: 0,
      stdout: 'hi\n42\n',
    });
    const { stdout } = await run('exec', 'notes', 'n', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ output: '41', shouldExit: false, outcome: 'value' });
    expect(piped(['exec', 'notes', '-'], 'n +\n2').stdout).toBe('43\n');
    expect((await run('exec', 'notes', ':session checkpoints')).stdout).toMatch(/^8 {2}command /);
  });

  it('says what is wrong with a name', async () => {
    const { code, stderr } = await run('exec', 'a b', '1');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/name: must be 1 to 64 letters/)]);
  });
});

describe('stint repl', () => {
  it('takes lines from a pipe, and several as one where they belong together', () => {
    const { status, stdout } = piped(['repl', 'piped'], 'const f = (n) =>\n  n * 2\nf(21)\n:quit\nf(1)\n');
    expect([status, stdout]).toEqual([0, 'undefined\n42\n']);
  });

  it.skipIf(!hasTmux)('is a prompt, in which Ctrl-C stops the command and not the session (needs tmux)', async () => {
    const pane = await Pane.open({ columns: 90 });
    pane.enter(`stint repl typed --data ${folder}`);
    await pane.shows(/^typed>$/m);
    pane.enter('let n = 1; n');
    await pane.shows(/^1$/m);
    pane.enter('n = 2; console.log("on"); for (;;) {}');
    // It shows it while it runs.
    await pane.shows(/^on$/m);
    pane.press('C-c');
    await pane.shows(/stopped on request/);
    pane.enter('n + 100');
    await pane.shows(/^101$/m);
    pane.enter(':quit');
    await pane.shows(/^\$$/m);
    // What was typed before is there again.
    pane.enter(`stint repl typed --data ${folder}`);
    await pane.shows(/^\$ stint repl typed.*\n(.*\n)*typed>$/m);
    pane.press('Up');
    await pane.shows(/^typed> n \+ 100$/m);
  });
});
