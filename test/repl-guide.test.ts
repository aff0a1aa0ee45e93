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

const anyId = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g;
const timeless = (text: string): string => text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME').replaceAll(anyId, 'ID');

it('the guide to REPL sessions says what is said', async () => {
  const door = await Doorway.open();
  onTestFinished(() => door.close());
  const params = { path: { name: 'notes' } };
  const lines = blocks('text').flatMap(typed);
  expect(lines.length).toBeGreaterThan(10);
  const ids = new Map<string, string>();
  for (const { command: written, said } of lines) {
    const command = written.replaceAll(anyId, (id) => ids.get(id) ?? id);
    const answer = await door.client().POST('/api/repl/sessions/{name}/execute', { params, body: { command } });
    const { output } = unwrap(answer);
    expect(timeless(output)).toBe(timeless(said));
    const told = output.match(anyId);
    for (const [i, id] of (said.match(anyId) ?? []).entries()) ids.set(id, told?.[i] ?? '');
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
