/** The examples of docs/repl.md, run as they stand there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createReplRequest, executeRequest } from '../src/contract/repl-calls.ts';
import { unwrap } from '../src/sdk/index.ts';
import { Doorway } from './doorways/doorway.ts';

const guide = readFileSync(join(import.meta.dirname, '..', 'docs', 'repl.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, text = '']) => text);

/** Each line that is typed, and what is said to it. */
const typed = (text: string): { command: string; said: string }[] =>
  text
    .split(/^> /m)
    .filter(Boolean)
    .map((part) => {
      const [command = '', ...said] = part.trimEnd().split('\n');
      return { command, said: said.join('\n') };
    });

const timeless = (text: string): string => text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');

it('the guide to REPL sessions says what is said', async () => {
  const door = await Doorway.open();
  onTestFinished(() => door.close());
  const params = { path: { name: 'notes' } };
  const lines = typed(blocks('text')[0] ?? '');
  expect(lines.length).toBeGreaterThan(4);
  for (const { command, said } of lines) {
    const answer = await door.client().POST('/api/repl/sessions/{name}/execute', { params, body: { command } });
    expect(timeless(unwrap(answer).output)).toBe(timeless(said));
  }
});

it('the guide to REPL sessions says what Scheme says', async () => {
  const door = await Doorway.open();
  onTestFinished(() => door.close());
  const params = { path: { name: 'lisp' } };
  unwrap(await door.client().POST('/api/repl/sessions', { body: { name: 'lisp', language: 'scheme' } }));
  const lines = typed(blocks('scheme')[0] ?? '');
  expect(lines.length).toBeGreaterThan(4);
  for (const { command, said } of lines) {
    const answer = await door.client().POST('/api/repl/sessions/{name}/execute', { params, body: { command } });
    expect(unwrap(answer).output).toBe(said);
  }
});

it('the guide to REPL sessions has bodies that are taken', () => {
  const [execute = '', create = ''] = blocks('json');
  expect(executeRequest.parse(JSON.parse(execute))).toBeDefined();
  expect(createReplRequest.parse(JSON.parse(create))).toBeDefined();
});
