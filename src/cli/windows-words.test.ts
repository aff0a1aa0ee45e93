import { describe, expect, it } from 'vitest';
import { widthOf } from './plain.ts';
import type { Screen } from './screen.ts';
import { windowsText } from './windows-words.ts';
import type { Windows } from './windows-words.ts';

const now = new Date(2026, 10, 20, 12).getTime();
const iso = (minutes: number): string => new Date(now + minutes * 60_000).toISOString();
const screen = (columns = 100, colors = false): Screen => ({ isTerminal: true, columns, rows: 24, colors });

type Window = Windows['windows'][number];

const official: Window = {
  source: 'claude',
  windowMinutes: 300,
  basis: 'official',
  usedPercent: 37.5,
  reading: { at: iso(-3), tokensSince: 1200, costUsdSince: '0.1' },
  startsAt: iso(-180),
  resetsAt: iso(120),
  tokens: 1_320_000,
  costUsd: '3.4012',
  cacheRead: 9_000_000,
  responses: 40,
  unpriced: 0,
  measure: 'cost',
  limitUsd: '9',
  burn: { tokensPerMinute: 12_400, costUsdPerMinute: '0.02', halfLifeMinutes: 15 },
  projection: { tokens: 2_000_000, costUsd: '5', usedPercent: 62.9 },
};
const { reading: _, projection: __, limitUsd: ___, ...bare } = official;

const shown = (windows: Window[], on = screen()): string[] => windowsText(on, { now: iso(0), windows }).split('\n');

describe('windows in words', () => {
  it('are a bar with its basis, and where it is heading', () => {
    expect(shown([official])).toEqual([
      'claude',
      '  5h    █████████░░░░░░░░░░░░░░░  37 % official 3m ago, 1.2k tokens since',
      '        1.32M tokens · $3.40 · 9M from caches · 12.4k/min · resets in 2h (14:00) · heading for 62 %',
    ]);
  });

  it('say what is not official, and of how much', () => {
    const calibrated = { ...bare, basis: 'calibrated' as const, limitUsd: '9.07' };
    const estimated = { ...bare, basis: 'estimated' as const, limitTokens: 3_500_000, windowMinutes: 10_080 };
    const lines = shown([calibrated, estimated]);
    expect(lines[1]).toMatch(/^ {2}5h .*37 % calibrated of \$9\.07, by earlier official figures$/);
    expect(lines[3]).toMatch(/^ {2}week .*37 % estimated of 3\.5M tokens, by your own history$/);
  });

  it('have each line begin beneath what it belongs to, on a narrow screen', () => {
    const old = { ...official, reading: { ...official.reading!, at: iso(-1234), tokensSince: 123_456 } };
    const calibrated = { ...bare, basis: 'calibrated' as const, limitUsd: '148.2' };
    const heads = (columns: number): string[] =>
      shown([official, old, calibrated], screen(columns)).filter((line) => !line.includes('resets'));
    expect(heads(50)).toEqual([
      'claude',
      '  5h    ███░░░░░  37 % official 3m ago',
      '        1.2k tokens since',
      '  5h    ███░░░░░  37 % official 20h 34m ago',
      '        123k tokens since',
      '  5h    ███░░░░░  37 % calibrated of $148.20',
      '        by earlier official figures',
    ]);
    for (const columns of [50, 60, 70, 80])
      for (const line of heads(columns)) expect(widthOf(line)).toBeLessThanOrEqual(columns);
  });

  it('say where nothing is known, runs or ends', () => {
    const { usedPercent: _p, startsAt: _s, resetsAt: _r, ...idle } = bare;
    const none = { ...idle, basis: 'estimated' as const, tokens: 0, costUsd: '0', cacheRead: 0 };
    const still = { ...none, burn: { ...none.burn, tokensPerMinute: 0 } };
    expect(shown([still]).slice(1)).toEqual([
      '  5h    no limit known estimated by your own history',
      '        0 tokens · none runs now',
    ]);
    expect(shown([{ ...still, windowMinutes: 10_080, startsAt: iso(-10_080) }])[2]).toContain('in the last 7d');
    expect(shown([])).toEqual(['No agent has used anything in the last week.']);
  });

  it('warn of what will be used up, and of what has no price', () => {
    const soon = { ...official, unpriced: 2, projection: { ...official.projection!, limitAt: iso(40) } };
    expect(shown([soon])[2]).toMatch(/\$3\.40\+ .* used up in 40m at this pace$/);
    expect(shown([{ ...soon, projection: { ...soon.projection, limitAt: iso(0) } }])[2]).toMatch(/ · used up$/);
    expect(shown([{ ...soon, usedPercent: 91 }], screen(100, true))[1]).toContain('\u001b[31m 91 %');
  });

  it('stand under their sources, and steer no terminal', () => {
    const lines = shown([official, { ...official, source: 'codex' }]);
    expect(lines.filter((line) => /^\S/.test(line))).toEqual(['claude', 'codex']);
    expect(shown([{ ...official, source: '\u001b[2J' }])[0]).toBe('�[2J');
  });
});
