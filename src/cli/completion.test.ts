/** `stint completion`: a real shell completes what is typed, with a real server behind it. */
import { execFile, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { unwrap } from '../sdk/index.ts';
import { hasTmux, Pane } from './tmux.suite.ts';
import { cleanEnvironment, emptyFolder, stint, useServer } from './stint.suite.ts';

const { folder, client, run } = useServer();
const ids: Record<string, string> = {};

beforeAll(async () => {
  for (const name of ['review', 'Fix the parser', 'fix: a colon', 'twice', 'twice', 'evil\u001b[31m\nname']) {
    const body = { name, duration: 3_600_000 };
    ids[name] = unwrap(await client().POST('/api/sessions', { body })).id;
  }
});

const end = (name: string) => (ids[name] ?? '').slice(-8);

/** What bash makes of a line when Tab is pressed at its end: the candidates, as they would be put in. */
const completedByBash = async (line: string, cwd = emptyWorkFolder): Promise<string[]> => {
  const script = `
    eval "$(${process.execPath} ${bin} completion bash)"
    read -r -a words <<< "$1"
    [[ "$1" == *' ' ]] && words+=('')
    COMP_WORDS=("\${words[@]}"); COMP_CWORD=$(( \${#words[@]} - 1 )); COMP_LINE="$1"; COMP_POINT=\${#1}
    _stint stint "\${words[COMP_CWORD]}" "" 2>/dev/null
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', script, 'bash', line], {
    cwd,
    env: cleanEnvironment({ STINT_DATA: folder }),
  });
  return stdout.split('\n').filter(Boolean);
};

const bin = join(import.meta.dirname, '../../bin/stint.mjs');
const emptyWorkFolder = emptyFolder();

describe('bash completes', () => {
  it('commands', async () => {
    expect(await completedByBash('stint sh')).toEqual(['show']);
    expect(await completedByBash('stint st')).toEqual(['start', 'statusline', 'status', 'stop']);
    expect(await completedByBash('stint token ')).toEqual(['create', 'list', 'revoke', 'link']);
    expect(await completedByBash('stint --data /tmp token re')).toEqual(['revoke']);
    expect(await completedByBash('stint help comp')).toEqual(['completion']);
    expect(await completedByBash('stint nonsense ')).toEqual([]);
  });

  it('the words of a group that is a command as well, and its options', async () => {
    expect(await completedByBash('stint usage mo')).toEqual(['monthly', 'models']);
    expect(await completedByBash('stint usage pu')).toEqual(['push']);
    expect(await completedByBash('stint usage daily --si')).toEqual(['--since']);
    expect(await completedByBash('stint usage --tz UTC --si')).toEqual(['--since']);
    expect(await completedByBash('stint usage push --mach')).toEqual(['--machine']);
  });

  it('names of REPL sessions where one is meant', async () => {
    const before = await completedByBash('stint repl ');
    unwrap(await client().POST('/api/repl/sessions', { body: { name: 'notes' } }));
    expect([before, await completedByBash('stint repl '), await completedByBash('stint exec no')]).toEqual([
      ['export', 'import'],
      ['notes', 'export', 'import'],
      ['notes'],
    ]);
    expect(await completedByBash('stint repl --language ty')).toEqual(['typescript']);
    await client().DELETE('/api/repl/sessions/{name}', { params: { path: { name: 'notes' } } });
  });

  it('options, each once, and their choices', async () => {
    expect(await completedByBash('stint start --on-b')).toEqual(['--on-budget']);
    expect(await completedByBash('stint start --on-budget ')).toEqual(['warn', 'pause']);
    expect(await completedByBash('stint start --on-budget warn --on-b')).toEqual([]);
    expect(await completedByBash('stint serve --log-level W')).toEqual(['WARN']);
    expect(await completedByBash('stint ls --s')).toEqual(['--status']);
    expect(await completedByBash('stint completion z')).toEqual(['zsh']);
  });

  it('sessions by name, and by id where a name would not do', async () => {
    expect(await completedByBash('stint show re')).toEqual(['review']);
    expect(await completedByBash('stint show Fi')).toEqual([String.raw`Fix\ the\ parser`]);
    const all = await completedByBash('stint pause ');
    expect(all).toHaveLength(6);
    expect(all).toEqual(expect.arrayContaining([end('fix: a colon'), end('twice'), end('evil\u001b[31m\nname')]));
    expect(all.join('')).not.toMatch(/twice|evil|colon/);
    expect(await completedByBash('stint checkpoint done ')).toHaveLength(6);
    expect(await completedByBash('stint comment -s re')).toEqual(['review']);
  });

  it('nothing, and at once, where no server runs', async () => {
    const nowhere = emptyFolder();
    expect(await completedByBash(`stint show --data ${nowhere} `)).toEqual([]);
  });
});

/** A terminal in which a shell runs, and Tab is pressed: what a person sees. */
describe('a shell at a terminal', () => {
  const hasShell = (name: string) => spawnSync(name, ['--version']).status === 0;

  it.each(['bash', 'zsh', 'fish'] as const)('%s reads the script without complaint', async (shell) => {
    const script = (await run('completion', shell)).stdout;
    if (!hasShell(shell)) return expect(script).toContain('stint');
    const file = join(emptyWorkFolder, `complete.${shell}`);
    writeFileSync(file, script);
    const checked = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    return expect([checked.status, checked.stderr]).toEqual([0, '']);
  });

  it.skipIf(!hasShell('fish'))('fish completes', async () => {
    const line = `${process.execPath} ${bin} completion fish | source; complete -C 'stint show re'`;
    const { stdout } = await promisify(execFile)('fish', ['-N', '-c', line], {
      env: cleanEnvironment({ STINT_DATA: folder }),
    });
    expect(stdout).toContain('review');
  });
});

describe('what the scripts are told', () => {
  it('is one line a candidate, with what it is, whatever sessions are called', async () => {
    const { stdout } = await stint(['completion', 'zsh', '--', 'show', '--data', folder, '']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(6);
    // oxlint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
    expect(lines).toContain('review\tactive');
    expect(lines).toContain('fix: a colon\tactive');
  });

  it('leaves files to the shell', async () => {
    const words = [
      ['serve', '--data', ''],
      ['run', '--', 'ec'],
      ['run', 'claude', ''],
    ];
    for (const typed of words) {
      expect((await stint(['completion', 'fish', '--', ...typed])).stdout).toBe(':files\n');
    }
  });

  it('refuses a shell that it does not know', async () => {
    const { code, stderr } = await stint(['completion', 'tcsh']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('bash, zsh, fish')]);
  });
});

describe.skipIf(!hasTmux)('a script in a terminal (needs tmux)', () => {
  it('is not broken into lines of its width', async () => {
    const { stdout: script } = await stint(['completion', 'bash']);
    const pane = await Pane.open({ columns: 60 });
    pane.enter('stint completion bash; echo code $?');
    const raw = await pane.wrote(/code 0/);
    expect(raw.replaceAll('\r\n', '\n')).toContain(script);
  });
});
