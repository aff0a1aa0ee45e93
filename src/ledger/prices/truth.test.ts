/**
 * Whole histories from the project's generator against the true costs that it writes beside them, and sums against
 * exact ones.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { claudeReader } from '../../readers/claude/reader.ts';
import { Following } from '../../readers/following.suite.ts';
import type { UsageRecord } from '../../readers/reader.ts';
import { Responses } from '../../readers/responses.ts';
import { openPrices } from './prices.ts';
import { response } from './response.suite.ts';

const generator = fileURLToPath(new URL('../../../../shared/tools/transcripts.mjs', import.meta.url));
const prices = await openPrices();

interface Truth {
  uniqueResponses: number;
  cost: number;
  byModel: Record<string, { cost: number }>;
  byDay: Record<string, { cost: number }>;
}

const generate = async (seed: number): Promise<{ folder: string; truth: Truth }> => {
  const folder = mkdtempSync(join(tmpdir(), 'stint-prices-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const size = ['--files', '30', '--mb', '3', '--seed', String(seed)];
  await promisify(execFile)(process.execPath, [generator, '--out', folder, ...size]);
  return { folder, truth: JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as Truth };
};

const read = async (folder: string): Promise<UsageRecord[]> => {
  const reader = claudeReader();
  const { files } = await reader.allFiles({ home: '/nowhere', env: { CLAUDE_CONFIG_DIR: folder } });
  const responses = new Responses();
  for (const file of files) responses.addAll((await new Following(reader, file).readAll()).records);
  return [...responses];
};

const picoOf = (records: readonly UsageRecord[]): number =>
  records.reduce((sum, record) => sum + prices.price(record)!.costPico, 0);

/** To a millionth of a dollar. */
const isMicro = (pico: number, usd: number): boolean => Math.abs(pico / 1e12 - usd) < 1e-6;

const isMissing = !existsSync(generator);

describe.skipIf(isMissing)(`a generated history${isMissing ? ` (no ${generator})` : ''}`, () => {
  it.each([1, 2, 3, 42, 2026])('has the true cost, by model and day too (seed %i)', async (seed) => {
    const { folder, truth } = await generate(seed);
    const records = await read(folder);
    expect(records.length).toBe(truth.uniqueResponses);
    expect(isMicro(picoOf(records), truth.cost)).toBe(true);
    const days = Map.groupBy(records, ({ at }) => new Date(at).toISOString().slice(0, 10));
    for (const [groups, costs] of [
      [Map.groupBy(records, ({ model }) => model), truth.byModel],
      [days, truth.byDay],
    ] as const) {
      expect([...groups.keys()].toSorted()).toEqual(Object.keys(costs).toSorted());
      for (const [name, members] of groups) expect(isMicro(picoOf(members), costs[name]!.cost)).toBe(true);
    }
  });
});

/** Pico-dollars a token, exactly. */
const exact: Readonly<Record<string, readonly [model: string, region: string, ...rates: bigint[]]>> = {
  opus: ['claude-opus-4-5', 'global', 5_000_000n, 25_000_000n, 500_000n, 6_250_000n, 10_000_000n],
  'opus, in the US': ['claude-opus-5', 'us', 5_500_000n, 27_500_000n, 550_000n, 6_875_000n, 11_000_000n],
  haiku: ['claude-3-5-haiku-20241022', 'global', 800_000n, 4_000_000n, 80_000n, 1_000_000n, 1_600_000n],
  sonnet: ['us.anthropic.claude-sonnet-4-6-v1', 'global', 3_300_000n, 16_500_000n, 330_000n, 4_125_000n, 6_600_000n],
};

it('adds up to the exact sum, to the pico-dollar', () => {
  const count = fc.oneof(fc.nat(20), fc.nat(1_000_000));
  const used = fc.tuple(fc.constantFrom(...Object.values(exact)), count, count, count, count, count);
  fc.assert(
    fc.property(fc.array(used, { maxLength: 300 }), (all) => {
      let [ours, truth] = [0, 0n];
      for (const [[model, region, ...rates], input, output, cacheRead, cacheWrite5m, cacheWrite1h] of all) {
        const parts = { input, output, cacheRead, cacheWrite5m, cacheWrite1h };
        ours += prices.price(response({ model, billing: { region }, ...parts }))!.costPico;
        truth += Object.values(parts).reduce((sum, tokens, i) => sum + BigInt(tokens) * rates[i]!, 0n);
      }
      expect(BigInt(ours)).toBe(truth);
    }),
  );
});
