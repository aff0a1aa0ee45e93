/** How `stint exec` ends, what it shows while code runs, and what it says when the server goes. */
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { readServerFile } from '../place.ts';
import { endOf, saidBy, spawnStint, startServer, stint, useFolder, useServer } from './stint.suite.ts';

const { folder, client, run } = useServer();
const ofItsOwn = useFolder();

it('ends with 1 where the code threw, with the error on stderr', async () => {
  expect(await run('exec', 'thrown', 'console.log("a"); throw new Error("no")')).toEqual({
    code: 1,
    stdout: 'a\n',
    stderr: expect.stringMatching(/^Uncaught Error: no\n {4}at repl:1:\d+\n$/) as string,
  });
  expect(await run('exec', 'thrown', 'const =')).toMatchObject({ code: 1, stdout: '' });
  const { code, stdout, stderr } = await run('exec', 'thrown', 'console.log("a"); throw 1', '--json');
  expect([code, JSON.parse(stdout), stderr]).toEqual([
    1,
    { output: 'a\nUncaught 1', shouldExit: false, outcome: 'error', printed: 'a\n', result: 'Uncaught 1' },
    '',
  ]);
});

it('shows what was printed and no value where there is none, and the value where nothing was printed', async () => {
  expect(await run('exec', 'valued', 'console.log("a")')).toMatchObject({ code: 0, stdout: 'a\n', stderr: '' });
  expect(await run('exec', 'valued', 'console.log("a"); 2')).toMatchObject({ stdout: 'a\n2\n' });
  expect(await run('exec', 'valued', 'undefined')).toMatchObject({ stdout: 'undefined\n' });
  const { stdout } = await run('exec', 'valued', 'console.log("a"); 2', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ output: 'a\n2', printed: 'a\n', result: '2' });
});

it('is told what a session is by show', async () => {
  await run('exec', 'shown-first', 'var n = 1');
  await run('exec', 'shown-first', ':session fork shown-second');
  const { stdout } = await run('show', 'shown-second');
  expect(stdout).toMatch(/repl +javascript · 4 events · 2 states to go to\nfork of +[0-9a-f-]{36} at event 2\n/);
});

it('makes no session for a word', async () => {
  expect(await run('exec', 'mistyped', ':session checkpoints')).toMatchObject({
    code: 4,
    stderr: expect.stringMatching(/there is no such session yet/) as string,
  });
  expect(await run('exec', 'mistyped', ':help')).toMatchObject({ code: 0 });
  const { data } = await client().GET('/api/repl/sessions');
  expect(data?.sessions.map(({ name }) => name)).not.toContain('mistyped');
});

it('ends with 1 where a word could not be followed, else with 0', async () => {
  expect(await run('exec', 'worded', '1')).toMatchObject({ code: 0 });
  expect(await run('exec', 'worded', ':session nonsense')).toMatchObject({ code: 1, stdout: '' });
  expect(await run('exec', 'worded', ':session checkpoints')).toMatchObject({ code: 0, stderr: '' });
});

it('shows what is printed while it runs, each of it once, and the value at the end', async () => {
  const code = 'console.log(0); await new Promise((done) => setTimeout(done, 4000)); console.log(1); "end"';
  const child = spawnStint(['exec', 'slow', code, '--data', folder]);
  let all = '';
  child.stdout.on('data', (some: Buffer) => (all += some.toString()));
  await saidBy(child.stdout, /^0\n/);
  const { data } = await client().GET('/api/repl/sessions/{name}', { params: { path: { name: 'slow' } } });
  // Its input is in the journal when it has ended.
  expect(data).toMatchObject({ eventCount: 0 });
  await once(child, 'close');
  expect([child.exitCode, all]).toEqual([0, "0\n1\n'end'\n"]);
});

it('ends with 1 where it was stopped', async () => {
  const child = spawnStint(['exec', 'stopped', 'console.log("on"); for (;;) {}', '--data', folder]);
  await saidBy(child.stdout, /on\n/);
  await client().POST('/api/repl/sessions/{name}/cancel', { params: { path: { name: 'stopped' } } });
  expect(await endOf(child)).toMatchObject({
    code: 1,
    stderr: 'Uncaught Error: stopped on request; the state is what it was before the command\n',
  });
});

it('stops the command on Ctrl-C', async () => {
  const child = spawnStint(['exec', 'interrupted', 'console.log("on"); for (;;) {}', '--data', folder]);
  await saidBy(child.stdout, /on\n/);
  child.kill('SIGINT');
  expect(await endOf(child)).toMatchObject({
    code: 130,
    stderr: expect.stringMatching(/stopped on request/) as string,
  });
});

it('says what became of a command whose server was killed, and does not run it again', async () => {
  const own = ofItsOwn;
  await startServer(own);
  expect((await stint(['exec', 'kept', 'let n = 1', '--data', own])).code).toBe(0);
  const code = 'n += 1; console.log("on"); await new Promise(() => setTimeout(() => 0, 1e8))';
  const child = spawnStint(['exec', 'kept', code, '--data', own]);
  await saidBy(child.stdout, /on\n/);
  process.kill(readServerFile(own)?.pid ?? 0, 'SIGKILL');
  const { code: exitCode, stderr } = await endOf(child);
  expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/nothing of it is kept, and it was not sent again/)]);
  expect((await stint(['exec', 'kept', 'n', '--data', own])).stdout).toBe('1\n');
}, 90_000);
