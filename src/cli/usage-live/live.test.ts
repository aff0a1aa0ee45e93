/** `stint usage --live`, as it is typed, while an agent works. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Transcript } from '../../../test/usage/transcript.ts';
import { endOf, emptyFolder, saidBy, spawnStint, startServer, stint, stopServer, useFolder } from '../stint.suite.ts';
import { hasTmux, Pane } from '../tmux.suite.ts';

const home = emptyFolder();
const folder = useFolder();
const env = { HOME: home, CLAUDE_CONFIG_DIR: join(home, 'claude') };
const transcript = new Transcript(env.CLAUDE_CONFIG_DIR, '/srv/shop');
transcript.prompt('sell more');
transcript.respond(100);
beforeAll(async () => {
  await startServer(folder, env);
  await stint(['usage', '--wait', '--data', folder]);
});

const live = (...args: string[]) => spawnStint(['usage', '--live', ...args, '--data', folder]);

describe('stint usage --live in a pipe', () => {
  it('writes a line when something was used, until it is interrupted', async () => {
    const child = live();
    const ended = endOf(child);
    await saidBy(child.stdout, /\n/);
    const said = saidBy(child.stdout, /\n/);
    transcript.respond(30);
    await said;
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
    expect(stdout.replaceAll(/^\d\d:\d\d |, [^,]* left/gm, '').replaceAll(/\$[\d.]+/g, '$')).toBe(
      [
        'today: $ · 101 new tokens · 0 from caches · 1 response · block $ · 1 at work',
        'today: $ · 132 new tokens · 0 from caches · 2 responses · block $ · 1 at work',
        '',
      ].join('\n'),
    );
  });

  it('writes what it knows as JSON, of the span that was asked for', async () => {
    const child = live('monthly', '--json');
    const ended = endOf(child);
    const line = (await saidBy(child.stdout, /\n/)).split('\n')[0] ?? '';
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 143, stderr: '' });
    expect(JSON.parse(line)).toMatchObject({ span: 'month', sessions: [{ name: 'sell more' }] });
  });

  it.each([
    [['--since', 'today', '--csv'], 'leave out --since and --csv'],
    [['--no-server'], 'leave out --no-server'],
    [['-n', '5'], 'leave out --limit'],
  ])('refuses what is for reports: %j', async (args, words) => {
    const { code, stdout, stderr } = await stint(['usage', '--live', ...args, '--data', folder]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(words);
  });
});

describe.skipIf(!hasTmux)('stint usage --live in a terminal (needs tmux)', () => {
  it.each([
    [80, 24],
    [40, 10],
    [200, 50],
  ])('draws over what it drew, in %d × %d', async (columns, rows) => {
    const pane = await Pane.open({ columns, rows });
    pane.enter(`stint usage --live --data ${folder}; echo code $?`);
    const before = Number(/ · (\d+) new tokens/.exec(await pane.shows(/new tokens/))?.[1]);
    transcript.respond(200);
    const screen = await pane.shows(new RegExp(` · ${before + 201} new tokens`));
    expect(screen).toMatch(/^today {2}\S+ \d+ \S+ +t week · q quits$/m);
    expect(screen).toMatch(/^block +[█▏▎▍▌▋▊▉]*░+ {2}\d+h \d+m left|^block +[█▏▎▍▌▋▊▉]*░+ {2}\d+[hm] left/m);
    expect(screen).toMatch(/^sell more /m);
    expect(screen.match(/^hours/gm)).toHaveLength(1);
    pane.press('t');
    await pane.shows(/^this week {2}/m);
    pane.press('q');
    const end = await pane.shows(/^code 0$/m);
    expect(end.match(/^hours/gm)).toHaveLength(1);
    expect(pane.ask('#{cursor_flag}')).toBe('1');
  });

  it('gives the terminal back on Ctrl-C and when it is told to end', async () => {
    const pane = await Pane.open();
    for (const [end, code] of [
      [() => pane.press('C-c'), 130],
      [() => process.kill(Number(/^pid (\d+)$/m.exec(pane.screen())?.[1]), 'SIGTERM'), 143],
    ] as const) {
      pane.enter(`clear; stint usage --live --data ${folder} & echo pid $!; fg; echo code $?`);
      await pane.shows(/new tokens/);
      expect(pane.ask('#{cursor_flag}')).toBe('0');
      end();
      await pane.shows(new RegExp(`^code ${code}$`, 'm'));
      expect(pane.ask('#{cursor_flag}')).toBe('1');
      pane.enter('echo typed');
      await pane.shows(/^typed$/m);
    }
  });

  it('fits a window that gets narrower, and says when the server is away, and when it is back', async () => {
    const pane = await Pane.open({ columns: 120 });
    pane.enter(`stint usage --live --data ${folder}`);
    await pane.shows(/new tokens · \d+ from caches/);
    pane.resize(44, 20);
    const narrow = await pane.shows(/^today {2}\S+ \d+ \S+ {1,11}t week · q quits$/m);
    expect(narrow.match(/^hours/gm)).toHaveLength(1);
    await stopServer(folder);
    await pane.shows(/The server does not answer/);
    await startServer(folder, env);
    transcript.respond(5000);
    const back = await pane.shows(/5\.\d+k new tokens/);
    expect(back).not.toContain('does not answer');
    pane.press('q');
  });
});
