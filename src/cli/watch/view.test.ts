import { describe, expect, it } from 'vitest';
import type { Session } from '../../sdk/index.ts';
import { widthOf } from '../plain.ts';
import type { Watched } from './board.ts';
import { viewLines } from './view.ts';

const minute = 60_000;
const at = new Date(2026, 10, 20, 14, 2).getTime();
const id = '01a1fa94-1f06-7f84-ad4f-275bf81cf925';
const screen = (columns: number, rows = 24) => ({ isTerminal: true, columns, rows, colors: false });

const watched = (change: Partial<Session> = {}, more: Partial<Watched> = {}): Watched => ({
  session: {
    id,
    name: 'login',
    kind: 'timer',
    owner: id,
    status: 'active',
    startTime: at,
    duration: 300 * minute,
    elapsed: 134 * minute,
    remaining: 166 * minute,
    tokensUsed: 96_400,
    tokenBudget: 200_000,
    cacheRead: 1_320_000,
    onBudget: 'warn',
    budgetCounts: 'new',
    onDue: 'complete',
    createdAt: at,
    updatedAt: at,
    ...change,
  },
  projection: { currentRate: 361, projectedTotal: 156_000, timeToLimit: 287, confidence: 0.8 },
  alerts: [],
  ...more,
});

describe('a watched session', () => {
  it('is a block of lines', () =>
    expect(viewLines(screen(80), [watched()], at + 134 * minute)).toEqual([
      'login  active  since 14:02 · f81cf925',
      'time    █████████████████▊░░░░░░░░░░░░░░░░░░░░░░  2h 14m of 5h · 2h 46m left',
      'tokens  ███████████████████▎░░░░░░░░░░░░░░░░░░░░  96.4k of 200k · 48 %',
      'pace    361/min · heading for 156k · budget gone in 4h 47m · 1.32M cache reads',
    ]));

  it('is as many, but shorter, on a narrow screen', () =>
    expect(viewLines(screen(50), [watched()], at)).toEqual([
      'login  active  since 14:02 · f81cf925',
      'time    ████▍░░░░░  2h 14m of 5h · 2h 46m left',
      'tokens  ████▊░░░░░  96.4k of 200k · 48 %',
      'pace    361/min · heading for 156k',
    ]));

  it('says how it is, however long its name', () => {
    const [head] = viewLines(screen(40), [watched({ name: 'n'.repeat(90) })], at);
    expect(head).toBe(`${'n'.repeat(31)}…  active`);
  });

  it('has no bar where there is no limit, and says when it is over, paused or done', () => {
    const { tokenBudget: _, ...without } = watched({ unlimited: true, duration: 0 }).session;
    const unlimited = { ...watched(), session: without };
    const [, time, tokens] = viewLines(screen(80), [unlimited], at);
    expect([time, tokens]).toEqual(['time    2h 14m', 'tokens  96.4k']);
    const over = { over: true as const, elapsed: 310 * minute, remaining: 0 };
    expect(viewLines(screen(80), [watched(over)], at).slice(0, 2)).toEqual([
      'login  over  since 14:02 · f81cf925',
      `time    ${'█'.repeat(40)}  5h 10m of 5h · 10m 00s over`,
    ]);
    expect(viewLines(screen(80), [watched({ status: 'paused' })], at)[0]).toContain('login  paused');
    expect(viewLines(screen(80), [watched({ status: 'completed' })], at)[3]).toBe(
      'pace    719/min · 1.32M cache reads',
    );
  });

  it('heads nowhere before enough is known to tell, nor when it is done', () => {
    const projection = { currentRate: 361, projectedTotal: 96_400, timeToLimit: 287, confidence: 0 };
    const paces = [watched({}, { projection }), watched({ status: 'completed' })].map(
      (one) => viewLines(screen(80), [one], at)[3],
    );
    expect(paces).toEqual(['pace    361/min · 1.32M cache reads', 'pace    719/min · 1.32M cache reads']);
  });

  it('has its latest alerts below, without what would steer the terminal', () => {
    const alerts = [{ at, level: 'warning' as const, message: '80 % of the \u001b[31mbudget' }];
    expect(viewLines(screen(80), [watched({}, { alerts })], at)[4]).toBe('14:02   80 % of the �[31mbudget');
  });
});

describe('several watched sessions', () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => watched({ name: `number ${i}` }));

  it('are blocks where they fit', () => {
    expect(viewLines(screen(80, 24), many(4), at)).toHaveLength(19);
  });

  it('are a line each where they do not, and the rest is counted', () => {
    expect(viewLines(screen(60, 6), many(7), at)).toEqual([
      ...[0, 1, 2, 3].map((i) => `████▍░░░░░ 2h 14m 96.4k · 48 % of 200k number ${i}  active`),
      'and 3 more',
    ]);
  });

  it('have columns, and a long name leaves room for what stands after it', () => {
    const { tokenBudget: _, ...session } = watched({ name: 'n'.repeat(90), tokensUsed: 5, status: 'paused' }).session;
    const two = [watched({ elapsed: 754 * minute, duration: 900 * minute }), { ...watched(), session }];
    expect(viewLines(screen(60, 4), two, at)).toEqual([
      '████████▍░ 12h 34m 96.4k · 48 % of 200k login         active',
      `████▍░░░░░  2h 14m     5                ${'n'.repeat(11)}…  paused`,
    ]);
    expect(viewLines(screen(40, 4), two, at)).toEqual([
      '████████▍░ 12h 34m login          active',
      '████▍░░░░░  2h 14m nnnnnnnnnnnn…  paused',
    ]);
  });

  it('never take more room than there is', () => {
    for (const columns of [20, 40, 50, 80, 200]) {
      for (const rows of [3, 5, 10, 24]) {
        const lines = viewLines(screen(columns, rows), many(9), at);
        expect(lines.length).toBeLessThan(rows);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
      }
    }
  });

  it('say what to do when there is none', () => {
    expect(viewLines(screen(80), [], at)).toEqual([
      'No session is open. Start one with: stint start --for 25m',
      'It shows here as soon as it starts; q ends this.',
    ]);
  });
});
