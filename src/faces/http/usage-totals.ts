import { averagePerMinute, projectionOf } from '../../session/projection.ts';
import type { Existing } from '../../session/state.ts';

/** The totals that stand beside usage, in the words of the timer contract. */
export const usageTotals = (state: Existing, now: number) => ({
  totalUsed: state.facts.tokensUsed,
  averagePerMinute: averagePerMinute(state, now),
  projectedTotal: projectionOf(state, now).projectedTotal,
});
