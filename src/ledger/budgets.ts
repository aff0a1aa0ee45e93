import type { BudgetFilter, BudgetMeasure, BudgetPeriod, BudgetState } from '../contract/budgets.ts';
import { daysIn, firstOfMonth, mondayOf } from '../contract/days.ts';
import type { AlertLevel, Threshold } from '../contract/event.ts';
import type { UsageSum } from '../contract/usage.ts';
import { usdText } from './prices/usd.ts';
import { countedTokens } from './sum.ts';

/** Budgets across sessions: when they begin anew, how they stand, which alerts they call for. Pure; times are Unix ms. */

export interface BudgetWindow {
  start: number;
  end: number;
}

/** Of each period, how far back its present pace is looked for. */
const tailMs: Record<Exclude<BudgetPeriod, 'total'>, number> = {
  day: 6 * 3600_000,
  week: 2 * 24 * 3600_000,
  month: 7 * 24 * 3600_000,
};
/** The ledger tells apart what lies in different quarters of an hour; all offsets of today's time zones are some of them. */
const quarterMs = 900_000;
/** A message tells money this exactly: a hundredth of a cent. */
const toldPico = 1e8;

/** The period that holds `now`, from midnight to midnight in the time zone; undefined for `total`, which has no end. */
export const windowOf = (period: BudgetPeriod, now: number, timeZone: string): BudgetWindow | undefined => {
  if (period === 'total') return undefined;
  const { dayAt, beginOf } = daysIn(timeZone);
  const [first, next] = daysOf(period, dayAt(now));
  return { start: beginOf(first), end: beginOf(next) };
};

/** The first day of the period that holds a day, and of the one after it. */
const daysOf = (period: Exclude<BudgetPeriod, 'total'>, today: number): [first: number, next: number] => {
  switch (period) {
    case 'day':
      return [today, today + 1];
    case 'week':
      return [mondayOf(today), mondayOf(today) + 7];
    case 'month':
      return [firstOfMonth(today), firstOfMonth(today, 1)];
  }
};

/**
 * Rising times at which what is used is told apart: the period's beginning, where its present pace begins (left out where that
 * is the same), its end.
 */
export const edgesOf = (period: BudgetPeriod, window: BudgetWindow, now: number): number[] => {
  const tail = tailStart(period, now);
  return tail > window.start && tail < window.end ? [window.start, tail, window.end] : [window.start, window.end];
};

const tailStart = (period: BudgetPeriod, now: number): number =>
  period === 'total' ? 0 : Math.floor((now - tailMs[period]) / quarterMs) * quarterMs;

/** How much a budget of this measure counts of what some responses add up to; pico-dollars for `usd`. */
export const amountOf = (sum: UsageSum, measure: Exclude<BudgetMeasure, 'time'>, all: boolean): number =>
  measure === 'usd' ? sum.costPico : countedTokens(sum) + (all ? sum.cacheRead : 0);

/** What is used of a budget, in its own unit: tokens, pico-dollars or ms. */
export interface Used {
  used: number;
  /** Of that, what lies after the last inner edge of {@link edgesOf}. */
  recent: number;
}

export interface Standing {
  used: number;
  /** At the end of the period, at the present pace; undefined where there is no end. */
  projected?: number;
  state: BudgetState;
}

/** How a budget stands. The pace is that of the tail, as though nothing had been used in what of it lies before the period. */
export const standingOf = (
  { period, limit }: { period: BudgetPeriod; limit: number },
  window: BudgetWindow | undefined,
  { used, recent }: Used,
  now: number,
): Standing => {
  if (window === undefined) return { used, state: stateOf(used, limit) };
  const pace = Math.max(0, recent) / (now - tailStart(period, now));
  const projected = Math.round(used + pace * Math.max(0, window.end - now));
  return { used, projected, state: stateOf(used, limit, projected) };
};

const stateOf = (used: number, limit: number, projected = 0): BudgetState => {
  const met = levels.find(({ percent }) => used * 100 >= limit * percent);
  if (met) return met.state;
  return projected > limit ? 'warning' : 'within';
};

export interface DueAlert {
  threshold: Threshold;
  level: AlertLevel;
}

/** Highest first: a burst that crosses two raises the higher only. */
const levels: readonly (DueAlert & { percent: number; state: BudgetState })[] = [
  { threshold: 'across_100', percent: 100, level: 'error', state: 'over' },
  { threshold: 'across_95', percent: 95, level: 'error', state: 'error' },
  { threshold: 'across_80', percent: 80, level: 'warning', state: 'warning' },
];

/** The alerts that it calls for, besides those `raised` in this period. */
export const alertsDueOf = (
  { used, projected = 0 }: Standing,
  limit: number,
  raised: readonly Threshold[],
): DueAlert[] => {
  const reached = levels.findIndex(({ percent }) => used * 100 >= limit * percent);
  const met = levels[reached];
  const isNew = met && !levels.slice(0, reached + 1).some(({ threshold }) => raised.includes(threshold));
  const isHeadingOver = used < limit && projected > limit && !raised.includes('across_projected');
  return [
    ...(isNew ? [{ threshold: met.threshold, level: met.level }] : []),
    ...(isHeadingOver ? [{ threshold: 'across_projected', level: 'warning' } as const] : []),
  ];
};

/** How much has still to be used until a level is reached that was not; 0 when the next is the end. */
export const untilNextLevel = (used: number, limit: number): number =>
  Math.max(0, (levels.findLast(({ percent }) => used * 100 < limit * percent)?.percent ?? 0) * limit - used * 100) /
  100;

/** Whether a directory is the project, or lies in it. */
export const liesIn = (directory: string, project: string): boolean => {
  const root = project.replace(/[\\/]+$/, '');
  return (
    directory !== '' &&
    project !== '' &&
    (directory === project || (directory.startsWith(root) && /^([\\/]|$)/.test(directory.slice(root.length))))
  );
};

export interface Described {
  name?: string;
  only: BudgetFilter;
  period: BudgetPeriod;
  measure: BudgetMeasure;
  limit: number;
}

/** What an alert says: `83 % of the budget “team” is used: 4150000 of 5000000 tokens this week`. */
export const alertMessage = (budget: Described, { used, projected = 0 }: Standing, { threshold }: DueAlert): string => {
  const { limit, measure, period } = budget;
  const span = period === 'total' ? 'in all' : period === 'day' ? 'today' : `this ${period}`;
  const of = `${bare(limit, measure)} ${units[measure]}`;
  const which = `the budget ${budgetName(budget)}`;
  if (threshold === 'across_projected')
    return `at this pace ${which} comes to ${bare(projected, measure)} ${units[measure]} ${span}, over its ${of}`;
  return `${Math.floor((used * 100) / limit)} % of ${which} is used: ${bare(used, measure)} of ${of} ${span}`;
};

const budgetName = ({ name, only }: Described): string => {
  if (name !== undefined) return `“${name}”`;
  const { session, project, agent, model } = only;
  const parts = [
    ...(session === undefined ? [] : ['one session']),
    ...(agent === undefined ? [] : [agent]),
    ...(model === undefined ? [] : [model]),
    ...(project === undefined ? [] : [project]),
  ];
  return parts.length === 0 ? 'for everything' : `for ${parts.join(', ')}`;
};

const units: Record<BudgetMeasure, string> = { tokens: 'tokens', usd: 'USD', time: 'hours' };

const bare = (amount: number, measure: BudgetMeasure): string => {
  if (measure === 'usd') return usdText(Math.round(amount / toldPico) * toldPico);
  return String(measure === 'time' ? Math.floor(amount / 36_000) / 100 : amount);
};
