import type { AlertLevel, BudgetCounts, Threshold, TokenParts } from '../contract/event.ts';
import { projectionOf } from './projection.ts';
import { tenMinutesLeft } from './time.ts';
import type { Existing } from './state.ts';

export interface Alert {
  threshold: Threshold;
  level: AlertLevel;
  message: string;
}

/** Levels of the budget, highest first: a burst that crosses two raises the higher only. */
const levels: readonly { threshold: Threshold; percent: number; level: AlertLevel }[] = [
  { threshold: 'budget_100', percent: 100, level: 'error' },
  { threshold: 'budget_95', percent: 95, level: 'error' },
  { threshold: 'budget_80', percent: 80, level: 'warning' },
];

const confident = 0.5;

/** What parts of a response count against a budget: input, output and cache writes; cache reads only under `all`. */
export const countedTokens = (parts: TokenParts, counts: BudgetCounts): number =>
  (parts.input ?? 0) +
  (parts.output ?? 0) +
  (parts.cacheWrite5m ?? 0) +
  (parts.cacheWrite1h ?? 0) +
  (counts === 'all' ? (parts.cacheRead ?? 0) : 0);

/** Whether any part is given that counts, so that the parts must add up to the sum posted beside them. */
export const hasCountedPart = (parts: TokenParts, counts: BudgetCounts): boolean =>
  [
    parts.input,
    parts.output,
    parts.cacheWrite5m,
    parts.cacheWrite1h,
    counts === 'all' ? parts.cacheRead : undefined,
  ].some((part) => part !== undefined);

/** The alerts that the state as it stands calls for and that were not raised yet. */
export const alertsDue = (state: Existing, now: number): Alert[] =>
  [levelAlert(state), projectedAlert(state, now), timeUpAlert(state), tenMinutesAlert(state, now)].filter(
    (alert) => alert !== undefined,
  );

const levelAlert = (state: Existing): Alert | undefined => {
  const { tokenBudget, tokensUsed, raised } = state.facts;
  if (tokenBudget === undefined) return undefined;
  const reached = levels.findIndex(({ percent }) => tokensUsed * 100 >= tokenBudget * percent);
  const met = levels[reached];
  if (met === undefined || levels.slice(0, reached + 1).some(({ threshold }) => raised.includes(threshold)))
    return undefined;
  const { threshold, level } = met;
  return {
    threshold,
    level,
    message: `${share(tokensUsed, tokenBudget)} of the token budget is used (${tokensUsed} of ${tokenBudget})`,
  };
};

const share = (used: number, budget: number): string => `${Math.floor((used * 100) / budget)} %`;

const projectedAlert = (state: Existing, now: number): Alert | undefined => {
  const { tokenBudget, tokensUsed, raised } = state.facts;
  if (tokenBudget === undefined || tokensUsed >= tokenBudget || raised.includes('budget_projected')) return undefined;
  const { projectedTotal, confidence } = projectionOf(state, now);
  if (projectedTotal <= tokenBudget || confidence <= confident) return undefined;
  const message = `at this pace the session uses ${projectedTotal} tokens, over its budget of ${tokenBudget}`;
  return { threshold: 'budget_projected', level: 'warning', message };
};

const timeUpAlert = (state: Existing): Alert | undefined =>
  state.facts.over && !state.facts.raised.includes('time_up')
    ? { threshold: 'time_up', level: 'warning', message: 'the time is up; the session runs on' }
    : undefined;

const tenMinutesAlert = (state: Existing, now: number): Alert | undefined =>
  tenMinutesLeft(state, now) ? { threshold: 'time_10m', level: 'warning', message: '10 minutes left' } : undefined;

const budgetThresholds: readonly Threshold[] = ['budget_80', 'budget_95', 'budget_100', 'budget_projected'];
const timeThresholds: readonly Threshold[] = ['time_10m', 'time_up'];

/** A change of the budget arms its thresholds again. */
export const armedForBudget = (raised: readonly Threshold[]): readonly Threshold[] =>
  raised.filter((threshold) => !budgetThresholds.includes(threshold));

/** A change of the duration arms the alerts about time again. */
export const armedForTime = (raised: readonly Threshold[]): readonly Threshold[] =>
  raised.filter((threshold) => !timeThresholds.includes(threshold));
