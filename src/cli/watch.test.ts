import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { unwrap } from '../sdk/index.ts';
import type { Session } from '../sdk/index.ts';
import type { ServerFrame } from './live.ts';
import { endOf, saidBy, spawnStint, startServer, stint, stopServer, useServer } from './stint.suite.ts';
import { hasTmux, Pane } from './tmux.suite.ts';

const { folder, client, run } = useServer();
const watch = (...args: string[]) => spawnStint(['watch', ...args, '--data', folder]);

const start = async (name: string, change: { duration?: number; tokenBudget?: number } = {}): Promise<Session> =>
  unwrap(await client().POST('/api/sessions', { body: { name, duration: 3_600_000, ...change } }));

describe('stint watch in a pipe', () => {
  it('writes a line for each change and ends with the session', async () => {
    const { id } = await start('piped', { tokenBudget: 1000 });
    const child = watch('piped');
    const ended = endOf(child);
    await saidBy(child.stdout, /active piped/);
    await run('tokens', 'add', '850', id);
    await run('checkpoint', 'half', id);
    await run('pause', id);
    await run('done', id);
    const { code, stdout, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(
      stdout
        .replaceAll(/^\d\d:\d\d:\d\d /gm, '')
        .replaceAll(/ · \d+s of/g, ' · Ns of')
        .replaceAll(id.slice(-8), 'ID'),
    ).toBe(
      [
        'active piped · Ns of 1h · 0 of 1k tokens · ID',
        '+850 piped · Ns of 1h · 850 of 1k tokens · ID',
        'warning: 85 % of the token budget is used (850 of 1000): piped · Ns of 1h · 850 of 1k tokens · ID',
        'reached “half”: piped · Ns of 1h · 850 of 1k tokens · ID',
        'paused piped · Ns of 1h · 850 of 1k tokens · ID',
        'completed piped · Ns of 1h · 850 of 1k tokens · ID',
        '',
      ].join('\n'),
    );
  });

  it('writes each frame as a line of JSON, when asked', async () => {
    const { id } = await start('framed');
    const child = watch(id, '--json');
    const ended = endOf(child);
    await saidBy(child.stdout, /token_update/);
    await run('done', id);
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    const frames = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as ServerFrame);
    expect(frames[0]).toMatchObject({ type: 'timer_update', sessionId: id, status: 'active' });
    expect(frames.at(-1)).toMatchObject({ type: 'timer_update', sessionId: id, status: 'completed' });
  });

  it('shows all open sessions, new ones too, until it is interrupted', async () => {
    await start('already there');
    const child = watch();
    const ended = endOf(child);
    await saidBy(child.stdout, /already there/);
    const said = saidBy(child.stdout, /just begun/);
    const { id } = await start('just begun');
    await run('tokens', 'add', '5', id);
    await said;
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130 });
    await run('done', 'already there');
    await run('done', id);
  });

  it('ends at once with a session that is completed, and with 4 where there is none', async () => {
    const { id } = await start('over');
    await run('done', id);
    expect(await run('watch', id)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/completed over/) as string,
    });
    expect(await run('watch', 'nosuch')).toMatchObject({ code: 4, stdout: '' });
    expect(await run('watch', '-')).toMatchObject({ code: 4 });
  });

  it('comes back when the server does', async () => {
    const { id } = await start('patient');
    const child = watch(id);
    const ended = endOf(child);
    await saidBy(child.stdout, /active patient/);
    const said = saidBy(child.stderr, /does not answer/);
    await stopServer(folder);
    await said;
    await startServer(folder);
    await run('tokens', 'add', '77', id);
    await run('done', id);
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/completed patient .*77 tokens/);
  });

  it('ends when its reader does', async () => {
    await start('read once');
    const child = watch('--json');
    await saidBy(child.stdout, /\n/);
    child.stdout.destroy();
    await once(child, 'exit');
    await run('done', 'read once');
  });
});

describe.skipIf(!hasTmux)('stint watch in a terminal (needs tmux)', () => {
  it.each([80, 50])('draws over what it drew, in %d columns', async (columns) => {
    const { id } = await start('drawn', { tokenBudget: 200_000 });
    await run('tokens', 'add', '170k', id, '--cache-read', '3M');
    const pane = await Pane.open({ columns });
    pane.enter(`stint watch ${id} --data ${folder}; echo code $?`);
    await pane.shows(/tokens {2}[█▏▎▍▌▋▊▉]+░+ {2}170k of 200k · 85 %/);
    await stint(['tokens', 'add', '10k', id, '--data', folder]);
    const screen = await pane.shows(/180k of 200k · 90 %/);
    expect(screen.match(/^tokens/gm)).toHaveLength(1);
    expect(screen).toMatch(/^drawn {2}active {2}since \d\d:\d\d/m);
    expect(screen).toMatch(/^time {4}[█▏▎▍▌▋▊▉]+░+ {2}0m \d\ds of 1h · (1h 00m|59m \d\ds) left$/m);
    // Two rows of usage are too few to project from.
    expect(screen).toMatch(/^pace {4}\S+\/min · 3M cache reads$/m);
    await run('done', id);
    const end = await pane.shows(/code 0/);
    expect(end).toMatch(/^drawn {2}completed/m);
    expect(end.match(/^tokens/gm)).toHaveLength(1);
    await vi.waitFor(() => expect(pane.ask('#{cursor_flag}')).toBe('1'));
  });

  it('gives the terminal back on Ctrl-C and on q', async () => {
    const { id } = await start('left');
    const pane = await Pane.open();
    for (const [key, code] of [
      ['C-c', 130],
      ['q', 0],
    ] as const) {
      pane.enter(`clear; stint watch --data ${folder}; echo code $?`);
      await pane.shows(/left {2}active/);
      expect(pane.ask('#{cursor_flag}')).toBe('0');
      pane.press(key);
      await pane.shows(new RegExp(`code ${code}`));
      await vi.waitFor(() => expect(pane.ask('#{cursor_flag}')).toBe('1'));
      pane.enter('echo typed');
      await pane.shows(/^typed$/m);
      pane.enter('clear');
      await pane.shows(/^\$$/);
    }
    await run('done', id);
  });

  it('survives Ctrl-Z, a window that gets narrower, and more sessions than fit', async () => {
    const names = Array.from({ length: 8 }, (_, i) => `number ${i}`);
    for (const name of names) await start(name);
    const pane = await Pane.open({ rows: 12 });
    pane.enter(`stint watch --data ${folder}`);
    await pane.shows(/number 7 {2}active/);
    pane.press('C-z');
    await pane.shows(/Stopped|Suspended|\[1\]/);
    await vi.waitFor(() => expect(pane.ask('#{cursor_flag}')).toBe('1'));
    pane.enter('clear; fg');
    // What is seen on the way there is of no matter.
    const shows = (pattern: RegExp) =>
      vi.waitFor(() => {
        const screen = pane.screen();
        expect(screen).toMatch(pattern);
        expect(screen.match(/number 7 /g)).toHaveLength(1);
        expect(screen).not.toContain('fg');
      }, 15_000);
    await shows(/number 0 {2}active/);
    pane.resize(50, 8);
    await shows(/and \d+ more$/);
    pane.press('q');
    for (const name of names) await run('done', name);
  });
});
