import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { assistant, usage } from './claude/transcript.suite.ts';
import { tempFolder } from './following.suite.ts';
import { readAll } from './read-all.ts';

/** A fork of it has the first half of what each session holds; every file ends in a line that is none. */
const historyIn = (folder: string): void => {
  const project = join(folder, 'projects', '-work');
  mkdirSync(project, { recursive: true });
  for (let session = 0; session < 6; session++) {
    const lines = Array.from({ length: 40 }, (_, i) => {
      const at = { timestamp: `2026-10-0${session + 1}T12:00:${10 + i}.000Z` };
      const line = { ...at, sessionId: `s-${session}`, cwd: '/home/dev/café', uuid: `u-${session}-${i}` };
      const counts = { ...usage, output_tokens: i, service_tier: i % 7 === 0 ? 'priority' : 'standard' };
      return JSON.stringify(assistant({ id: `msg_${session}_${i}`, requestId: `req_${i}`, usage: counts, line }));
    });
    const fork = lines.slice(0, 20).map((line) => line.replace(`"s-${session}"`, `"f-${session}"`));
    writeFileSync(join(project, `s-${session}.jsonl`), [...lines, 'no line', ''].join('\n'));
    writeFileSync(join(project, `f-${session}.jsonl`), [...fork, 'no line', ''].join('\n'));
  }
};

it('reads in two threads what it reads in one', async () => {
  const folder = tempFolder();
  historyIn(folder);
  const surroundings = { home: folder, env: { CLAUDE_CONFIG_DIR: folder } };
  const [one, two] = [await readAll(surroundings, 'claude'), await readAll(surroundings, 'claude', 1)];
  const sums = ({ responses }: typeof one) =>
    [...responses]
      .map(({ key, request, at, cwd, model, billing, parts }) => ({ key, request, at, cwd, model, billing, parts }))
      .toSorted((a, b) => a.key.localeCompare(b.key));
  const skips = ({ skipped }: typeof one) => skipped.toSorted((a, b) => a.file.localeCompare(b.file));
  expect(sums(one)).toHaveLength(240);
  expect(sums(one)[0]).toMatchObject({ cwd: '/home/dev/café', billing: { tier: 'priority' } });
  expect(sums(two)).toEqual(sums(one));
  expect(skips(one)).toHaveLength(12);
  expect(skips(two)).toEqual(skips(one));
});
