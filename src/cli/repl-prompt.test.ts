/** The prompt of `stint repl` in a terminal, with a real server behind it. */
import { describe, expect, it } from 'vitest';
import { readServerFile } from '../place.ts';
import { startServer, stint, useFolder, useServer } from './stint.suite.ts';
import { hasTmux, Pane } from './tmux.suite.ts';

const { folder, run } = useServer();
const ofItsOwn = useFolder();

const openPrompt = async (name: string, options = '', at = folder): Promise<Pane> => {
  const pane = await Pane.open({ columns: 90, rows: 40 });
  pane.enter(`stint repl ${name} ${options} --data ${at}`);
  await pane.shows(new RegExp(`^${name}>$`, 'm'));
  return pane;
};

describe.skipIf(!hasTmux)('the prompt (needs tmux)', () => {
  it('says what it is on, and paints what is typed and what comes of it', async () => {
    const pane = await openPrompt('painted');
    expect(pane.screen()).toMatch(/^painted · new: its first command makes it · :help lists words, Ctrl-D leaves$/m);
    pane.enter('const a = { b: "c" }; a');
    await pane.shows(/^\{ b: 'c' \}$/m);
    // Cyan, green, and green again for the value.
    expect(pane.raw()).toContain(`\u001b[36mconst\u001b[39m a = { b: \u001b[32m"c"\u001b[39m }; a`);
    expect(pane.raw()).toContain("{ b: \u001b[32m'c'\u001b[39m }");
    pane.enter('a.b.c.d');
    await pane.shows(/^Uncaught TypeError: /m);
    expect(pane.raw()).toContain('\u001b[31mUncaught TypeError');
  });

  it('has no colours where none are wanted', async () => {
    const pane = await Pane.open({ columns: 90 });
    pane.enter(`NO_COLOR=1 stint repl bare --data ${folder}`);
    await pane.shows(/^bare>$/m);
    pane.enter('const a = "c"; a');
    await pane.shows(/^'c'$/m);
    // oxlint-disable-next-line no-control-regex
    expect(pane.raw().split('stint repl bare')[1]).not.toMatch(/\u001b\[\d*[1-9]m/);
  });

  it('takes several lines as one', async () => {
    const pane = await openPrompt('lines');
    pane.enter('const f = (n) => {');
    await pane.shows(/^ +…$/m);
    pane.enter('  return n * 2');
    pane.enter('}; f(21)');
    await pane.shows(/^42$/m);
    // Ctrl-C gives up what is not whole.
    pane.enter('f(');
    await pane.shows(/f\(\n +…$/m);
    pane.press('C-c');
    await pane.shows(/…\s*\nlines>$/m);
    pane.enter('f(1)');
    await pane.shows(/^2$/m);
  });

  it('completes code, words and names', async () => {
    await run('exec', 'other', '1');
    const pane = await openPrompt('tabs');
    pane.enter('const greeting = { hello: "world" }');
    await pane.shows(/^undefined$/m);
    pane.type('gree');
    pane.press('Tab');
    await pane.shows(/^tabs> greeting$/m);
    pane.type('.hel');
    pane.press('Tab');
    await pane.shows(/^tabs> greeting\.hello$/m);
    pane.press('Enter');
    await pane.shows(/^'world'$/m);
    pane.type(':session swi');
    pane.press('Tab');
    await pane.shows(/^tabs> :session switch$/m);
    pane.type(' oth');
    pane.press('Tab');
    await pane.shows(/^tabs> :session switch other$/m);
    pane.press('Enter');
    await pane.shows(/^other>$/m);
  });

  it('goes to another session, and stays where there is none', async () => {
    await run('exec', 'there', 'let n = 7');
    const pane = await openPrompt('here');
    pane.enter(':session switch nowhere');
    await pane.shows(/^there is no session nowhere; see them with :session list/m);
    pane.enter(':session load there');
    await pane.shows(/^there · javascript, 3 events so far/m);
    pane.enter('n');
    await pane.shows(/^7$/m);
    pane.press('Up');
    pane.press('Up');
    await pane.shows(/^there> let n = 7$/m);
  });

  it('says what to do where the session is paused', async () => {
    await run('exec', 'resting', '1');
    await run('pause', 'resting');
    const pane = await openPrompt('resting');
    expect(pane.screen()).toMatch(/^resting is paused: go on with stint resume resting/m);
    pane.enter('2 + 2');
    await pane.shows(/2 \+ 2\nresting is paused/m);
    await run('resume', 'resting');
    pane.enter('2 + 2');
    await pane.shows(/^4$/m);
  });

  it('makes a session of the language that was said, and none that is there', async () => {
    const pane = await openPrompt('typed', '--language typescript');
    pane.enter('interface A {');
    await pane.shows(/^ +…$/m);
    pane.enter('  a: number }');
    pane.enter('const x: A = { a: 5 }; x.a');
    await pane.shows(/^5$/m);
    const { code, stderr } = await run('repl', 'typed', '--language', 'javascript');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/typed is there already, and takes typescript/)]);
  });

  it('shows nothing that steers the terminal', async () => {
    const pane = await openPrompt('steered');
    pane.enter('console.log("a\\u001b[2Jb\\u001b[31mred\\u001b[0m")');
    await pane.shows(/^a�\[2Jbred$/m);
  });

  it('goes on with the server that is there when the first was killed, and sends nothing twice', async () => {
    await startServer(ofItsOwn);
    const pane = await openPrompt('killed', '', ofItsOwn);
    pane.enter('let n = 1');
    await pane.shows(/^undefined$/m);
    pane.enter('n += 1; console.log("on"); await new Promise(() => setTimeout(() => 0, 1e8))');
    await pane.shows(/^on$/m);
    process.kill(readServerFile(ofItsOwn)?.pid ?? 0, 'SIGKILL');
    await pane.shows(/^stint: it listens on /m);
    await pane.shows(/nothing of it is kept, and it was not\s+sent again\nkilled>$/m);
    pane.enter('n');
    await pane.shows(/^1$/m);
    await stint(['stop', '--data', ofItsOwn]);
    pane.enter('n + 10');
    await pane.shows(/^stint: it listens on [^]*^stint: it listens on /m);
    await pane.shows(/^11$/m);
    const { stdout } = await stint(['exec', 'killed', ':session metrics', '--data', ofItsOwn]);
    expect(stdout).toMatch(/commands {2}3,/);
  }, 90_000);
});
