/** Reports of usage as they are read: what stands where, at every width. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Schemas } from '../sdk/index.ts';
import { widthOf } from './plain.ts';
import type { Screen } from './screen.ts';
import { usageKinds } from './usage-lines.ts';
import type { Row, Sums, UsageKind, UsageReport } from './usage-lines.ts';
import { usageText } from './usage-words.ts';
import type { Asked } from './usage-words.ts';

const zeros: Sums = {
  input: 0,
  output: 0,
  reasoning: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  costUsd: '0',
  unpriced: 0,
  responses: 0,
  incomplete: 0,
};
const sums = (more: Partial<Sums>): Sums => ({ ...zeros, responses: 1, ...more });

const some = sums({ input: 1200, output: 34_567, cacheRead: 2_345_678, cacheWrite5m: 100_000, costUsd: '12.345' });
const few = sums({ input: 12, output: 345, costUsd: '0.0033' });
const both = sums({ ...some, input: 1212, output: 34_912, costUsd: '12.3483', responses: 2 });

const days: Schemas['UsageOfDate'][] = [
  { date: '2026-11-09', ...few, modelNames: ['gpt-5'] },
  { date: '2026-11-20', ...some, modelNames: ['claude-opus-4-5-20251101', 'gpt-5'] },
];
const daily: UsageReport = { rows: days, totals: both, skipped: [] };

const terminal = (columns: number): Screen => ({ isTerminal: true, columns, rows: 24, colors: false });
const asked = (kind: UsageKind, more: Partial<Asked> = {}): Asked => ({
  kind,
  timeZone: 'Europe/Berlin',
  isFiltered: false,
  ...more,
});

const text = (columns: number, report = daily, kind: UsageKind = 'daily') =>
  usageText(terminal(columns), asked(kind), report);

const oneOf = (kind: UsageKind, row: Row, columns = 200): string =>
  text(columns, { rows: [row], totals: some, skipped: [] }, kind).split('\n')[3] ?? '';

describe('a report', () => {
  it('has whole numbers, models and bars where there is room', () =>
    expect(text(130)).toBe(
      [
        '2.48M tokens · $12.35 · 2 responses · 9 Nov – 20 Nov 2026 · Europe/Berlin',
        '',
        'DAY         MODELS           INPUT  OUTPUT  CACHE WRITE  CACHE READ     TOKENS     COST',
        'Mon  9 Nov  gpt-5               12     345            0           0        357  $0.0033  ▏',
        'Fri 20 Nov  opus-4-5, gpt-5  1,200  34,567      100,000   2,345,678  2,481,445   $12.35  ████████████████████████',
        '─'.repeat(113),
        'TOTAL                        1,212  34,912      100,000   2,345,678  2,481,802   $12.35',
      ].join('\n'),
    ));

  it('has short ones where there is less', () =>
    expect(text(90)).toBe(
      [
        '2.48M tokens · $12.35 · 2 responses · 9 Nov – 20 Nov 2026 · Europe/Berlin',
        '',
        'DAY         MODELS       INPUT  OUTPUT  CACHE W  CACHE R  TOKENS     COST',
        'Mon  9 Nov  gpt-5           12     345        0        0     357  $0.0033  ▏',
        'Fri 20 Nov  opus-4-5 +1   1.2k   34.6k     100k    2.35M   2.48M   $12.35  ███████████████',
        '─'.repeat(90),
        'TOTAL                    1.21k   34.9k     100k    2.35M   2.48M   $12.35',
      ].join('\n'),
    ));

  it('says less of the models before it does without bars', () =>
    expect(text(80).split('\n')[4]).toBe(
      'Fri 20 Nov   1.2k   34.6k   100k  2.35M   2.48M   $12.35  ██████████████████████',
    ));

  it('leaves out what matters least on a narrow screen', () =>
    expect(text(40)).toBe(
      [
        '2.48M tokens · $12.35 · 2 responses',
        '9 Nov – 20 Nov 2026 · Europe/Berlin',
        '',
        'DAY         OUTPUT  TOKENS     COST',
        'Mon  9 Nov     345     357  $0.0033',
        'Fri 20 Nov   34.6k   2.48M   $12.35',
        '─'.repeat(35),
        'TOTAL        34.9k   2.48M   $12.35',
      ].join('\n'),
    ));

  it('has neither bars nor rules in a pipe', () => {
    const piped = usageText({ ...terminal(80), isTerminal: false }, asked('daily'), daily);
    expect(piped).not.toMatch(/[█▏─]/);
    expect(piped.split('\n').at(-1)).toMatch(/^TOTAL /);
  });

  it('has colours only where they are wanted', () => {
    expect(text(100)).not.toContain('\u001b');
    expect(usageText({ ...terminal(100), colors: true }, asked('daily'), daily)).toContain('\u001b[36m█');
  });

  it('never gets wider than the screen, whatever stands in it', () => {
    const count = fc.nat(1e13);
    const name = fc.string({ unit: 'binary', maxLength: 60 });
    const anySums = fc.record({
      input: count,
      output: count,
      reasoning: count,
      cacheRead: count,
      cacheWrite5m: count,
      cacheWrite1h: count,
      costUsd: fc.constantFrom('0', '0.000000000001', '999999.99', '12'),
      unpriced: fc.nat(2),
      responses: fc.nat(3),
      incomplete: fc.nat(2),
    });
    const time = fc.constantFrom('2026-11-20T09:30:00.000Z', '1970-01-01T00:00:00.000Z', '+275760-09-13T00:00:00.000Z');
    const row = fc.tuple(anySums, name, name, time).map(([all, one, other, at]) => ({
      date: { ...all, date: at.split('T')[0]!, modelNames: [one, other], models: [{ model: one, ...all }] },
      month: { ...all, month: at.slice(0, 7), modelNames: [one] },
      block: { ...all, start: at, end: at, gap: false, active: true, modelNames: [one, other] },
      session: { ...all, sessionId: one, source: other, project: `/${one}`, firstAt: at, lastAt: at, modelNames: [] },
      model: { ...all, model: one, sources: [other], firstAt: at, lastAt: at },
      project: { ...all, project: one, sources: [one, other], firstAt: at, lastAt: at, modelNames: [one] },
    }));
    const named = { daily: 'date', weekly: 'date', monthly: 'month', blocks: 'block' } as const;
    const rest = { sessions: 'session', models: 'model', projects: 'project' } as const;
    const nameOf = { ...named, ...rest };
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 5 }),
        anySums,
        fc.integer({ min: 20, max: 220 }),
        (rows, totals, columns) => {
          for (const kind of usageKinds) {
            const shown = text(
              columns,
              { rows: rows.map((one): Row => one[nameOf[kind]]), totals, skipped: [] },
              kind,
            ).split('\n');
            const table = shown.slice(shown.indexOf('') + 1);
            const end = table.indexOf('');
            for (const line of end < 0 ? table : table.slice(0, end))
              expect(widthOf(line)).toBeLessThanOrEqual(columns);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a line', () => {
  it('names days, weeks and months', () => {
    const row = { ...some, modelNames: [] };
    expect(oneOf('daily', { date: '2026-11-02', ...row })).toMatch(/^Mon {2}2 Nov {2}/);
    expect(oneOf('weekly', { date: '2026-12-28', ...row })).toMatch(/^28 Dec – 3 Jan {2}/);
    expect(oneOf('monthly', { month: '2026-11', ...row })).toMatch(/^Nov 2026 {2}/);
  });

  it('has years where there are several', () => {
    const rows = ['2025-12-31', '2026-01-01'].map((date) => ({ date, ...some, modelNames: [] }));
    expect(text(100, { ...daily, rows })).toMatch(/^Wed 31 Dec 2025 .*\nThu {2}1 Jan 2026 /m);
  });

  it('of a block has its hours on the clocks of the time zone, and says whether it goes on', () => {
    const block = { start: '2026-11-20T22:00:00.000Z', end: '2026-11-21T03:00:00.000Z', ...some, modelNames: [] };
    expect(oneOf('blocks', { ...block, gap: false, active: true })).toMatch(/^Fri 20 Nov 23:00–04:00 now {2}/);
    expect(oneOf('blocks', { ...block, gap: false, active: false })).toMatch(/^Fri 20 Nov 23:00–04:00 {2}/);
    const pause = { ...block, ...zeros, gap: true, active: false };
    expect(oneOf('blocks', pause)).toBe('  5h without use');
  });

  it('of a session has the end of its id, its folder and when it was last used', () => {
    const session = {
      sessionId: 'cc8e3d53-6a51-4a3c-8c36-4f1f6c71e3fa',
      source: 'claude',
      project: '/srv/work/stint',
      firstAt: '2026-11-20T08:00:00.000Z',
      lastAt: '2026-11-20T23:30:00.000Z',
      ...some,
      modelNames: [],
    };
    expect(oneOf('sessions', session, 110)).toMatch(/^6c71e3fa {2}stint {4}claude {2}21 Nov 00:30 {2}/);
    expect(oneOf('sessions', session)).toMatch(/^cc8e3d53-6a51-4a3c-8c36-4f1f6c71e3fa {2}\/srv\/work\/stint {2}/);
  });

  it('has what it is about whole as long as anything beside it can be left out', () => {
    const at = { firstAt: '2026-11-20T08:00:00.000Z', lastAt: '2026-11-20T08:00:00.000Z' };
    const model = 'claude-opus-4-5-20251101';
    const report = { rows: [{ model, sources: ['claude'], ...some, ...at }], totals: some, skipped: [] };
    const models = (columns: number) => /^claude.*/m.exec(text(columns, report, 'models'))?.[0];
    for (let columns = 45; columns < 160; columns += 1) expect(models(columns)).toMatch(/^claude-opus-4-5-20251101 /);
    expect(models(90)).toContain('█');
    expect(models(30)).toMatch(/^claude-opus-4.*… /);
    const row = {
      project: '/srv/some-longer-name/and-another-one',
      sources: ['claude'],
      ...some,
      ...at,
      modelNames: [],
    };
    expect(oneOf('projects', row, 80)).toMatch(/^some-longer-name\/and-another-one /);
  });

  it('shows the models of a row, and the subagents of a session, below it', () => {
    const row = { ...days[1]!, models: [{ model: 'claude-opus-4-5-20251101', ...some }] };
    expect(text(160, { ...daily, rows: [row] })).toMatch(/^Fri 20 Nov .*\n {2}claude-opus-4-5-20251101 .*\n─/m);
    expect(text(100, { ...daily, rows: [row] })).toMatch(/^Fri 20 Nov .*\n {2}opus-4-5 .*\n─/m);
  });

  it('of a session has its name where there is one and room for it', () => {
    const at = { firstAt: '2026-11-20T08:00:00.000Z', lastAt: '2026-11-20T23:30:00.000Z' };
    const row = {
      sessionId: 'cc8e3d53-6a51-4a3c',
      source: 'claude',
      project: '/srv/stint',
      ...at,
      ...some,
      modelNames: [],
    };
    const sessionNames = new Map([['claude cc8e3d53-6a51-4a3c', 'Mend the login\u0007']]);
    const shown = (columns: number, names = sessionNames) =>
      usageText(
        terminal(columns),
        { ...asked('sessions'), sessionNames: names },
        { rows: [row], totals: some, skipped: [] },
      );
    expect(shown(120)).toMatch(/^SESSION +NAME +PROJECT .*\n\S+ {2}Mend the login\ufffd? +/m);
    expect(shown(80)).toContain('Mend the login');
    expect(shown(40)).not.toContain('Mend');
    expect(shown(120, new Map())).not.toContain('NAME');
  });

  it('of a subagent is told as a part, deeper than the models that have it too', () => {
    const at = { firstAt: '2026-11-20T08:00:00.000Z', lastAt: '2026-11-20T23:30:00.000Z' };
    const row = {
      sessionId: 'cc8e3d53-6a51-4a3c',
      source: 'claude',
      project: '/srv/stint',
      ...at,
      ...some,
      modelNames: ['gpt-5'],
      models: [{ model: 'gpt-5', ...some }],
      agents: [{ agentId: 'a1b2', ...few }],
    };
    expect(text(160, { rows: [row], totals: some, skipped: [] }, 'sessions')).toMatch(
      /\n {2}gpt-5 .*\n {4}of which subagent a1b2 .*\n─/,
    );
  });

  it('has names that steer nothing', () => {
    const at = { firstAt: '2026-11-20T08:00:00.000Z', lastAt: '2026-11-20T08:00:00.000Z' };
    expect(oneOf('models', { model: 'a\u001b[31m\nb', sources: ['x\u0007'], ...some, ...at })).toMatch(
      /^a�\[31m�b {2}x�/,
    );
    expect(oneOf('models', { model: '', sources: [], ...some, ...at })).toMatch(/^not told /);
  });
});

describe('what is not known', () => {
  const unsure = sums({ input: 5, costUsd: '1', unpriced: 1, incomplete: 1, responses: 2 });
  const unpriced = sums({ input: 5, unpriced: 1 });

  it('is marked, and the marks are explained', () => {
    const rows = [
      { date: '2026-11-09', ...few, modelNames: [] },
      { date: '2026-11-10', ...unsure, modelNames: [] },
      { date: '2026-11-11', ...unpriced, modelNames: [] },
    ];
    const totals = sums({ input: 22, costUsd: '1.0033', unpriced: 2, incomplete: 1, responses: 4 });
    const shown = text(70, { rows, totals, skipped: [] });
    expect(shown).toMatch(/^22 tokens · \$1\.00\+ · 4 responses /);
    expect(shown).toMatch(/^Mon {2}9 Nov .* 357 {4}\$0\.0033/m);
    expect(shown).toMatch(/^Tue 10 Nov .* 5\* {5}\$1\.00\+/m);
    expect(shown).toMatch(/^Wed 11 Nov .* 5 {3}unpriced/m);
    expect(shown).toMatch(/^TOTAL .* 22\* {5}\$1\.00\+/m);
    expect(shown.split('\n').slice(-3)).toEqual([
      '',
      '* 1 response without a final count: what they used is this or more',
      '+ 2 responses without a price, not in the cost; see which: stint usage models',
    ]);
  });

  it('is never a cost of nothing', () => {
    const shown = text(70, {
      rows: [{ date: '2026-11-11', ...unpriced, modelNames: [] }],
      totals: unpriced,
      skipped: [],
    });
    expect(shown).toContain('5 tokens · unpriced · 1 response ');
    expect(shown).not.toContain('$');
    expect(shown.split('\n').at(-1)).toBe('1 response without a price, not in the cost; see which: stint usage models');
  });

  it('has a line for what was skipped, with how to see it', () => {
    const skipped = [
      { source: 'claude', file: '/a', reason: 'no_key', count: 1 },
      { source: 'claude', file: '/a', reason: 'malformed', count: 1200 },
      { source: 'codex', file: '/b', reason: 'malformed', count: 3 },
    ];
    expect(
      text(100, { ...daily, skipped })
        .split('\n')
        .slice(-2),
    ).toEqual(['', '1,204 things in 2 files were not counted: 1,203 malformed, 1 no key; see them with --json']);
    expect(text(100, { ...daily, skipped: [skipped[0]!] })).toMatch(/\n1 thing was not counted: 1 no key;/);
    expect(text(100)).not.toContain('not counted');
  });
});

describe('many rows', () => {
  const rows = [1, 2, 3].map((day) => ({ date: `2026-11-0${day}`, ...few, modelNames: [] }));
  const report = { rows, totals: sums({ input: 36 }), skipped: [] };

  it('are shown as far as asked for: the latest, or those that have most', () => {
    const shown = usageText(terminal(80), asked('daily', { limit: 2 }), report);
    expect(shown).not.toContain(' 1 Nov  ');
    expect(shown).toMatch(/3 Nov .*\n─+\nTOTAL .*\nand 1 more; see them with -n 3$/m);
    const at = { firstAt: '2026-11-20T08:00:00.000Z', lastAt: '2026-11-20T08:00:00.000Z' };
    const models = ['a', 'b'].map((model) => ({ model, sources: [], ...few, ...at }));
    const most = usageText(terminal(80), asked('models', { limit: 1 }), { ...report, rows: models });
    expect(most).toMatch(/^a .*\n─/m);
  });
});

describe('nothing', () => {
  const nothing = { rows: [], totals: zeros, skipped: [] };

  it('is said with where it was looked for', () =>
    expect(usageText(terminal(80), asked('daily'), { ...nothing, lookedIn: ['/home/a/.claude/projects', '/b'] })).toBe(
      'No agent’s usage was found. Looked in:\n  /home/a/.claude/projects\n  /b',
    ));

  it('that fits is said with how to see all', () =>
    expect(usageText(terminal(80), asked('blocks', { isFiltered: true }), nothing)).toBe(
      'Nothing that was used fits. See all with: stint usage blocks',
    ));
});
