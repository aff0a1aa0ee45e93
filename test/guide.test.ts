/** The examples of the guides, run against a real server and held against what the guides say they answer. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve, type Serving } from '../src/serve.ts';

interface Example {
  shell: string;
  /** What the guide says that it answers: JSON of the same shape, or the very text. */
  answer?: { language: string; text: string };
}

const token = 'a-token-for-the-guide-0123456789abcdef';
const root = join(import.meta.dirname, '..');

/** Fenced blocks in order; an example is a `sh` block, its answer the next block when that is not `sh`. */
const examplesIn = (text: string): Example[] => {
  const blocks = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({
    language,
    text: body,
  }));
  return blocks.flatMap((block, i): Example[] => {
    if (block.language !== 'sh') return [];
    const next = blocks[i + 1];
    return [{ shell: block.text, ...(next && next.language !== 'sh' ? { answer: next } : {}) }];
  });
};

/** The shape of a JSON value: its keys and the types of its values. What is the caller's own is left open. */
const shapeOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  const entries = Object.entries(value).map(([key, inner]) => [key, key === 'data' ? 'anything' : shapeOf(inner)]);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
};

/** What the guide says and what came, in one form: of JSON the shape, of text the text; nothing where the guide is silent. */
const sameForm = (says: Example['answer'], answered: string) => {
  if (says === undefined) return { says: '', answered: '' };
  const form = says.language === 'json' ? (text: string) => shapeOf(JSON.parse(text)) : (text: string) => text.trim();
  return { says: form(says.text), answered: form(answered) };
};

describe.each([
  ['timer', 8],
  ['access', 6],
  ['analytics', 2],
  ['budgets', 5],
])('the %s guide', (name, least) => {
  const folder = mkdtempSync(join(tmpdir(), 'stint-guide-'));
  let server: Serving;

  beforeAll(async () => {
    const common = { port: 0, host: '127.0.0.1', hostNames: [], behindProxy: false, logLevel: 'ERROR' as const };
    server = await serve({ ...common, folder, token });
  });

  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it('has examples that answer what it says', async () => {
    const examples = examplesIn(readFileSync(join(root, 'docs', `${name}.md`), 'utf8'));
    expect(examples.length).toBeGreaterThan(least);
    const answers = await run(examples.map(({ shell }) => shell));
    const told = examples.map(({ shell, answer }, i) => ({ shell, ...sameForm(answer, answers[i] ?? '') }));
    expect(told.map(({ shell, answered }) => [shell, answered])).toEqual(told.map(({ shell, says }) => [shell, says]));
  });

  /** One shell runs all examples, since later ones use what earlier ones exported. */
  const run = async (shells: readonly string[]): Promise<string[]> => {
    const mark = '--- next example ---';
    const stint = `stint() { '${process.execPath}' '${join(root, 'bin', 'stint.mjs')}' "$@"; }`;
    const script = [stint, ...shells].map((shell) => `${shell}\necho; echo '${mark}'`).join('\n');
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const env = { ...process.env, STINT_URL: server.url, STINT_TOKEN: token };
    execFile('bash', ['-c', script], { env, encoding: 'utf8' }, (error, out) => (error ? reject(error) : resolve(out)));
    return (await promise).split(mark).slice(1, -1);
  };
});
