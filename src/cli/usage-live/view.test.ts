import { describe, expect, it } from 'vitest';
import type { Session } from '../../sdk/index.ts';
import { widthOf } from '../plain.ts';
import type { Shown } from './amounts.ts';
import type { Figures } from './figures.ts';
import { usageLine, usageLines } from './view.ts';

const now = Date.parse('2026-11-20T14:24:00Z');
const minute = 60_000;
const iso = (at: number) => new Date(at).toISOString();
const id = '01a1fa94-1f06-7f84-ad4f-275bf81cf925';
const screen = (columns: number, rows = 30) => ({ isTerminal: true, columns, rows, colors: false });

const none = {
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
const used = { ...none, input: 12_000, output: 300_000, cacheWrite5m: 800_000, cacheRead: 38_200_000, responses: 345 };
const span = { firstAt: iso(now - 90 * minute), lastAt: iso(now) };

const window = (over: Partial<Figures['windows'][number]>): Figures['windows'][number] => ({
  source: 'claude',
  windowMinutes: 300,
  basis: 'estimated',
  usedPercent: 42.5,
  startsAt: iso(now - 84 * minute),
  resetsAt: iso(now + 216 * minute),
  tokens: 412_000,
  costUsd: '6.1',
  cacheRead: 12_000_000,
  responses: 90,
  unpriced: 0,
  measure: 'cost',
  burn: { tokensPerMinute: 1500, costUsdPerMinute: '0.02', halfLifeMinutes: 15 },
  projection: { tokens: 800_000, costUsd: '12', usedPercent: 88 },
  ...over,
});

const session = (over: Partial<Session> = {}): Session => ({
  id,
  name: 'fix the login',
  kind: 'agent',
  owner: id,
  status: 'active',
  startTime: now - 60 * minute,
  duration: 0,
  elapsed: 60 * minute,
  remaining: 0,
  tokensUsed: 96_400,
  cacheRead: 1_320_000,
  onBudget: 'warn',
  budgetCounts: 'new',
  onDue: 'complete',
  agent: { source: 'claude', sessionId: 's1', directory: '/home/ada/work/shop' },
  costUsd: '1.2',
  models: ['claude-opus-4-5-20251101', 'claude-haiku-4-5-20251001'],
  createdAt: now,
  updatedAt: now - 12_000,
  ...over,
});

const budget = (over: Partial<Figures['budgets'][number]> = {}): Figures['budgets'][number] => ({
  id,
  name: 'team',
  owner: id,
  only: {},
  period: 'day',
  timeZone: 'UTC',
  measure: 'tokens',
  limit: 5_000_000,
  action: 'warn',
  createdAt: 0,
  used: 4_100_000,
  percent: 82,
  projected: 6_000_000,
  state: 'warning',
  alerts: [],
  paused: [],
  ...over,
});

const figures: Figures = {
  span: 'today',
  used: { ...used, costUsd: '14.2', unpriced: 1 },
  models: [
    { model: 'claude-opus-4-5-20251101', sources: ['claude'], ...used, ...span, costUsd: '10' },
    { model: '', sources: ['codex'], ...none, ...span, responses: 1, unpriced: 1 },
  ],
  windows: [
    window({}),
    window({ windowMinutes: 10_080, basis: 'official', usedPercent: 12, resetsAt: iso(now + 4560 * minute) }),
  ],
  block: {
    start: iso(now - 84 * minute),
    end: iso(now + 216 * minute),
    gap: false,
    active: true,
    ...none,
    output: 412_000,
    costUsd: '6.1',
    responses: 90,
    modelNames: [],
  },
  hours: Array.from({ length: 12 }, (_, i) => ({
    start: iso(Date.parse('2026-11-20T03:00:00Z') + i * 60 * minute),
    ...none,
    costUsd: String(i === 10 ? 4 : i / 4),
  })),
  budgets: [budget()],
  sessions: [session()],
  reading: { state: 'current', sources: [] },
  now,
};

const shown = (over: Partial<Figures> = {}, more: Partial<Shown> = {}): Shown => ({
  figures: { ...figures, ...over },
  now,
  timeZone: 'Europe/Berlin',
  isAway: false,
  ...more,
});

describe('usage as it stands', () => {
  it('is what was used, how limits stand, budgets, and who is at work', () =>
    expect(usageLines(screen(80), shown())).toEqual([
      'today  Fri 20 Nov                                               t week · q quits',
      '$14.20+ · 1.11M new tokens · 38.2M from caches · 345 responses',
      'hours   ··▁▁▁▁▂▂▂▂▃▃▃▃▄▄▄▄▅▅██▆▆  $2.75 since 15:00 · most $4.00 at 14:00',
      'models  opus-4-5 $10.00 · not told unpriced',
      '',
      'block        ███▋░░░░░░░░░  3h 36m left · $6.10 · 1.5k/min · heading for $10.42',
      'claude 5h    █████▌░░░░░░░  42 % estimated · resets in 3h 36m · heading for 88 %',
      'claude week  █▌░░░░░░░░░░░  12 % official · resets in 3d 4h · heading for 88 %',
      '',
      'team         ██████████▋░░  82 % · near · 4.1M of 5M · heading for 6M',
      '',
      'AT WORK        PROJECT  AGENT   MODEL        TOKENS  CACHES   COST  LAST',
      'fix the login  shop     claude  opus-4-5 +1   96.4k   1.32M  $1.20   12s',
    ]));

  it('is the same, but shorter, on a narrow screen', () =>
    expect(usageLines(screen(40, 13), shown())).toEqual([
      'today  Fri 20 Nov       t week · q quits',
      '$14.20+ · 1.11M new tokens',
      'hours   ·▁▁▂▂▃▃▄▄▅█▆  $2.75 since 15:00',
      'block        ██▊░░░░░░░  3h 36m left',
      'claude 5h    ████▎░░░░░  42 % estimated',
      'claude week  █▏░░░░░░░░  12 % official',
      'team         ████████▏░  82 % · near',
      'AT WORK        TOKENS   COST  LAST',
      'fix the login   96.4k  $1.20   12s',
    ]));

  it('says what is not known, or not there', () => {
    const bare = window({ source: 'codex' });
    const { usedPercent: _, startsAt: __, resetsAt: ___, projection: ____, ...idle } = bare;
    const lines = usageLines(
      screen(80),
      shown({ used: none, models: [], windows: [idle], block: undefined, budgets: [], sessions: [], hours: [] }),
    );
    expect(lines.filter((line) => line !== '')).toEqual([
      'today  Fri 20 Nov                                               t week · q quits',
      '$0.00 · 0 new tokens · 0 from caches · 0 responses',
      'hours     ',
      'block     none runs now',
      'codex 5h  no limit known · none runs now · 412k tokens · $6.10 · 12M from caches',
      'No agent is at work.',
    ]);
  });

  it('says so while history is read, and while the server is away', () => {
    const sources = [{ source: 'claude', files: 412, of: 600, bytes: 61, ofBytes: 100 }];
    const lines = usageLines(screen(80, 12), shown({ reading: { state: 'reading', sources } }, { isAway: true }));
    expect(lines.slice(-2)).toEqual([
      'reading what agents left: claude 412 of 600 files, 61 %',
      'The server does not answer; trying again …',
    ]);
  });

  it('has no dollars of what has no price', () => {
    const hours = figures.hours.map((hour, i) => ({ ...hour, costUsd: '0', output: i * 1000 }));
    const block = { ...figures.block!, costUsd: '0', unpriced: 90 };
    const burn = { tokensPerMinute: 1000, costUsdPerMinute: '0', halfLifeMinutes: 15 };
    const lines = usageLines(
      screen(120),
      shown({ used: { ...used, unpriced: 345 }, hours, block, windows: [window({ burn })] }),
    );
    expect(lines[1]).toMatch(/^unpriced · 1\.11M new tokens/);
    expect(lines[2]).toMatch(/ {2}11k since 15:00 · most 11k at 15:00$/);
    expect(lines[5]).toMatch(/3h 36m left · unpriced · 1k\/min · heading for 628k tokens/);
  });

  it('shows the budgets that are nearest to their ends, and names nothing that would steer the terminal', () => {
    const budgets = Array.from({ length: 8 }, (_, i) =>
      budget({ name: `\u001b[31m${i}`, percent: i, state: 'within' }),
    );
    const lines = usageLines(screen(80, 40), shown({ budgets, sessions: [session({ name: 'a\nb\u001b[2J' })] }));
    expect(lines.filter((line) => line.startsWith('�')).map((line) => line.slice(0, 6))).toEqual(
      [7, 6, 5, 4, 3, 2].map((i) => `�[31m${i}`),
    );
    expect(lines).toContain('and 2 more budgets');
    for (const character of ['\u001b', '\n']) expect(lines.join('')).not.toContain(character);
  });

  it('calls budgets without a name by what they are of, and says of the others what that is', () => {
    const { name: _, ...unnamed } = budget();
    const budgets = [
      { ...unnamed, percent: 90, only: { project: '/home/ada/work/shop' } },
      { ...unnamed, percent: 80, only: { project: '/home/ada/work/blog' } },
      budget({ percent: 70, only: { agent: 'codex' } }),
      { ...unnamed, percent: 60 },
    ];
    const told = (columns: number) =>
      usageLines(screen(columns, 40), shown({ budgets }))
        .filter((line) => / (90|80|70|60) %/.test(line))
        .map((line) => line.replace(/ *[█▏▎▍▌▋▊▉░]+ */, '|'));
    expect(told(40).map((line) => line.split('|')[0])).toEqual(['…/shop', '…/blog', 'team', '5M tokens a …']);
    expect(told(120)).toEqual([
      '…/shop|90 % · near · 4.1M of 5M · 5M tokens a day · heading for 6M',
      '…/blog|80 % · near · 4.1M of 5M · 5M tokens a day · heading for 6M',
      'team|70 % · heading over · 4.1M of 5M · codex · heading for 6M',
      '5M tokens a day|60 % · heading over · 4.1M of 5M · heading for 6M',
    ]);
  });

  it('leaves out agents rather than anything above them', () => {
    const sessions = Array.from({ length: 9 }, (_, i) => session({ name: `number ${i}`, updatedAt: now - i * minute }));
    const many = shown({ sessions });
    const count = (rows: number) =>
      usageLines(screen(80, rows), many).filter((line) => line.startsWith('number')).length;
    expect([40, 20, 17, 13, 12, 10].map(count)).toEqual([9, 6, 3, 3, 2, 0]);
    expect(usageLines(screen(80, 20), many).at(-1)).toBe('and 3 more at work');
    expect(usageLines(screen(80, 9), many).at(-1)).toBe('9 at work');
  });

  it('never takes more room than there is', () => {
    const sessions = Array.from({ length: 9 }, (_, i) => session({ name: `漢字の名前 ${'x'.repeat(i * 12)}` }));
    const long = shown({ sessions, budgets: [budget({ name: '予'.repeat(40) }), budget()] }, { isAway: true });
    for (const columns of [20, 40, 41, 59, 60, 80, 109, 110, 200]) {
      for (const rows of [2, 4, 8, 12, 24, 50]) {
        const lines = usageLines(screen(columns, rows), long);
        expect(lines.length).toBeLessThan(rows);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
      }
    }
  });
});

it('is a line in a pipe', () =>
  expect(usageLine(shown())).toBe(
    '15:24 today: $14.20+ · 1.11M new tokens · 38.2M from caches · 345 responses · block $6.10, 3h 36m left · 1 at work',
  ));
