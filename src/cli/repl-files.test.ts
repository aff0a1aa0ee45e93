/** `stint repl export` and `stint repl import`, with a real server behind them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { emptyFolder, useServer } from './stint.suite.ts';

const { run } = useServer();
const folder = emptyFolder();

it('given a session, when its file is taken in under another name, then that goes on where it was', async () => {
  await run('exec', 'notes', 'let n = 1; const f = () => ++n; f()');
  const file = join(folder, 'notes.jsonl');
  expect(await run('repl', 'export', 'notes', '-o', file)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^wrote .*notes\.jsonl · [\d,]+ bytes\n$/) as string,
  });
  expect(await run('repl', 'export', 'notes')).toMatchObject({ code: 0, stdout: readFileSync(file, 'utf8') });
  expect(await run('repl', 'import', file)).toMatchObject({
    code: 5,
    stderr: expect.stringMatching(/you have a session 'notes' already/) as string,
  });
  expect(await run('repl', 'import', file, '--name', 'again')).toMatchObject({
    code: 0,
    stdout: 'imported as again · 3 events, 1 command run again\n',
  });
  expect((await run('exec', 'again', 'f()')).stdout).toBe('3\n');
});

it('given a file whose header has no name, then the session has the file’s, and what differs is told', async () => {
  const file = join(folder, 'from-elsewhere.jsonl');
  const timestamp = '2026-11-20T12:00:01.000Z';
  const lines = [
    { type: 'session', version: 1, id: '019a8f5e-7c1b-7000-8000-3b5f00000000', created: timestamp },
    { type: 'input', seq: 0, code: '1 + 1', timestamp },
    { type: 'output', seq: 1, value: 'two', timestamp },
  ];
  writeFileSync(file, lines.map((line) => JSON.stringify(line)).join('\n'));
  const { code, stdout } = await run('repl', 'import', file);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^imported as from-elsewhere .*\n1 of them .* event 0\n$/)]);
});

it('given what is no journal, then it says at which line, and there is no session', async () => {
  const file = join(folder, 'broken.jsonl');
  writeFileSync(file, '{"type":"session"}\n');
  const { code, stderr } = await run('repl', 'import', file);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/line 1: version: must be 1/)]);
  expect(await run('repl', 'import', join(folder, 'none.jsonl'))).toMatchObject({ code: 2 });
  expect(await run('repl', 'export', 'broken')).toMatchObject({ code: 4 });
});
