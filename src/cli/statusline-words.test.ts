import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { widthOf } from './plain.ts';
import type { Screen } from './screen.ts';
import { readStatus } from './statusline-input.ts';
import type { StatusInput } from './statusline-input.ts';
import { statusLines } from './statusline-words.ts';

const now = Date.UTC(2026, 10, 20, 12);
const minute = 60_000;
const inSeconds = (minutes: number): number => (now + minutes * minute) / 1000;

const told = {
  session_id: 's',
  transcript_path: '/home/dev/.claude/projects/-home-dev-work/s.jsonl',
  cwd: '/home/dev/work',
  model: { id: 'claude-opus-4-5', display_name: 'Opus 4.5' },
  workspace: { current_dir: '/home/dev/work', project_dir: '/home/dev' },
  version: '2.1.329',
  cost: { total_cost_usd: 2.4, total_duration_ms: 60 * minute, total_lines_added: 3 },
  context_window: { context_window_size: 200_000, used_percentage: 42.9, current_usage: null },
  rate_limits: {
    five_hour: { used_percentage: 30.4, resets_at: inSeconds(150) },
    seven_day: { used_percentage: 61, resets_at: inSeconds(3 * 24 * 60) },
  },
};

const screen = (columns = 200, colors = false): Screen => ({ isTerminal: false, columns, rows: 1, colors });
const lines = (status: StatusInput | undefined, on = screen(), branch: string | undefined = 'main'): string[] =>
  statusLines(on, status ?? { limits: [] }, { branch, home: '/home/dev', now }).split('\n');
const linesOf = (given: unknown, ...rest: [Screen?, string?]) => lines(readStatus(JSON.stringify(given)), ...rest);

describe('the status line', () => {
  it('says what the session is, and how the limits stand', () => {
    expect(linesOf(told)).toEqual([
      'Opus 4.5 · work · main · context 42 % of 200k · $2.40 · $2.40/h',
      '5h ██▍░░░░░ 30 % · resets in 2h 30m · → 60 % · week 61 % · resets in 3d · full in 2d 13h',
    ]);
  });

  it('leaves out what it is not told', () => {
    const { rate_limits: _, cost: __, ...rest } = told;
    expect(linesOf(rest)).toEqual(['Opus 4.5 · work · main · context 42 % of 200k']);
    expect(linesOf({ model: { display_name: 'Opus' } }, screen(), undefined)).toEqual(['Opus · main']);
    expect(linesOf({ rate_limits: { seven_day: { used_percentage: 5 } } })).toEqual(['main', 'week 5 %']);
  });

  it('tells no figures of a window that has ended', () => {
    const ended = { five_hour: { used_percentage: 90, resets_at: inSeconds(0) } };
    expect(linesOf({ ...told, rate_limits: ended })).toHaveLength(1);
  });

  it('warns by level and by pace', () => {
    const of = (percent: number, minutes: number) => {
      const limits = { five_hour: { used_percentage: percent, resets_at: inSeconds(minutes) } };
      return linesOf({ rate_limits: limits }, screen(200, true))[1];
    };
    expect(of(20, 60)).toContain('\u001b[32m20 %');
    expect(of(60, 20)).toContain('\u001b[33m60 %');
    expect(of(85, 10)).toContain('\u001b[31m85 %');
    expect(of(50, 200)).toContain('\u001b[31mfull in 1h 40m');
    // Of a window’s first minutes nothing follows.
    expect(of(5, 290)).not.toMatch(/full|→/);
    expect(of(100, 60)).not.toMatch(/full|→/);
    expect(of(105, 60)).toContain('████████');
  });

  it('has no colours where they are not wanted', () => {
    expect(linesOf(told).join('')).not.toContain('\u001b');
  });

  it('keeps what matters most where it is narrow', () => {
    const narrow = linesOf(told, screen(44));
    expect(narrow[0]).toBe('Opus 4.5 · work · context 42 % · $2.40');
    expect(narrow[1]).toBe('5h 30 % · resets in 2h 30m · week 61 %');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), (columns) => {
        for (const line of linesOf(told, screen(columns))) expect(widthOf(line)).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('lets no name steer the terminal or crowd out the rest', () => {
    const [first = ''] = linesOf({
      ...told,
      model: { display_name: '\u001b[2JOpus\nx' },
      workspace: { current_dir: `/${'long'.repeat(50)}` },
    });
    expect(first).toContain('�[2JOpus�x');
    expect(widthOf(first)).toBeLessThan(110);
  });

  it('calls the home directory by its sign', () => {
    expect(linesOf({ cwd: '/home/dev' })[0]).toBe('~ · main');
    expect(linesOf({ cwd: '/' })[0]).toBe('/ · main');
  });
});

describe('what Claude Code tells', () => {
  it('is read as far as it is as expected', () => {
    expect(readStatus(JSON.stringify(told))).toEqual({
      model: 'Opus 4.5',
      directory: '/home/dev/work',
      context: { usedPercent: 42.9, size: 200_000 },
      costUsd: 2.4,
      openMs: 60 * minute,
      limits: [
        { windowMinutes: 300, usedPercent: 30.4, resetsAt: now + 150 * minute },
        { windowMinutes: 10_080, usedPercent: 61, resetsAt: now + 3 * 24 * 60 * minute },
      ],
    });
    const odd = {
      model: 'opus',
      context_window: null,
      cost: { total_cost_usd: '1' },
      rate_limits: { five_hour: null },
    };
    expect(readStatus(JSON.stringify(odd))).toEqual({ model: 'opus', limits: [] });
  });

  it('has its context counted where it tells no percentage', () => {
    const usage = { input_tokens: 10_000, cache_read_input_tokens: 30_000, output_tokens: 5 };
    const given = { context_window: { context_window_size: 200_000, current_usage: usage } };
    expect(readStatus(JSON.stringify(given))?.context).toEqual({ usedPercent: 20, size: 200_000 });
    expect(readStatus('{"context_window":{"context_window_size":0,"current_usage":{}}}')?.context).toBeUndefined();
  });

  it('has times in seconds, in ms or as text', () => {
    const resets = (value: unknown) => {
      const limits = { five_hour: { used_percentage: 1, resets_at: value } };
      return readStatus(JSON.stringify({ rate_limits: limits }))?.limits[0]?.resetsAt;
    };
    expect([now / 1000, now, new Date(now).toISOString()].map(resets)).toEqual([now, now, now]);
    expect([null, 'soon', -5, 1e300, {}].map(resets)).toEqual(Array.from({ length: 5 }));
  });

  it('is nothing where it is no object', () => {
    for (const text of ['', 'garbage', '[]', 'null', '"x"', '7', '{"model":']) expect(readStatus(text)).toBeUndefined();
  });

  it('never breaks the line, whatever it is', () => {
    const names = Object.keys(told);
    const anything = fc.dictionary(fc.constantFrom(...names), fc.jsonValue());
    const inside = fc.dictionary(
      fc.constantFrom('five_hour', 'seven_day', 'display_name', 'current_dir', 'used_percentage', 'resets_at'),
      fc.oneof(
        fc.jsonValue(),
        fc.double(),
        fc.dictionary(fc.constantFrom('used_percentage', 'resets_at'), fc.double()),
      ),
    );
    fc.assert(
      fc.property(fc.oneof(anything, fc.dictionary(fc.constantFrom(...names), inside)), (given) => {
        const shown = linesOf(given, screen(80));
        expect(shown.length).toBeLessThanOrEqual(2);
        for (const line of shown) expect(line).not.toMatch(/NaN|undefined|Infinity/);
      }),
      { numRuns: 500 },
    );
  });
});
