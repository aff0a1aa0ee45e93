import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { claudeReader } from '../readers/claude/reader.ts';
import { Following } from '../readers/following.suite.ts';
import { Responses } from '../readers/responses.ts';
import type { UsageRecord } from '../readers/reader.ts';
import { blocksOf } from './blocks.ts';
import type { Block } from './blocks.ts';
import { cellsOf } from './cells.suite.ts';
import type { Entry } from './cells.suite.ts';

const minute = 60_000;
const hour = 60 * minute;
const noon = Date.UTC(2026, 9, 1, 12);
const at = (minutes: number, more: Partial<Entry> = {}): Entry => ({ at: noon + minutes * minute, tokens: 1, ...more });

/** `12:00-17:00 3` of a block of three responses, `12:00~20:00` of a pause; `*` where it is active. */
const shown = ({ start, end, gap, active, responses }: Block): string => {
  const [from, to] = [start, end].map((time) => new Date(time).toISOString().slice(11, 16));
  return gap ? `${from}~${to}` : `${from}-${to} ${responses}${active ? '*' : ''}`;
};
const blocks = (entries: readonly Entry[], now = Infinity): string[] => blocksOf(cellsOf(entries), now).map(shown);

describe('five-hour blocks', () => {
  it('are none without usage', () => expect(blocks([])).toEqual([]));

  it('start at the hour of their first entry', () => {
    expect(blocks([at(59), at(61)])).toEqual(['12:00-17:00 2']);
  });

  it('hold what lies exactly at their end, and nothing after it', () => {
    expect(blocks([at(10), at(150), at(300)])).toEqual(['12:00-17:00 3']);
    expect(blocks([at(10), at(150), { at: noon + 300 * minute + 1 }])).toEqual(['12:00-17:00 2', '17:00-22:00 1']);
    expect(blocks([at(10), at(150), at(300), at(301)])).toEqual(['12:00-17:00 3', '17:00-22:00 1']);
  });

  it('list a pause of more than five hours, from the last entry to the next', () => {
    expect(blocks([at(0), at(300)])).toEqual(['12:00-17:00 2']);
    expect(blocks([at(30), at(331)])).toEqual(['12:00-17:00 1', '12:30~17:31', '17:00-22:00 1']);
    expect(blocks([at(30), at(330)])).toEqual(['12:00-17:00 1', '17:00-22:00 1']);
    const [, gap] = blocksOf(cellsOf([at(30), at(400)]), 0);
    expect(gap).toMatchObject({ responses: 0, input: 0, costPico: 0, models: [], firstAt: noon + 30 * minute });
  });

  it('tell their models and their ends', () => {
    const entries = [at(5, { model: 'sonnet' }), at(6, { model: 'haiku' }), at(200, { model: 'sonnet' })];
    expect(blocksOf(cellsOf(entries), 0)[0]).toMatchObject({
      models: ['haiku', 'sonnet'],
      firstAt: noon + 5 * minute,
      lastAt: noon + 200 * minute,
      input: 3,
    });
  });

  it('are active until they end', () => {
    const active = (entries: Entry[], now: number) => blocks(entries, noon + now)[0]?.endsWith('*');
    expect(active([at(30)], 31 * minute)).toBe(true);
    expect(active([at(30)], 5 * hour - 1)).toBe(true);
    expect(active([at(30)], 5 * hour)).toBe(false);
    expect(active([at(0)], 5 * hour)).toBe(false);
    // A clock that was ahead: it has not begun.
    expect(active([at(60)], 59 * minute)).toBe(false);
  });
});

/** Per entry, as the rules are told. */
const naive = (entries: readonly Entry[]): { blocks: { start: number; responses: number }[]; gaps: number } => {
  const found: { start: number; responses: number }[] = [];
  let [gaps, previous] = [0, -Infinity];
  for (const { at: time } of entries.toSorted((a, b) => a.at - b.at)) {
    const last = found.at(-1);
    const isAfterPause = last !== undefined && time - previous > 5 * hour;
    if (last === undefined || time - last.start > 5 * hour || isAfterPause)
      found.push({ start: Math.floor(time / hour) * hour, responses: 0 });
    if (isAfterPause) gaps++;
    found.at(-1)!.responses++;
    previous = time;
  }
  return { blocks: found, gaps };
};

/** Steps between entries: many on quarters and around five hours, where the rules turn. */
const steps = fc.oneof(
  fc.integer({ min: 0, max: 12 * hour }),
  fc.integer({ min: 0, max: 30 }).map((n) => n * 15 * minute),
  fc.integer({ min: -2, max: 2 }).map((n) => 5 * hour + n),
  fc.integer({ min: 0, max: 3 }),
);
const histories = fc.array(fc.tuple(steps, fc.constantFrom('opus', 'haiku'), fc.integer({ min: 0, max: 9 })), {
  maxLength: 60,
});

describe('blocks of cells', () => {
  it('are those of the entries, whatever the order of the cells', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 0, max: hour }), fc.boolean(), (history, offset, isReversed) => {
        let time = noon + offset;
        const entries = history.map(([step, model, tokens]) => ({ at: (time += step), model, tokens }));
        const cells = cellsOf(entries);
        const rows = blocksOf(isReversed ? cells.toReversed() : cells, 0);
        const found = rows.filter(({ gap }) => !gap);
        const expected = naive(entries);
        expect(found.map(({ start, responses }) => ({ start, responses }))).toEqual(expected.blocks);
        expect(rows.length - found.length).toBe(expected.gaps);
        expect(found.reduce((sum, { input }) => sum + input, 0)).toBe(entries.reduce((sum, e) => sum + e.tokens, 0));
        // Blocks follow one another, and a pause lies between the last entry of one and the first of the next.
        for (const [i, { gap, start, end }] of rows.entries()) {
          if (gap) expect([start, end]).toEqual([rows[i - 1]?.lastAt, rows[i + 1]?.firstAt]);
        }
        for (const [i, { start }] of found.entries())
          expect(start).toBeGreaterThanOrEqual(found[i - 1]?.end ?? -Infinity);
      }),
      { numRuns: 500 },
    );
  });
});

const generator = fileURLToPath(new URL('../../../shared/tools/transcripts.mjs', import.meta.url));
const isMissing = !existsSync(generator);

interface Truth {
  cost: number;
  gaps: number;
  blockList: { start: string; entries: number; cost: number }[];
}

/** USD a million tokens in and out, as the generator has them; times 10⁶ they are pico-dollars a token. */
const prices: Record<string, [input: number, output: number]> = {
  'claude-opus-4-5-20251101': [5, 25],
  'claude-sonnet-4-5-20250929': [3, 15],
  'claude-haiku-4-5-20251001': [1, 5],
};

const costOf = ({ model, parts }: UsageRecord): number => {
  const [input = 0, output = 0] = prices[model] ?? [];
  const { cacheWrite5m, cacheWrite1h, cacheRead } = parts;
  const asInput = parts.input + cacheWrite5m * 1.25 + cacheWrite1h * 2 + cacheRead * 0.1;
  return Math.round((asInput * input + parts.output * output) * 1e6);
};

const generate = async (seed: number): Promise<{ folder: string; truth: Truth }> => {
  const folder = mkdtempSync(join(tmpdir(), 'stint-blocks-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const args = ['--out', folder, '--seed', String(seed), '--files', '40', '--mb', '4'];
  await promisify(execFile)(process.execPath, [generator, ...args]);
  return { folder, truth: JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as Truth };
};

const entriesIn = async (folder: string): Promise<Entry[]> => {
  const reader = claudeReader();
  const { files } = await reader.allFiles({ home: '/nowhere', env: { CLAUDE_CONFIG_DIR: folder } });
  const responses = new Responses();
  for (const file of files) responses.addAll((await new Following(reader, file).readAll()).records);
  return [...responses].map((record) => ({ at: record.at, model: record.model, costPico: costOf(record) }));
};

describe.skipIf(isMissing)(`blocks of a generated history${isMissing ? ` (no ${generator})` : ''}`, () => {
  it.each([3, 42, 2026])('are the true ones, with their cost and pauses (seed %i)', async (seed) => {
    const { folder, truth } = await generate(seed);
    const rows = blocksOf(cellsOf(await entriesIn(folder)), 0);
    const found = rows.filter(({ gap }) => !gap);
    expect(found.map(({ start, responses }) => [new Date(start).toISOString(), responses])).toEqual(
      truth.blockList.map(({ start, entries }) => [start, entries]),
    );
    for (const [i, { cost }] of truth.blockList.entries()) expect(found[i]!.costPico / 1e12).toBeCloseTo(cost, 8);
    expect(rows.length - found.length).toBe(truth.gaps);
    expect(truth.gaps).toBeGreaterThan(0);
  });
});
