import { describe, expect, it } from 'vitest';
import { amountWords, shortFilterWords } from './budget-words.ts';
import type { Budget } from './budget-words.ts';
import { budgetTable } from './commands/budget-ls.ts';
import { widthOf } from './plain.ts';

const now = new Date(2026, 10, 20, 12).getTime();

const budget = (over: Partial<Budget> = {}): Budget => ({
  id: '019a8f5e-0000-7000-8000-00000000000a',
  owner: '019a8f5e-0000-7000-8000-00000000000b',
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
  periodStart: now,
  periodEnd: now + 43_200_000,
  state: 'warning',
  alerts: [],
  paused: [],
  ...over,
});

const of = (project: string): Budget => budget({ only: { project } });

describe('budgets in a table', () => {
  const budgets = [of('/home/ada/work/clients/shop'), of('/home/ada/work/clients/blog'), budget({ name: 'team' })];
  const shown = (columns: number): string[] =>
    budgetTable({ isTerminal: true, columns, rows: 24, colors: false }, budgets, now).split('\n');

  it('are told apart on a narrow screen rather than drawn', () => {
    expect(shown(50)).toEqual([
      'ID        BUDGET           OF           %  STATE',
      '0000000a  5M tokens a day  …/shop      82  near',
      '0000000a  5M tokens a day  …/blog      82  near',
      '0000000a  team             everything  82  near',
    ]);
    expect(shown(40)[1]).toBe('5M tokens a day  …/shop      82  near');
    expect(shown(80)[0]).toMatch(/^ID +BUDGET +OF +USED +% +HEADING FOR +STATE$/);
    expect(shown(140)[0]).toMatch(/ UNTIL +STATE$/);
    for (const columns of [30, 50, 80, 100])
      for (const line of shown(columns)) expect(widthOf(line)).toBeLessThanOrEqual(columns);
  });

  it('say of several things the folder first, which is not cut', () => {
    const both = budget({ only: { agent: 'claude', model: 'claude-opus-4-5', project: '/home/ada/shop' } });
    expect(shortFilterWords([both])(both)).toBe('…/shop, claude, claude-opus-4-5');
  });

  it('of less than a minute are not of none', () => {
    expect(['500', '1000', '59000', '60000', '0'].map((ms) => amountWords({ measure: 'time' }, ms))).toEqual([
      '1s',
      '1s',
      '59s',
      '1m',
      '0m',
    ]);
  });

  it('say of folders what tells them apart', () => {
    const folders = ['/a/web', '/b/web', '/b/shop', '/web', '/shop/b'].map(of);
    expect(folders.map(shortFilterWords(folders))).toEqual(['/a/web', '/b/web', '…/shop', '/web', '…/b']);
    const deep = ['/home/a/web', '/home/b/web'].map(of);
    expect(deep.map(shortFilterWords(deep))).toEqual(['…/a/web', '…/b/web']);
  });
});
