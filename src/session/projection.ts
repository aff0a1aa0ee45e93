import { rateOf } from './pace.ts';
import { elapsedMs, remainingMs } from './time.ts';
import type { Existing } from './state.ts';

/** Where the session's usage is heading. Source of the formulas: the timer contract, "Rules". */
export interface Projection {
  /** Tokens a minute. */
  currentRate: number;
  /** Tokens at the end of the session's time. */
  projectedTotal: number;
  /** Minutes until the budget is used up; 0 when it is, null without a budget or a rate. */
  timeToLimit: number | null;
  /** 0–1. */
  confidence: number;
}

const rowsNeeded = 3;
const msPerMinute = 60_000;

export const projectionOf = (state: Existing, now: number): Projection => {
  const { tokensPerMinute, confidence } = rateOf(state.facts.pace);
  return {
    currentRate: tokensPerMinute,
    projectedTotal: projectedTotal(state, tokensPerMinute, now),
    timeToLimit: timeToLimit(state, tokensPerMinute),
    confidence,
  };
};

const projectedTotal = (state: Existing, tokensPerMinute: number, now: number): number => {
  const { tokensUsed, pace } = state.facts;
  const running = state.status === 'active' || state.status === 'paused';
  if (!running || pace.rows < rowsNeeded) return tokensUsed;
  return Math.round(tokensUsed + (tokensPerMinute * remainingMs(state, now)) / msPerMinute);
};

const timeToLimit = (state: Existing, tokensPerMinute: number): number | null => {
  const { tokenBudget, tokensUsed } = state.facts;
  if (tokenBudget === undefined) return null;
  if (tokensUsed >= tokenBudget) return 0;
  return tokensPerMinute > 0 ? (tokenBudget - tokensUsed) / tokensPerMinute : null;
};

/** Total ÷ active minutes since the start, at least one second of them. */
export const averagePerMinute = (state: Existing, now: number): number =>
  (state.facts.tokensUsed * msPerMinute) / Math.max(1000, elapsedMs(state, now));
