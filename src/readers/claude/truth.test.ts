/** Whole histories from the project's generator against the true totals that it writes beside them. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { UsageRecord } from '../reader.ts';
import { Following, tempFolder } from '../following.suite.ts';
import { Responses } from '../responses.ts';
import { claudeReader } from './reader.ts';

const generator = fileURLToPath(new URL('../../../../shared/tools/transcripts.mjs', import.meta.url));

interface Sums {
  input: number;
  output: number;
  cacheCreate5m: number;
  cacheCreate1h: number;
  cacheRead: number;
}

interface Truth {
  files: number;
  uniqueResponses: number;
  totals: Sums;
  byModel: Record<string, Sums>;
  byDay: Record<string, Sums>;
  bySession: Record<string, Sums>;
}

async function generate(seed: number): Promise<{ folder: string; truth: Truth }> {
  const folder = join(tempFolder(), 'transcripts');
  await promisify(execFile)(process.execPath, [
    generator,
    '--out',
    folder,
    '--seed',
    String(seed),
    '--files',
    '160',
    '--mb',
    '8',
  ]);
  return { folder, truth: JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as Truth };
}

async function readHistory(folder: string, order: (files: string[]) => string[]): Promise<UsageRecord[]> {
  const reader = claudeReader();
  const { files, skipped } = await reader.allFiles({ home: '/nowhere', env: { CLAUDE_CONFIG_DIR: folder } });
  expect(skipped).toEqual([]);
  const responses = new Responses();
  for (const file of order(files)) responses.addAll((await new Following(reader, file).readAll()).records);
  return [...responses];
}

function sum(records: readonly UsageRecord[]): Sums & { messages: number } {
  const add = (part: keyof UsageRecord['parts']) => records.reduce((total, { parts }) => total + (parts[part] ?? 0), 0);
  const cacheWrites = { cacheCreate5m: add('cacheWrite5m'), cacheCreate1h: add('cacheWrite1h') };
  return {
    input: add('input'),
    output: add('output'),
    ...cacheWrites,
    cacheRead: add('cacheRead'),
    messages: records.length,
  };
}

function sumBy(records: readonly UsageRecord[], name: (record: UsageRecord) => string): Record<string, Sums> {
  return Object.fromEntries([...Map.groupBy(records, name)].map(([group, members]) => [group, sum(members)]));
}

/** Costs are not the reader's. */
function unpriced(groups: Record<string, Sums & { cost?: number }>): Record<string, Sums> {
  return Object.fromEntries(Object.entries(groups).map(([group, { cost: _cost, ...sums }]) => [group, sums]));
}

const isMissing = !existsSync(generator);

describe.skipIf(isMissing)(`a generated history${isMissing ? ` (no ${generator})` : ''}`, () => {
  it.each([1, 42, 2026])('has the true totals, by model, day and session too (seed %i)', async (seed) => {
    const { folder, truth } = await generate(seed);
    const records = await readHistory(folder, (files) => files);
    const { messages, ...totals } = sum(records);
    expect([totals, messages]).toEqual([truth.totals, truth.uniqueResponses]);
    expect(sumBy(records, ({ model }) => model)).toEqual(unpriced(truth.byModel));
    expect(sumBy(records, ({ at }) => new Date(at).toISOString().slice(0, 10))).toEqual(unpriced(truth.byDay));
    expect(sumBy(records, ({ sessionId }) => sessionId)).toEqual(unpriced(truth.bySession));
  });

  it('has them whatever the order of its files, with forks among them', async () => {
    const { folder, truth } = await generate(7);
    const forwards = await readHistory(folder, (files) => files);
    const backwards = await readHistory(folder, (files) => files.toReversed());
    expect(sumBy(backwards, ({ sessionId }) => sessionId)).toEqual(unpriced(truth.bySession));
    const byKey = (a: UsageRecord, b: UsageRecord) => a.key.localeCompare(b.key);
    const withoutPlace = ({ file: _file, offset: _offset, ...record }: UsageRecord) => record;
    expect(backwards.toSorted(byKey).map(withoutPlace)).toEqual(forwards.toSorted(byKey).map(withoutPlace));
    expect(new Set(forwards.map(({ file }) => file)).size).toBeLessThanOrEqual(truth.files);
  });
});
