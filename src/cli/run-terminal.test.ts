import { describe, expect, it, vi } from 'vitest';
import { unwrap } from '../sdk/index.ts';
import type { Session } from '../sdk/index.ts';
import { stint, useServer } from './stint.suite.ts';
import { hasTmux, Pane } from './tmux.suite.ts';

const { folder, client } = useServer();

const latest = async (): Promise<Session> => {
  const { sessions } = unwrap(await client().GET('/api/sessions', { params: { query: { limit: 1 } } }));
  return sessions[0] as Session;
};

const saveTitle = '\u001b[22;2t';
const restoreTitle = '\u001b[23;2t';
// oxlint-disable-next-line no-control-regex
const titles = /\u001b\]2;([^\u0007]*)\u0007/g;
// oxlint-disable-next-line no-control-regex
const notifications = /\u001b\]9;([^\u0007]*)\u0007/g;

/** What was written while the command owned the terminal. */
const meanwhile = (raw: string): string =>
  raw.slice(raw.indexOf(saveTitle), raw.indexOf(restoreTitle) + restoreTitle.length);
const without = (text: string, ...patterns: (RegExp | string)[]): string =>
  patterns.reduce<string>((left, pattern) => left.replaceAll(pattern, ''), text);

describe.skipIf(!hasTmux)('stint run in a terminal (needs tmux)', () => {
  it('writes nothing but the title and notifications, once each, while the command owns it', async () => {
    const pane = await Pane.open();
    pane.enter(
      `stint run --data ${folder} --name login --budget 1k --for 1h -- sh -c 'echo one; read a; echo two; read b; read c; exit 3'`,
    );
    await pane.shows(/^one$/m);
    await vi.waitFor(() => expect(pane.ask('#{pane_title}')).toBe('login · 1h left · 0 of 1k tokens'));
    const { id } = await latest();
    await stint(['tokens', 'add', '850', id, '--data', folder]);
    await pane.wrote(/80|85 %/);
    await stint(['tokens', 'add', '100', id, '--data', folder]);
    await pane.wrote(/95 %/);
    await stint(['tokens', 'add', '10', id, '--data', folder]);
    await pane.wrote(/960 of 1k tokens/);
    pane.press('Enter');
    await pane.shows(/^two$/m);
    pane.press('Enter');
    pane.press('Enter');
    const screen = await pane.shows(/tokens 960 of 1k · 96 % · .*\n+\$/);
    expect(screen).toMatch(/\n\nstint {2}login {2}exit 3\ntime {3}\d+s of 1h\n/);
    expect((await latest()).status).toBe('completed');

    const raw = meanwhile(pane.raw());
    const told = [...raw.matchAll(notifications)].map(([, text]) => text);
    expect(told).toEqual([
      'stint: 85 % of the token budget of login is used, 850 of 1k',
      'stint: 95 % of the token budget of login is used, 950 of 1k',
    ]);
    expect(raw.endsWith(`\u001b]2;\u0007${restoreTitle}`)).toBe(true);
    const rest = without(raw, titles, '\u001bPtmux;\u001b', notifications, '\u001b\\', saveTitle, restoreTitle);
    expect(rest).toBe('one\r\n\r\ntwo\r\n\r\n\r\n');
  });

  it('gives Ctrl-C to the command and waits for what it does about it', async () => {
    const pane = await Pane.open();
    pane.enter(
      `stint run --data ${folder} -- sh -c "trap 'echo caught' INT; echo ready; until read line; do :; done; echo got \\$line; exit 4"; echo code $?`,
    );
    await pane.shows(/^ready$/m);
    pane.press('C-c');
    await pane.shows(/^(\^C)?caught$/m);
    expect((await latest()).status).toBe('active');
    pane.enter('on');
    await pane.shows(/code 4/);
    pane.enter(`stint run --data ${folder} -- sleep 60; echo code $?`);
    await vi.waitFor(async () =>
      expect(await latest()).toMatchObject({ name: expect.stringContaining('sleep') as string, status: 'active' }),
    );
    await pane.wrote(/sleep in [^·]+ · 5h left/);
    pane.press('C-c');
    expect(await pane.shows(/code 130/)).toMatch(/SIGINT/);
  });

  it('stops with the job on Ctrl-Z and goes on with it', async () => {
    const pane = await Pane.open();
    pane.enter(`stint run --data ${folder} -- sh -c 'echo ready; read line; echo got $line'`);
    await pane.shows(/^ready$/m);
    pane.press('C-z');
    await pane.shows(/Stopped|Suspended|\[1\]/);
    pane.enter('fg');
    pane.enter('back');
    await pane.shows(/got back(.|\n)*exit 0/);
  });

  it('completes the session when the terminal goes away', async () => {
    const pane = await Pane.open();
    pane.enter(`stint run --data ${folder} -- sh -c 'echo ready; read line'`);
    await pane.shows(/^ready$/m);
    const { id } = await latest();
    pane.close();
    await vi.waitFor(async () => expect(await latest()).toMatchObject({ id, status: 'completed' }), {
      timeout: 10_000,
      interval: 100,
    });
  });

  it('restores the terminal of a program that it had to stop', async () => {
    const pane = await Pane.open();
    pane.enter('echo before');
    await pane.shows(/^before$/m);
    pane.enter(
      `stint run --for 1s --on-end stop --data ${folder} -- sh -c 'stty -echo -icanon; printf "\\033[?1049h\\033[?25lfull screen"; exec sleep 60'; echo code $?`,
    );
    const screen = await pane.shows(/code 130/);
    expect(screen).toMatch(/^before$/m);
    expect(screen).not.toMatch(/^full screen/m);
    expect(pane.ask('#{cursor_flag}')).toBe('1');
    pane.enter('stty -a | grep -o "[-]*icanon"');
    await pane.shows(/^icanon$/m);
  });
});
